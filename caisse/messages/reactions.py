"""What messages do by themselves: at each turn of the worker, each minute, at night."""

from datetime import datetime

from caisse.kernel.ids import Id
from caisse.kernel.work import on, steady, timetable
from caisse.messages import carriers, operations, push


@steady("messages.jotted", everywhere=True)
def write() -> int:
    """What did not pass, as the process remembers it that said no."""
    return operations.write_jotted()


@steady("messages.leave")
def leave() -> int:
    """Who must be told of what moved; then what waits leaves."""
    return operations.follow() + operations.send_waiting()


@timetable("messages.stuck", every="minute", apart=True)
def free(now: datetime) -> None:
    """What a worker that was killed had taken; the key of this caisse's Web Push, once."""
    push.make_key()
    operations.free_stuck()


@timetable("messages.purge", every="day", hour=3, apart=True)
def purge(now: datetime) -> None:
    """Forget what told of payments that are over, and what people chose who are forgotten."""
    operations.forget_told()
    operations.forget_remarks()
    operations.forget_erased()
    carriers.forget_old()


@on("membership.erased")
def forget(event_id: Id) -> None:
    """What a person chose goes with her name."""
    operations.forget_erased()
