"""What the timetable does by itself: freeze after the cut-off day, credit on the credit day."""

import logging
from datetime import datetime

from caisse.bylaws import queries as bylaws
from caisse.contributions.rules import ContributionRules, cutoff
from caisse.kernel.actor import SYSTEM
from caisse.kernel.month import Month, months
from caisse.kernel.refusal import Refusal
from caisse.kernel.work import timetable
from caisse.ledger import operations as ledger
from caisse.month import operations, queries
from caisse.month.models import RunState

log = logging.getLogger("caisse.month")


@timetable("ledger.prepare", every="day", hour=1)
def prepare_months(now: datetime) -> None:
    """Ids of the three months ahead have their partition."""
    if bylaws.founding() is not None:
        ledger.prepare(Month.of(now.date()) + 3)


@timetable("month.freeze", every="day", hour=23)
def freeze_next(now: datetime) -> None:
    """When the last day to change is over, the next month is frozen; two people then look.

    At 23:00, because that day counts in whole. Months that a stopped server missed come first.
    """
    founding = bylaws.founding()
    if founding is None:
        return
    frozen = bylaws.sealed_until()
    first = founding.first_month if frozen is None else frozen.next()
    for month in months(first, Month.of(now.date()).next()):
        rules = bylaws.in_force(ContributionRules, month=month)
        if now.date() >= cutoff(month, rules) and queries.run(month=month, position=0) is None:
            _try(lambda month=month: operations.freeze(month=month, by=SYSTEM))


@timetable("month.credit", every="day", hour=6, apart=True)
def credit_due(now: datetime) -> None:
    """Approved runs whose credit day has come are credited; one that is short is tried again."""
    for run in queries.runs(first=Month.of(now.date()) + -12):
        if run.state == RunState.APPROVED and run.credit_on <= now.date():
            _try(lambda month=run.month: operations.credit(month=month, by=SYSTEM))


def _try(act: object) -> None:
    """A refusal waits for people; it is no failure of the timetable."""
    assert callable(act)
    try:
        act()
    except Refusal as refusal:
        log.warning("the month waits: %s", refusal.reason)
