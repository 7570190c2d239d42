"""What the forecast is made of (own room: part of the queries)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from caisse.accounting.queries.tree import Caisse
from caisse.accounting.rules import Outlook, Rate, redemptions
from caisse.contributions import queries as contributions
from caisse.funding import queries as funding
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.month import queries as month_queries

WINDOW = 3


def outlook_at(at: date, caisse: Caisse, ends: dict[Month, dict[str, int]]) -> Outlook:
    """Everything the forecast is made of, as known at the end of `at`."""
    month = Month.of(at)
    horizon = (month + 12).last
    known_at = clock.instant(at + timedelta(1)) - 1
    now = ends[max(ends)] if ends else {}
    recent = [line for line in caisse.months if line.month > month + -WINDOW]
    issued = [line.issued_cents for line in caisse.months if line.issued_cents][-1:]
    used = Rate(sum(line.spent_cents for line in recent), sum(line.issued_cents for line in recent))
    return Outlook(
        month=month,
        operating_cash_cents=-now.get("bank:operating", 0),
        caisse_cash_cents=-now.get("bank:caisse", 0),
        operating_instalments=_planned("operating", at, horizon),
        caisse_instalments=_planned("caisse", at, horizon),
        costs=_sums(
            (cost.due_on, cost.cents)
            for cost in funding.planned_costs(after=at, until=horizon, known_at=at)
        ),
        pledges={
            each: cents
            for each, cents in contributions.pledged_sums(
                month, month + 12, known_at=known_at
            ).items()
            if month_queries.debit_on(each) > at
        },
        cashed=Rate(*month_queries.cashed_share(known_at=at)),
        due=_due(at, caisse, now.get("place", 0), used.of(sum(issued))),
        issued_cents=sum(issued),
        used=used,
    )


def _due(at: date, caisse: Caisse, owed: int, expected: int) -> tuple[int, int]:
    """What places are paid after `at` in its month, and in the month after."""
    month = Month.of(at)
    sold = sum(line.spent_cents for line in caisse.months if line.month == month)
    over = at >= month.last
    return redemptions(owed, sold_cents=sold, month_over=over, expected_cents=expected)


def _planned(fund: str, at: date, until: date) -> dict[Month, int]:
    planned = funding.planned_instalments(fund=fund, after=at, until=until, known_at=at)
    return _sums((each.due_on, each.cents) for each in planned)


def _sums(dated: Iterable[tuple[date, int]]) -> dict[Month, int]:
    sums: dict[Month, int] = defaultdict(int)
    for day, cents in dated:
        sums[Month.of(day)] += cents
    return dict(sums)
