"""Statements: which sales a transfer paid, to the cent, read from the ledger's own lines.

A statement covers what moved on the account of its place since the statement before, up to its own
hold. One without a hold (carried over) ends where the sum of what moved is what it carried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.ledger.queries import Line
from caisse.merchants.models import Redemption
from caisse.merchants.queries.redeeming import RedemptionRow, redemption_row
from caisse.merchants.queries.takings import REFUNDS, SALES, Taken, by_day, summed
from caisse.merchants.rules import RedemptionRules, paid_on

HOLDS = ("redemption", "redemption_fee")
MADE_WITHIN_MS = 24 * 3600 * 1000  # a run that holds month by month is done by then


@dataclass(frozen=True, slots=True)
class Statement:
    """One month of one place: what it sold and gave back day by day, and what it gets for it.

    `brought_cents` was carried over from the statement before; `back_cents` came back from the bank
    and is owed again; `other_cents` is the opening balance of a caisse that already ran. All of it,
    with the days, makes `row.cents + row.fee_cents + row.carried_cents`.
    """

    row: RedemptionRow
    days: tuple[tuple[date, Taken], ...]
    taken: Taken
    brought_cents: int
    back_cents: int
    other_cents: int
    pay_on: date
    paid_on: date | None
    fee_bp: int

    @property
    def total_cents(self) -> int:
        """What the account held for the place when the statement was made."""
        return self.brought_cents + self.taken.cents + self.back_cents + self.other_cents


def statement(*, place_id: int, month: Month) -> Statement | None:
    """The statement of a place for the sales of `month`, or None before it was computed."""
    rows = Redemption.objects.filter(place_id=place_id, run__month__lte=month)
    found = list(rows.select_related("place", "run").order_by("run__month"))
    if not found or found[-1].run.month != month:
        return None
    chain = _since_last_hold(found)
    first, here = chain[0], chain[-1]
    since_ms = 0 if first.cents + first.fee_cents == 0 or first is here else _instant(first)
    kept = books.lines(f"place:{place_id}", since_ms=since_ms, until_ms=_latest(here))
    brought, carried, start, end = 0, 0, 0, 0
    for row in chain:
        start, brought, carried = end, carried, row.carried_cents
        end = start + _end(kept[start:], row, _whole(row) - brought)
    return _told(here, kept[start:end], brought)


def _since_last_hold(rows: Sequence[Redemption]) -> list[Redemption]:
    """The last of some statements, those carried over into it, and the held one before them."""
    first = len(rows) - 1
    while first > 0:
        first -= 1
        if rows[first].cents or rows[first].fee_cents:
            break
    return list(rows[first:])


def _told(here: Redemption, covered: Sequence[Line], brought: int) -> Statement:
    """The statement made of the lines that it covers, without the holds that it set itself."""
    row = redemption_row(here)
    rules = bylaws.in_force(RedemptionRules, month=row.month)
    traded = [line for line in covered if line.reason in (*SALES, *REFUNDS)]
    back = [line for line in covered if line.reason in HOLDS and line.phase != "held"]
    other = [line for line in covered if line.reason not in (*SALES, *REFUNDS, *HOLDS)]
    return Statement(
        row=row,
        days=tuple(by_day(traded).items()),
        taken=summed(traded),
        brought_cents=brought,
        back_cents=sum(line.cents for line in back),
        other_cents=sum(line.cents for line in other),
        pay_on=paid_on(row.month, rules),
        paid_on=_day_of_event(here.run.paid_cause) if row.state == "paid" else None,
        fee_bp=rules.fee_bp,
    )


def _end(lines: Sequence[Line], row: Redemption, wanted: int) -> int:
    """How many of `lines` the statement `row` covers: up to its hold.

    Without a hold, `wanted` is what the lines must sum up to: one that was posted while the
    statement was made belongs to it or not, and the sum tells which.
    """
    own = {row_hold(row), row_hold(row, "redemption_fee")}
    held = [n for n, line in enumerate(lines) if line.id in own]
    if held:
        return held[-1] + 1
    near = sum(line.at <= _instant(row) for line in lines)
    sums = [0, *accumulate(line.cents for line in lines)]
    fitting = [n for n, cents in enumerate(sums) if cents == wanted]
    return min(fitting, key=lambda n: abs(n - near), default=near)


def row_hold(row: Redemption, reason: str = "redemption") -> Id:
    """The id of the held transfer that a statement sets for its place, or for its fee."""
    return derived_id(row.run.held_cause, f"{reason}:{row.place_id}")


def _whole(row: Redemption) -> int:
    return row.cents + row.fee_cents + row.carried_cents


def _instant(row: Redemption) -> int:
    """When the run of a statement began to hold."""
    event = events.happened(row.run.held_cause)
    return 0 if event is None else event.at


def _latest(row: Redemption) -> int:
    """An instant after which nothing belongs to the statement."""
    holds = books.transfers([row_hold(row), row_hold(row, "redemption_fee")])
    return max([one.at + 1 for one in holds], default=_instant(row) + MADE_WITHIN_MS)


def _day_of_event(cause: Id | None) -> date | None:
    event = None if cause is None else events.happened(cause)
    return None if event is None else clock.day_of(event.at)
