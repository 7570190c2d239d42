"""The people of a place at its till: codes and rights (P05); a sale by telephone, typed later."""

from tests.journeys.office_walking import Office
from tests.journeys.test_till import Guests, linked, shows, tap, till_looked_at, unanswered
from tests.journeys.walking import Visit, press, seen


def test_cashiers_say_who_they_are_and_do_what_they_may(visit: Visit, guests: Guests) -> None:
    till, keeper = linked(visit, guests)
    codes = {}
    for name, level in (("Yolande", "tout, et débloquer un appareil"), ("Malo", "encaisser")):
        keeper.goto(keeper.url.split("/commerce")[0] + "/commerce/15/appareils/personnes")
        press(keeper, "Ajouter une personne")
        keeper.locator('main [name="label"]').fill(name)
        keeper.get_by_label(level, exact=True).check()
        press(keeper, "Ajouter et montrer le code")
        codes[name] = keeper.locator(".figure").inner_text().strip()
    till.reload()
    shows(till, "Qui encaisse ?")
    wrong = next(code for code in ("0000", "1111", "2222") if code not in codes.values())
    tap(till, wrong)
    till.locator("[data-wrong]:visible").wait_for()
    assert "Ce code de caisse n’est pas connu ici." in till_looked_at(till)
    tap(till, codes["Malo"])
    shows(till, "Combien ?")
    assert "Malo" in till_looked_at(till)
    office = Office(visit("/entrer")).come_in_as(guests["accueil"])
    office.click("Personnes", "Foyer n° 12", "Code pour payer")
    office.click("Deux renseignements", "Tirer le code")
    handle, digits = office.page.locator(".strip dd").all_inner_texts()
    tap(till, "235")
    till.get_by_role("button", name="Continuer").click()
    till.get_by_label("Identifiant").fill(handle)
    till.get_by_role("button", name="Tourner l’écran").click()
    tap(till, digits.replace(" ", ""))
    unanswered(till, till.locator('[data-do="pay"]').click)
    till.reload()  # whoever stands there now, the sale under way comes first
    shows(till, "Payé")
    assert not till.get_by_role("button", name="Annuler cette vente").is_visible()
    till.get_by_role("button", name="Personne suivante").click()
    tap(till, codes["Malo"])
    shows(till, "Combien ?")
    till.get_by_role("button", name="Une autre personne encaisse").click()
    shows(till, "Qui encaisse ?")
    for key in codes["Yolande"]:
        till.keyboard.press(key)
    shows(till, "Combien ?")
    assert "Yolande" in seen(till)
    till.get_by_role("button", name="Ventes").click()
    shows(till, "Dernières ventes")
    till.get_by_role("button", name="Rendre 2,35").click()
    shows(till, "Rendre cette vente ?")
    till.get_by_role("button", name="Rendre tout").click()
    shows(till, "C’est rendu")


def test_a_sale_by_telephone_is_typed_later(visit: Visit, guests: Guests) -> None:
    till, _keeper = linked(visit, guests)
    office = Office(visit("/entrer")).come_in_as(guests["accueil"])
    office.click("Personnes", "Foyer n° 12", "Vente par téléphone")
    office.page.locator('main select[name="place_id"]').select_option(label="L’Épicerie du Figuier")
    office.page.locator('main [name="cents"]').fill("3,00")
    office.click("Garder cette somme").says("Lisez ces six chiffres")
    figures = office.page.locator(".figure").inner_text().replace(" ", "").replace("\u202f", "")
    figures = "".join(sign for sign in figures if sign.isdigit())
    _waits(office)
    wrong = f"{(int(figures) + 1) % 10**6:06d}"
    for typed, words in ((wrong, "n’est pas reconnu"), (figures, "")):
        if typed == wrong:
            tap(till, "250")
            till.get_by_role("button", name="Continuer").click()
            till.get_by_role("button", name="Vente par téléphone").click()
            shows(till, "Numéro d’accord")
        tap(till, typed)
        till.locator('[data-do="agreed"]').click()
        if words:
            shows(till, "Le paiement n’est pas passé")
            assert words in seen(till)
            till.locator('[data-do="retype"]').click()
            shows(till, "Numéro d’accord")
    shows(till, "Payé")
    assert "2,50 MonA" in seen(till)


def _waits(office: Office) -> None:
    """Where the office finds it again: among all that wait, by its place, when the place calls."""
    place = "L’Épicerie du Figuier"
    office.click("C’est dit").says("Ce qui attend d’être tapé", "3,00").click(place)
    office.says("À taper avant le").click(place).says("pas encore tapé", "3,00")
    office.click("Ce lieu appelle").says("Demandez à parler à la personne qui achète.")
