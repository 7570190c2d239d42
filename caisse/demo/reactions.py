"""A demo that is being served goes on living: what its world does is done when the clock passes."""

from datetime import datetime

from caisse.demo import operations
from caisse.kernel.work import timetable


@timetable("demo.keep_up", every="minute", apart=True)
def keep_up(now: datetime) -> None:
    """Purchases, receipts, instalments of the minute; nothing in a caisse that is no demo."""
    operations.keep_up()
