"""Every minute the e-mails that wait leave."""

from datetime import datetime

from caisse.kernel.work import timetable
from caisse.messages import operations


@timetable("messages.send", every="minute", apart=True)
def send(now: datetime) -> None:
    """Send what waits; a mail server that says no is tried again next minute."""
    operations.send_waiting()
