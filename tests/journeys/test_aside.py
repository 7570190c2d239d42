"""M13: a telephone pays at a market without network, from money that was set aside at home.

The stall is a program with real keys: it shows requests, reads payments, sends them.
"""

import re
from datetime import date

from playwright.sync_api import Response, Route

from caisse.bylaws import operations as decisions
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.merchants.tests.ground import OFFICE, go
from caisse.payments import formats, operations
from caisse.payments.models import Reserve
from caisse.payments.reactions import look_at_reach
from caisse.payments.words import words
from tests.journeys.market import (
    KEPT,
    NAMES,
    NO_ED25519,
    SLIPS,
    STALL,
    SYNC,
    Market,
    Telephones,
    delivered,
    home,
    listed,
    market,
    nonce,
    online,
    pay,
    scan,
    set_aside,
    shown,
    telephone,
    until,
)  # fmt: skip
from tests.journeys.test_phone import PAYER, looked_at, read_off, says
from tests.journeys.walking import seen, tab_to

__all__ = ["market", "telephone"]  # fixtures


def test_set_aside_at_home_paid_without_network_once(market: Market, telephone: Telephones) -> None:
    """payments.md 12, the member's part; three words on both screens, one posting of the sale."""
    page = telephone()
    told = set_aside(page, STALL, "20")
    assert STALL in told and "20,00 MonA" in told and "jusqu’à" in told
    page.locator("[data-apart]").wait_for()  # read from its store, beside the screen
    assert "De côté pour payer sans réseau : 20,00 MonA" in seen(page)
    assert (market.left(), market.aside()) == (80_00, 20_00)
    page.context.set_offline(True)
    request = market.stall.request(12_40, nonce(1))
    scan(page, request)
    asked = says(page, f"Payer sans réseau à {STALL}")
    assert "12,40 MonA" in asked and "Il en restera 7,60." in asked
    page.locator('[data-do="pay-apart"]').click()
    sale = shown(page, request)
    paid = formats.read_offline_payment(sale.payment)
    assert formats.has_paid(paid, request) and paid.counter == 1
    id = formats.offline_id(paid.slip.slip_id, 1, request)
    three = page.locator("[data-three]:visible").inner_text()
    assert three == " · ".join(words(id))
    home(page)
    page.locator("[data-unsent]").wait_for()
    assert "environ 7,60 MonA" in seen(page)
    assert "Achats sans réseau à envoyer à la caisse : 1." in seen(page)
    assert market.stall.sync(sale) == ["posted"]
    assert (market.taken(), market.aside(), market.left()) == (12_40, 7_60, 80_00)
    online(page)
    delivered(page)
    assert "environ" not in seen(page)
    assert "Confirmé par la caisse." in listed(page)
    assert (market.taken(), market.aside(), market.left()) == (12_40, 7_60, 80_00)


def test_as_the_last_time_is_one_press(market: Market, telephone: Telephones) -> None:
    """Two slips of last week, under fresh keys, by one press; offered while nothing is there."""
    page = telephone()
    for place, sum_ in ((STALL, "20"), ("Tous les lieux", "5")):
        assert "Comme la dernière fois" not in set_aside(page, place, sum_)
    clock.travel(clock.now_ms() + 10 * clock.DAY_MS, runs=True)
    operations.sweep_offline()
    page.reload()
    says(page, "il vous reste")
    listed(page)
    page.locator("[data-again]:visible").wait_for()
    told = seen(page).replace("\u00a0", " ")
    assert f"La dernière fois : {STALL} 20,00, Tous les lieux 5,00" in told, told
    looked_at(page)
    page.get_by_role("button", name="Comme la dernière fois").click()
    page.locator('[data-do="back"]').nth(1).wait_for()
    told = seen(page)
    assert "20,00 MonA" in told and "5,00 MonA" in told
    assert "Comme la dernière fois" not in told
    keys = {bytes(one.public_key) for one in Reserve.objects.all()}
    assert len(keys) == 4 and (market.left(), market.aside()) == (75_00, 25_00)


def test_a_lost_answer_is_asked_again_for_the_same_slips(
    market: Market, telephone: Telephones
) -> None:
    page = telephone()
    asked: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.post_data or "")
            route.fetch()  # it arrives, and its answer does not
            route.abort()
        else:
            route.continue_()

    page.route(SLIPS, lose)
    page.get_by_role("button", name="Mettre de côté pour le marché").click()
    page.get_by_role("button", name="Mettre de côté", exact=True).click()
    page.get_by_label("Tous les lieux").check()
    page.get_by_label("Combien ?").fill("15,5")
    page.locator('[data-form="set"] button.go').click()
    says(page, "On met de côté…")
    says(page, "La mise de côté n’a pas de réponse")
    assert market.aside() == 15_50
    page.goto("about:blank")  # a telephone asks by itself each half minute
    page.unroute(SLIPS)

    def sets_aside(got: Response) -> bool:
        return got.url.endswith("phones/slips") and got.request.method == "POST"

    with page.expect_response(sets_aside) as again:
        page.goto(market.address + PAYER)  # what was about to be asked is on the disk
    assert again.value.status == 201
    assert set(asked) == {again.value.request.post_data} and len(asked) > 1
    says(page, "il vous reste")
    assert "Tous les lieux" in listed(page)
    assert (market.aside(), Reserve.objects.count()) == (15_50, 1)
    home(page)
    page.context.set_offline(True)
    request = market.other.request(5_00, nonce(1))
    assert market.other.sync(pay(page, request)) == ["posted"]
    assert market.aside() == 10_50


def test_what_nobody_asks_for_any_more_is_taken_back(market: Market, telephone: Telephones) -> None:
    """It had come through: its keys are gone, so it pays nothing, and comes home by a press."""
    market.stall.close()
    page = telephone()

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(SLIPS, lose)
    page.get_by_role("button", name="Mettre de côté pour le marché").click()
    says(page, "De côté pour le marché")
    page.get_by_role("button", name="Mettre de côté", exact=True).click()
    page.get_by_label(STALL).check()
    page.get_by_label("Combien ?").fill("20")
    page.locator('[data-form="set"] button.go').click()
    says(page, "La mise de côté n’a pas de réponse")
    page.get_by_role("button", name="Laisser tomber").click()
    page.get_by_text("Ne paie plus : il revient après").wait_for()
    assert "20,00 MonA" in says(page, "De côté pour le marché") and market.aside() == 20_00
    page.unroute(SLIPS)
    page.get_by_role("button", name="Reprendre").click()
    page.get_by_text("Rien n’est de côté.").wait_for()
    assert (market.aside(), market.left()) == (0, 100_00)


def test_what_is_refused_says_why(market: Market, telephone: Telephones) -> None:
    page = telephone()

    def tries(place: str, amount: str) -> str:
        says(page, "De côté pour le marché")
        page.get_by_role("button", name="Mettre de côté", exact=True).click()
        if place:
            page.get_by_label(place).check()
        page.get_by_label("Combien ?").fill(amount)
        page.locator('[data-form="set"] button.go').click()
        page.locator("[data-wrong]:visible").wait_for()
        return looked_at(page)

    page.get_by_role("button", name="Mettre de côté pour le marché").click()
    assert "Rien n’est de côté." in says(page, "De côté pour le marché")
    assert "Tapez un montant, par exemple 12,40." in tries(STALL, "douze")
    assert "Au plus 60,00 en tout, pour 3 lieux, pendant 48 heures." in seen(page)
    page.locator('[data-screen="choose"] [data-do="aside"]').click()
    look_at_reach()  # as each process that serves does by itself
    assert "Mettez de côté 60,00 MonA au plus en tout." in tries(STALL, "60,01")
    page.locator('[data-screen="choose"] [data-do="aside"]').click()
    assert "Pour tous les lieux, 20,00 MonA au plus." in tries("Tous les lieux", "20,01")


def test_what_is_set_aside_comes_home_when_no_till_may_hold_a_sale(
    market: Market, telephone: Telephones
) -> None:
    look_at_reach()  # as each process that serves does by itself
    page = telephone()
    set_aside(page, STALL, "20")
    listed(page)
    page.get_by_role("button", name="Reprendre").press("Enter")  # its list is drawn anew beside
    page.locator("[data-wrong]:visible").wait_for()
    assert f"20,00 MonA sont mis de côté pour {STALL} jusqu’à" in looked_at(page)
    home(page)
    page.context.set_offline(True)
    request = market.stall.request(5_00, nonce(1))
    assert market.stall.sync(pay(page, request)) == ["posted"]  # it still pays
    home(page)
    online(page)
    market.stall.close()
    listed(page)
    page.get_by_text("Rien n’est de côté.").wait_for()  # the stall's last word sent it home
    assert (market.aside(), market.left()) == (0, 95_00)
    home(page)
    set_aside(page, STALL, "10")
    listed(page)
    page.get_by_role("button", name="Reprendre").press("Enter")
    page.get_by_text("Rien n’est de côté.").wait_for()
    assert (market.aside(), market.left()) == (0, 95_00)
    home(page)
    page.context.set_offline(True)
    scan(page, market.stall.request(5_00, nonce(2)))
    assert f"Rien n’est de côté pour {STALL}." in says(page, "Le paiement n’est pas passé")


def test_too_little_says_how_much_is_there(market: Market, telephone: Telephones) -> None:
    """A slip of the place goes before one for anywhere; neither is split."""
    page = telephone()
    set_aside(page, STALL, "8")
    set_aside(page, "Tous les lieux", "10")
    page.context.set_offline(True)
    scan(page, market.stall.request(10_01, nonce(1)))
    told = says(page, "Le paiement n’est pas passé")
    assert f"De côté pour {STALL} : 10,00 au plus en une fois." in told
    page.get_by_role("button", name="Revenir").click()
    scan(page, market.stall.request(8_00, nonce(2)))
    assert "mis de côté pour ce lieu. Il en restera 0,00." in says(page, "Payer sans réseau à")
    page.get_by_role("button", name="Annuler").click()
    scan(page, market.stall.request(8_01, nonce(3)))
    assert "mis de côté pour tous les lieux. Il en restera 1,99." in says(
        page, "Payer sans réseau à"
    )
    page.locator('[data-do="pay-apart"]').click()
    first = shown(page, market.stall.request(8_01, nonce(3)))
    home(page)
    second = pay(page, market.stall.request(8_00, nonce(4)))
    assert market.stall.sync(first, second) == ["posted", "posted"]
    assert (market.taken(), market.aside()) == (16_01, 1_99)


def test_the_same_request_is_shown_again_and_paid_once(
    market: Market, telephone: Telephones
) -> None:
    """Scanned twice without network, then with it: one payment, one number."""
    page = telephone()
    set_aside(page, STALL, "20")
    page.context.set_offline(True)
    request = market.stall.request(5_00, nonce(1))
    first = pay(page, request)
    home(page)
    scan(page, request)
    assert shown(page, request) == first
    home(page)
    page.route(SYNC, lambda route: route.abort())
    page.context.set_offline(False)
    scan(page, request)
    assert shown(page, request) == first
    home(page)
    page.goto("about:blank")
    page.unroute(SYNC)
    assert market.stall.sync(first) == ["posted"]
    with page.expect_response(SYNC):
        page.goto(market.address + PAYER)
    delivered(page)
    scan(page, request)
    told = says(page, "C’est déjà payé")
    assert "La caisse l’a confirmé." in told
    assert (market.taken(), market.left(), market.aside()) == (5_00, 80_00, 15_00)


def test_a_payment_with_network_that_nobody_knows_of_is_not_paid_by_a_slip(
    market: Market, telephone: Telephones
) -> None:
    """The network drops after the caisse has taken it: the same request, or another of that stall,
    waits; another stall is paid."""
    page = telephone()
    set_aside(page, STALL, "20")
    set_aside(page, "Halle", "20")
    request = market.stall.request(5_00, nonce(1))

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/phones/requests/pay", lose)
    scan(page, request)
    says(page, f"Payer à {STALL}")
    page.locator('[data-do="confirm"]').click()
    says(page, "Pas encore de réponse")
    page.context.set_offline(True)
    page.unroute("**/api/v1/phones/requests/pay")
    page.locator('[data-screen="unsure"] [data-do="home"]').click()
    for asked in (request, market.stall.request(5_00, nonce(2))):
        scan(page, asked)
        says(page, f"Payer sans réseau à {STALL}")
        page.locator('[data-do="pay-apart"]').click()
        told = says(page, "Un paiement attend sa réponse")
        assert "Payer encore ici pourrait payer deux fois." in told
        home(page)
    sale = pay(page, market.other.request(7_00, nonce(3)))
    assert market.other.sync(sale) == ["posted"]
    home(page)
    online(page)
    page.get_by_role("button", name="Voir lequel").click()
    says(page, "Payé")
    home(page)
    page.context.set_offline(True)
    scan(page, request)
    assert "Ce QR est déjà payé." in says(page, "C’est déjà payé")
    assert (market.taken(), market.taken(market.other)) == (5_00, 7_00)
    assert (market.left(), market.aside()) == (100_00 - 40_00 - 5_00, 33_00)


def test_with_network_it_pays_as_ever_and_proves_it_to_a_till_without(
    market: Market, telephone: Telephones
) -> None:
    page = telephone()
    set_aside(page, STALL, "20")
    request = market.stall.request(5_00, nonce(1))
    scan(page, request)
    says(page, f"Payer à {STALL}")
    page.locator('[data-do="confirm"]').click()
    says(page, "Payé")
    assert market.aside() == 20_00
    page.get_by_role("button", name="L’appareil du lieu n’a pas de réseau").click()
    says(page, "Montrez cette preuve à l’appareil du lieu")
    message = formats.message_of(read_off(page))
    assert message is not None and formats.is_paid(message, request, market.stall.key)
    told = operations.prove(
        request=request, payment_id=formats.request_id(request), wallet_id=market.awa.wallet
    )
    assert told is not None
    assert page.locator("[data-three]:visible").inner_text() == " · ".join(told.words)
    home(page)
    page.context.set_offline(True)
    scan(page, request)  # without network: the proof again, no second payment
    says(page, "Montrez cette preuve à l’appareil du lieu")
    assert read_off(page) == formats.text_of(message)
    assert (market.taken(), market.left(), market.aside()) == (5_00, 75_00, 20_00)


def test_a_wallet_that_holds_too_little_pays_from_what_is_set_aside(
    market: Market, telephone: Telephones
) -> None:
    """With network too; the number of the first try is burnt before."""
    page = telephone()
    set_aside(page, STALL, "60")
    request = market.stall.request(45_00, nonce(1))
    scan(page, request)
    says(page, f"Payer à {STALL}")
    page.locator('[data-do="confirm"]').click()
    told = says(page, "Le paiement n’est pas passé")
    assert f"sont mis de côté pour {STALL} jusqu’à" in told and "60,00" in told
    assert "sont mis de côté pour" in looked_at(page)
    assert page.locator('[data-do="all"]').is_visible(), "a part is in the wallet"
    page.get_by_role("button", name="Payer avec l’argent mis de côté").click()
    says(page, "Payer sans réseau à")
    page.locator('[data-do="pay-apart"]').click()
    sale = shown(page, request)
    id = formats.request_id(request)
    outcome = operations.outcome(id)
    assert getattr(outcome, "reason", "") == "abandoned"
    assert market.stall.sync(sale) == ["posted"]
    assert (market.taken(), market.left(), market.aside()) == (45_00, 40_00, 15_00)


def test_where_the_bylaws_do_not_allow_it_nothing_is_seen(
    market: Market, telephone: Telephones
) -> None:
    decisions.decide(
        title="Essai", text="", body="comité", by=OFFICE,
        effects=[Amend("payment.offline", False, Month(2023, 3))],
    )  # fmt: skip
    go(date(2023, 3, 6))
    page = telephone()
    until(page, f"({NAMES})().then((names) => names.includes('aside'))")
    assert not page.locator("[data-market]").is_visible()
    scan(page, market.stall.request(5_00, nonce(1)))
    says(page, f"Payer à {STALL}")
    page.locator('[data-do="confirm"]').click()
    says(page, "Payé")
    assert not page.locator("[data-provable]").is_visible()
    home(page)
    page.context.set_offline(True)
    scan(page, market.stall.request(5_00, nonce(2)))
    assert "Pas de réponse." in says(page, "Le paiement n’est pas passé")
    assert "de côté" not in seen(page).lower()


def test_where_no_slip_is_made_it_proves_what_it_paid_all_the_same(
    market: Market, telephone: Telephones
) -> None:
    """payments.md 7.1: a till that sells by card and code still shows its QR to telephones."""
    decisions.decide(
        title="Essai", text="", body="comité", by=OFFICE,
        effects=[Amend("instrument.kinds", ("pin", "card", "shop_qr"), Month(2023, 3))],
    )  # fmt: skip
    go(date(2023, 3, 6))
    page = telephone()
    until(page, f"({NAMES})().then((names) => names.includes('aside'))")
    assert not page.locator("[data-market]").is_visible(), "nothing can be set aside"
    request = market.stall.request(5_00, nonce(1))
    scan(page, request)
    says(page, f"Payer à {STALL}")
    page.locator('[data-do="confirm"]').click()
    says(page, "Payé")
    page.get_by_role("button", name="L’appareil du lieu n’a pas de réseau").click()
    says(page, "Montrez cette preuve à l’appareil du lieu")
    message = formats.message_of(read_off(page))
    assert message is not None and formats.is_paid(message, request, market.stall.key)


# The instants of the sales that a telephone remembers, `days` ago.
DAYS_AGO = """async ([name, days]) => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-phone", 1);
    asked.onsuccess = () => done(asked.result);
  });
  const store = base.transaction("kept", "readwrite").objectStore("kept");
  await new Promise((done) => {
    const range = IDBKeyRange.bound("sale:", "sale;");
    store.openCursor(range).onsuccess = ({ target }) => {
      const { value } = target.result;
      target.result.update({ ...value, [name]: value[name] - days * 24 * 3600 * 1000 });
    };
    store.transaction.oncomplete = done;
  });
  base.close();
}"""


def test_a_late_answer_is_shown_for_seven_days(market: Market, telephone: Telephones) -> None:
    """A sale that the caisse hears of after eight days: what became of it is not forgotten at once,
    and its request is not paid again."""
    page = telephone()
    set_aside(page, STALL, "20")
    page.context.set_offline(True)
    request = market.stall.request(5_00, nonce(1))
    pay(page, request)
    home(page)
    page.evaluate(DAYS_AGO, ["at", 8])
    online(page)
    delivered(page)
    page.reload()
    says(page, "il vous reste")
    assert "Confirmé par la caisse." in listed(page)
    home(page)
    page.evaluate(DAYS_AGO, ["heard", 8])
    page.reload()
    says(page, "il vous reste")
    until(page, f"({NAMES})().then((names) => !names.includes('sale:{request.hex()}'))")


def test_by_keyboard_alone(market: Market, telephone: Telephones) -> None:
    """From the first screen to the QR that the stall reads, with Tab, arrows and Enter."""
    page = telephone()

    def enter(words_: str) -> None:
        tab_to(page, words_)
        page.keyboard.press("Enter")

    page.get_by_role("button", name="Mettre de côté pour le marché").wait_for()
    enter("Mettre de côté pour le marché")
    says(page, "De côté pour le marché")
    enter("Mettre de côté")
    says(page, "Mettre de côté")
    tab_to(page, STALL)
    page.keyboard.press("ArrowDown")
    tab_to(page, "Combien ?")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    assert "Halle" in says(page, "De côté pour le marché")
    enter("Revenir")
    says(page, "il vous reste")
    page.context.set_offline(True)
    enter("Scanner un QR")
    says(page, "Visez le QR")
    enter("Taper le numéro du lieu")
    tab_to(page, "texte du QR")
    request = market.other.request(3_00, nonce(1))
    page.keyboard.type(formats.text_of(request))
    page.keyboard.press("Enter")
    says(page, "Payer sans réseau à Halle")
    enter("Payer")
    assert market.other.sync(shown(page, request)) == ["posted"]


def test_without_ed25519_it_signs_on_p_256(market: Market, telephone: Telephones) -> None:
    page = telephone()
    page.evaluate(NO_ED25519)
    set_aside(page, STALL, "20")
    assert Reserve.objects.get().key_kind == 2
    page.context.set_offline(True)
    sales = [pay(page, market.stall.request(3_00, nonce(1)))]
    home(page)
    sales.append(pay(page, market.stall.request(4_00, nonce(2))))
    assert market.stall.sync(*sales) == ["posted", "posted"]
    assert market.aside() == 13_00


def test_keys_cannot_be_taken_out_and_nobody_is_named(
    market: Market, telephone: Telephones
) -> None:
    """What is kept: no name, no identifier, no code; what was signed only until it is answered."""
    page = telephone()
    set_aside(page, STALL, "20")
    page.context.set_offline(True)
    sale = pay(page, market.stall.request(5_00, nonce(1)))
    assert sale.payment.hex() in page.evaluate(KEPT)["text"]
    home(page)
    online(page)
    delivered(page)
    kept = page.evaluate(KEPT)
    assert kept["keys"] == 2 and kept["extractable"] == 0  # the telephone's, the slip's
    awa = market.awa
    for word in (sale.payment.hex(), "Zoé", "Moulin", awa.handle, awa.card):
        assert word not in kept["text"], word
    whole = rf"(?<![0-9a-f]){awa.pin}(?![0-9a-f])"  # not six figures of a ticket in hexadecimal
    assert not re.search(whole, kept["text"])
    assert STALL in kept["text"]


def test_a_sum_that_is_too_large_is_refused_and_stays_typed(
    market: Market, telephone: Telephones
) -> None:
    page = telephone()
    page.get_by_role("button", name="Mettre de côté pour le marché").click()
    page.get_by_role("button", name="Mettre de côté", exact=True).click()
    page.get_by_label(STALL).check()
    page.get_by_label("Combien ?").fill("200000")
    page.locator('[data-form="set"] button.go').click()
    page.locator('[data-screen="choose"] [data-wrong]:visible').wait_for()
    assert "au plus en tout." in looked_at(page) and market.aside() == 0
    assert page.get_by_label("Combien ?").input_value() == "200000"
    assert page.get_by_label(STALL).is_checked()
    page.get_by_label("Combien ?").fill("20")
    page.locator('[data-form="set"] button.go').click()
    says(page, "De côté pour le marché")
    assert market.aside() == 20_00
