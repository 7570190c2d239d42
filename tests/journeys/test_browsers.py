"""What browsers do to an open page: a store that is let go of, an old one; days of other zones."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from caisse.kernel import clock
from tests.journeys.market_walking import Buyer, Stall, link, market
from tests.journeys.test_till import TILL, shows, tap
from tests.journeys.walking import DESK, PHONE, Visit, seen

# each connection to the store that the page opens; while `failing`, none is opened
BASES = """
window.bases = [];
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...said) {
  if (window.failing) {
    window.failing -= 1;
    const asked = { error: new DOMException("gone", "UnknownError") };
    setTimeout(() => asked.onerror());
    return asked;
  }
  const asked = open.apply(this, said);
  asked.addEventListener("success", () => window.bases.push(asked.result));
  return asked;
};
"""
CLOSED = "bases.forEach(base => base.close());"
LOST = {
    "closed without a word": CLOSED,
    "let go of by the browser": (
        CLOSED + "bases.forEach(base => base.dispatchEvent(new Event('close')))"
    ),
    "another tab has a newer page": (
        "bases.forEach(base => base.dispatchEvent(new IDBVersionChangeEvent('versionchange',"
        " { oldVersion: 2, newVersion: 3 })))"
    ),
    "and not opened again at once": (
        CLOSED + "window.failing = 1; dispatchEvent(new Event('online'))"
    ),
}


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The caisse's zone: the one that a test is given, or that of all others."""
    here = clock.zone().key
    clock.set_zone(getattr(request, "param", here))
    yield clock.zone().key
    clock.set_zone(here)


@pytest.fixture
def played(transactional_db: None, zone: str) -> str:
    """A small caisse takes the place of the played year."""
    market()
    return ""


def beginning(visit: Visit, script: str) -> Page:
    """A till whose page begins with a script of ours."""
    page = visit(TILL, width=PHONE)
    page.add_init_script(script)
    page.reload()
    return page


def sell(stall: Stall, buyer: Buyer) -> None:
    """A sale of 2,35 by identifier and code."""
    page = stall.page
    tap(page, "235")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Identifiant").fill(buyer.handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    tap(page, buyer.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    page.locator('[data-do="next"]:visible').click()
    shows(page, "Combien ?")


def test_a_store_that_was_lost_is_opened_again_before_the_next_sale(visit: Visit) -> None:
    buyer, page = Buyer(), beginning(visit, BASES)
    stall, faults = link(page), []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    for n, lost in enumerate(LOST.values(), 1):
        assert page.evaluate("bases.length") > 0
        page.evaluate(lost)
        if "failing" in lost:
            page.wait_for_function("window.failing === 0")
        sell(stall, buyer)
        assert stall.taken == n * 2_35 and faults == []


def test_a_browser_that_cannot_time_a_request_out_is_not_without_network(visit: Visit) -> None:
    """Safari before 16."""
    page = beginning(visit, "delete AbortSignal.timeout;")
    assert page.evaluate("AbortSignal.timeout === undefined")
    stall = link(page)
    sell(stall, Buyer())
    assert stall.taken == 2_35 and page.locator("[data-net-on]").is_visible()


def test_a_fault_of_ours_is_no_missing_network(visit: Visit) -> None:
    page = visit(TILL)
    said = page.evaluate(
        "async () => { const { ask } = await import('/static/payments/wire.js');"
        " const device = { till: 1, generation: 1, key: null };"
        " try { return await ask('GET', '/api/v1/tills/self', undefined, device) }"
        " catch (fault) { return fault.name } }"
    )
    assert said == "TypeError"


@pytest.mark.parametrize("zone", ["America/Martinique", "Indian/Reunion"], indirect=True)
def test_the_day_of_another_zone_is_closed_in_its_own_evening(visit: Visit, zone: str) -> None:
    """20:00 in Martinique is the next day in Paris, 1:00 in Réunion the day before."""
    hour = 20 if zone.startswith("America") else 1
    clock.travel(clock.instant(clock.today() + timedelta(1), hour), runs=True)
    stall = link(visit(TILL, width=DESK))
    page = stall.page
    assert page.locator("html").get_attribute("data-zone") == zone
    sell(stall, Buyer())
    page.get_by_role("button", name="Ventes").click()
    page.locator("[data-sales] li").wait_for()
    assert f"{hour} h 0" in seen(page), "of the hour that the clock on the wall shows"
    page.get_by_role("button", name="Clôture du jour").click()
    shows(page, "Clôture du jour")
    day = page.locator("[data-day]:visible").inner_text().replace("\u00a0", " ")
    assert f"mardi {clock.today().day}" in day and "2,35" in seen(page)


def test_what_is_wrong_with_a_request_is_not_said_to_a_cashier_in_english(visit: Visit) -> None:
    page = visit(TILL, width=PHONE, refuses=(400,))
    link(page)
    page.route(
        "**/api/v1/days",
        lambda route: route.fulfill(
            status=400, content_type="application/json",
            body='{"reason": "request", "member": "", "cashier": "day: not after today"}',
        ),
    )  # fmt: skip
    page.get_by_role("button", name="Ventes").click()
    page.get_by_role("button", name="Clôture du jour").click()
    page.get_by_text("La caisse n’a pas compris. Rechargez la page, puis recommencez.").wait_for()
    assert "not after today" not in page.content()
