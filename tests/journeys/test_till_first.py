"""The first sale of a till: a code from the desk, a device linked by its keeper, a payment, paper.

Jobs of domain.md 3.3: E07 (the code), P04, P06, M07.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.journeys.office_walking import Office
from tests.journeys.test_till import DRAWN, STORED, TILL, Guests, shows, tap, till_looked_at
from tests.journeys.walking import DESK, PHONE, Visit, entering, press, seen


def drawn_at_the_desk(visit: Visit, guests: Guests) -> tuple[str, str]:
    """E07: at the desk a code is drawn for a holder: her identifier and the six figures."""
    office = Office(visit("/entrer")).come_in_as(guests["accueil"])
    office.click("Personnes", "Foyer n° 12", "Code pour payer")
    office.says("n’est montré qu’une fois").click("Une pièce d’identité", "Tirer le code")
    office.says("pas même l’accueil")
    handle, digits = office.page.locator(".strip dd").all_inner_texts()
    assert re.fullmatch(r"[a-z-]+(-[0-9]+)?", handle) and re.fullmatch(r"[0-9 ]{7}", digits)
    return handle, digits.replace(" ", "")


def linked_by_its_keeper(visit: Visit, guests: Guests, width: int) -> tuple[Page, Page]:
    """P04: the keeper adds a device and shows a code; the device types it; both compare."""
    keeper = entering(visit, guests["lieu"], "/commerce")()
    press(keeper, "Appareils pour encaisser")
    press(keeper, "Ajouter un appareil")
    assert "Ce champ attend une réponse." in press(keeper, "Ajouter cet appareil")
    keeper.get_by_label("Nom de l’appareil").fill("Comptoir")
    press(keeper, "Ajouter cet appareil")
    assert "pendant 15 minutes" in press(keeper, "Montrer un code")
    code = keeper.locator(".total dd").inner_text()
    till = visit(TILL, width=width)
    shows(till, "Relier cet appareil")
    assert "« Appareils pour encaisser »" in seen(till), "as the keeper's link is called"
    till.get_by_role("button", name="Relier").click()
    till.get_by_text("Tapez le code, dix signes.").wait_for()
    till.get_by_label("Code").fill(code.lower())
    till.get_by_role("button", name="Relier").click()
    shows(till, "Comparez les deux écrans")
    assert "« Appareils pour encaisser »" in seen(till)
    press(keeper, "L’appareil montre trois mots")
    assert till.locator("[data-key-words]").inner_text() in seen(keeper)
    press(keeper, "Oui, cet appareil encaisse")
    shows(till, "Combien ?")
    return till, keeper


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_amount_who_code_paid(visit: Visit, guests: Guests, width: int) -> None:
    """P06, M07; nothing that was typed stays on the device, and the shop reads no balance."""
    handle, pin = drawn_at_the_desk(visit, guests)
    page, _keeper = linked_by_its_keeper(visit, guests, width)
    tap(page, "235")
    assert "2,35 MonA" in till_looked_at(page)
    page.get_by_role("button", name="Continuer").click()
    shows(page, "Pour qui ?")
    page.get_by_role("button", name="Tourner l’écran").click()
    assert "Tapez l’identifiant ou le numéro de carte." in seen(page)
    page.get_by_label("Identifiant").fill(handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    shows(page, "À vous de taper")
    tap(page, pin[:2])
    assert "2 chiffres tapés sur 6" in till_looked_at(page)
    assert pin[:2] not in page.locator(".dots:visible").inner_text().replace("2 chiffres", "")
    tap(page, pin[2:])
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    words = seen(page)
    assert "2,35 MonA" in words and "jeudi 1er février 2024, 9 h 0" in words
    assert "Il vous reste" not in words
    assert len(page.locator("[data-three]").inner_text().split(" · ")) == 3
    kept = page.evaluate(STORED)
    assert handle not in kept and pin not in re.sub(DRAWN, "", kept)
    number = page.locator("[data-short]:visible").inner_text()
    page.emulate_media(media="print")
    paper = seen(page)
    assert "L’Épicerie du Figuier" in paper and number in paper and "Personne suivante" not in paper
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Personne suivante").click()
    shows(page, "Combien ?")
    page.get_by_text("2,35 (1 vente)").first.wait_for()
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert number in seen(page) and "2,35" in seen(page)
    page.get_by_role("button", name="Clôture du jour").click()
    shows(page, "Clôture du jour")
    assert "jeudi 1er février 2024" in seen(page) and "2,35 (1 vente)" in seen(page)
