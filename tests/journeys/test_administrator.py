"""The administrator: who may do what, whether all is well, what was done.

Jobs of domain.md 3.3: X05, X07, X08, X16.
"""

from typing import Any

from caisse.site.tests.test_starting import weaknesses
from tests.journeys.office_walking import Office
from tests.journeys.walking import DESK, PHONE, Visit

Guests = dict[str, str]


def test_who_may_do_what_and_until_when(visit: Visit, guests: Guests) -> None:
    """X05: a way in with its roles and a code, a role until a day, the last administrator stays."""
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["administration"])
    office.click("Accès et rôles", "Ouvrir un accès").write("Prénom", "Lise")
    office.write("Nom", "Aubrac-Lemel").write("Identifiant", "lise").click("accueil", "Continuer")
    office.click("Oui, ouvrir l’accès").says("L’accès est ouvert.", "Accueil")
    office.click("Donner un code de première entrée").says("60 jours")
    office.go("/gestion/acces/qui/lise").click("Donner un rôle", "coordination")
    office.write("Au, dernier jour", "29/02/2024").click("Continuer", "Oui")
    office.says("Coordination", "29 février 2024")
    office.go("/gestion/acces/qui/administration").click("Retirer").click("Oui")
    office.says("C’est la dernière personne qui administre la caisse.")
    assert "administration" in office.go("/gestion/acces").words()


def test_the_machine_and_the_books_are_well(visit: Visit, guests: Guests, settings: Any) -> None:
    """X07, X08: health in one sentence, all lines recounted, who did what and when."""
    settings.INSECURE = True  # it is served to this machine alone
    office = Office(visit("/entrer", width=DESK)).come_in_as(guests["administration"])
    office.click("Santé de la machine").says(*(weaknesses() or ["Tout va bien."]))
    office.click("Aujourd’hui", "Contrôler les livres", "Lancer tous les contrôles")
    office.says("Tous les contrôles passent", "écart 0,00 €")
    office.click("Journal").says("Nadia approuve le mois de février 2024.")
    office.write("Quoi", "Les personnes").write("Foyer n°", "12").click("Montrer")
    assert "paie une dépense" not in office.words()
    office.go("/gestion/journal").click("Plus ancien", "Plus ancien").says("2023")


def test_the_language_is_kept(visit: Visit, guests: Guests) -> None:
    """X16: English from one page to the next, and French again."""
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["administration"])
    office.click("English")
    assert office.page.locator("html").get_attribute("lang") == "en"
    office.go("/gestion/journal")
    assert office.page.locator("html").get_attribute("lang") == "en"
    office.click("Français")
    assert office.page.locator("html").get_attribute("lang") == "fr"
