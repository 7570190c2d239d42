"""How a payment with a code begins: all that it looks at, for all who wait at the same moment.

A handful of statements look at the devices, numbers, places, tills, holders and PINs of a group of
payments at once; those that nothing stands against go to the ledger together. Each caller goes on
by itself with what was found (`paying_pin`).
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from django.db import connection

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, looping
from caisse.kernel.company import Company, LoopCompany
from caisse.kernel.company import Seat as AnySeat
from caisse.kernel.ids import Id, instant_of
from caisse.kernel.looks import together
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.queries import AccountState
from caisse.ledger.rules import NEWEST_MS, OLDEST_MS, Outcome, Transfer
from caisse.merchants.rules import Line
from caisse.payments import keys, pins
from caisse.payments.operations import limits
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.paying import Purchase, pay_transfer
from caisse.payments.operations.pins import (
    MONTH_MS,
    Tried,
    Verifier,
    buckets,
    compared,
    look_at_typed,
)
from caisse.payments.operations.tills import end_of_pause, look_at_tills, tries_account
from caisse.payments.queries import Standing, look_at_devices
from caisse.payments.reasons import Declined, declined
from caisse.payments.rules import PaymentRules
from caisse.people.queries import HolderView

MINUTE_MS = 60_000
NOBODYS = "tries:nobody"  # the bucket of identifiers that nobody has
NEVER = "tries:never"  # an account that nobody opens: what asks for it is known already or refused
MOST_ATTEMPTS = 1_000  # entries for one payment


class DeviceChanged(Exception):
    """The device does not stand any more as it did when it last proved a request."""


class Entry(NamedTuple):
    """What was typed for a purchase: its wallet is known once the code was looked at.

    `who` is the identifier as it was typed, or the text of a card or of a telephone's QR, whose
    ticket `also` uses up in the same chain. `lines` are what was bought, where the caisse covers a
    part of it. Wrong codes count at the till `at`. `device` is how the
    device stood when it last proved a request: it must stand so still. `rules` are the articles of
    today; of a sale without network none binds (payments.md 7 has its own).
    """

    purchase: Purchase
    who: str
    digits: str
    attempt: int
    up_to: bool
    at: Id
    also: tuple[Transfer, ...] = ()
    device: Standing | None = None
    rules: PaymentRules = PaymentRules()
    lines: tuple[Line, ...] = ()


class First(NamedTuple):
    """What was asked of the ledger first, under which bucket, and what it answered."""

    purchase: Purchase
    bucket: str
    outcome: Outcome


class Begun(NamedTuple):
    """How far an entry has come: refused, known before, its code compared, asked of the ledger.

    Of one that was `known` before, `first` is what stands, where it is this very payment.
    `paused_until` is the end (ms) of a pause of the till, in which no code is looked at. `rules`
    are the articles of today.
    """

    refused: Declined | None = None
    paused_until: int = 0
    known: bool = False
    tried: Tried | None = None
    first: First | None = None
    rules: PaymentRules = PaymentRules()


class Seen(NamedTuple):
    """What a group was looked at by: ids that stand, accounts by code, devices, the places of open
    tills, the last decision, who may spend under what was typed, PINs by holder."""

    known: set[Id]
    accounts: dict[str, AccountState]
    devices: dict[int, Standing]
    tills: dict[Id, int]
    last: Id
    holders: dict[str, HolderView]
    pins: dict[int, Verifier]


R = TypeVar("R")
Handed = tuple[Sequence[Transfer], Callable[[list[Outcome]], None]]
Seat = AnySeat[Entry, Begun]


def begin(entry: Entry) -> Begun:
    """Look at an entry, together with those that wait at this moment.

    Raises ValueError for what is no entry, RuntimeError inside a transaction, DeviceChanged,
    TimeoutError when nobody answered.
    """
    _demand_form(entry)
    if connection.in_atomic_block:
        raise RuntimeError("a payment runs its own transaction: not inside another one")
    return _COMPANY.ask(entry)


async def begin_in_loop(entry: Entry) -> Begun:
    """The same in a server's loop, for an entry with the method `pin`.

    Where more has to be looked at than the looks that all entries share, it raises Django's
    SynchronousOnlyOperation, before anything was asked of the ledger: `begin` it in a thread.
    """
    _demand_form(entry)
    company = looping.kept(_serve, lambda: LoopCompany(_serve))
    return await company.ask(entry)


def _demand_form(entry: Entry) -> None:
    if not 0 < entry.attempt <= MOST_ATTEMPTS:
        raise ValueError("an attempt is a small number from 1 on")
    pay_transfer(entry.purchase)


def _serve(seats: Sequence[Seat]) -> None:
    """Look at all, then let each begin; what fails for one fails for that one."""
    seen = _look([seat.question for seat in seats])
    articles = limits.after(seen.last)
    again = [_each(seat, partial(_known, seat, seen)) for seat in seats]
    left = [
        seat
        for seat in seats
        if not seat.told
        and seat.question.purchase.payment_id not in seen.known
        and _each(seat, partial(_goes_on, seat, seen, articles))
    ]
    typed = [(seat.question.who, seat.question.digits) for seat in left]
    all_tried = compared(typed, seen.holders, seen.pins)
    first = [
        _each(seat, partial(_of_the_ledger, seat, tried, articles.rules))
        for seat, tried in zip(left, all_tried, strict=True)
    ]
    ledger.submit_all_later([handed for handed in (*again, *first) if handed])


def _each(seat: Seat, act: Callable[[], R]) -> R | None:
    try:
        return act()
    except Exception as error:
        seat.fail(error)
        return None


def _look(entries: Sequence[Entry]) -> Seen:
    """One flight to the database, on PostgreSQL."""
    codes = {f"place:{entry.purchase.place_id}" for entry in entries}
    codes |= {tries_account(entry.at) for entry in entries}
    found = together(
        books.look_at_ids({entry.purchase.payment_id for entry in entries}),
        books.look_at_accounts(codes),
        look_at_devices({entry.device.id for entry in entries if entry.device is not None}),
        look_at_tills({entry.purchase.till for entry in entries}),
        bylaws.look_at_last_decision(),
        *look_at_typed({entry.who for entry in entries if entry.purchase.method == "pin"}),
    )
    return Seen(*found)


def _known(seat: Seat, seen: Seen) -> Handed | None:
    """What asks the ledger for a payment that stands under its number already.

    No code is looked at, so nothing is paid: what would be new meets an account that nobody opens.
    Raises DeviceChanged.
    """
    entry = seat.question
    if entry.device is not None and seen.devices.get(entry.device.id) != entry.device:
        raise DeviceChanged
    if entry.purchase.payment_id not in seen.known:
        return None
    holder = seen.holders.get(entry.who)
    if holder is None:
        seat.tell(Begun(known=True))
        return None
    purchase = entry.purchase._replace(wallet_id=holder.wallet_id)

    def told(outcomes: list[Outcome]) -> None:
        same = outcomes[0].answer == "exists"
        seat.tell(Begun(known=True, first=First(purchase, NEVER, outcomes[0]) if same else None))

    return [pay_transfer(purchase, unless=NEVER)], told


def _goes_on(seat: Seat, seen: Seen, articles: limits.Today) -> bool:
    """True when the code is to be compared now, for a PIN; all others are told how far they came.

    What does not depend on the PIN is said before anybody looks at it.
    """
    entry = seat.question
    refused, paused = _refused(entry, seen, articles), 0
    if refused is None and (entry.digits or entry.purchase.method == "pin"):
        paused = end_of_pause(seen.accounts.get(tries_account(entry.at)))
    if refused is not None or paused or entry.purchase.method != "pin":
        seat.tell(Begun(refused, paused, rules=articles.rules))
        return False
    return True


def _refused(entry: Entry, seen: Seen, articles: limits.Today) -> Declined | None:
    wanted = entry.purchase
    if not of_these_days(wanted.payment_id):
        return declined("device_clock")
    if seen.tills.get(wanted.till) != wanted.place_id:
        return declined("till_suspended")
    refused = limits.refused(wanted.method, wanted.cents, articles, up_to=entry.up_to)
    refused = refused or limits.uncovered(
        wanted.cents, entry.lines, place_id=wanted.place_id, articles=articles
    )
    if refused is not None:
        return refused
    place = seen.accounts.get(f"place:{wanted.place_id}")
    if place is None or place.state != "open":
        return declined("place_closed")
    return None


def of_these_days(id: Id) -> bool:
    """Whether the ledger would take a payment of that instant, a minute on the safe side.

    The ledger judges the instant of a payment before the bucket, and does not judge that of a try:
    left to it, an id of another time would tell a right code from a wrong one.
    """
    now, instant = clock.now_ms(), instant_of(id)
    return now - OLDEST_MS + MINUTE_MS < instant < now + NEWEST_MS - MINUTE_MS


def _of_the_ledger(seat: Seat, tried: Tried, rules: PaymentRules) -> Handed | None:
    """What the first bucket is to judge, the payment or the wrong try, right or wrong alike.

    None where more has to be looked at before, or counted beside it: its caller does it.
    """
    entry = seat.question
    if entry.up_to or BRAKE.strict or rules.daily_max_cents is not None:
        seat.tell(Begun(tried=tried, rules=rules))
        return None
    bucket = buckets(tried.wallet_id)[0] if tried.wallet_id else NOBODYS
    purchase = entry.purchase._replace(wallet_id=tried.wallet_id)
    asked = pay_transfer(purchase, unless=bucket) if tried.right else a_try(entry, bucket)

    def told(outcomes: list[Outcome]) -> None:
        seat.tell(Begun(tried=tried, first=First(purchase, bucket, outcomes[0]), rules=rules))

    return [asked], told


def a_try(entry: Entry, bucket: str) -> Transfer:
    """One wrong try on a bucket, for 31 days; refused once the bucket is full."""
    return Transfer(
        try_id(entry, bucket), bucket, "tries:all", 1, "try", entry.purchase.till,
        unit="try", phase="held", unless=bucket, expires_at=clock.now_ms() + MONTH_MS,
    )  # fmt: skip


def try_id(entry: Entry, whose: str) -> Id:
    """The id of what was typed for this payment, by whose bucket it counts in."""
    key = max(keys.pin_keys().items())[1]
    return pins.try_id(key, entry.purchase.payment_id, entry.attempt, entry.digits, whose)


_COMPANY: Company[Entry, Begun] = Company(_serve)
