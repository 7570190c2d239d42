"""What a place takes: a day's sales line by line, sums of days and months, what it will be paid.

Nothing here tells who paid. A receipt's number is derived from its payment alone, so that two
purchases of one person have nothing in common.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import Id, short_id
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.ledger.queries import Line
from caisse.merchants.models import Redemption, RedemptionRun
from caisse.merchants.rules import RedemptionRules, paid_on, redemption

SALES = ("payment", "offline_loss")
REFUNDS = ("refund",)
MOST_PARTS = 3  # lines of one sale: money set aside, a wallet, the caisse
FEWEST = 11  # groups of people smaller than this are not counted


@dataclass(frozen=True, slots=True)
class Taken:
    """Sales and what was given back, in cents (both positive), and how many of each."""

    sales_cents: int = 0
    sales: int = 0
    refunds_cents: int = 0
    refunds: int = 0

    @property
    def cents(self) -> int:
        """What is left of the sales."""
        return self.sales_cents - self.refunds_cents

    def __add__(self, other: "Taken") -> "Taken":
        """What both took together."""
        return Taken(
            self.sales_cents + other.sales_cents, self.sales + other.sales,
            self.refunds_cents + other.refunds_cents, self.refunds + other.refunds,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sale:
    """One line of a day: `cents` below zero for a refund, `of` the number of its purchase.

    A sale by telephone is of the moment when it was typed. `cause` is the till at which it was
    taken or given back, or what the office did.
    """

    id: Id
    seq: int
    number: str
    at: int
    cents: int
    cause: Id
    of: str = ""
    undone: bool = False


@dataclass(frozen=True, slots=True)
class DayTaken:
    """What a place took on a day, in all and by the cause of each sale, of one reading."""

    taken: Taken
    by_cause: dict[Id, Taken]


@dataclass(frozen=True, slots=True)
class Coming:
    """Money on its way to a place: `cents` on the day `on`, for the sales of `month`."""

    month: Month
    on: date
    cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What the caisse owes a place: what is held for its transfers, and what is not yet held.

    `fresh_cents` are the sales since the last statement, `expected` what becomes of them at the
    article's rules if the month ended now (None below the threshold, and at zero or under it).
    """

    coming: tuple[Coming, ...]
    fresh_cents: int
    expected: Coming | None
    on_demand: bool
    min_amount_cents: int

    @property
    def cents(self) -> int:
        """All of it."""
        return self.fresh_cents + sum(one.cents + one.fee_cents for one in self.coming)


@dataclass(frozen=True, slots=True)
class Share:
    """What the caisse brought a place in one month; `customers` is None for fewer than 11."""

    month: Month
    taken: Taken
    customers: int | None


def taken(place_id: int, *, first: date, last: date) -> Taken:
    """What a place took from the day `first` to the day `last`, both included."""
    return summed(_between(place_id, first, last))


def day_of_sales(place_id: int, day: date, *, before: int | None, limit: int) -> list[Sale]:
    """The sales and refunds of a day, the newest first, at most `limit` before the number."""
    rows = books.lines(
        f"place:{place_id}",
        since_ms=clock.instant(day),
        until_ms=clock.instant(day + timedelta(1)),
        before=before,
        reasons=(*SALES, *REFUNDS),
        limit=limit + MOST_PARTS,
    )
    told = _sales(rows[::-1])[::-1]
    return told[:limit]


def day_taken(place_id: int, day: date) -> DayTaken:
    """The sums of a day, in all and for each till; a sale in parts is one of its till."""
    return _by_cause(_between(place_id, day, day))


def day_closed(place_id: int, day: date) -> tuple[DayTaken, list[Sale]]:
    """The sums of a day and its sales and refunds, the first one first: of one reading."""
    rows = _between(place_id, day, day)
    return _by_cause(rows), _sales(rows)


def _by_cause(rows: Sequence[Line]) -> DayTaken:
    causes: dict[Id, list[Line]] = {}
    for row in rows:
        causes.setdefault(row.cause, []).append(row)
    return DayTaken(summed(rows), {cause: summed(some) for cause, some in causes.items()})


def _sales(rows: Sequence[Line]) -> list[Sale]:
    """These lines, in their order, as sales and refunds: the parts of one are told as one."""
    firsts = _firsts([row.of for row in rows if row.reason in REFUNDS and row.of is not None])
    told: list[Sale] = []
    known: dict[tuple[bool, Id], int] = {}  # where the sale or the refund of a chain stands
    for row in rows:
        whole = None if row.chain is None else (row.reason in SALES, row.chain)
        at = None if whole is None else known.get(whole)
        if at is not None:
            told[at] = replace(told[at], cents=told[at].cents + row.cents)
            continue
        if whole is not None:
            known[whole] = len(told)
        told.append(_sale(row, firsts))
    return told


def _firsts(parts: Sequence[Id]) -> dict[Id, Id]:
    """Of those of these ids that are a further part of a sale, the sale's own."""
    found = books.transfers(parts) if parts else []
    return {
        one.id: one.of for one in found
        if one.reason in SALES and one.phase == "posted" and one.of is not None
    }  # fmt: skip


def _sale(row: Line, firsts: Mapping[Id, Id]) -> Sale:
    return Sale(
        id=row.id,
        seq=row.seq,
        number=short_id(row.id),
        at=row.at,
        cents=row.cents,
        cause=row.cause,
        of="" if row.of is None or row.phase == "post" else short_id(firsts.get(row.of, row.of)),
        undone=row.phase == "reverse",
    )


def days_with_sales(place_id: int, *, month: Month) -> dict[date, Taken]:
    """The days of a month on which something was sold or given back, in order."""
    rows = _between(place_id, month.first, month.last)
    return by_day(rows)


def owed(place_id: int, *, at: date) -> Owed:
    """What a place will be paid and when, by the articles in force: exact to the cent."""
    runs = Redemption.objects.filter(
        place_id=place_id, state=Redemption.State.COMPUTED, cents__gt=0
    )
    coming = tuple(
        Coming(
            row.run.month, paid_on(row.run.month, _rules(row.run.month)), row.cents, row.fee_cents
        )
        for row in runs.select_related("run").order_by("run__month")
    )
    account = books.account(f"place:{place_id}")
    fresh = 0 if account is None else account.balance - account.held
    month = _next_held(Month.of(at))
    rules = _rules(month)
    due = redemption(fresh, rules)
    expected = None
    if due.paid_cents:
        expected = Coming(month, paid_on(month, rules), int(due.paid_cents), int(due.fee_cents))
    return Owed(
        coming=coming,
        fresh_cents=fresh,
        expected=expected,
        on_demand=rules.frequency == "on_demand",
        min_amount_cents=rules.min_amount_cents,
    )


def shares(place_id: int, *, last: Month, months: int = 12) -> list[Share]:
    """What the caisse brought in each of the last months, from the first one with a sale on."""
    first = last + (1 - months)
    rows = _between(place_id, first.first, last.last)
    found: dict[Month, list[Line]] = {}
    for row in rows:
        found.setdefault(Month.of(clock.day_of(row.at)), []).append(row)
    return [
        Share(month, summed(found.get(month, ())), customers(place_id, month, month))
        for month in (first + n for n in range(months))
        if found and month >= min(found)
    ]


def customers(place_id: int, first: Month, last: Month) -> int | None:
    """How many different wallets paid there in those months; None for fewer than 11."""
    number = books.payers(
        f"place:{place_id}",
        since_ms=clock.instant(first.first),
        until_ms=clock.instant(last.next().first),
    )
    return number if number >= FEWEST else None


def summed(rows: Iterable[Line]) -> Taken:
    """The sums of some lines: a sale undone counts as none, so does a refund undone."""
    sales_cents = sales = refunds_cents = refunds = 0
    known: set[tuple[bool, Id]] = set()  # sales and refunds in parts: each is one
    for row in rows:
        one = -1 if row.phase == "reverse" else 1
        if row.chain is not None and row.phase == "posted":
            whole = (row.reason in SALES, row.chain)
            one = 0 if whole in known else 1
            known.add(whole)
        if row.reason in SALES:
            sales_cents, sales = sales_cents + row.cents, sales + one
        elif row.reason in REFUNDS:
            refunds_cents, refunds = refunds_cents - row.cents, refunds + one
    return Taken(sales_cents, sales, refunds_cents, refunds)


def by_day(rows: Iterable[Line]) -> dict[date, Taken]:
    """The sums of each business day, in order."""
    days: dict[date, list[Line]] = {}
    for row in rows:
        days.setdefault(clock.day_of(row.at), []).append(row)
    return {day: summed(lines) for day, lines in sorted(days.items())}


def _between(place_id: int, first: date, last: date) -> list[Line]:
    return books.lines(
        f"place:{place_id}",
        since_ms=clock.instant(first),
        until_ms=clock.instant(last + timedelta(1)),
        reasons=(*SALES, *REFUNDS),
    )


def _next_held(month: Month) -> Month:
    """The month whose sales are held next: this one, unless that was done this evening."""
    done = RedemptionRun.objects.filter(month=month, held=True).exists()
    return month.next() if done else month


def _rules(month: Month) -> RedemptionRules:
    return bylaws.in_force(RedemptionRules, month=month)
