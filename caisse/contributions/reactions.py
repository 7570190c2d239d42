"""What happens by itself: a month is called on its due day, and returns are made good."""

from datetime import datetime

from caisse.bylaws import queries as bylaws
from caisse.contributions import operations, queries
from caisse.contributions.rules import ContributionRules, due_on
from caisse.kernel import work
from caisse.kernel.actor import SYSTEM
from caisse.kernel.month import Month, months


@work.timetable("contributions.call", every="day", hour=6, apart=True)
def call_due_months(now: datetime) -> None:
    """Call every month whose due day has come, also those that a stopped server missed."""
    founding = bylaws.founding()
    if founding is None:
        return
    called = queries.last_called()
    first = founding.first_month if called is None else called
    for month in months(first, Month.of(now.date())):
        if now.date() >= due_on(month, bylaws.in_force(ContributionRules, month=month)):
            operations.call(month=month, by=SYSTEM)


@work.timetable("contributions.cover_returns", every="day", hour=7)
def cover_what_came_back(now: datetime) -> None:
    """Make good what the bank took back while the fund was short, as far as the fund holds."""
    if bylaws.founding() is not None:
        operations.cover_returns(by=SYSTEM)
