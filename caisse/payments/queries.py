"""Reads of payments: receipts made of what the ledger stored, tills, what of a purchase is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.kernel.ids import Id, short_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.wording import day as in_words_day
from caisse.ledger import queries as books
from caisse.ledger.queries import Line as BookLine
from caisse.ledger.queries import Movement
from caisse.merchants import queries as merchants
from caisse.merchants.rules import CoverageRules, Covered, Line, coverage
from caisse.payments import keys, wire
from caisse.payments.cards import shown_number
from caisse.payments.models import Card, Device, Till
from caisse.payments.reasons import at_shop, declined
from caisse.payments.rules import InstrumentRules
from caisse.payments.words import words, words_of_keys
from caisse.people.rules import CurrencyRules

MOST_AT_ONCE = 5_000  # ids of one look-up, below SQLite's limit of parameters
VERSION = 1  # of the receipt's form; a new form gets a new number, old receipts keep theirs


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment or a refund that was posted: columns of its transfer and nothing else.

    `at` is the instant of posting (ms), `wallet_after` the member's balance right after. Sent
    again, the same payment gets the same receipt, byte for byte; `again` says that it was.
    """

    id: Id
    kind: str
    wallet_id: int
    place_id: int
    cents: int
    at: int
    seq: int
    wallet_after: int
    of: Id | None = None
    again: bool = False

    @property
    def number(self) -> str:
        """The receipt's number: the id, as people write it."""
        return show_id(self.id)

    @property
    def words(self) -> tuple[str, str, str]:
        """Three words, the same for the shop and the member: to read out and to find it again."""
        return words(self.id)

    def for_shop(self) -> bytes:
        """The shop's document, canonical JSON: nothing of the member but this purchase."""
        return events.canonical(self._common()).encode()

    def for_member(self) -> bytes:
        """The member's document, canonical JSON, with what is left in the wallet."""
        return events.canonical({**self._common(), "left_cents": self.wallet_after}).encode()

    def _common(self) -> dict[str, object]:
        return {
            "at": self.at,
            "cents": self.cents,
            "kind": self.kind,
            "number": self.number,
            "of": None if self.of is None else show_id(self.of),
            "place": self.place_id,
            "short": short_id(self.id),
            "v": VERSION,
            "words": list(self.words),
        }


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till: open while `closed_at` (ms) is None."""

    id: Id
    place_id: int
    opened_at: int
    closed_at: int | None


def receipt(id: Id) -> Receipt | None:
    """The receipt of the payment or refund `id`, or None when none was posted under it."""
    movement = books.transfer(id)
    return None if movement is None else receipt_of(movement)


def receipt_of(movement: Movement) -> Receipt | None:
    """The receipt of a transfer, or None when it is neither a payment nor a refund to a wallet."""
    paid = movement.reason == "payment" and movement.phase == "posted"
    given_back = movement.reason == "refund" and movement.phase == "posted"
    if not (paid or given_back):
        return None
    wallet, place = movement.debit, movement.credit
    if given_back:
        wallet, place = place, wallet
    if not (wallet.startswith("wallet:") and place.startswith("place:")):
        return None
    return Receipt(
        id=movement.id,
        kind=movement.reason,
        wallet_id=int(wallet.removeprefix("wallet:")),
        place_id=int(place.removeprefix("place:")),
        cents=movement.cents,
        at=movement.at,
        seq=movement.seq,
        wallet_after=movement.debit_after if paid else movement.credit_after,
        of=movement.of,
    )


def words_of(id: Id) -> tuple[str, str, str]:
    """The three words of a payment or refund, on the shop's receipt and on the member's."""
    return words(id)


@dataclass(frozen=True, slots=True)
class CardRow:
    """The card of a holder: its number, as it stands and as people read it, and from which day."""

    holder_id: int
    number: str
    blocked: bool
    made_on: date

    @property
    def shown(self) -> str:
        """« 4821 903 746 »."""
        return shown_number(self.number)


def card(holder_id: int) -> CardRow | None:
    """The last card that was made for a holder; None for none."""
    row = Card.objects.filter(pk=holder_id).first()
    if row is None:
        return None
    return CardRow(row.pk, row.number, row.blocked, clock.day_of(row.made_at))


def left_to_refund(payment_id: Id) -> int:
    """Cents of a purchase that have not been given back yet; 0 for one that is not known."""
    payment = receipt(payment_id)
    if payment is None or payment.kind != "payment":
        return 0
    return max(0, payment.cents - given_back([payment_id]).get(payment_id, 0))


def given_back(payment_ids: Sequence[Id]) -> dict[Id, int]:
    """The cents of each of these purchases that refunds gave back and nothing undid since."""
    refunds = [one for one in books.referring_to(payment_ids) if one.reason == "refund"]
    later = books.referring_to([one.id for one in refunds])
    undone = {one.of for one in later if one.phase == "reverse"}
    given: dict[Id, int] = {}
    for one in refunds:
        if one.of is not None and one.id not in undone:
            given[one.of] = given.get(one.of, 0) + one.cents
    return given


def till(till_id: Id) -> TillRow | None:
    """One till, or None."""
    row = Till.objects.filter(pk=till_id).first()
    return None if row is None else TillRow(row.id, row.place_id, row.opened_at, row.closed_at)


def open_tills(*, place_id: int) -> list[TillRow]:
    """The tills of a place that are open, the last opened first."""
    rows = Till.objects.filter(place_id=place_id, closed_at__isnull=True).order_by("-id")
    return [TillRow(row.id, row.place_id, row.opened_at, row.closed_at) for row in rows]


def covered(*, place_id: int, lines: Sequence[Line], on: date | None = None) -> Covered:
    """How a purchase is split on a day (today if not said): from the wallet, and in euros.

    Raises Refusal("rate") for a line or a place without a rate of the bylaws.
    """
    rules = bylaws.in_force(CoverageRules, month=Month.of(on or clock.today()))
    place = merchants.place(place_id)
    return coverage(lines, rules, place.rate if place else "")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device of a place: its state and what it is called in words, the words of its keys.

    `key_words` is "" until it is linked; `waits` says that a code which it was given is good still.
    """

    id: int
    place_id: int
    label: str
    state: str
    state_label: str
    key_words: str
    waits: bool


def devices(*, place_id: int) -> list[DeviceRow]:
    """The devices of a place, the one added last first; those that were taken away at the end."""
    rows = Device.objects.filter(place_id=place_id).order_by("-pk")[:500]
    return sorted((_device_row(row) for row in rows), key=lambda row: row.state == "revoked")


def device(device_id: int, *, place_id: int) -> DeviceRow | None:
    """One device of a place; None for no such one."""
    row = Device.objects.filter(pk=device_id, place_id=place_id).first()
    return None if row is None else _device_row(row)


def _device_row(row: Device) -> DeviceRow:
    key_words = ""
    if row.public_key:
        ours = wire.public_point(keys.till_key())
        key_words = words_of_keys(ours, bytes(row.public_key))
    good = not row.used and row.expires_at is not None and row.expires_at > timezone.now()
    label = str(Device.State(row.state).label)
    return DeviceRow(row.pk, row.place_id, row.label, row.state, label, key_words, good)


def till_screen(row: Device) -> dict[str, object]:
    """What the first screen of a till shows: whose it is, today's takings, the next transfer."""
    place, today = merchants.place(row.place_id), clock.today()
    day = merchants.taken(row.place_id, first=today, last=today)
    owed = merchants.owed(row.place_id, at=today)
    due = owed.coming[0] if owed.coming else owed.expected
    month = Month.of(today)
    founding = bylaws.founding()
    return {
        "caisse": founding.name if founding else "",
        "place": place.name if place else "",
        "label": row.label,
        "state": row.state,
        "unit": bylaws.in_force(CurrencyRules, month=month).food_unit_name,
        "pin_length": bylaws.in_force(InstrumentRules, month=month).pin_length,
        "sales": day.sales,
        "sales_cents": day.cents,
        "next_cents": due.cents if due else 0,
        "next_on": in_words_day(due.on, weekday=True) if due else "",
    }


@dataclass(frozen=True, slots=True)
class WalletLine:
    """One movement of a wallet as its holders read it: `cents` signed, `left_cents` right after.

    `reason` is the ledger's; `undone` says that it is a counter-entry. `place_id` is that of a
    purchase or a refund, `of` the purchase that a refund gives back, `for_month` an allocation's.
    """

    id: Id
    reason: str
    undone: bool
    cents: int
    left_cents: int
    at: int
    for_month: Month
    place_id: int | None
    of: Id | None


@dataclass(frozen=True, slots=True)
class WalletMonth:
    """A wallet in a month: what was left before, the movements in their order, what was left."""

    month: Month
    before_cents: int
    lines: tuple[WalletLine, ...]
    left_cents: int


def wallet_month(wallet_id: int, month: Month) -> WalletMonth:
    """What happened to a wallet in `month`, in a number of queries that does not follow theirs."""
    first, last = clock.instant(month.first), clock.instant(month.next().first)
    code = f"wallet:{wallet_id}"
    account = books.account(code)
    since = books.lines(code, since_ms=first)
    now = 0 if account is None else account.balance - account.held
    before = now - sum(line.cents for line in since)
    lines = _wallet_lines(code, [line for line in since if line.at < last], before)
    return WalletMonth(month, before, lines, lines[-1].left_cents if lines else before)


def last_lines(wallet_id: int, *, limit: int) -> tuple[WalletLine, ...]:
    """The last movements of a wallet, the newest first."""
    code = f"wallet:{wallet_id}"
    account = books.account(code)
    rows = books.lines(code, limit=limit)[::-1]
    now = 0 if account is None else account.balance - account.held
    before = now - sum(line.cents for line in rows)
    return _wallet_lines(code, rows, before)[::-1]


def lines_until(wallet_id: int, *, until_ms: int, limit: int) -> tuple[WalletLine, ...]:
    """The movements of a wallet before that instant, the newest first. A few queries."""
    code = f"wallet:{wallet_id}"
    rows = books.lines(code, until_ms=until_ms, limit=limit)
    known = {movement.id: movement for movement in books.transfers([row.id for row in rows])}
    found = []
    for row in rows:
        one = known[row.id]
        after = one.debit_after if one.debit == code else one.credit_after
        found.append(_wallet_line(one, row.cents, after))
    return tuple(found)


def refused_in_words(reason: str) -> str:
    """Why a purchase did not pass, as its member reads it, without what was left."""
    return at_shop(declined(reason), by_card=False).member


def wallet_line(wallet_id: int, id: Id) -> WalletLine | None:
    """One movement of a wallet; None for an id that is nobody's or another wallet's."""
    movement, code = books.transfer(id), f"wallet:{wallet_id}"
    if movement is None or code not in (movement.debit, movement.credit):
        return None
    if movement.phase not in ("posted", "post", "reverse"):
        return None
    out = movement.debit == code
    after = movement.debit_after if out else movement.credit_after
    return _wallet_line(movement, -movement.cents if out else movement.cents, after)


def refunds_of(payment_id: Id) -> list[Movement]:
    """The refunds of a purchase that stand, in order of posting."""
    found = books.refers_to(payment_id)
    undone = {
        one.of for movement in found for one in books.refers_to(movement.id)
        if one.phase == "reverse"
    }  # fmt: skip
    return [one for one in found if one.reason == "refund" and one.id not in undone]


def _wallet_lines(code: str, rows: Sequence[BookLine], before: int) -> tuple[WalletLine, ...]:
    """The lines of a wallet, in their order, with what was left after each; two queries."""
    known = {}
    for start in range(0, len(rows), MOST_AT_ONCE):
        some = [row.id for row in rows[start : start + MOST_AT_ONCE]]
        known.update({movement.id: movement for movement in books.transfers(some)})
    left, told = before, []
    for row in rows:
        left += row.cents
        told.append(_wallet_line(known[row.id], row.cents, left))
    return tuple(told)


def _wallet_line(movement: Movement, cents: int, left: int) -> WalletLine:
    other = movement.credit if cents < 0 else movement.debit
    place = other.removeprefix("place:") if other.startswith("place:") else ""
    return WalletLine(
        id=movement.id,
        reason=movement.reason,
        undone=movement.phase == "reverse",
        cents=cents,
        left_cents=left,
        at=movement.at,
        for_month=movement.for_month,
        place_id=int(place) if place else None,
        of=movement.of,
    )
