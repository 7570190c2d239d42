"""What a till keeps, and when it says so: the rules of `docs/mechanisms/offline.md` one by one."""

import json
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from caisse.kernel.ids import new_id
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import operations
from caisse.payments.models import Licence
from tests.journeys.market_walking import (
    Buyer,
    Stall,
    amount,
    back,
    by_code,
    cut,
    link,
    market,
    on_first_screen,
    paid_here,
    queue,
    quickly,
    sent,
    stall,
    stored,
)
from tests.journeys.test_phone import PAYER, says
from tests.journeys.test_till import TILL, shows, till_looked_at
from tests.journeys.walking import PHONE, Visit, seen, titled
from tests.offline.real import DESK


@pytest.fixture
def played(transactional_db: None) -> str:
    """A small caisse takes the place of the played year."""
    market()
    return ""


WRITTEN = """() => {
  const made = IDBDatabase.prototype.transaction;
  Object.assign(window, { written: [], held: null });
  IDBDatabase.prototype.transaction = function (names, mode, options) {
    if (mode === "readwrite") window.written.push([String(names), options?.durability]);
    return made.call(this, names, mode, options);
  };
  Object.defineProperty(IDBTransaction.prototype, "oncomplete", {
    set(act) {
      this.addEventListener("complete", () => {
        const waits = this.mode === "readwrite" && this.objectStoreNames.contains("queue");
        const goOn = () => act();
        if (window.held === null || !waits) goOn();
        else window.held.push(goOn);
      });
    },
  });
}"""


def test_paid_is_said_when_the_sale_is_on_the_disk_and_not_before(visit: Visit) -> None:
    """« complete » of a strict transaction comes from the disk; nobody reads « Payé » before it."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    page.evaluate(WRITTEN)
    cut(page)
    page.evaluate("window.held = []")
    by_code(page, 5_00, awa.handle, awa.pin)
    until(page, "window.held.length > 0")
    assert len(queue(page)) == 1, "all is written, and nothing is said of it"
    titled(page, "À vous de taper")
    page.evaluate("window.held.splice(0).forEach((goOn) => goOn()); window.held = null")
    paid_here(page)
    on_first_screen(page)
    back(page)
    sent(page)
    assert {how for _names, how in page.evaluate("window.written")} == {"strict"}


def until(page: Page, condition: str) -> None:
    """Wait for it; the page's security policy lets no text be run in it over and over."""
    for _each in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def test_a_telephone_keeps_all_strictly_too(visit: Visit) -> None:
    """A ticket must not be shown twice, a payment not be forgotten."""
    awa = Buyer()
    row = operations.invite_phone(holder_id=awa.holder, label="Le mien", by=DESK, id=new_id())
    code = operations.give_phone_code(phone_id=row, by=DESK)
    phone = visit(f"{PAYER}#{code}", width=PHONE)
    says(phone, "Relier ce téléphone")
    phone.evaluate(WRITTEN)
    phone.get_by_role("button", name="Relier").click()
    says(phone, "il vous reste")
    phone.get_by_role("button", name="Montrer mon QR").click()
    says(phone, "Montrez ce QR au commerçant")
    written = phone.evaluate("window.written")
    assert len(written) > 2 and {how for _names, how in written} == {"strict"}


FULL = """(late) => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...said) {
    if (this.name !== "queue") return put.apply(this, said);
    if (!late) throw new DOMException("no room", "QuotaExceededError");
    const asked = put.apply(this, said);
    asked.addEventListener("success", () => this.transaction.abort());
    return asked;
  };
}"""


@pytest.mark.parametrize("late", [False, True])
def test_on_a_full_disk_nothing_is_paid(visit: Visit, late: bool) -> None:
    """Refused when it is written, or when all of it should be on the disk: nothing of it stays."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    before = stored(page)["market"]
    cut(page)
    page.evaluate(FULL, late)
    by_code(page, 5_00, awa.handle, awa.pin)
    shows(page, "Cet appareil n’encaisse pas")
    kept = stored(page)
    assert kept["queue"] == [] and kept["market"]["sums"] == before["sums"]
    assert not page.locator("[data-queue]:visible").count()
    page.reload()  # there is room again
    titled(page, "Combien ?")
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    assert len(queue(page)) == 1


PERSISTED = "navigator.storage.persisted = async () => true;"
NO_ED25519 = """
const imported = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (form, key, around, ...said) => (
  around?.name === "Ed25519"
    ? Promise.reject(new DOMException("unknown", "NotSupportedError"))
    : imported(form, key, around, ...said)
);
"""
NO_POINT = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-till");
    asked.onsuccess = () => done(asked.result);
  });
  const store = base.transaction("device", "readwrite").objectStore("device");
  await new Promise((done) => {
    const asked = store.get("device");
    asked.onsuccess = () => {
      const { point, ...device } = asked.result;
      store.put(device, "device");
      store.transaction.oncomplete = done;
    };
  });
  base.close();
}"""


@pytest.mark.parametrize("missing", ["Ed25519", "the caisse's point", ""])
def test_what_cannot_check_or_seal_asks_for_no_licence(visit: Visit, missing: str) -> None:
    """A browser that reads no signature of the caisse's; a device linked before its point was kept.

    The same device with both has its licence at once, for it is told that its storage stays.
    """
    page = link(visit(TILL, width=PHONE)).page
    if missing == "the caisse's point":
        page.evaluate(NO_POINT)
    page.add_init_script(PERSISTED + (NO_ED25519 if missing == "Ed25519" else ""))
    page.reload()
    titled(page, "Combien ?")
    if not missing:
        page.get_by_text("Sans réseau encore, jusqu’à").wait_for()
        assert Licence.objects.count() == 1
        return
    page.get_by_text("Cet appareil ne peut pas vendre sans réseau").wait_for()
    till_looked_at(page)
    assert not Licence.objects.exists() and "licence" not in stored(page)["market"]


def test_one_record_that_is_none_to_the_caisse_keeps_no_other_back(visit: Visit) -> None:
    """400 to many at once: they are sent by halves until the one is alone, and the others gone."""
    awa, there = Buyer(), stall(partial(visit, refuses=(400,)))
    page = there.page
    cut(page)
    for n in range(5):
        quickly(page, 1_00 + n, awa.handle, awa.pin)
    bad = queue(page)[3]["id"]
    sizes: list[int] = []

    def judge(route: Route) -> None:
        records: list[dict[str, Any]] = json.loads(route.request.post_data or "")["records"]
        sizes.append(len(records))
        if bad in (one["id"] for one in records):
            route.fulfill(status=400, json={"reason": "request", "cashier": "", "member": ""})
        else:
            route.continue_()

    page.route("**/api/v1/tills/sync", judge)
    back(page)
    for _each in range(200):
        if len(queue(page)) == 1:
            break
        page.wait_for_timeout(100)
    assert [(row["id"], row["state"]) for row in queue(page)] == [(bad, "unread")], sizes
    assert there.taken == 1_00 + 1_01 + 1_02 + 1_04 and sizes[:4] == [5, 3, 2, 1]


SENDING = """async () => {
  const { sendAll, toSend } = await import("/static/payments/market/sending.js");
  const rows = await toSend();
  await sendAll();
  return rows.length;
}"""


def test_a_device_linked_to_another_place_sends_none_of_the_first_ones_sales(visit: Visit) -> None:
    """They are told to be unsent, and wait for a device of their place."""
    awa, there = Buyer(), stall(partial(visit, refuses=(401,)))
    page, other = there.page, approved("Une autre halle")
    cut(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    operations.revoke_device(device_id=there.device, by=OFFICE)
    page.route("**/api/v1/tills/sync", lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    shows(page, "Cet appareil n’encaisse pas")
    page.get_by_role("button", name="Relier avec un code").click()
    moved = link(page, place=other)
    sent: list[str] = []
    page.unroute("**/api/v1/tills/sync")
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/sync") else None)
    assert page.evaluate(SENDING) == 0 and sent == []
    assert [row["state"] for row in queue(page)] == ["stored"]
    assert page.locator("[data-queue]:visible").inner_text() == "Une vente à envoyer"
    assert (there.taken, moved.taken) == (0, 0)


WHILE_CLOSING = """async () => {
  const { keepRow, known } = await import("/static/payments/market/keeping.js");
  const { text } = (await known()).licence;
  const row = { id: "0", at: Date.now(), cents: 100, record: {}, state: "stored" };
  return keepRow(row, { cents: 100 }, { text, why: () => null, asked: null });
}"""


def test_while_the_last_word_travels_nothing_is_sold(visit: Visit) -> None:
    """Its answer is lost: the licence may be closed, so neither this page nor another tab sells."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    page.route("**/api/v1/tills/closing", lambda route: route.fetch() and route.abort())
    finishing(there)
    page.locator("[data-wrong]:visible", has_text="Pas de réponse.").wait_for()
    cut(page)  # on the first screen, with network, it would ask for the next licence
    assert stored(page)["market"]["licence"]["closing"] is True
    assert page.evaluate(WHILE_CLOSING) == "offline_licence_old" and queue(page) == []
    page.get_by_role("button", name="Nouvelle vente").click()
    shows(page, "Combien ?")
    amount(page, 1_00)
    page.locator("[data-wrong]:visible", has_text="L’appareil doit retrouver le réseau.").wait_for()
    page.locator("#handle").fill(awa.handle)
    page.locator("#handle").press("Enter")
    shows(page, "Le paiement n’est pas passé")
    assert queue(page) == [] and "Son autorisation est finie." in seen(page)


def finishing(there: Stall) -> None:
    """« Clôture du jour », « Finir la vente sans réseau »."""
    page: Page = there.page
    page.get_by_role("button", name="Ventes").click()
    page.get_by_role("button", name="Clôture du jour").click()
    shows(page, "Clôture du jour")
    page.get_by_role("button", name="Finir la vente sans réseau").click()
