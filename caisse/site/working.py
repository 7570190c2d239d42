"""The worker: the timetable and the reactions, in a thread of the server or once from the command
(own room: it belongs to the assembly)."""

import fcntl
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connections

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, work
from caisse.site import timekeeping

log = logging.getLogger("caisse.work")
PAUSE_S = 1.0


def turn() -> list[str]:
    """One turn: the demo's world acts up to now, what is due and what is steady; what ran."""
    founding = bylaws.founding()
    if founding is None:
        return []
    if founding.demo and clock.travelling():
        from caisse.demo import operations as demo

        demo.keep_up()
    return [*work.run_due(), *work.run_steady(), *work.run_reactions()]


def start() -> Callable[[], None]:
    """Run turns in a thread until the returned function is called; keeps the demo's clock.

    Of several processes that serve, one does the work: the first one to take a lock, and when it
    has ended another. The others do what each of them does everywhere.
    """
    stopping = threading.Event()

    def run() -> None:
        with (Path(settings.HOME) / "worker.lock").open("w") as file:
            while not stopping.wait(PAUSE_S):
                close_old_connections()
                try:
                    if _first(file.fileno()):
                        timekeeping.keep()  # a long turn must not lose the time before it
                        turn()
                        timekeeping.keep()
                    else:
                        work.run_steady(everywhere=True)
                except Exception:  # the worker outlives a failing turn; the next one tries again
                    log.exception("a turn of the worker failed")
        connections.close_all()

    thread = threading.Thread(target=run, name="worker", daemon=True)
    thread.start()

    def stop() -> None:
        stopping.set()
        thread.join(timeout=10)
        timekeeping.keep()

    return stop


def _first(file: int) -> bool:
    """Whether this process has the lock, or takes it now; it goes with the process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
