"""What the timetable does by itself: forget what was kept long enough."""

from datetime import datetime

from caisse.bylaws import queries as bylaws
from caisse.kernel.work import timetable
from caisse.people import operations


@timetable("people.retention", every="day", hour=3, apart=True)
def forget(now: datetime) -> None:
    """Files and applications older than the articles allow are erased, a few hundred a night."""
    if bylaws.founding() is not None:
        operations.apply_retention(now.date())
