"""What the ledger's timetable does by itself: expired holds every minute, the link of each day."""

from datetime import datetime, timedelta

from caisse.kernel.work import timetable
from caisse.ledger import operations


@timetable("ledger.void_expired", every="minute")
def void_expired(now: datetime) -> None:
    """Holds whose time has passed are voided."""
    operations.void_expired()


@timetable("ledger.trace", every="minute", apart=True)
def trace(now: datetime) -> None:
    """The pages of wallets and places need not read the whole journal."""
    operations.trace()


@timetable("ledger.anchor", every="day", hour=1, apart=True)
def anchor_yesterday(now: datetime) -> None:
    """The day that ended is linked, an hour after midnight so that its last events are written."""
    operations.anchor(now.date() - timedelta(1))
