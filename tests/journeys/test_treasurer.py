"""The treasurer's month, at a desk and on a phone, by the words that the guides name.

Jobs of domain.md 3.3: A05, A06, A07, A11, A12, A18, A20, E19.
"""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import FilePayload

from tests.journeys.office_walking import Office
from tests.journeys.walking import DESK, PHONE, Visit

Guests = dict[str, str]
MANY = 300  # lines of a file


def test_what_comes_back_and_what_was_a_mistake(visit: Visit, guests: Guests) -> None:
    """A06, E19: a returned debit with its reason; a mistake undone, both lines remain."""
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["tresorerie"])
    office.click("Argent", "Encaissements", "Voir chaque encaissement")
    office.write("Numéro d’adhésion", "1").click("Chercher", "Foyer n° 1 ")
    office.says("80,00 €").click("La banque l’a rejeté")
    office.click("AM04 : provision insuffisante").write("Rejeté le", "01/02/2024")
    office.click("Noter le rejet").says("C’est fait", "AM04")
    office.click("Ce rejet est une erreur").write("Pourquoi", "Mauvaise ligne du relevé")
    office.click("Annuler ce rejet").says("C’est fait")
    office.go("/gestion/encaissements/n/3184").click("Cette saisie est une erreur")
    office.write("Pourquoi", "Saisi deux fois").click("Annuler cet encaissement")
    office.says("elle est déjà mise de côté pour un mois")  # it was spent: no undoing behind it
    office.click("Personnes", "Foyer n° 2", "Noter une cotisation reçue")
    office.write("Montant reçu", "12").click("Virement", "Encaisser").says("C’est fait")
    office.click(
        "Argent", "Encaissements", "février 2024", "Voir chaque encaissement", "Foyer n° 2"
    )
    office.click("Cette saisie est une erreur").write("Pourquoi", "Saisi deux fois")
    office.click("Annuler cet encaissement").says("C’est fait")
    office.click("Journal").says("Paul annule")


def test_a_manual_transfer_and_the_one_that_does_not_exist(visit: Visit, guests: Guests) -> None:
    """A07, A20: two people; money for food never pays the office, and the page says why."""
    paul = Office(visit("/entrer", width=PHONE)).come_in_as(guests["tresorerie"])
    paul.click("Argent", "Virements à la main", "Demander un virement")
    paul.click("Virer de la caisse vers le fonctionnement").write("Montant", "100")
    paul.click("Demander l’accord").says("Ce virement n’est pas possible : rien n’est parti.")
    paul.says("Il ne paie jamais le fonctionnement, quoi que l’on décide.", "Voir la couverture")
    assert paul.page.locator("#id_cents").input_value() == "100"
    paul.click("Noter des frais pris par la banque").write("Montant", "4,50")
    paul.click("Demander l’accord").says("Le virement attend une deuxième personne.")
    nadia = Office(visit("/entrer", width=DESK)).come_in_as(guests["coordination"])
    nadia.click("Argent", "Virements à la main", "Noter des frais")
    nadia.click("Donner mon accord").says("C’est fait")
    paul.click("Argent").says("40 785,50 €")
    paul.click("Virements à la main", "Noter des frais", "Joindre une pièce")
    paul.click("relevé de banque").click("Garder cette pièce").says("Ce champ attend une réponse.")
    photo = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(photo, "JPEG")
    paper = FilePayload(name="releve.jpg", mimeType="image/jpeg", buffer=photo.getvalue())
    paul.page.get_by_label("Le fichier ou la photo").set_input_files(paper)
    paul.click("Garder cette pièce").says("La pièce est gardée.", "Relevé de banque")
    name, content = paul.download("Télécharger")
    assert name.endswith(".jpg") and content.startswith(b"\xff\xd8")
    paul.click("Retirer", "Retirer cette pièce").says("La pièce est retirée.", "retirée")


def test_what_was_planned_what_comes_and_what_is_proved(visit: Visit, guests: Guests) -> None:
    """A11, A12, A18: budget and actual, the lowest point, the cover on any day."""
    office = Office(visit("/entrer", width=DESK)).come_in_as(guests["tresorerie"])
    office.click("Argent", "Dépenses").says("février 2024", "258 000,00 €", "19 500,00 €")
    office.click(
        "22 dépenses plus tard",
        "Évaluation mardi 25 juin 2024",
        "Reporter ou changer cette dépense",
    )
    office.fill(due_on="25/09/2024").click("Changer la prévision").says("C’est fait")
    office.click("Argent", "Prévision").says("Le premier mois compte ce qui reste à venir")
    office.write("Telle qu’elle était connue au soir du", "01/07/2023").click("Voir ce jour")
    office.says("1er juillet 2023")
    name, content = office.download("Cette prévision, en CSV")
    assert name.endswith(".csv") and b"2023-07" in content
    office.click("Argent", "Couverture").says("au centime près", "40 790,00 €")
    office.write("Au soir du", "30/06/2023").click("Voir ce jour").says("au centime près")
    office.click("Argent", "Banque", "la caisse").fill(day="31/01/2024", cents="40790")
    office.click("Comparer").says("La banque et la caisse disent la même chose")


def test_two_people_pay_the_places_by_keyboard(visit: Visit, guests: Guests) -> None:
    """A20: one prepares, another agrees, with the keyboard alone; the same one may not."""
    paul = Office(visit("/entrer", width=DESK)).come_in_as(guests["tresorerie"])
    paul.press("Payer les lieux pour janvier 2024").press("Préparer le paiement")
    paul.says("Vous avez préparé ce paiement. Il manque l’accord d’une autre personne.")
    assert "Donner mon accord" not in paul.words()
    name, content = paul.download("Liste pour la banque")
    assert name == "virements-2024-01.csv" and "7471,60" in content.decode("utf-8-sig")
    nadia = Office(visit("/entrer", width=PHONE)).come_in_as(guests["coordination"])
    nadia.press("Donner un second accord").press("Payer les lieux")
    nadia.press("Donner mon accord")
    nadia.says("C’est fait")


def test_a_bank_account_is_changed_by_two_people(visit: Visit, guests: Guests) -> None:
    """A20: written down by one who has called the place, agreed to by another."""
    nadia = Office(visit("/entrer", width=PHONE)).come_in_as(guests["coordination"])
    nadia.click("Lieux").write("Trouver un lieu", "garrigue").click("Chercher", "Bio Garrigue")
    nadia.click("Compte bancaire").write("Nom du compte", "SCOP Ghermaoui")
    nadia.write("IBAN", "FR76 3000 6000 0112 3456 7890 188").click("Noter ce compte")
    nadia.says("à revoir").write("IBAN", "FR76 3000 6000 0112 3456 7890 189")
    nadia.click("Noter ce compte", "J’ai rappelé, tout est exact")
    paul = Office(visit("/entrer", width=DESK)).come_in_as(guests["tresorerie"])
    paul.go("/gestion/lieux/2/banque").click("Donner mon accord").says("C’est fait", "0189")


def test_a_file_of_receipts_is_read_before_it_enters(
    visit: Visit, guests: Guests, tmp_path: Path
) -> None:
    """A05, A20: many lines, what is refused and why; nothing enters before the second person."""
    sheet = tmp_path / "releve.csv"
    lines = [f"{n};2024-02;1,00;virement;2024-02-01" for n in range(1, MANY + 1)]
    lines += ["9999;2024-02;20,00;virement;2024-02-01"]
    sheet.write_text("adhésion;mois;montant;moyen;date\n" + "\n".join(lines), encoding="utf-8")
    paul = Office(visit("/entrer", width=DESK)).come_in_as(guests["tresorerie"])
    paul.click("Argent", "Encaissements", "Entrer un fichier", "des encaissements")
    paul.page.locator("#id_sheet").set_input_files(sheet)
    paul.click("Lire le fichier").says("300", "9999").click("Préparer l’entrée")
    nadia = Office(visit("/entrer", width=PHONE)).come_in_as(guests["coordination"])
    nadia.go("/gestion/fichiers").click("300", "Donner mon accord").says("C’est fait")
    paul.go("/gestion/fichiers").click("Annuler le n° 1").write("Pourquoi", "Fichier d’essai")
    paul.click("Annuler le fichier").says("C’est fait")
