"""Each reason of the closed list as a screen shows it (payments.md 11; `caisse.payments.reasons`).

One till in one walk: operations bring the world into each state, the till meets it, and its screen
says the two sentences. Two reasons no screen of ours meets while the caisse and the device are
whole; they are met here as a device that is not whole would meet them:
- `id_reused`: a till draws each number by chance. Here its clock stands and its chance is broken.
- `purchase_unknown`: a till gives back what it has sold. Here the caisse was restored from a backup
  of before that sale.
What other walks see is named below, and looked for there.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.ledger import operations as ledger
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import operations, reasons
from caisse.payments.models import Device
from caisse.payments.operations.brake import BRAKE
from tests.journeys.market_walking import (
    Buyer,
    Stall,
    back,
    by_code,
    cut,
    licensed,
    link,
    market,
    on_first_screen,
    paid_here,
    sent,
)
from tests.journeys.screens import passed, shows
from tests.journeys.test_till import TILL, tap
from tests.journeys.walking import PHONE, Visit, seen, sideways, titled
from tests.offline.real import DESK

HERE = Path(__file__)
DAY_MS = clock.DAY_MS
SEEN_BY = {
    "funds_short": "test_till.py",
    "funds_reserved": "test_aside.py",
    "amount_limit": "test_limits.py",
    "day_limit": "test_limits.py",
    "code_wrong": "test_till.py",
    "card_replaced": "test_till.py",
    "qr_used": "test_phone.py",
    "category_not_covered": "test_coverage.py",
    "cashier_code": "test_staff.py",
    "abandoned": "test_scan.py",
    "offline_off": "test_market.py",
    "offline_licence_old": "test_market.py",
    "offline_member_limit": "test_market.py",
    "offline_till_limit": "test_market.py",
    "offline_room_used": "test_market.py",
    "offline_other_place": "test_market.py",
    "offline_clock": "test_market.py",
    "offline_repeat": "test_market.py",
    "checking": "test_till.py",
}
RETYPED = {"code_wrong", "code_needed", "authorisation_unknown", "voucher_unknown"}
FILLED = (reasons.WITH_AMOUNT, reasons.WITH_HOURS, reasons.WITH_DATE)  # where the value is known
SHORTEST = 11  # of a piece of a sentence that another walk waits for: « On vérifie… »


@pytest.fixture
def played(transactional_db: None) -> Iterator[str]:
    """A small caisse takes the place of the played year: a code from 50 MonA on with a telephone,
    a purchase is given back until the day after."""
    market(payment__qr_pin_above_cents=50_00, payment__refund_window_days=1)
    BRAKE.release()
    yield ""
    BRAKE.release()


def test_each_reason_at_one_till(visit: Visit) -> None:
    people = [Buyer(n) for n in range(1, 5)]
    there = link(visit(TILL, width=PHONE, refuses=(404, 409)), "Comptoir")
    codes(there, people)
    telephones(there, people[0])
    vouchers(there, people[0])
    agreements(there)
    stopped_in_the_middle(there, people[0])
    its_clock(there, people[0])
    the_same_number(there, people[0])
    tills_own_tries(there, people[0])
    given_back(there, people[0])
    without_network(there, people[0])


# --- what the till is brought to ---


def codes(there: Stall, people: list[Buyer]) -> None:
    """Three wrong ones of each kind elsewhere: an identifier's, a card's, a telephone's."""
    page, (by_name, by_card, by_phone, blocked) = there.page, people
    wrong_elsewhere("pin", by_name, [by_name.handle] * 3)
    sale(page, 4_00, by_name.handle, by_name.pin)
    refused(page, 4_00, "code_paused")
    another_way(page, 4_00)
    wrong_elsewhere("card", by_card, [by_card.card] * 3)
    sale(page, 4_00, by_card.card, by_card.pin)
    refused(page, 4_00, "code_paused", reasons.WITH_CARD)
    on_first_screen(page)
    handset = by_phone.handset()
    sale(page, 50_00, handset.qr())
    refused(page, 50_00, "code_needed")
    page.get_by_role("button", name="Taper le code").click()
    shows(page, "À vous de taper")
    assert "50,00" in seen(page), "the amount is kept, and what was scanned"
    tap(page, by_phone.pin)
    page.locator('[data-do="pay"]').click()
    shows(page, "Payé")
    on_first_screen(page)
    wrong_elsewhere("member_qr", by_phone, [handset.qr() for _each in range(3)])
    sale(page, 50_00, handset.qr())
    refused(page, 50_00, "code_needed")
    page.get_by_role("button", name="Taper le code").click()
    tap(page, by_phone.pin)
    page.locator('[data-do="pay"]').click()
    refused(page, 50_00, "code_paused", reasons.WITH_QR)
    on_first_screen(page)
    operations.block_card(holder_id=blocked.holder, by=DESK)
    sale(page, 4_00, blocked.card, blocked.pin)
    refused(page, 4_00, "means_unavailable")
    another_way(page, 4_00)


def wrong_elsewhere(method: str, who: Buyer, shown: list[str]) -> None:
    """Wrong codes at a till of another place: they use up what a month allows."""
    place = approved(f"Halle {method}")
    till = operations.open_till(place_id=place, by=OFFICE)
    for text in shown:
        answer = operations.pay_with_code(
            payment_id=new_id(), method=method, who=text, digits=who.wrong_pin, attempt=1,
            place_id=place, cents=50_00, till=till,
        )  # fmt: skip
        assert isinstance(answer, operations.Declined) and answer.reason == "code_wrong"


def telephones(there: Stall, who: Buyer) -> None:
    """A QR that is old, of another caisse, forged."""
    page, handset = there.page, who.handset()
    sale(page, 4_00, handset.qr(late_min=6))
    refused(page, 4_00, "qr_expired")
    another_way(page, 4_00)
    sale(page, 4_00, handset.qr(os.urandom(16)))
    refused(page, 4_00, "other_caisse")
    on_first_screen(page)
    sale(page, 4_00, handset.qr(key=bytes(32)))
    refused(page, 4_00, "qr_unreadable")
    on_first_screen(page)


def vouchers(there: Stall, who: Buyer) -> None:
    """Too small a purchase, cashed already, given back, of nobody, and no voucher at all."""
    page = there.page
    sheet = operations.issue_sheet(wallet_id=who.wallet, values=(5_00, 5_00), by=DESK, id=new_id())
    first, second = sheet.papers
    sale(page, 4_00, first.text)
    refused(page, 4_00, "voucher_whole")
    another_way(page, 4_00)
    typed_voucher(page, 7_00, first.shown)
    shows(page, "Payé")
    assert "Reste à payer en euros : 2,00" in seen(page)
    on_first_screen(page)
    typed_voucher(page, 7_00, first.shown)
    refused(page, 7_00, "voucher_used")
    on_first_screen(page)
    operations.withdraw_sheet(number=sheet.number, by=DESK, id=new_id())
    sale(page, 7_00, second.text)
    refused(page, 7_00, "voucher_expired")
    on_first_screen(page)
    typed_voucher(page, 7_00, "0000 0000 00000")
    refused(page, 7_00, "voucher_unknown")
    page.get_by_role("button", name="Taper de nouveau").click()
    shows(page, "Bon imprimé")
    assert page.locator("#voucher").input_value() == "0000 0000 00000", "the signs are kept"
    page.locator("#voucher").fill(who.card)  # a scanner reads the card
    page.locator("#voucher").press("Enter")
    refused(page, 7_00, "qr_unreadable", reasons.WITH_VOUCHER)
    on_first_screen(page)


def typed_voucher(page: Page, cents: int, signs: str) -> None:
    """Amount, then the signs below the QR of a voucher."""
    to_who(page, cents)
    page.get_by_role("button", name="Bon imprimé : taper ses signes").click()
    shows(page, "Bon imprimé")
    page.locator("#voucher").fill(signs)
    page.locator("#voucher").press("Enter")


def agreements(there: Stall) -> None:
    """Six figures that the office has read out to nobody."""
    page = there.page
    to_who(page, 4_00)
    page.get_by_role("button", name="Vente par téléphone : taper l’accord").click()
    shows(page, "Numéro d’accord")
    tap(page, "123456")
    page.locator('[data-do="agreed"]').click()
    refused(page, 4_00, "authorisation_unknown")
    page.get_by_role("button", name="Taper de nouveau").click()
    shows(page, "Numéro d’accord")
    page.get_by_role("button", name="Autre moyen").click()
    shows(page, "Pour qui ?")
    on_first_screen(page)


def stopped_in_the_middle(there: Stall, who: Buyer) -> None:
    """Somebody types a code while the place is suspended, then while the device is."""
    page = there.page
    to_code(page, 4_00, who.card)
    merchants.suspend_place(place_id=there.place, by=OFFICE)
    paying(page, who.pin)
    refused(page, 4_00, "place_closed")
    merchants.resume_place(place_id=there.place, by=OFFICE)
    another_way(page, 4_00)
    to_code(page, 4_00, who.card)
    operations.suspend_device(device_id=there.device, by=OFFICE)
    paying(page, who.pin)
    refused(page, 4_00, "till_suspended")
    page.locator('[data-do="cancel"]:visible').click()
    shows(page, "Cet appareil n’encaisse pas")
    operations.resume_device(device_id=there.device, by=OFFICE)
    page.reload()
    shows(page, "Combien ?")


def its_clock(there: Stall, who: Buyer) -> None:
    """The device's clock jumps while the amount is on the screen; it sets itself by the answer."""
    page = there.page
    tap(page, "400")
    page.evaluate(JUMPS, 20 * 60_000)
    shows(page, "Pour qui ?")
    page.locator("#handle").fill(who.card)
    page.locator("#handle").press("Enter")
    paying(page, who.pin)
    refused(page, 4_00, "device_clock")
    page.get_by_role("button", name="Autre moyen").click()
    shows(page, "Pour qui ?")
    page.locator("#handle").fill(who.card)
    page.locator("#handle").press("Enter")
    paying(page, who.pin)
    shows(page, "Payé")
    page.reload()
    shows(page, "Combien ?")


def the_same_number(there: Stall, who: Buyer) -> None:
    """Chance is broken and the clock stands: two sales have one number."""
    page = there.page
    clock.travel(clock.now_ms())
    page.evaluate(BROKEN)
    to_who(page, 1_00)  # the caisse's answer says what time it is
    on_first_screen(page)
    sale(page, 4_00, who.card, who.pin)
    shows(page, "Payé")
    on_first_screen(page)
    sale(page, 5_00, who.card, who.pin)
    refused(page, 5_00, "id_reused")
    clock.travel(clock.now_ms(), runs=True)
    page.reload()
    shows(page, "Combien ?")


def tills_own_tries(there: Stall, who: Buyer) -> None:
    """Ten wrong codes within the hour: no code is taken, a telephone pays on."""
    page, till = there.page, bytes(Device.objects.get(pk=there.device).till or b"")
    for n in range(10):
        operations.pay_with_code(
            payment_id=new_id(), method="pin", who=f"loutre-figue-{n}", digits="000000",
            attempt=1, place_id=there.place, cents=1_00, till=till,
        )  # fmt: skip
    sale(page, 4_00, who.card, who.pin)
    refused(page, 4_00, "till_code_paused")
    another_way(page, 4_00)
    sale(page, 4_00, who.handset().qr())
    shows(page, "Payé")
    on_first_screen(page)


def given_back(there: Stall, who: Buyer) -> None:
    """More than is left, of a sale that the caisse lost, without the right, too late."""
    page = there.page
    tomorrow()
    first = sold(there, who)
    operations.refund(refund_id=new_id(), payment_id=first, cents=1_00, by=OFFICE)
    undone(page, "refund_too_large")
    page.reload()
    page.evaluate(LOST)
    undone(page, "purchase_unknown", listed=True)
    page.evaluate(GONE)
    malo, zoe = (
        operations.add_cashier(
            place_id=there.place, label=name, level=level, by=OFFICE, id=new_id()
        )
        for name, level in (("Malo", "cancel"), ("Zoé", "manage"))
    )
    page.reload()
    enters(page, malo.code)
    sold(there, who)
    tomorrow()
    undone(page, "cashier_right")
    page.locator('[data-do="keep"]').click()
    shows(page, "Combien ?")
    to_code(page, 4_00, who.card)
    operations.remove_cashier(cashier_id=malo.cashier_id, by=OFFICE)
    paying(page, who.pin)
    refused(page, 4_00, "cashier_right")
    page.locator('[data-do="cancel"]:visible').click()
    enters(page, zoe.code)
    sold(there, who)
    tomorrow()
    tomorrow()
    undone(page, "refund_too_late")
    page.locator('[data-do="keep"]').click()
    shows(page, "Combien ?")
    operations.remove_cashier(cashier_id=zoe.cashier_id, by=OFFICE)
    page.reload()
    shows(page, "Combien ?")


def sold(there: Stall, who: Buyer) -> bytes:
    """One sale at the till, still on its screen; its number."""
    sale(there.page, 4_00, who.card, who.pin)
    shows(there.page, "Payé")
    number = there.page.evaluate(NEWEST)
    return bytes.fromhex(number.replace("-", ""))


def without_network(there: Stall, who: Buyer) -> None:
    """A sale is kept, and sent when its licence is long over."""
    page = there.page
    licensed(there)
    cut(page)
    by_code(page, 3_00, who.card, who.pin)
    paid_here(page)
    on_first_screen(page)
    clock.travel(clock.now_ms() + 12 * DAY_MS, runs=True)
    back(page)
    sent(page)
    page.get_by_text("Une vente sans réseau n’est pas passée").wait_for()
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    listed(page, "late")


# --- what each screen must say ---


def refused(
    page: Page, cents: int, reason: str, words: dict[str, tuple[str, str]] | None = None
) -> None:
    """The screen of a refusal: both sentences, the amount, what may be typed again."""
    titled(page, "Le paiement n’est pas passé")
    said = tuple(
        plain(page.locator(f"[data-screen=refused] [data-{name}]").inner_text())
        for name in ("cashier", "member")
    )
    assert any(
        all(pattern(one).fullmatch(text) for one, text in zip(known[reason], said, strict=True))
        for known in (words or reasons.SENTENCES, *FILLED)
        if reason in known
    ), (reason, said)
    assert page.locator("[data-screen=refused] [data-cents]").inner_text() == shown(cents)
    assert page.locator('[data-do="retype"]').is_visible() == (reason in RETYPED), reason
    assert page.locator('[data-do="part"]').is_visible() == (reason == "funds_short"), reason
    assert page.locator("[data-status]").inner_text() != "", "it is read out"
    fits(page)


def undone(page: Page, reason: str, *, listed: bool = False) -> None:
    """The sale just made, or the first of the list, is given back, and is not: the screen says why,
    and keeps it."""
    if listed:
        page.locator('[data-do="recent"]:visible').click()
        shows(page, "Dernières ventes")
        page.locator("[data-sales] li").first.get_by_role("button").first.click()
    else:
        page.locator('[data-do="undo"]:visible').click()
    shows(page, "Annuler cette vente ?")
    page.locator('[data-do="refund"]:visible').click()
    said = page.locator("[data-screen=undo] [data-wrong]:visible")
    said.wait_for()
    assert pattern(reasons.SENTENCES[reason][0]).fullmatch(plain(said.inner_text())), reason
    fits(page)
    assert page.locator('[data-do="keep"]').is_visible(), "it stays what it was"


def listed(page: Page, reason: str) -> None:
    """A sale without network that was not taken: the list says why."""
    said = plain(page.locator("[data-sales]").inner_text())
    assert pattern(reasons.SENTENCES[reason][0]).search(said), said
    fits(page)


def fits(page: Page) -> None:
    """Nothing is wider than the screen, whatever it says; it is looked at once."""
    assert sideways(page) <= 0
    passed(page)


def another_way(page: Page, cents: int) -> None:
    """« Autre moyen »: the amount is kept, who paid is not. Then the first screen."""
    page.get_by_role("button", name="Autre moyen").click()
    shows(page, "Pour qui ?")
    assert page.locator("[data-screen=who] [data-cents]").first.inner_text() == shown(cents)
    assert page.locator("#handle").input_value() == ""
    on_first_screen(page)


def pattern(sentence: str) -> re.Pattern[str]:
    """A sentence whose blanks are filled by something; the caisse's number, where there is one."""
    said = re.escape(plain(sentence)).replace(r"\{phone\}", ".*")
    return re.compile(re.sub(r"\\{[a-z]+\\}", ".+", said))


def plain(words: str) -> str:
    return " ".join(words.replace("\u202f", " ").replace("\u00a0", " ").split())


def shown(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


# --- what is pressed ---


def to_who(page: Page, cents: int) -> None:
    tap(page, str(cents))
    page.get_by_role("button", name="Continuer").click()
    shows(page, "Pour qui ?")


def to_code(page: Page, cents: int, who: str) -> None:
    to_who(page, cents)
    page.locator("#handle").fill(who)
    page.locator("#handle").press("Enter")
    shows(page, "À vous de taper")


def paying(page: Page, pin: str) -> None:
    shows(page, "À vous de taper")
    tap(page, pin)
    page.locator('[data-do="pay"]').click()


def sale(page: Page, cents: int, who: str, pin: str = "") -> None:
    """Amount, who, and the code where one is asked for."""
    to_who(page, cents)
    page.locator("#handle").fill(who)
    page.locator("#handle").press("Enter")
    if pin:
        paying(page, pin)


def enters(page: Page, code: str) -> None:
    shows(page, "Qui encaisse ?")
    tap(page, code)
    shows(page, "Combien ?")


def tomorrow() -> None:
    """A day later; what was held for an hour is free."""
    clock.travel(clock.now_ms() + DAY_MS, runs=True)
    ledger.void_expired()


# --- what is done to the device ---

JUMPS = """milliseconds => {
  const real = Date.now;
  Date.now = () => real.call(Date) + milliseconds;
  document.querySelector('[data-do="amount"]').click();
}"""
BROKEN = """() => {
  const instant = Date.now();
  Date.now = () => instant;
  crypto.getRandomValues = (bytes) => bytes.fill(7);
}"""
NEWEST = """async () => {
  const { sales } = await import("/static/payments/store.js");
  return (await sales()).sort((one, other) => other.at - one.at)[0].id;
}"""
LOST = """async () => {
  const { keepSale, readDevice } = await import("/static/payments/store.js");
  const { newId, now } = await import("/static/payments/wire.js");
  const { till } = await readDevice();
  const sale = { id: newId(), till, cents: 400, short: "ABCD1234", at: now() + 1 };
  await keepSale({ ...sale, is: "undoing" });
}"""
GONE = """async () => {
  const { dropSale, sales } = await import("/static/payments/store.js");
  await dropSale((await sales()).sort((one, other) => other.at - one.at)[0].id);
}"""


# --- the closed list ---


def test_every_reason_of_the_closed_list_is_seen_by_a_walk() -> None:
    """Here, or by a walk of the file that is named: it waits for a piece of the sentence.

    A new reason without a walk fails, and so does a walk that is named for another's sentence.
    """
    assert _seen_here() | set(SEEN_BY) == set(reasons.SENTENCES)
    assert _seen_here() & set(SEEN_BY) == set()
    for reason, name in SEEN_BY.items():
        sentences = [plain(one) for one in _sentences(reason)]
        waited = [
            text
            for text in _texts(HERE.with_name(name))
            if any(text in one or re.search(_any_value(one), text) for one in sentences)
        ]
        assert waited, f"{name} waits for no word of {reason}"


def _seen_here() -> set[str]:
    """What this file's walk asks of `refused`, `undone` and `listed`."""
    calls = [
        node
        for node in ast.walk(ast.parse(HERE.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in ("refused", "undone", "listed")
    ]
    asked = [one.value for call in calls for one in call.args if isinstance(one, ast.Constant)]
    return {one for one in asked if isinstance(one, str)}


def _sentences(reason: str) -> list[str]:
    """All that may be said of a reason, to the cashier and to the member."""
    tables = (
        reasons.SENTENCES, reasons.WITH_AMOUNT, reasons.WITH_HOURS, reasons.AT_SHOP,
        reasons.OF_THE_PLACE, reasons.WITH_CARD,
        reasons.WITH_QR, reasons.WITH_VOUCHER, reasons.BY_PHONE,
    )  # fmt: skip
    return [said for table in tables for said in table.get(reason, ())]


def _any_value(sentence: str) -> str:
    """A pattern of the sentence, whatever stands where it has a value."""
    return re.sub(r"\\\{[a-z]+\\\}", ".+", re.escape(sentence))


def _texts(path: Path) -> list[str]:
    """The texts of a walk that are long enough to be a piece of one sentence only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        plain(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if len(plain(node.value)) >= SHORTEST
    ]
