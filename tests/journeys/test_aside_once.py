"""A telephone at a market, once whatever happens: two tabs, killed, copied, blocked, lied to.

The stall is a program with real keys, as in test_aside.py.
"""

import json
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Route

from caisse.kernel import clock
from caisse.kernel.ids import show_id
from caisse.ledger import queries as books
from caisse.payments import formats, operations
from caisse.payments.models import OfflineStop, Reserve, SlipUse
from tests.journeys.market import (
    HELD,
    KEPT,
    NAMES,
    PAST,
    STALL,
    SYNC,
    Market,
    Telephones,
    copied,
    delivered,
    home,
    killed,
    launched,
    listed,
    market,
    nonce,
    online,
    opened,
    pay,
    scan,
    set_aside,
    shown,
    telephone,
    until,
)  # fmt: skip
from tests.journeys.test_phone import says
from tests.journeys.walking import seen
from tests.offline.real import DESK

__all__ = ["market", "telephone"]  # fixtures


def test_two_tabs_never_show_one_counter_for_two_requests(
    market: Market, telephone: Telephones
) -> None:
    """Both have read the counter and wait to sign: whoever writes second signs anew."""
    first = telephone()
    set_aside(first, STALL, "20")
    second = telephone(first.context)
    first.context.set_offline(True)
    sales, tabs = [], (first, second)
    for cents in (1_00, 3_00, 5_00):
        requests = [market.stall.request(cents + n, nonce(cents + n)) for n in (0, 1_00)]
        for page, request in zip(tabs, requests, strict=True):
            page.bring_to_front()
            scan(page, request)
            says(page, "Payer sans réseau à")
            page.evaluate(HELD)
        for page in tabs:
            page.evaluate("document.querySelector('[data-do=\"pay-apart\"]').click()")
            until(page, "globalThis.signing === 1")
        for page in tabs:
            page.evaluate("globalThis.let_sign()")
        for page, request in zip(tabs, requests, strict=True):
            page.bring_to_front()
            until(page, "document.querySelector('[data-screen=apart]').hidden")
            if "Montrez ce QR" in seen(page):
                sales.append(shown(page, request))
            home(page)
    counters = [formats.read_offline_payment(one.payment).counter for one in sales]
    assert sorted(counters) == [1, 2, 3, 4, 5]  # 1 + 2 + 3 + 4 of 20; then 5, or 6
    assert market.stall.sync(*sales) == ["posted"] * 5
    assert not OfflineStop.objects.exists()


def test_killed_after_the_counter_was_raised_it_sends_its_copy(
    market: Market, browser: Browser, tmp_path: Path
) -> None:
    profile = tmp_path / "telephone"
    page = opened(launched(browser, profile), market, market.code())
    set_aside(page, STALL, "20")
    page.context.set_offline(True)
    first = pay(page, market.stall.request(5_00, nonce(1)))
    killed(profile)
    page = opened(launched(browser, profile), market, "")
    delivered(page)
    assert market.taken() == 5_00
    assert "Confirmé par la caisse." in listed(page)
    home(page)
    page.context.set_offline(True)
    second = pay(page, market.stall.request(6_00, nonce(2)))
    assert formats.read_offline_payment(second.payment).counter == 2
    assert market.stall.sync(first, second) == ["posted", "posted"]
    assert (market.taken(), market.aside(), market.left()) == (11_00, 9_00, 80_00)
    killed(profile)


def test_a_copied_telephone_that_pays_twice_with_one_counter_is_found(
    market: Market, browser: Browser, tmp_path: Path
) -> None:
    """payments.md 7.3: for a place nobody loses; the wallet sets nothing aside any more."""
    profile = tmp_path / "telephone"
    page = opened(launched(browser, profile), market, market.code())
    set_aside(page, STALL, "20")
    page.context.close()
    pages = [
        opened(launched(browser, folder), market, "")
        for folder in (profile, copied(profile, tmp_path / "copy"))
    ]
    sales = []
    for n, page in enumerate(pages):
        page.context.set_offline(True)
        sales.append(pay(page, market.stall.request(15_00, nonce(n))))
    assert [formats.read_offline_payment(one.payment).counter for one in sales] == [1, 1]
    assert market.stall.sync(*sales) == ["posted", "offline_member_limit"]
    assert list(SlipUse.objects.values_list("counter", flat=True)) == [1, 1]
    assert OfflineStop.objects.filter(pk=market.awa.wallet).exists()
    assert (market.taken(), market.aside(), market.left()) == (15_00, 5_00, 80_00)
    assert sum(books.balances("loss").values()) == 0
    home(pages[1])
    online(pages[1])  # the second copy is refused there too, and says why
    delivered(pages[1])
    assert "Pas passé : Sans réseau, un montant plus petit passe." in listed(pages[1])
    page = pages[1]
    page.get_by_role("button", name="Mettre de côté", exact=True).click()
    page.get_by_label("Combien ?").fill("1")
    page.locator('[data-form="set"] button.go').click()
    page.locator("[data-wrong]:visible").wait_for()
    assert "Sans réseau, ce porte-monnaie ne paie plus. Appelez l’accueil." in seen(page)
    for one in pages:
        one.context.close()


def test_a_blocked_telephone_keeps_what_it_signed_and_nothing_else(
    market: Market, telephone: Telephones
) -> None:
    page = telephone()
    set_aside(page, STALL, "20")
    page.context.set_offline(True)
    sale = pay(page, market.stall.request(5_00, nonce(1)))
    home(page)
    number = Reserve.objects.get().phone
    clock.travel(clock.now_ms() + 60_000)  # the stall's licence is older than what is blocked
    operations.block_phone(phone_id=number, by=DESK)
    with page.expect_response("**/api/v1/phones/self"):
        page.context.set_offline(False)
    says(page, "Relier ce téléphone")
    page.get_by_text("Vos achats sans réseau sont gardés ici").wait_for()
    names = page.evaluate(NAMES)
    assert names == [f"sale:{sale.request.hex()}"]
    code = market.code()
    page.get_by_label("Code").fill(code)
    with page.expect_response(lambda got: got.url.endswith("phones/sync")) as sent:
        page.get_by_role("button", name="Relier").click()
    assert json.loads(sent.value.text())["answers"][0]["answer"] == "posted"
    says(page, "il vous reste")
    delivered(page)
    assert market.taken() == 5_00


def test_after_its_time_a_slip_is_forgotten(market: Market, telephone: Telephones) -> None:
    page = telephone()
    set_aside(page, STALL, "20")
    assert any(name.startswith("slip:") for name in page.evaluate(NAMES))
    page.evaluate(PAST)
    page.reload()
    says(page, "il vous reste")
    assert not any(name.startswith("slip:") for name in page.evaluate(NAMES))


LOOKED_AT = "navigator.locks.query().then((all) => !all.held.some(({ name }) => name === 'sync'))"


def test_no_answer_but_a_proven_one_takes_a_copy_away(
    market: Market, telephone: Telephones
) -> None:

    def answer_with(told: str, route: Route) -> None:
        route.fulfill(body=told)

    page = telephone()
    set_aside(page, STALL, "20")
    page.context.set_offline(True)
    sale = pay(page, market.stall.request(5_00, nonce(1)))
    home(page)
    paid = formats.read_offline_payment(sale.payment)
    id = formats.offline_id(paid.slip.slip_id, 1, sale.request)
    other = formats.offline_id(paid.slip.slip_id, 2, sale.request)
    for said in (
        {"id": show_id(id), "answer": "posted", "proof": "00" * 32},
        {"id": show_id(id), "answer": "checking", "proof": ""},
        {"id": show_id(other), "answer": "posted", "proof": "00" * 32},
    ):
        told = json.dumps({"answers": [said]})
        page.route(SYNC, partial(answer_with, told))
        online(page)
        page.context.set_offline(True)  # else it asks the caisse itself, half a minute later
        page.unroute(SYNC)
        until(page, LOOKED_AT)
        assert page.evaluate(NAMES).count(f"sale:{sale.request.hex()}") == 1
        assert sale.payment.hex() in page.evaluate(KEPT)["text"]
    online(page)
    delivered(page)
    assert sale.payment.hex() not in page.evaluate(KEPT)["text"]
    assert market.taken() == 5_00


def test_one_request_in_two_tabs_is_paid_once_whichever_way(
    market: Market, telephone: Telephones
) -> None:
    first = telephone()
    set_aside(first, STALL, "20")
    second = telephone(first.context)
    request, other = (market.stall.request(5_00, nonce(n)) for n in (1, 2))
    scan(first, other)
    says(first, f"Payer à {STALL}")  # with network, and not pressed yet
    first.context.set_offline(True)
    second.bring_to_front()
    sale = pay(second, other)
    first.context.route(SYNC, lambda route: route.abort())  # neither tab tells it first
    first.context.set_offline(False)
    first.bring_to_front()
    first.locator('[data-do="confirm"]').click()
    assert shown(first, other) == sale
    first.context.set_offline(True)
    home(first)
    second.bring_to_front()
    home(second)
    for page in (first, second):
        page.bring_to_front()
        scan(page, request)
        says(page, "Payer sans réseau à")
        page.evaluate(HELD)
        page.evaluate("document.querySelector('[data-do=\"pay-apart\"]').click()")
        until(page, "globalThis.signing === 1")
    for page in (first, second):
        page.evaluate("globalThis.let_sign()")
    sales = []
    for page in (first, second):
        page.bring_to_front()
        sales.append(shown(page, request))
    assert sales[0] == sales[1]
    assert market.stall.sync(sale, *sales) == ["posted"] * 3
    assert (market.taken(), market.aside(), market.left()) == (10_00, 10_00, 80_00)
