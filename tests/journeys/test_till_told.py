"""What a till tells beside its screens: on paper, by sounds and shakes, in its first line."""

import io
from functools import partial

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations
from tests.journeys.market_walking import (
    Buyer,
    by_code,
    cut,
    market,
    on_first_screen,
    paid_here,
    stall,
)
from tests.journeys.test_phone import says, telephone
from tests.journeys.test_till import (
    STORED,
    TILL,
    Guests,
    Shop,
    opened,
    sell,
    shows,
    tap,
    till_looked_at,
    wrong,
)
from tests.journeys.walking import Visit

FIVE_SECONDS = """() => {
  const real = window.setTimeout;
  window.setTimeout = (act, wait, ...said) => (
    wait === 5000 ? void (window.fiveSeconds = act) : real(act, wait, ...said)
  );
}"""
PRINTED = """() => {
  window.print = () => { document.body.dataset.printed = "yes"; };
}"""


def wants_to_see(shop: Shop, cents: str) -> str:
    """She asks for what is left, and pays: the words that she sees, until five seconds end."""
    page = shop.till
    page.evaluate(FIVE_SECONDS)
    tap(page, cents)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Identifiant").fill(shop.handle)
    page.get_by_role("button", name="Tourner l’écran").click()
    tap(page, shop.pin)
    page.get_by_role("button", name="Voir après ce qui me reste").click()
    page.locator('[data-do="pay"]').click()
    shows(page, "Il vous reste")
    return str(page.locator("[data-left]:visible").inner_text())


def on_paper(page: Page) -> str:
    """What the printer puts on the paper."""
    read = PdfReader(io.BytesIO(page.pdf(format="A4")))
    return " ".join(" ".join(one.extract_text() for one in read.pages).split())


def test_what_is_left_is_printed_for_her_alone_and_kept_nowhere(
    visit: Visit, guests: Guests
) -> None:
    """Payments.md 8: « imprimer » on the screen turned to her; what the shop prints has no such."""
    shop = opened(visit, guests)
    page = shop.till
    page.evaluate(PRINTED)
    left = wants_to_see(shop, "235")
    page.get_by_role("button", name="Imprimer, avec ce qui me reste").click()
    assert page.locator("body").get_attribute("data-printed") == "yes"
    paper = on_paper(page)
    assert f"Il vous reste {left}" in paper and "2,35" in paper
    assert "L’Épicerie du Figuier" in paper and "Pour vous seulement" not in paper
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    shows(page, "Payé")  # at once: its five seconds have not ended
    assert page.locator("[data-short]:visible").inner_text() in paper
    assert left not in on_paper(page)
    assert left not in page.content() and left not in page.evaluate(STORED)
    page.get_by_role("button", name="Personne suivante").click()
    assert wants_to_see(shop, "100") != left
    page.evaluate("window.fiveSeconds()")
    shows(page, "Payé")  # nothing was pressed
    assert page.locator("[data-left]").all_text_contents() == ["", ""]


FELT = """() => {
  window.felt = [];
  const put = (what) => window.felt.push([
    document.querySelector("[data-screen]:not([hidden])").dataset.screen, what,
  ]);
  navigator.vibrate = (how) => { put(`shake ${how}`); return true; };
  window.AudioContext = class {
    currentTime = 0;
    destination = {};
    createGain() { return { gain: {}, connect: (on) => on }; }
    createOscillator() {
      const frequency = {};
      const start = () => put(`tone ${frequency.value}`);
      return { frequency, connect: (on) => on, start, stop: () => {} };
    }
    close() {}
  };
}"""


def felt(page: Page, screen: str) -> set[str]:
    """What was felt and heard while that screen stood, one time as another."""
    said: list[list[str]] = page.evaluate("window.felt")
    return {what for there, what in said if there == screen}


def distinct(page: Page) -> None:
    """Paid, refused and « On vérifie… » shake and sound, each otherwise, and nothing else does."""
    signs = {screen: felt(page, screen) for screen in ("paid", "refused", "busy")}
    for screen, some in signs.items():
        assert {one.split()[0] for one in some} == {"shake", "tone"}, (screen, some)
    together = [one for some in signs.values() for one in some]
    assert len(together) == len(set(together)), signs
    assert {there for there, _what in page.evaluate("window.felt")} == set(signs)


def test_a_till_says_by_sound_and_shake_what_its_screen_says(visit: Visit, guests: Guests) -> None:
    """Payments.md 9 and the notices of ARCHITECTURE 8: paid, refused, nobody knows yet."""
    shop = opened(visit, guests)
    page = shop.till
    page.evaluate(FELT)
    sell(shop, "50", wrong(shop.pin))
    shows(page, "Le paiement n’est pas passé")
    page.get_by_role("button", name="Taper le code").click()
    tap(page, shop.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    page.get_by_role("button", name="Personne suivante").click()
    shows(page, "Combien ?")
    distinct(page)


def test_a_telephone_does_alike(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    phone.evaluate(FELT)
    for amount, said in (("999", "Le paiement n’est pas passé"), ("1,00", "Payé")):
        phone.evaluate("location.hash = 'lieu-15'")
        says(phone, "L’Épicerie du Figuier")
        phone.get_by_label("Combien payez-vous ?").fill(amount)
        phone.get_by_role("button", name="Continuer").click()
        says(phone, "Payer à L’Épicerie du Figuier")
        phone.get_by_role("button", name="Payer").click()
        says(phone, said)
    distinct(phone)


TOUCHED = """async (touched) => {
  Object.defineProperty(navigator, "userActivation", {
    value: { hasBeenActive: touched }, configurable: true,
  });
  const { signal } = await import("/static/payments/dom.js");
  window.felt = [];
  signal("busy");
  return window.felt.length;
}"""


def test_a_page_that_nobody_has_touched_yet_is_still(visit: Visit) -> None:
    """A browser lets it neither shake nor sound, and complains where it tries."""
    page = visit(TILL)
    shows(page, "Relier cet appareil")
    page.evaluate(FELT)
    assert page.evaluate(TOUCHED, False) == 0
    assert page.evaluate(TOUCHED, True) == 2


class TestMarket:
    """In a small caisse that sells without network."""

    @pytest.fixture
    def played(self, transactional_db: None) -> str:
        market()
        return ""

    def test_every_screen_counts_what_waits_to_be_sent(self, visit: Visit) -> None:
        """Payments.md 9: a red count on every screen of the shop, linked elsewhere too."""
        awa, there = Buyer(), stall(partial(visit, refuses=(401,)))
        page = there.page
        cut(page)
        for n in range(2):
            by_code(page, 5_00, awa.handle, awa.pin)
            paid_here(page)
            counted(page, "Une vente à envoyer" if n == 0 else "2 ventes à envoyer")
            on_first_screen(page)
            counted(page, "Une vente à envoyer" if n == 0 else "2 ventes à envoyer")
        two = "2 ventes à envoyer"
        tap(page, "100")
        page.get_by_role("button", name="Continuer").click()
        shows(page, "Pour qui ?")
        counted(page, two)
        page.get_by_role("button", name="Une partie en euros").click()
        counted(page, two)
        page.get_by_role("button", name="Sans euros").click()
        page.locator('[data-do="ask"]').click()
        shows(page, "La personne scanne et paie")
        counted(page, two)
        on_first_screen(page)
        page.get_by_role("button", name="Ventes").click()
        shows(page, "Dernières ventes")
        counted(page, two)
        page.locator('[data-do="next"]:visible').click()
        operations.revoke_device(device_id=there.device, by=OFFICE)
        page.route("**/api/v1/tills/sync", lambda route: route.abort())
        page.context.set_offline(False)
        page.reload()
        shows(page, "Cet appareil n’encaisse pas")
        counted(page, two)
        page.get_by_role("button", name="Relier avec un code").click()
        shows(page, "Relier cet appareil")
        counted(page, two)
        page.goto(f"{page.url}#AB12CD34EF")
        page.reload()  # the code of another place was scanned
        shows(page, "Relier cet appareil")
        counted(page, two)

    def test_without_network_a_refusal_sounds_too(self, visit: Visit) -> None:
        awa, there = Buyer(), stall(visit)
        page = there.page
        page.evaluate(FELT)
        cut(page)
        by_code(page, 5_00, awa.handle, awa.pin)
        paid_here(page)
        on_first_screen(page)
        tap(page, "2001")
        page.get_by_role("button", name="Continuer").click()
        page.locator("#handle").fill("prune-renard")
        page.locator("#handle").press("Enter")
        shows(page, "Le paiement n’est pas passé")
        assert felt(page, "paid") and felt(page, "refused")
        assert not felt(page, "paid") & felt(page, "refused")


def counted(page: Page, words: str) -> None:
    """It stands at the top, in white on red, and the screen is no wider for it."""
    line = page.locator(".till-head [data-queue]:visible", has_text=words)
    line.wait_for()
    assert line.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(163, 32, 29)"
    till_looked_at(page)
