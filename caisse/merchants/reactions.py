"""What the calendar brings to places: agreements begin and end, a month's sales are held.

Paying is not here: it tells the books that the bank has paid, and a person knows that.
"""

from datetime import datetime

from caisse.bylaws import queries as bylaws
from caisse.kernel import work
from caisse.kernel.actor import SYSTEM
from caisse.kernel.month import Month
from caisse.merchants import operations, queries
from caisse.merchants.rules import RedemptionRules, held_on


@work.timetable("merchants.agreements", "day", apart=True)
def turn_agreements(now: datetime) -> None:
    """Open and close the places whose agreement begins or ends today."""
    operations.turn_agreements(by=SYSTEM)


@work.timetable("merchants.sales", "day", hour=23, apart=True)
def hold_sales(now: datetime) -> None:
    """On the evening of a month's last day its sales are held."""
    _hold_due(Month.of(now.date()), now)


@work.timetable("merchants.late_sales", "day", apart=True)
def hold_late_sales(now: datetime) -> None:
    """The month before, when the machine was down on its last evening."""
    _hold_due(Month.of(now.date()).previous(), now)


def _hold_due(month: Month, now: datetime) -> None:
    founded = bylaws.founding()
    if founded is None or month < founded.first_month:
        return
    held = queries.progress(month=month)
    rules = bylaws.in_force(RedemptionRules, month=month)
    if now.date() >= (held_on(month, rules) or month.last) and not (held and held.held):
        operations.hold_sales(month=month, by=SYSTEM)
