"""A market in a browser: a caisse that sells without network, a stall with real keys, a telephone.

A small caisse of its own, no demo: a stall is played by Python, as another program would be one.
"""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page

from caisse.kernel.ids import new_id
from caisse.ledger import queries as books
from caisse.payments import formats, operations
from caisse.payments.offline.records import SlipSale
from conftest import CHROMIUM
from tests.journeys.test_phone import PAYER, read_off, says, types
from tests.journeys.walking import PATIENT, PHONE
from tests.offline.real import DESK, Member, Shop, ground

FUND = 3_300_00
STALL = "Ferme des Aresquiers"
SYNC = "**/api/v1/phones/sync"
SLIPS = "**/api/v1/phones/slips"
Telephones: TypeAlias = Callable[..., Page]


class Market(NamedTuple):
    """A member with 100 €, two stalls with a licence, where it all is served."""

    awa: Member
    stall: Shop
    other: Shop
    address: str

    def left(self) -> int:
        """What is in her wallet (cents)."""
        return books.balance(f"wallet:{self.awa.wallet}")

    def aside(self) -> int:
        """What she has set aside (cents)."""
        return sum(books.balances("reserve").values())

    def taken(self, shop: Shop | None = None) -> int:
        """What a stall was paid (cents)."""
        return books.balance(f"place:{(shop or self.stall).place}")

    def code(self) -> str:
        """A code that links one more telephone of hers."""
        row = operations.invite_phone(
            holder_id=self.awa.holder, label="Le mien", by=DESK, id=new_id()
        )
        return operations.give_phone_code(phone_id=row, by=DESK)


@pytest.fixture
def market(transactional_db: None) -> Iterator[Market]:
    """The caisse, and its server until the test ends."""
    ground(FUND)
    stall, other = Shop(STALL), Shop("Halle")
    stall.open()
    other.open()
    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield Market(Member(1, 100_00), stall, other, f"http://localhost:{server.port}")
    server.terminate()


SIZE: Any = {"viewport": {"width": PHONE, "height": 780}, "locale": "fr-FR"}


@pytest.fixture
def telephone(market: Market, browser: Browser) -> Iterator[Telephones]:
    """`telephone()` is a new one of Awa's, linked; `telephone(context)` another page of its own."""
    contexts: list[BrowserContext] = []

    def link(context: BrowserContext | None = None) -> Page:
        if context is not None:
            return opened(context, market, "")
        contexts.append(browser.new_context(timezone_id=settings.TIME_ZONE, **SIZE))
        return opened(contexts[-1], market, market.code())

    yield link
    for context in contexts:
        context.close()


def opened(context: BrowserContext, market: Market, code: str) -> Page:
    """« Payer » in a browser, linked by this code, or as it is."""
    context.set_default_timeout(60_000)
    context.add_init_script(PATIENT)
    page = context.new_page()
    page.goto(f"{market.address}{PAYER}#{code}")
    if code:
        page.get_by_role("button", name="Relier").click()
    says(page, "il vous reste")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def launched(browser: Browser, profile: Path) -> BrowserContext:
    """A browser of its own that keeps what it knows in this folder."""
    return browser.browser_type.launch_persistent_context(
        profile,
        executable_path=os.environ.get("CAISSE_CHROMIUM") or shutil.which("chromium"),
        args=CHROMIUM,
        timezone_id=settings.TIME_ZONE,
        **SIZE,
    )


def killed(profile: Path) -> None:
    """SIGKILL to the browser that runs on this folder, as when a battery is empty."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            said = (folder / "cmdline").read_bytes()
        except OSError:
            continue  # it has just ended
        if f"--user-data-dir={profile}".encode() in said:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(folder.name), signal.SIGKILL)


def copied(profile: Path, to: Path) -> Path:
    """A copy of a profile, but for what says that a browser runs on it."""
    shutil.copytree(profile, to, ignore=shutil.ignore_patterns("Singleton*"))
    return to


def set_aside(page: Page, place: str, amount: str) -> str:
    """At home: money for a place; what the list says then."""
    page.get_by_role("button", name="Mettre de côté pour le marché").click()
    says(page, "De côté pour le marché")
    page.get_by_role("button", name="Mettre de côté", exact=True).click()
    says(page, "Mettre de côté")
    page.get_by_label(place).check()
    page.get_by_label("Combien ?").fill(amount)
    page.locator('[data-form="set"] button.go').click()
    told = says(page, "De côté pour le marché")
    page.locator('[data-screen="aside"] [data-do="home"]').click()
    says(page, "il vous reste")
    return told


def scan(page: Page, request: bytes) -> None:
    """Read a till's QR, typed as a reader of codes types it."""
    page.get_by_role("button", name="Scanner un QR").click()
    page.locator("h1:visible", has_text="Visez le QR").wait_for()
    types(page, formats.text_of(request))


def pay(page: Page, request: bytes) -> SlipSale:
    """Scan, confirm, and read the payment off the screen, as the till does."""
    scan(page, request)
    says(page, "Payer sans réseau à")
    page.locator('[data-do="pay-apart"]').click()
    return shown(page, request)


def shown(page: Page, request: bytes) -> SlipSale:
    """The payment that the screen shows, for a till whose request it was."""
    says(page, "Montrez ce QR à l’appareil du lieu")
    message = formats.message_of(read_off(page))
    assert message is not None and message[0] == formats.OFFLINE
    return SlipSale(request, message)


def nonce(n: int) -> bytes:
    """Of a request: eight bytes."""
    return n.to_bytes(8, "big")


def online(page: Page) -> None:
    """The network is back, and what waits is sent."""
    with page.expect_response(SYNC) as sent:
        page.context.set_offline(False)
    assert sent.value.status == 200


def until(page: Page, said: str) -> None:
    """Wait until this is true in the page; its policy lets no waiting of the browser's own."""
    for _try in range(600):
        if page.evaluate(said):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {said}")


def home(page: Page) -> str:
    """Back to the first screen; what it says."""
    page.locator("[data-do=home]:visible").click()
    return says(page, "il vous reste")


def listed(page: Page) -> str:
    """What is set aside, and what was paid from it."""
    page.get_by_role("button", name="Mettre de côté pour le marché").click()
    return says(page, "De côté pour le marché")


def delivered(page: Page) -> None:
    """Each payment without network has its answer on her telephone, and her first screen shows it.

    The screen alone does not tell: it says that nothing waits until it has read what is kept.
    """
    until(page, f"({KEPT})().then(({{ text }}) => !JSON.parse(text).some({WAITS}))")
    page.locator("[data-unsent]").wait_for(state="hidden")


# What a test asks of a browser: the store of « Payer », and how it signs.
NAMES = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-phone", 1);
    asked.onsuccess = () => done(asked.result);
  });
  const store = base.transaction("kept").objectStore("kept");
  const names = await new Promise((done) => {
    store.getAllKeys().onsuccess = ({ target }) => done(target.result);
  });
  base.close();
  return names;
}"""
PAST = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-phone", 1);
    asked.onsuccess = () => done(asked.result);
  });
  const store = base.transaction("kept", "readwrite").objectStore("kept");
  await new Promise((done) => {
    const range = IDBKeyRange.bound("slip:", "slip;");
    store.openCursor(range).onsuccess = ({ target }) => {
      const row = target.result;
      row.update({ ...row.value, until: row.value.since });
    };
    store.transaction.oncomplete = done;
  });
  base.close();
}"""
KEPT = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("caisse-phone", 1);
    asked.onsuccess = () => done(asked.result);
  });
  const store = base.transaction("kept").objectStore("kept");
  const values = await new Promise((done) => {
    store.getAll().onsuccess = ({ target }) => done(target.result);
  });
  base.close();
  const keys = [];
  const text = JSON.stringify(values, (_name, value) => {
    if (value instanceof CryptoKey) keys.push(value);
    return value;
  });
  return { text, keys: keys.length, extractable: keys.filter((key) => key.extractable).length };
}"""
WAITS = '(row) => row?.how === "slip" && row.answer === null'  # of what is kept
HELD = """() => {
  const sign = crypto.subtle.sign.bind(crypto.subtle);
  globalThis.signing = 0;
  const gate = new Promise((open) => { globalThis.let_sign = open; });
  crypto.subtle.sign = async (how, ...rest) => {
    if (how === "HMAC") return sign(how, ...rest);
    globalThis.signing += 1;
    await gate;
    return sign(how, ...rest);
  };
}"""
NO_ED25519 = """() => {
  const make = crypto.subtle.generateKey.bind(crypto.subtle);
  crypto.subtle.generateKey = (how, ...rest) => how.name === "Ed25519"
    ? Promise.reject(new DOMException("", "NotSupportedError")) : make(how, ...rest);
}"""
