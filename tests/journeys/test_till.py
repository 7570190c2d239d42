"""At the till: identifier and code, refusals, a lost answer, a sale given back.

Jobs of domain.md 3.3: P06, M07. The purchase is in the member's wallet afterwards.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, Route

from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.merchants import queries as merchants
from caisse.payments import operations
from caisse.payments.models import Card
from caisse.payments.operations import printed_card
from caisse.people import queries as people
from tests.journeys.office_walking import Office
from tests.journeys.walking import (
    PHONE,
    Visit,
    complaints,
    entering,
    looked_at,
    named,
    outline,
    press,
    seen,
    sideways,
    titled,
)

Guests = dict[str, str]
TILL = "/commerce/appareil"


class Shop(NamedTuple):
    """A till that is linked, and a member who can pay at it."""

    till: Page
    handle: str
    pin: str
    keeper: Page


def draw(guests: Guests) -> tuple[str, str]:
    """A code for a holder of household 12, as the desk draws one: her identifier, six figures."""
    holder = people.holders_of(12)[0]
    pin = operations.draw_pin(holder_id=holder.id, by=Actor(guests["accueil"]))
    return holder.handle, pin


def till_looked_at(page: Page, *, settles: bool = True) -> str:
    """A screen of the till: axe says nothing, nothing is wider than it, one heading is first."""
    assert complaints(page, settles=settles) == "" and sideways(page) <= 0
    assert outline(page).count(1) == 1
    small = page.evaluate(
        "[...document.querySelectorAll('button')].filter(one => one.checkVisibility()"
        " && one.getBoundingClientRect().height < 64).map(one => one.textContent.trim())"
    )
    assert small == []
    return seen(page)


def shows(page: Page, words: str) -> None:
    """Wait until the till shows these words as its title, then look at the screen."""
    titled(page, words)
    till_looked_at(page)


def linked(visit: Visit, guests: Guests, width: int = PHONE) -> tuple[Page, Page]:
    """P04 without the keeper's pages (`test_till_first`): her window is on that of the device."""
    keeper = Actor(guests["lieu"])
    place = merchants.rights(login=keeper.id)[0].place_id
    device = operations.invite_device(place_id=place, label="Comptoir", by=keeper, id=new_id())
    till = visit(TILL, width=width)
    titled(till, "Relier cet appareil")
    till.get_by_label("Code").fill(operations.give_invitation(device_id=device, by=keeper))
    till.get_by_role("button", name="Relier").click()
    titled(till, "Comparez les deux écrans")
    words = till.locator("[data-key-words]").inner_text()
    operations.confirm_device(device_id=device, words=words, by=keeper)
    till.evaluate("dispatchEvent(new Event('online'))")  # it asks at once
    titled(till, "Combien ?")
    return till, entering(visit, keeper.id, f"/commerce/{place}/appareils/{device}")()


@pytest.fixture
def shop(visit: Visit, guests: Guests) -> Shop:
    """Household 12 may pay, the till of the place is ready."""
    return opened(visit, guests)


def opened(visit: Visit, guests: Guests) -> Shop:
    """The same for who asks for it."""
    handle, pin = draw(guests)
    till, keeper = linked(visit, guests)
    return Shop(till, handle, pin, keeper)


def tap(page: Page, keys: str) -> None:
    """Press these keys of the pad that is shown."""
    for key in keys:
        page.locator(f'[data-key="{key}"]:visible').click()


def sell(shop: Shop, cents: str, pin: str = "") -> None:
    """Amount, who, code, pay."""
    page = shop.till
    tap(page, cents)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Identifiant").fill(shop.handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    tap(page, pin or shop.pin)
    page.locator('[data-do="pay"]').click()


def unanswered(page: Page, act: Callable[[], None]) -> None:
    """What this sends has arrived, its answer has not: « On vérifie… » stands.

    Nor is it answered when it is sent again, until the page is closed.
    """
    arrived: list[str | None] = []

    def hold(route: Route) -> None:
        if not arrived:
            route.fetch()
            arrived.append(route.request.post_data)
        elif route.request.post_data not in arrived:
            route.continue_()  # another sale

    page.route("**/api/v1/payments", hold)
    act()
    shows(page, "On vérifie…")
    for _ in range(600):
        if arrived:
            break
        page.wait_for_timeout(50)
    assert arrived


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06d}"


def test_what_is_left_is_seen_by_her_alone_for_five_seconds(shop: Shop) -> None:
    """M08, without a telephone: she asks for it before « Payer », on the screen turned to her."""
    page = shop.till
    tap(page, "235")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Identifiant").fill(shop.handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    tap(page, shop.pin)
    page.get_by_role("button", name="Voir après ce qui me reste").click()
    till_looked_at(page)
    page.locator('[data-do="pay"]').click()
    titled(page, "Il vous reste")
    left = page.locator("[data-left]:visible").inner_text()  # it stands for five seconds
    assert re.fullmatch(r"[0-9]+,[0-9]{2}", left)
    shows(page, "Payé")  # by itself
    assert left not in page.content() and left not in page.evaluate(STORED)
    page.get_by_role("button", name="Personne suivante").click()
    sell(shop, "100")
    shows(page, "Payé")  # nobody has asked
    assert page.locator("[data-left]").all_text_contents() == ["", ""]


DRAWN = r"[0-9a-f-]{16,}|[0-9]{9,}"  # keys, numbers and instants may hold any six figures
SCANNED = """text => {
  for (const key of text) {
    const said = { key, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", said));
  }
}"""
STORED = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-till");
    asked.onsuccess = () => done(asked.result);
  });
  const all = [];
  for (const name of base.objectStoreNames) {
    const rows = base.transaction(name).objectStore(name).getAll();
    all.push(await new Promise((done) => { rows.onsuccess = () => done(rows.result); }));
  }
  return JSON.stringify([all, { ...localStorage }, { ...sessionStorage }, location.href]);
}"""


def test_a_card_pays_by_its_number_and_by_its_qr(visit: Visit, guests: Guests) -> None:
    """E07, P07: the desk makes a card; its number is typed, its QR is typed by a scanner."""
    _handle, pin = draw(guests)
    office = Office(visit("/entrer")).come_in_as(guests["accueil"])
    office.click("Personnes", "Foyer n° 12", "Carte pour payer")
    office.says("La carte seule ne paie rien.").click("Faire la carte")
    office.says("La carte est prête : imprimez-la.")
    number = office.page.locator(".menu-card dd").nth(1).inner_text()
    page, _keeper = linked(visit, guests)
    sell(Shop(page, number, pin, _keeper), "55")
    shows(page, "Payé")
    page.get_by_role("button", name="Personne suivante").click()
    scanned = printed_card(holder_numbered(number)).text
    sell(Shop(page, scanned, pin, _keeper), "60")
    shows(page, "Payé")
    kept = page.evaluate(STORED)
    assert scanned not in kept and number not in kept
    office.click("En faire une autre").says("La carte est prête : imprimez-la.")
    page.get_by_role("button", name="Personne suivante").click()
    sell(Shop(page, scanned, pin, _keeper), "65")
    shows(page, "Le paiement n’est pas passé")
    assert "Cette carte a été remplacée." in seen(page)


def holder_numbered(shown: str) -> int:
    """Whose card bears that number: the test reads it where the printer would."""
    return Card.objects.get(number=shown.replace(" ", "")).pk


def test_a_wrong_code_is_typed_again_and_the_fourth_is_paused(shop: Shop) -> None:
    page = shop.till
    sell(shop, "50", wrong(shop.pin))
    shows(page, "Le paiement n’est pas passé")
    assert "Le code ou l’identifiant n’est pas reconnu." in seen(page)
    page.get_by_role("button", name="Taper le code").click()
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")


def test_a_wrong_identifier_is_corrected_as_quickly_as_a_wrong_code(shop: Shop) -> None:
    """Nobody may know which of both was wrong: both can be typed again, for the same sale."""
    page = shop.till
    sell(shop._replace(handle=f"{shop.handle}x"), "50")
    shows(page, "Le paiement n’est pas passé")
    assert page.get_by_role("button", name="Taper le code").is_visible()
    page.get_by_role("button", name="Changer l’identifiant").click()
    shows(page, "Pour qui ?")
    assert "0,50" in seen(page)
    assert page.get_by_label("Identifiant").input_value() == f"{shop.handle}x"
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    shows(page, "À vous de taper")
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    page.get_by_role("button", name="Personne suivante").click()
    sell(shop, "99999")
    shows(page, "Le paiement n’est pas passé")
    assert not page.get_by_role("button", name="Changer l’identifiant").is_visible()


def test_another_way_for_the_same_amount_and_the_back_key(shop: Shop) -> None:
    page = shop.till
    sell(shop, "50", wrong(shop.pin))
    shows(page, "Le paiement n’est pas passé")
    assert "code" in page.locator("[data-status]").inner_text()  # read out
    page.get_by_role("button", name="Autre moyen").click()
    shows(page, "Pour qui ?")
    assert "0,50" in seen(page)
    page.get_by_label("Identifiant").fill("https://exemple.fr/payer#lieu-15")
    page.keyboard.press("Enter")
    assert "Ce QR ne paie pas." in till_looked_at(page)
    page.get_by_label("Identifiant").fill(shop.handle)
    page.keyboard.press("Enter")
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    page.get_by_role("button", name="Personne suivante").click()
    tap(page, "60")
    page.get_by_role("button", name="Continuer").click()
    shows(page, "Pour qui ?")
    page.go_back()
    shows(page, "Combien ?")


def test_more_than_there_is(shop: Shop) -> None:
    page = shop.till
    sell(shop, "99999")
    shows(page, "Le paiement n’est pas passé")
    assert "Un montant plus petit, ou le reste en euros ?" in seen(page)
    assert not page.get_by_role("button", name="Taper le code").is_visible()
    page.get_by_role("button", name="Autre montant").click()
    shows(page, "Combien ?")


def test_all_she_has_and_the_rest_in_euros(shop: Shop) -> None:
    page = shop.till
    sell(shop, "90000")
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Tout en MonA, le reste en euros").click()
    shows(page, "À vous de taper")
    assert "Tout ce que vous avez, puis le reste en euros." in seen(page)
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    paid = page.locator(".slip [data-cents]:visible").inner_text()
    rest = page.locator("[data-euros]:visible").inner_text()
    assert cents(paid) + cents(rest) == 900_00 and 0 < cents(paid) < 900_00


def cents(words: str) -> int:
    return int("".join(char for char in words if char.isdecimal()))


def test_the_answer_is_lost_and_the_same_receipt_comes_back(shop: Shop) -> None:
    """The connection is cut after the commit, twice: one payment, and its receipt."""
    page = shop.till
    lost: list[str] = []

    def cut(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().text().strip())
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/payments", cut)
    with page.expect_console_message(lambda said: "ERR_FAILED" in said.text):
        sell(shop, "124")
    shows(page, "Payé")
    short = page.locator("[data-short]:visible").inner_text()
    assert len(lost) == 2 and lost[0] == lost[1] and short in lost[0]
    page.unroute("**/api/v1/payments")


def test_no_answer_at_all_is_asked_again_or_abandoned(shop: Shop) -> None:
    """Nobody knows: the sale is not called abandoned before the caisse has burnt its number."""
    page = shop.till
    page.route("**/api/v1/payments**", lambda route: route.abort())
    sell(shop, "130")
    shows(page, "Pas encore de réponse")
    page.get_by_role("button", name="Abandonner cette vente").click()
    shows(page, "Pas encore de réponse")
    page.get_by_role("button", name="La laisser à vérifier").click()
    shows(page, "Combien ?")
    page.get_by_role("button", name="Ventes").click()
    page.get_by_role("button", name="Vérifier").click()
    shows(page, "Pas encore de réponse")
    page.unroute("**/api/v1/payments**")
    page.get_by_role("button", name="Abandonner cette vente").click()
    shows(page, "Combien ?")
    assert "La vente est abandonnée. Rien n’est débité." in seen(page)
    sell(shop, "140")
    shows(page, "Payé")


def test_nobody_knows_and_it_was_paid(shop: Shop) -> None:
    """Every answer is lost after the commit; asked again, the receipt is there."""
    page = shop.till

    def cut(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/payments", cut)
    sell(shop, "90")
    shows(page, "Pas encore de réponse")
    page.get_by_role("button", name="Abandonner cette vente").click()
    shows(page, "Payé")
    page.unroute("**/api/v1/payments")


def test_the_page_is_closed_in_the_middle_of_a_payment(shop: Shop) -> None:
    """The browser is opened again before the answer came: the sale is there, and its receipt."""
    page = shop.till
    unanswered(page, lambda: sell(shop, "95"))
    page.reload()
    shows(page, "Payé")
    assert "0,95" in seen(page)


def test_a_copy_of_a_refused_sale_pays_nothing_when_all_have_gone(shop: Shop) -> None:
    """A first sending that travels slowly comes after the person has left: its number is burnt."""
    page = shop.till
    slow: list[tuple[str | None, dict[str, str]]] = []

    def hold(route: Route) -> None:
        if not slow:
            slow.append((route.request.post_data, route.request.all_headers()))
            route.abort()
        else:
            route.fulfill(status=422, json=REFUSED)

    page.route("**/api/v1/payments", hold)
    sell(shop, "80")
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Autre montant").click()
    shows(page, "Combien ?")
    body, headers = slow[0]
    address = page.evaluate("location.origin + '/api/v1/payments'")
    late = page.request.post(address, data=body, headers=headers)
    assert late.status == 409 and late.json()["reason"] == "abandoned"


def test_a_sale_whose_end_nobody_knows_is_counted_and_looked_after(shop: Shop) -> None:
    """Left while nothing answers: it is named on the first screen, and settled by itself later."""
    page = shop.till

    def refuse(route: Route) -> None:
        if route.request.url.endswith("/payments"):
            route.fulfill(status=422, json=REFUSED)
        else:
            route.abort()

    page.route("**/api/v1/payments**", refuse)
    sell(shop, "85")
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Annuler").click()
    shows(page, "Combien ?")
    page.get_by_text("Une vente attend sa réponse : elle est dans « Ventes ».").wait_for()
    till_looked_at(page)
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "à vérifier" in seen(page)
    page.get_by_role("button", name="Vérifier").click()
    shows(page, "Pas encore de réponse")
    page.unroute("**/api/v1/payments**")
    page.get_by_role("button", name="Abandonner cette vente").click()
    shows(page, "Combien ?")
    page.locator("[data-open]").wait_for(state="hidden")


def test_a_sale_found_paid_after_a_restart_is_said(shop: Shop) -> None:
    """Its answer was lost two minutes ago: nobody at the till has seen the receipt."""
    page = shop.till
    unanswered(page, lambda: sell(shop, "88"))
    page.evaluate(OLDER)
    page.reload()
    shows(page, "Combien ?")
    page.get_by_text("Une vente sans réponse était bien payée").wait_for()
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "0,88" in seen(page) and "à vérifier" not in seen(page)


OLDER = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-till");
    asked.onsuccess = () => done(asked.result);
  });
  const store = base.transaction("sales", "readwrite").objectStore("sales");
  await new Promise((done) => {
    const rows = store.getAll();
    rows.onsuccess = () => {
      for (const sale of rows.result) store.put({ ...sale, at: sale.at - 120000 });
      store.transaction.oncomplete = done;
    };
  });
  base.close();
}"""


REFUSED = {"reason": "funds_short", "cashier": "Le paiement ne passe pas.", "member": ""}


def test_it_survives_a_restart_and_stops_when_it_is_suspended(shop: Shop) -> None:
    """The keys are there after a reload; a suspended device says so, and cashes again later."""
    page, keeper = shop.till, shop.keeper
    page.reload()
    shows(page, "Combien ?")
    assert "Comptoir" in page.locator(".till-head").inner_text()
    press(keeper, "Suspendre")
    page.reload()
    shows(page, "Cet appareil n’encaisse pas")
    page.get_by_role("button", name="Relier avec un code").click()
    shows(page, "Relier cet appareil")  # its keys are kept until another code was taken
    press(keeper, "Le laisser encaisser")
    page.reload()
    shows(page, "Combien ?")
    press(keeper, "Retirer")
    assert "Il n’encaissera plus." in seen(keeper)
    assert "retiré" in press(keeper, "Retirer cet appareil")


def test_the_whole_payment_by_keyboard(shop: Shop) -> None:
    page = shop.till
    keys = page.keyboard
    keys.type("0,81")  # with its comma, as on paper
    assert "0,81" in seen(page)
    keys.press("Enter")
    shows(page, "Pour qui ?")
    keys.type(shop.handle)
    keys.press("Enter")
    shows(page, "À vous de taper")
    page.evaluate(SCANNED, "CA7:81 0Q123456")  # a card read a second time: no figure of a code
    keys.press("Enter")
    assert "0 chiffres tapés sur 6" in seen(page)
    page.wait_for_timeout(500)
    keys.type(shop.pin)
    keys.press("Enter")
    shows(page, "Payé")
    keys.press("Tab")
    keys.press("Enter")
    shows(page, "Combien ?")


def test_one_practises_and_nothing_moves(shop: Shop) -> None:
    """Everything that happens in a queue, with nothing asked of the caisse."""
    page = shop.till
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/api/" in one.url else None)
    page.get_by_role("button", name="S’exercer, sans rien encaisser").click()
    shows(page, "Combien ?")
    page.get_by_text("Exercice : rien n’est pris.").wait_for()
    started = len(asked)
    sell(shop, "4500", "000000")
    shows(page, "Le paiement n’est pas passé")
    assert "Le code ou l’identifiant n’est pas reconnu." in seen(page)
    page.get_by_role("button", name="Taper le code").click()
    tap(page, "123456")
    page.locator('[data-do="pay"]').click()
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Tout en MonA, le reste en euros").click()
    tap(page, "123456")
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    assert (
        "ceci · est · faux" in seen(page)
        and "15,00" in page.locator("[data-rest]:visible").inner_text()
    )
    page.get_by_role("button", name="Annuler cette vente").click()
    page.get_by_role("button", name="Annuler la vente").click()
    shows(page, "Vente annulée")
    page.get_by_role("button", name="Personne suivante").click()
    shows(page, "Combien ?")
    page.get_by_text("0,00 (1 vente)").first.wait_for()
    sell(shop, "3000", "123456")
    shows(page, "Payé")
    page.get_by_role("button", name="Personne suivante").click()
    sell(shop, "100", "123456")  # nothing is left, and the first answer does not say so
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Tout en MonA, le reste en euros").click()
    tap(page, "123456")
    page.locator('[data-do="pay"]').click()
    shows(page, "Le paiement n’est pas passé")
    assert "Le paiement ne passe pas, même pour une partie." in seen(page)
    assert not page.get_by_role("button", name="Tout en MonA").is_visible()
    page.get_by_role("button", name="Annuler").click()
    shows(page, "Combien ?")
    assert len(asked) == started, asked
    page.get_by_role("button", name="Finir").click()
    shows(page, "Combien ?")
    assert not page.locator(".practice").is_visible()
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "Aucune vente pour l’instant." in seen(page)
    assert "practice" not in page.evaluate(STORED)
    page.reload()
    shows(page, "Combien ?")
    sell(shop, "45")
    shows(page, "Payé")


def test_without_network_it_says_so(shop: Shop) -> None:
    page = shop.till
    page.context.set_offline(True)
    tap(page, "100")
    page.get_by_role("button", name="Continuer").click()
    shows(page, "Pour qui ?")
    page.locator("[data-screen=who] [data-off]").wait_for()
    assert "Sans réseau. La vente est gardée dans cet appareil" in till_looked_at(page)
    page.get_by_role("button", name="Annuler").click()
    shows(page, "Combien ?")
    page.context.set_offline(False)
    page.locator("[data-net-on]").wait_for()
    tap(page, "100")
    page.get_by_role("button", name="Continuer").click()
    shows(page, "Pour qui ?")


def test_it_opens_without_network(shop: Shop) -> None:
    """Installed once, the till opens on a market without a mast, and knows its place."""
    page = shop.till
    page.evaluate("async () => (await navigator.serviceWorker.ready).active !== null")
    page.reload()
    shows(page, "Combien ?")
    page.context.set_offline(True)
    page.reload()
    shows(page, "Combien ?")
    assert "L’Épicerie du Figuier" in page.locator(".till-head").inner_text()
    page.locator("[data-net-off]").wait_for()
    kept = page.evaluate("caches.keys()")
    assert len(kept) == 1 and re.fullmatch("till-[0-9a-f]{16}", kept[0]), "one version at a time"
    page.context.set_offline(False)


def test_the_guide_of_the_office_names_it(visit: Visit, guests: Guests) -> None:
    """The office sees the devices of a place; the desk reads, the coordination changes."""
    page = entering(visit, guests["coordination"], "/gestion/lieux")()
    named(page, "L’Épicerie du Figuier").click()
    assert "Aucun appareil" in press(page, "Appareils pour encaisser")
    assert "Ajouter un appareil" in looked_at(page)
