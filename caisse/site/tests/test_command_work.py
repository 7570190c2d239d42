"""The worker of a real caisse: in the server's thread and from the command; cheap when idle."""

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events, ids, work
from caisse.kernel.actor import SYSTEM
from caisse.ledger import queries as books
from caisse.payments.operations import Declined
from caisse.site import timekeeping, working
from caisse.site.command import paying
from caisse.site.tests.conftest import Caisse, Run

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
IDLE_QUERIES = 7


@pytest.fixture
def reaction(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """A reaction to `carrot.sown`: the ids of the events that it saw."""
    monkeypatch.setattr(work, "REACTIONS", {})
    seen: list[bytes] = []

    @work.on("carrot.sown")
    def react(event_id: bytes) -> None:
        seen.append(event_id)

    yield seen


def sow() -> bytes:
    with transaction.atomic():
        return events.record("carrot.sown", subject="garden", by=SYSTEM)


def test_an_idle_turn_asks_almost_nothing(reaction: list[bytes], begun: Run) -> None:
    working.turn()
    with CaptureQueriesContext(connection) as queries:
        assert working.turn() == []
    assert len(queries) <= IDLE_QUERIES, [query["sql"][:90] for query in queries]


def test_work_runs_once_what_waits(caisse: Caisse, reaction: list[bytes], begun: Run) -> None:
    told = sow()
    first = caisse("work")
    assert first.code == 0 and "reactions\n" in first.out and reaction == [told]
    assert caisse("work").out == "0 tâche faite.\n"
    assert reaction == [told]


def test_the_servers_thread_does_the_work_until_it_is_stopped(
    begun: Run, reaction: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "PAUSE_S", 0.05)
    told = sow()
    stop = working.start()
    try:
        until = time.monotonic() + 20
        while not reaction and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        stop()
    assert reaction == [told]
    assert "worker" not in {thread.name for thread in threading.enumerate()}
    sow()
    time.sleep(0.3)
    assert reaction == [told]


def test_one_process_works_and_the_others_do_what_is_theirs(
    begun: Run, reaction: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the one that works has ended, another one goes on: the lock goes with its process."""
    monkeypatch.setattr(working, "PAUSE_S", 0.05)
    monkeypatch.setattr(work, "STEADY", {})
    own: list[int] = []

    @work.steady("test.own", everywhere=True)
    def write() -> int:
        own.append(1)
        return 0

    told = sow()
    with (Path(settings.HOME) / "worker.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another process works
        stop = working.start()
        try:
            _until(lambda: len(own) > 2)
            assert reaction == []
            fcntl.flock(file, fcntl.LOCK_UN)
            _until(lambda: bool(reaction))
        finally:
            stop()
    assert reaction == [told]


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_failing_turn_does_not_end_the_worker(
    begun: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    turns: list[int] = []

    def failing() -> list[str]:
        turns.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(working, "PAUSE_S", 0.02)
    monkeypatch.setattr(working, "turn", failing)
    stop = working.start()
    time.sleep(0.5)
    stop()
    assert len(turns) > 1 and "a turn of the worker failed" in caplog.text


def test_a_real_caisse_has_no_clock_of_its_own(
    begun: Run, home: Any, travelling: Callable[..., None]
) -> None:
    clock.travel(None)
    timekeeping.resume(runs=True)
    timekeeping.keep()
    assert not clock.travelling() and not timekeeping.path().exists()
    assert working.turn() and bylaws.founding() is not None


def test_a_payment_that_is_not_settled_is_busy_and_names_its_id(
    caisse: Caisse, begun: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking = Declined("checking", "Nous vérifions.", "Nous vérifions.")
    monkeypatch.setattr(paying.payments, "pay", lambda **_: checking)
    number = ids.show_id(ids.new_id())
    told = caisse("pay", "moineau-radis", 1, 5, "--id", number, "--by", "ana")
    assert (told.code, told.err) == (4, f"Nous vérifions. --id {number}\n")


def test_the_demo_is_played_in_a_demo_only(
    caisse: Caisse, begun: Run, travelling: Callable[..., None]
) -> None:
    count = len(events.history(limit=1000))
    told = caisse("demo", "--to", "2024-03-01")
    assert (told.code, told.err) == (3, "Cette caisse n’est pas une démonstration.\n")
    assert len(events.history(limit=1000)) == count


def test_calls_and_sales_follow_the_calendar_of_a_real_caisse(
    caisse: Caisse, begun: Run, travelling: Callable[..., None]
) -> None:
    """The call on the debit day and not before, once; the month's sales on its last evening."""
    travelling(date(2024, 2, 2), 23)
    caisse("work")
    assert books.balance("claims:contribution") == 0
    travelling(date(2024, 2, 3), 6)
    for _ in range(3):
        caisse("work")
    assert books.balance("claims:contribution") == 72_50
    travelling(date(2024, 3, 3), 6)
    caisse("work")
    assert books.balance("claims:contribution") == 145_00
    assert [e.subject for e in events.history(names=["sales.held"])] == ["2024-02"]
