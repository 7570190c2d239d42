"""A till and a telephone, both in real browsers, both without network (payments.md 12).

What is done is what `marche.md` and `membre-marche.md` say, word for word.
"""

import pytest
from playwright.sync_api import Page

from caisse.ledger import queries as books
from caisse.payments import operations
from tests.journeys.guided import Guide, words_of
from tests.journeys.market_walking import Buyer, Stall, back, cut, link, market, sent, waits
from tests.journeys.screens import click, passed, shows
from tests.journeys.test_phone import PAYER, read_off, types
from tests.journeys.test_till import TILL, tap
from tests.journeys.walking import PHONE, Visit
from tests.offline.real import DESK

KEPT = "Enregistré dans cet appareil, sera envoyé."


@pytest.fixture
def played(transactional_db: None) -> str:
    """A small caisse takes the place of the played year."""
    market()
    return ""


def test_both_without_network_as_their_guides_say(visit: Visit) -> None:
    shop, member = Guide("marche"), Guide("membre-marche")
    awa = Buyer(1)
    stall = link(visit(TILL, width=PHONE))
    phone = _telephone(visit, awa)
    till = stall.page
    with shop.section("Vendre sans réseau"), member.section("Au marché"):
        _the_eve(shop, till)
        _set_aside(member, phone)
        for page in (till, phone):
            page.evaluate("async () => (await navigator.serviceWorker.ready).active !== null")
        cut(till)
        phone.context.set_offline(True)
        _by_telephone(shop, member, stall, phone)
        _by_code(shop, till, awa)
        phone.context.set_offline(False)
        _paid_with_network(shop, member, stall, phone)
        phone.evaluate("dispatchEvent(new Event('online'))")
        back(till)
        sent(till)
        assert stall.taken == 12_40 + 5_00 + 4_00
        click(phone, "Terminé")
        member.press(phone, "Mettre de côté pour le marché")
        phone.get_by_text("Confirmé par la caisse.").wait_for()
        member.press(phone, "Reprendre")
        phone.locator("[data-wrong]:visible").wait_for()  # the stall may still have a sale
        passed(phone)
    with shop.section("Après le marché"):
        _handed_over(shop, visit, stall, awa)
        _ended(shop, till)
    shop.ended()
    member.ended()
    assert books.balances("loss").get("loss:all", 0) == 0


def _telephone(visit: Visit, awa: Buyer) -> Page:
    row = operations.invite_phone(holder_id=awa.holder, label="Le mien", by=DESK, id=b"\x01" * 16)
    page = visit(f"{PAYER}#{operations.give_phone_code(phone_id=row, by=DESK)}", width=PHONE)
    click(page, "Relier")
    shows(page, "il vous reste")
    return page


def _the_eve(guide: Guide, till: Page) -> None:
    guide.press(till, "Vendre aussi sans réseau")
    shows(till, "Vendre aussi sans réseau ?")
    guide.press(till, "J’accepte ce risque")
    shows(till, "Combien ?")
    till.get_by_text("Sans réseau encore, jusqu’à").wait_for()


def _set_aside(guide: Guide, phone: Page) -> None:
    with phone.expect_response("**/api/v1/phones/slips"):  # the places, as of now
        guide.press(phone, "Mettre de côté pour le marché")
    shows(phone, "De côté pour le marché")
    guide.press(phone, "Mettre de côté")
    shows(phone, "Mettre de côté")
    phone.get_by_label("L’Épicerie du Figuier").check()
    phone.get_by_label("Combien ?").fill("20")
    guide.press(phone, "Mettre de côté")
    shows(phone, "De côté pour le marché")
    click(phone, "Revenir")
    shows(phone, "il vous reste")


def _shown_and_scanned(shop: Guide, member: Guide, till: Page, phone: Page, keys: str) -> None:
    """The till shows its QR for what is typed, the telephone reads it."""
    tap(till, keys)
    shop.press(till, "Continuer")
    till.locator("[data-screen=who] [data-off]").wait_for()
    shop.press(till, "Montrer un QR")
    shows(till, "La personne scanne et paie")
    member.press(phone, "Scanner un QR")
    _scanned(phone, read_off(till))


def _by_telephone(shop: Guide, member: Guide, stall: Stall, phone: Page) -> None:
    till = stall.page
    _shown_and_scanned(shop, member, till, phone, "1240")
    shows(phone, "Payer sans réseau à")
    assert "L’Épicerie du Figuier" in words_of(phone) and "12,40" in words_of(phone)
    member.press(phone, "Payer")
    shows(phone, "Montrez ce QR à l’appareil du lieu")
    shop.press(till, "Scanner son téléphone")
    _answered(till, read_off(phone))
    shows(till, "Payé")
    assert KEPT in words_of(till)
    assert till.locator("[data-three]").inner_text() in words_of(phone)
    click(till, "Personne suivante")
    click(phone, "Terminé")


def _scanned(phone: Page, text: str) -> None:
    """A reader of codes types what the camera would see."""
    shows(phone, "Visez le QR du commerçant")
    types(phone, text)


def _answered(till: Page, text: str) -> None:
    click(till, "Taper")
    till.locator("#answer").fill(text)
    till.locator("#answer").press("Enter")


def _by_code(guide: Guide, till: Page, awa: Buyer) -> None:
    tap(till, "500")
    guide.press(till, "Continuer", "Scanner")
    click(till, "Taper")
    till.locator("#handle").fill(awa.handle)
    guide.press(till, "Tourner l’écran")
    shows(till, "À vous de taper")
    tap(till, awa.pin)
    till.locator('[data-do="pay"]').click()
    shows(till, "Payé")
    assert KEPT in words_of(till)
    click(till, "Personne suivante")
    shows(till, "Combien ?")
    _fits(till)


def _fits(till: Page) -> None:
    """On a small telephone the whole pad is seen, whatever waits to be sent."""
    till.set_viewport_size({"width": PHONE, "height": 640})
    waits(till, "2 ventes à envoyer")
    low = till.locator('[data-do="amount"]:visible').bounding_box()
    assert low is not None and low["y"] + low["height"] <= 640, low
    till.set_viewport_size({"width": PHONE, "height": 780})


def _paid_with_network(shop: Guide, member: Guide, stall: Stall, phone: Page) -> None:
    """She has network, the stall has none: she pays as usual, and shows the proof."""
    till = stall.page
    _shown_and_scanned(shop, member, till, phone, "400")
    shows(phone, "Payer à")
    member.press(phone, "Payer")
    shows(phone, "Payé")
    member.press(phone, "L’appareil du lieu n’a pas de réseau")
    shows(phone, "Montrez cette preuve à l’appareil du lieu")
    phone.locator("svg[role=img]:visible").wait_for()
    assert read_off(phone)  # for a stall that scans; this one has no camera
    shop.press(till, "Sans appareil photo : taper ses trois mots")
    shows(till, "Les trois mots de son téléphone")
    till.locator("#spoken").fill(phone.locator("[data-screen=proof] .three").inner_text())
    till.keyboard.press("Enter")
    shows(till, "Payé")
    click(till, "Personne suivante")


def _handed_over(guide: Guide, visit: Visit, stall: Stall, awa: Buyer) -> None:
    """One more sale, which another device of the place sends."""
    till = stall.page
    other = link(visit(TILL, width=PHONE), "Comptoir", stall.place).page
    cut(till)
    _sold(till, awa)
    guide.press(till, "Ventes", "Envoyer par un autre appareil")
    shows(till, "Envoyer par un autre appareil")
    till.locator("[data-hands] svg").wait_for()
    guide.press(other, "Ventes", "Prendre les ventes d’un autre appareil")
    shows(other, "Prendre les ventes d’un autre appareil")
    other.locator('[data-form="taken"] input').fill(read_off(till))
    other.keyboard.press("Enter")
    other.get_by_text("Une vente prise.").wait_for()
    guide.press(till, "Vente suivante")
    sent(other)
    assert stall.taken == 12_40 + 5_00 + 4_00 + 1_00
    till.reload()
    shows(till, "Combien ?")
    _on_paper(guide, till, awa)
    back(till)
    sent(till)  # once more, and once in all
    assert stall.taken == 12_40 + 5_00 + 4_00 + 1_00


def _on_paper(guide: Guide, till: Page, awa: Buyer) -> None:
    """The same sale, for whoever has to write it down: nothing on it says who paid."""
    guide.press(till, "Ventes", "Liste sur papier")
    shows(till, "Liste sur papier")
    slip = till.locator("[data-screen=paper] .slip").inner_text()
    assert "par identifiant" in slip and "1,00" in slip, slip
    assert awa.handle not in slip and awa.pin not in slip
    till.evaluate("globalThis.print = () => { globalThis.printed = true; }")
    guide.press(till, "Imprimer")
    till.wait_for_function("globalThis.printed === true")
    click(till, "Fermer")
    till.locator('[data-do="next"]:visible').click()
    shows(till, "Combien ?")


def _sold(till: Page, awa: Buyer) -> None:
    tap(till, "100")
    click(till, "Continuer")
    till.locator("[data-screen=who] [data-off]").wait_for()
    till.locator("#handle").fill(awa.handle)
    click(till, "Tourner l’écran")
    shows(till, "À vous de taper")
    tap(till, awa.pin)
    till.locator('[data-do="pay"]').click()
    shows(till, "Payé")
    click(till, "Personne suivante")


def _ended(guide: Guide, till: Page) -> None:
    shows(till, "Combien ?")
    click(till, "Ventes")
    guide.press(till, "Clôture du jour", "Finir la vente sans réseau")
    shows(till, "Vente sans réseau finie")
