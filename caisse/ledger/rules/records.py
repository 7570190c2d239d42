"""The records that are judged: what is asked, what stands, what is answered (plain values)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from caisse.kernel.month import Month
from caisse.ledger.rules.chart import MONEY, State, family_of

# In the order in which they are judged; `chain` and `uncertain` are told of one that was not.
ANSWERS = (
    "exists", "differs", "stale", "route", "unknown", "not_held", "limited", "closed", "ceiling",
    "insufficient", "posted", "chain", "uncertain",
)  # fmt: skip
DONE = frozenset({"posted", "exists"})

LONGEST_METHOD = 12
FAR_MS = 1 << 60
# A NamedTuple by `make(Outcome, (…))`: half the time of a call, where one is made per payment.
make = tuple.__new__
HOUR_MS = 3_600_000
OLDEST_MS = 31 * 24 * HOUR_MS  # a sender's id may be this old …
NEWEST_MS = 600_000  # … or this far ahead (payments.md 1: clocks of tills)


class Transfer(NamedTuple):
    """What a caller asks: `cents` of `unit` from the account `debit` to the account `credit`.

    `phase` is posted, held, post, void or reverse. `of` names the held transfer that a post or a
    void closes, the payment that a refund reverses, the receipt that a return undoes, what a
    reverse undoes. `unless` is an account: refused `limited` when that one is full. `for_month`
    None means the business month of posting. Times are integer milliseconds.
    """

    id: bytes
    debit: str
    credit: str
    cents: int
    reason: str
    cause: bytes
    unit: str = MONEY
    phase: str = "posted"
    of: bytes | None = None
    unless: str | None = None
    method: str | None = None
    made_at: int | None = None
    for_month: Month | None = None
    expires_at: int | None = None


def well_formed(transfer: Transfer) -> bool:
    """Could a row hold it? Ids of 16 bytes, printable text, times that are not negative.

    The doors ask it: a malformed chain in the writer would hold up those of all others.
    """
    id, debit, credit, _, _, cause, _, _, of, unless, method, made_at, _, expires_at = transfer
    return (
        len(id) == len(cause) == 16
        and (of is None or len(of) == 16)
        and (method is None or len(method) <= LONGEST_METHOD)
        and f"{debit}{credit}{unless or ''}{method or ''}".isprintable()
        and 0 <= (made_at or 0) < FAR_MS
        and 0 <= (expires_at or 0) < FAR_MS
    )


class Posted(NamedTuple):
    """A transfer that stands in the table; `debit` and `credit` are account numbers."""

    id: bytes
    debit: int
    credit: int
    cents: int
    unit: str
    reason: str
    phase: str
    of: bytes | None
    method: str | None
    expires_at: int | None
    seq: int
    at: int
    debit_after: int
    credit_after: int


class Outcome(NamedTuple):
    """The answer to one transfer; seq, at and the balances after are 0 unless posted or exists."""

    answer: str
    id: bytes
    seq: int = 0
    at: int = 0
    debit_after: int = 0
    credit_after: int = 0


class Refused(Exception):
    """A chain was refused as a whole; `outcomes` say why, `answer` is the first reason."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = list(outcomes)
        reasons = [o.answer for o in outcomes if o.answer not in DONE and o.answer != "chain"]
        self.answer = reasons[0] if reasons else "chain"
        super().__init__(self.answer)


class Account:
    """One account under lock: totals that the judgement moves."""

    __slots__ = (
        "ceiling", "code", "credits", "debits", "family", "floor", "guard", "held", "id", "state",
        "unit",
    )  # fmt: skip

    def __init__(
        self, id: int, code: str, unit: str, debits: int, credits: int, held: int, guard: str,
        floor: int, ceiling: int | None, state: State,
    ) -> None:  # fmt: skip
        # line by line: one is made for every row read, and longer tuples would be built first
        self.id = id
        self.code = code
        self.unit = unit
        self.family = family_of(code)
        self.debits = debits
        self.credits = credits
        self.held = held
        self.guard = guard
        self.floor = floor
        self.ceiling = ceiling
        self.state = state

    @property
    def balance(self) -> int:
        """credits − debits; the cash of a bank account is its negative."""
        return self.credits - self.debits

    @property
    def available(self) -> int:
        """What may still be debited of a guarded account: balance − held − floor."""
        return self.balance - self.held - self.floor

    def full(self) -> bool:
        """True when a counting account has reached its ceiling."""
        return self.ceiling is not None and self.debits - self.credits + self.held >= self.ceiling


@dataclass(slots=True)
class Named:
    """A transfer named by `of`, and what already refers to it.

    `closed`: a post or a void stands; `used`: cents given back or reversed, net of reversals.
    """

    target: Posted
    closed: bool = False
    used: int = 0


class Entry(NamedTuple):
    """A judged transfer that the writer has to insert."""

    transfer: Transfer
    debit: int
    credit: int
    unless: int | None
    chain: bytes | None
    debit_after: int
    credit_after: int


@dataclass(slots=True)
class Book:
    """What a batch was read from: accounts by code, known transfers by id, named ones by `of`.

    `now` is the instant of judging; `from_ms` and `until_ms` bound the ids that have a partition.
    `fresh` are the entries of this very batch. From `early` on and before `late` an id is of these
    days and has a partition, whoever chose it.
    """

    accounts: dict[str, Account]
    known: dict[bytes, Posted]
    named: dict[bytes, Named]
    now: int
    from_ms: int = 0
    until_ms: int = 1 << 48
    fresh: dict[bytes, Entry] = field(default_factory=dict)
    early: bytes = field(init=False)
    late: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.early = _six(max(self.from_ms, self.now - OLDEST_MS))
        self.late = _six(min(self.until_ms, self.now + NEWEST_MS + 1))

    def name(self, of: bytes | None) -> Named | None:
        """The transfer that `of` names, also when it was posted in this very batch."""
        if of is None:
            return None
        if of not in self.named and of in self.fresh:
            self.named[of] = Named(as_posted(self.fresh[of]))
        return self.named.get(of)


def as_posted(entry: Entry) -> Posted:
    """The entry as the table will show it; seq and at come with the writer's transaction."""
    t = entry.transfer
    return Posted(
        t.id, entry.debit, entry.credit, t.cents, t.unit, t.reason, t.phase, t.of, t.method,
        t.expires_at, 0, 0, entry.debit_after, entry.credit_after,
    )  # fmt: skip


def _six(ms: int) -> bytes:
    """The six bytes that lead an id of this instant."""
    return min(max(ms, 0), (1 << 48) - 1).to_bytes(6, "big")
