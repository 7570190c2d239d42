"""What payments do by themselves: vouchers whose last day has passed go back to their wallets."""

from datetime import datetime

from caisse.kernel.work import timetable
from caisse.payments import operations


@timetable("payments.expire_sheets", every="day", hour=1, apart=True)
def expire_sheets(now: datetime) -> None:
    """The day after the last one, an hour after midnight."""
    operations.expire_sheets()
