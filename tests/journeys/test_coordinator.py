"""The coordination's day, on a phone and at a desk, by the words that its guides name.

Jobs of domain.md 3.3: E02, E06, E08, E09, E13, E16, E18, E21.
"""

import re

from tests.journeys.office_walking import Office
from tests.journeys.walking import DESK, PHONE, Visit

Guests = dict[str, str]


def test_a_paper_application_becomes_a_household(visit: Visit, guests: Guests) -> None:
    """E02, E06: written down from paper at the desk, then found again in three keystrokes."""
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["accueil"])
    office.click("Personnes", "Inscrire un foyer")
    office.click("Continuer").says("à revoir")  # nothing is answered yet
    office.write("Premier jour", "01/02/2024").write("Adultes", "1")
    office.write("Mois de naissance de chaque enfant", "03/2015 11/2018")
    office.write("Numéro et rue", "3 rue des Tilleuls").write("Code postal", "34000")
    office.write("Commune", "Montpellier").write("Prénom", "Ysoline").write("Nom", "Quévremont")
    office.click("Continuer")
    office.says("La caisse compte 350 adhésions, pour 350 places")  # the committee opens 50 more
    office.write("Premier jour", "01/03/2024")
    office.click("Continuer").says("Le foyer compte 1 adulte et 2 enfants.")
    office.click("Modifier")
    assert office.page.locator("#id_family_name_1").input_value() == "Quévremont"
    office.click("Continuer", "Oui, inscrire ce foyer")
    office.says("est inscrit.")  # 351, or more where a refused try has taken a number
    office.click("Feuille d’accueil").says("60 jours")
    assert "Quévremont" not in office.page.title()
    office.click("Personnes")
    office.page.locator("#id_text").fill("qué")  # three letters, no button
    office.page.get_by_role("button", name=re.compile("Ysoline")).wait_for()
    assert "Qu" not in office.page.url
    office.click("Ysoline").says("Ysoline Quévremont", "Salif inscrit le foyer.")
    office.says("Cachés. Le foyer voit qui les a lus.")


def test_a_contribution_that_does_not_come_is_a_call(visit: Visit, guests: Guests) -> None:
    """E08: no amount is shown, the allocation stays; what was agreed is kept, no remark."""
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["coordination"])
    office.click("Rappeler 14 foyers").says("Chaque foyer garde son allocation.")
    assert "€" not in office.words()
    office.click("Foyer n° 5").says("Une cotisation n’est pas arrivée")
    office.click("par téléphone", "un montant plus bas", "Noter le contact")
    office.says("C’est fait", "Nadia, par téléphone : un montant plus bas.")


def test_the_tools_are_as_wide_as_what_stands_above_them(visit: Visit, guests: Guests) -> None:
    office = Office(visit("/entrer", width=DESK)).come_in_as(guests["coordination"])
    tools = office.page.locator("section.apart")
    widths = [
        box["width"] for box in (tools.bounding_box(), tools.locator("ul").bounding_box()) if box
    ]
    assert len(widths) == 2 and widths[0] == widths[1]


def test_what_happens_in_a_household(visit: Visit, guests: Guests) -> None:
    """E09, E21: a separation, a death, a departure; a contact noted with facts alone."""
    office = Office(visit("/entrer")).come_in_as(guests["coordination"])
    office.click("Personnes", "Foyer n° 12")
    office.click("Changer qui vit dans le foyer")  # the father leaves with one child
    office.write("Mois de naissance de chaque enfant", "08/2013 04/2017").click("Continuer")
    office.says("2 enfants").click("Oui")
    office.click("Ajouter une personne qui paie").write("Prénom", "Inès")
    office.write("Nom", "Cassagnol").click("Continuer", "Oui").says("Inès Cassagnol")
    office.click("Retirer").says("ne peut plus payer").click("Oui, la retirer")
    office.click("Noter un échange", "téléphone")
    office.write("Ce qui est convenu", "Rappeler en mars.").click("Noter l’échange")
    office.says("Rappeler en mars.")
    office.click("Personnes", "Foyer n° 13")  # lived alone, and died
    office.click("Noter un départ").write("Premier jour sans le foyer", "01/03/2024")
    office.click("Continuer").says("?").click("Oui")
    office.says("C’est fait")
    office.click("Personnes", "Foyer n° 14", "Mettre en pause", "Revenir sans rien changer")
    office.says("adhésion active")


def test_somebody_stands_in_until_a_date(visit: Visit, guests: Guests) -> None:
    """E18, E13, E16: roles lent for a time; signals accuse nobody; what the town reads."""
    office = Office(visit("/entrer", width=DESK)).come_in_as(guests["administration"])
    office.click("Accès et rôles", "Remplacer une personne absente")
    office.write("Qui est absent", "Paul Estournelle").write("Du", "01/02/2024")
    office.write("Au, dernier jour", "29/02/2024")
    office.write("Qui agit à sa place", "Salif Doukouran").click("Continuer")
    office.says("trésorerie").click("Oui, noter le remplacement").says("C’est fait")
    office.says("trésorerie, du 1er février 2024 au 29 février 2024")
    desk = Office(visit("/entrer", width=PHONE)).come_in_as(guests["accueil"])
    desk.go("/gestion/argent").says("Aucun financeur n’est en retard")
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["coordination"])
    office.click("Signaux").says("Un signal n’accuse personne.", "sans achat depuis 60 jours")
    office.go("/").says("350", "Les dernières décisions")
    office.click("Trouver un lieu d’achat").says("55")
