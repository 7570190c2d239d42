"""A market: a till that may sell without network, members who pay at it, telephones in Python.

What a telephone shows is typed into the till, as a scanner types it.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import formats, operations
from caisse.payments.formats import MARK, from_base45, text_of
from caisse.payments.tests.device import Handset
from conftest import CHROMIUM
from tests.journeys.test_phone import read_off
from tests.journeys.test_till import TILL, shows, tap, till_looked_at
from tests.journeys.walking import PHONE, Visit, seen, titled
from tests.offline.real import DESK, Member, Phone, ground

FUND = 3_300_00


class Buyer(Member):
    """Somebody with 100 MonA at least, and her telephone."""

    def __init__(self, number: int = 1, cents: int = 100_00) -> None:
        super().__init__(number, cents)
        self.phone = Phone(self)

    @property
    def account(self) -> str:
        return f"wallet:{self.wallet}"

    @property
    def left(self) -> int:
        return books.balance(self.account)

    def handset(self) -> Handset:
        """Her telephone as the API knows it, linked."""
        handset = Handset()
        row = operations.invite_phone(holder_id=self.holder, label="Le mien", by=DESK, id=new_id())
        handset.link(operations.give_phone_code(phone_id=row, by=DESK))
        return handset


class Stall(NamedTuple):
    """A device of a place."""

    page: Page
    device: int
    place: int

    @property
    def taken(self) -> int:
        return books.balance(f"place:{self.place}")

    def request(self, cents: int) -> bytes:
        """M2 of this device that its screen never showed."""
        place, minute = self.place.to_bytes(4, "big"), formats.minute_of(clock.now_ms())
        asked = formats.Request(place, self.device & 0xFFFF, cents, b"elsewher", minute)
        return formats.pack_request(asked)


class Kiosk:
    """A Chromium of its own on a profile that stays on the disk: killed, it is started again."""

    def __init__(self, browser: Browser, profile: Path, address: str) -> None:
        self.browser, self.profile, self.address = browser, profile, address
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, offline: bool = False) -> Page:
        """The till's page, as it is found on the device."""
        program = os.environ.get("CAISSE_CHROMIUM") or shutil.which("chromium") or ""
        port = self.profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                program, *CHROMIUM, "--headless", "--remote-debugging-port=0", "--lang=fr-FR",
                f"--user-data-dir={self.profile}", "about:blank",
            ],
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        while not port.exists() or not port.read_text():
            time.sleep(0.05)
        number = port.read_text().split()[0]
        other = self.browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{number}")
        context = other.contexts[0]
        context.set_default_timeout(60_000)
        context.set_offline(offline)
        page = context.pages[0]
        page.set_viewport_size({"width": PHONE, "height": 780})
        page.goto(self.address + TILL)
        return page

    def kill(self) -> None:
        """As a tablet whose battery is pulled out: SIGKILL to all its processes."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def market(**articles: Any) -> None:
    """A caisse that lets places sell without network, on a morning; its clock goes on."""
    ground(FUND, demo=False, **articles)
    clock.travel(clock.now_ms(), runs=True)


def link(page: Page, name: str = "Étal", place: int = 0) -> Stall:
    """Link the device on whose screen this page is, to a new place or to this one."""
    place = place or approved("L’Épicerie du Figuier", "market_producer")
    device = operations.invite_device(place_id=place, label=name, by=OFFICE, id=new_id())
    code = operations.give_invitation(device_id=device, by=OFFICE)
    shows(page, "Relier cet appareil")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Relier").click()
    shows(page, "Comparez les deux écrans")
    words = page.locator("[data-key-words]").inner_text()
    operations.confirm_device(device_id=device, words=words, by=OFFICE)
    page.evaluate("dispatchEvent(new Event('online'))")  # it asks at once
    shows(page, "Combien ?")
    return Stall(page, device, place)


def licensed(stall: Stall) -> Stall:
    """The merchant accepts that the page is not installed: the till asks for its licence."""
    page = stall.page
    page.get_by_role("button", name="Vendre aussi sans réseau").click()
    shows(page, "Vendre aussi sans réseau ?")
    page.get_by_role("button", name="J’accepte ce risque").click()
    shows(page, "Combien ?")
    page.get_by_text("Sans réseau encore, jusqu’à").wait_for()
    return stall


def stall(visit: Visit, width: int = PHONE, place: int = 0, **options: Any) -> Stall:
    """A till with a licence, whose page opens without network; `options` are those of `visit`."""
    there = licensed(link(visit(TILL, width=width, **options), place=place))
    there.page.evaluate("async () => (await navigator.serviceWorker.ready).active !== null")
    return there


def cut(page: Page) -> None:
    page.context.set_offline(True)
    page.locator("[data-net-off]").wait_for()


def back(page: Page) -> None:
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("[data-net-on]").wait_for()


def amount(page: Page, cents: int) -> None:
    """Type it; the next screen says that there is no network."""
    tap(page, str(cents))
    page.get_by_role("button", name="Continuer").click()
    page.locator("[data-screen=who] [data-off]").wait_for()


def by_code(page: Page, cents: int, who: str, pin: str) -> None:
    """Amount, who, code; no answer is waited for."""
    amount(page, cents)
    page.locator("#handle").fill(who)
    page.locator("#handle").press("Enter")
    shows(page, "À vous de taper")
    tap(page, pin)
    page.locator('[data-do="pay"]').click()


def asked(page: Page, cents: int) -> bytes:
    """The till shows its request (M2): its bytes, as a telephone scans them."""
    amount(page, cents)
    page.get_by_role("button", name="Montrer un QR").click()
    shows(page, "La personne scanne et paie")
    request = from_base45(read_off(page).removeprefix(MARK))
    assert formats.read_request(request).cents == cents
    return request


def answer(page: Page, message: bytes) -> None:
    """A scanner types what the telephone shows."""
    page.locator("#answer").fill(text_of(message))
    page.locator("#answer").press("Enter")


def quickly(page: Page, cents: int, who: str, pin: str) -> None:
    """A whole sale by code, by keyboard."""
    page.keyboard.type(str(cents))
    page.keyboard.press("Enter")
    page.locator("[data-screen=who] [data-off]").wait_for()
    page.locator("#handle").fill(who)
    page.locator("#handle").press("Enter")
    titled(page, "À vous de taper")
    page.keyboard.type(pin)
    page.keyboard.press("Enter")
    titled(page, "Payé")
    page.locator('[data-do="next"]:visible').click()
    titled(page, "Combien ?")


def quickly_by_phone(page: Page, cents: int, phone: Phone, counter: int) -> None:
    """A whole sale from the first slip of a telephone."""
    page.keyboard.type(str(cents))
    page.keyboard.press("Enter")
    page.locator("[data-screen=who] [data-off]").wait_for()
    page.locator('[data-do="ask"]').click()
    titled(page, "La personne scanne et paie")
    request = from_base45(read_off(page).removeprefix(MARK))
    answer(page, phone.pay(0, counter, request).payment)
    titled(page, "Payé")
    page.locator('[data-do="next"]:visible').click()
    titled(page, "Combien ?")


def by_phone(page: Page, cents: int, phone: Phone, slip: int = 0, counter: int = 1) -> bytes:
    """A whole sale by telephone: M3."""
    message = phone.pay(slip, counter, asked(page, cents)).payment
    answer(page, message)
    return message


def paid_here(page: Page) -> str:
    """« Payé », kept in this device: the words of the screen."""
    shows(page, "Payé")
    page.locator("[data-here]:visible").wait_for()
    return till_looked_at(page)


def refused(page: Page, sentence: str) -> None:
    shows(page, "Le paiement n’est pas passé")
    assert sentence in seen(page), seen(page)


def on_first_screen(page: Page) -> None:
    """« Personne suivante », or « Annuler »."""
    page.locator('[data-do="next"]:visible, [data-do="cancel"]:visible').first.click()
    shows(page, "Combien ?")


def waits(page: Page, words: str) -> None:
    """The screen counts what waits to be sent."""
    page.locator("[data-queue]:visible", has_text=words).wait_for()


def stored(page: Page) -> dict[str, Any]:
    """All that lies in the browser, by the stores of its database."""
    said: dict[str, Any] = json.loads(page.evaluate(STORED))
    return said


def queue(page: Page) -> list[dict[str, Any]]:
    return list(stored(page)["queue"])


def kept_here(page: Page, count: int = 1) -> None:
    """So many sales wait in the till, none of them on its way: it tries by itself at times."""
    for _each in range(600):
        if [row["state"] for row in queue(page)] == ["stored"] * count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(queue(page))


def sent(page: Page) -> None:
    """Wait until nothing waits any more."""
    for _each in range(600):
        if not queue(page):
            return
        page.wait_for_timeout(100)
    raise AssertionError(queue(page))


AHEAD = """milliseconds => {
  const real = Date.now;
  Date.now = () => real.call(Date) + milliseconds;
}"""


def ahead(page: Page, *, hours: int = 0, minutes: int = 0) -> None:
    """The device's clock jumps."""
    page.evaluate(AHEAD, (hours * 60 + minutes) * 60_000)


STORED = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-till");
    asked.onsuccess = () => done(asked.result);
  });
  const read = (name, what) => new Promise((done) => {
    const rows = base.transaction(name).objectStore(name)[what]();
    rows.onsuccess = () => done(rows.result);
  });
  const said = {};
  for (const name of base.objectStoreNames) {
    const [keys, rows] = [await read(name, "getAllKeys"), await read(name, "getAll")];
    said[name] = name === "market"
      ? Object.fromEntries(keys.map((key, at) => [key, rows[at]])) : rows;
  }
  base.close();
  said.beside = [{ ...localStorage }, { ...sessionStorage }, location.href, history.state];
  return JSON.stringify(said);
}"""


EVERYTHING = """async () => {
  const files = [];
  for (const name of await caches.keys()) {
    const kept = await caches.open(name);
    for (const asked of await kept.keys()) {
      files.push(asked.url, await (await kept.match(asked)).text());
    }
  }
  return files.join("\\n") + document.cookie;
}"""


def everything(page: Page) -> str:
    """All that a device keeps: its database, what lies beside it, its files, its cookies."""
    return json.dumps(stored(page)) + str(page.evaluate(EVERYTHING))
