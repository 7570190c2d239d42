"""What payments do by themselves: what no till may take any more goes back to its wallets."""

from datetime import datetime

from caisse.bylaws import queries as bylaws
from caisse.kernel.work import steady, through, timetable
from caisse.payments import operations, reaching


@timetable("payments.expire_sheets", every="day", hour=1, apart=True)
def expire_sheets(now: datetime) -> None:
    """Vouchers, the day after their last one, an hour after midnight."""
    operations.expire_sheets()


@timetable("payments.offline", every="hour", apart=True)
def sweep_offline(now: datetime) -> None:
    """Licences of which nothing came in time are closed; what was set aside for them goes home."""
    if bylaws.founding() is not None:
        through(operations.sweep_offline)


@timetable("payments.codes", every="minute", apart=True)
def follow_codes(now: datetime) -> None:
    """Tills that take no code for a while are told to the office, within a minute."""
    if bylaws.founding() is not None:
        operations.follow_codes()


@steady("payments.brake", everywhere=True)
def tell_of_brake() -> int:
    """What the brake of this process did while it answered."""
    return operations.tell_of_brake()


@steady("payments.reach", everywhere=True)
def look_at_reach() -> int:
    """The caisse's telephone number and its unit, for the refusals of the process that serves."""
    reaching.look()
    return 0  # nothing is done by it: the turn may rest
