"""From rows to the book that is judged, the same on both databases (own room: doors share it)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from caisse.kernel import clock
from caisse.kernel.ids import Id, first_id, instant_of
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array
from caisse.ledger.rules import (
    BOUNDED,
    LAG_MS,
    Account,
    Book,
    Entry,
    Named,
    Posted,
    Transfer,
)

ACCOUNT_COLUMNS = "id, code, unit, debits, credits, held, guard, floor, ceiling, state"
POSTED_COLUMNS = (
    "id, debit, credit, cents, unit, reason, phase, of, method, expires_at, seq, at, "
    "debit_after, credit_after"
)
TRANSFER_COLUMNS = (
    "id, debit, credit, cents, unit, reason, phase, expires_at, of, chain, for_month, cause, "
    "unless, method, made_at, at, seq, debit_after, credit_after"
)

STATES = ("open", "closed", "ended")


class Tip(NamedTuple):
    """The row `tip`: last seq, last at, and the range of ids that have a partition."""

    seq: int
    at: int
    from_ms: int
    until_ms: int


class Columns(NamedTuple):
    """Accounts under lock as columns, in the order asked.

    `available` is credits − debits − held − floor for guarded accounts, huge for the others;
    `states` are 0 open, 1 closed, 2 ended. An unknown code has id 0.
    """

    ids: Array
    balances: Array
    available: Array
    states: Array
    ceilings: Array


class Lines(NamedTuple):
    """Transfers between one account and many, ready to insert; `before` are balances under lock.

    `side` says where the one stands: it is debited (spread) or credited (gather).
    """

    side: str
    one: Account
    many: Array
    before: Array
    cents: Array
    ids: Sequence[Id]
    reason: str
    cause: Id
    for_month: int


class Read(NamedTuple):
    """What a batch begins with: the tip, the accounts under lock by code, what stands of its ids.

    Read in this order: ids are looked up when the accounts are locked, or what another batch just
    committed would be missed.
    """

    tip: Tip
    accounts: dict[str, Account]
    posted: list[Posted]


class Door(Protocol):
    """The handful of set-based statements, on one connection, inside one transaction."""

    def tip(self) -> Tip: ...
    def read(self, codes: Sequence[str], ids: Sequence[Id]) -> Read: ...
    def lock(self, codes: Sequence[str]) -> dict[str, Account]: ...
    def lock_columns(self, one: str, many: Sequence[str]) -> tuple[Account | None, Columns]: ...
    def seen(self, ids: Sequence[Id]) -> list[Posted]: ...
    def named(self, ofs: Sequence[Id], from_id: Id) -> list[Posted]: ...
    def put(self, entries: Sequence[Entry], accounts: Sequence[Account], now: int) -> Tip: ...
    def put_lines(self, lines: Lines, now: int) -> Tip: ...
    def touch(self) -> None: ...


def read_book(door: Door, chains: Iterable[Sequence[Transfer]], now: int) -> tuple[Book, Tip]:
    """Lock and read all that the chains touch, and the tip; accounts in code order, then ids."""
    codes, ids, ofs = set(), [], set()
    for chain in chains:
        for transfer in chain:
            id, debit, credit, _, _, _, _, _, of, unless, _, _, _, _ = transfer
            ids.append(id)
            codes.add(debit)
            codes.add(credit)
            if unless is not None:
                codes.add(unless)
            if of is not None:
                ofs.add(of)
    tip, accounts, standing = door.read(sorted(codes), ids)
    known = {posted.id: posted for posted in standing}
    named = read_named(door, ofs) if ofs else {}
    return Book(accounts, known, named, now, tip.from_ms, tip.until_ms), tip


def read_named(door: Door, ofs: set[Id]) -> dict[Id, Named]:
    """The named transfers with what already refers to each, net of reversals.

    A sender's clock may lag by 31 days, so a closing is looked for from that long before its hold.
    """
    oldest = max(0, min(instant_of(of) for of in ofs) - LAG_MS)
    rows = {row.id: row for row in door.named(sorted(ofs), first_id(oldest))}
    referring: dict[Id, list[Posted]] = defaultdict(list)
    for row in rows.values():
        if row.of is not None:
            referring[row.of].append(row)
    named = {}
    for of in ofs & rows.keys():
        state = Named(rows[of])
        for row in referring[of]:
            reversed_ = any(again.phase == "reverse" for again in referring[row.id])
            if row.phase in ("post", "void"):
                state.closed = True
            elif row.phase == "reverse" or (row.reason in BOUNDED and not reversed_):
                state.used += row.cents
        named[of] = state
    return named


def touched(book: Book, entries: Sequence[Entry]) -> list[Account]:
    """The accounts whose totals the entries moved (at least one), in the book's order."""
    _, debits, credits, *_ = zip(*entries, strict=True)
    numbers = {*debits, *credits}
    return [account for account in book.accounts.values() if account.id in numbers]


class Turn(NamedTuple):
    """The business month of an instant, where the next one begins (ms), and its number."""

    number: int
    next_ms: int
    next_number: int


def turn_of_month(ms: int) -> Turn:
    """The turn of the month around the instant `ms`, in the caisse's time zone."""
    return _turn(ms // clock.QUARTER_MS, clock.zone().key)


@lru_cache(maxsize=64)
def _turn(quarter: int, zone: str) -> Turn:
    """By quarters of an hour: no time zone is further from Greenwich than a multiple of it."""
    month = Month.of(clock.day_of(quarter * clock.QUARTER_MS))
    return Turn(month.number, clock.instant(month.next().first), month.next().number)
