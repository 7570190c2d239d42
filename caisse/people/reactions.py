"""What the timetable does by itself: end what nobody seconded, forget what was kept enough."""

from datetime import datetime

from caisse.bylaws import queries as bylaws
from caisse.kernel.work import through, timetable
from caisse.people import operations


@timetable("people.retention", every="day", hour=3, apart=True)
def forget(now: datetime) -> None:
    """Files and applications older than the articles allow are erased, a few hundred a night."""
    if bylaws.founding() is not None:
        operations.apply_retention(now.date())


@timetable("people.old_acts", every="hour", apart=True)
def end_acts(now: datetime) -> None:
    """What one person prepared and no second one agreed to in its time waits no more."""
    through(operations.end_old_acts)
