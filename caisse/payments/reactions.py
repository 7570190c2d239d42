"""What the timetable does for payments: money that no till may take any more goes home."""

from datetime import datetime

from caisse.bylaws import queries as bylaws
from caisse.kernel.work import through, timetable
from caisse.payments import operations


@timetable("payments.offline", every="hour", apart=True)
def sweep_offline(now: datetime) -> None:
    """Licences of which nothing came in time are closed; money that no till may take goes home."""
    if bylaws.founding() is not None:
        through(operations.sweep_offline)
