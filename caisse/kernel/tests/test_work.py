"""Work: run at least once, with one effect; what fails stays due and stops nobody else."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from caisse.kernel import clock, events, ids, work
from caisse.kernel.actor import SYSTEM
from caisse.kernel.models import Done

NOW = (date(2024, 2, 29), 9)
MORNING = clock.instant(*NOW)


@pytest.fixture(autouse=True)
def _own_lists(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only what the test declares is declared."""
    monkeypatch.setattr(work, "REACTIONS", {})
    monkeypatch.setattr(work, "TIMETABLE", {})
    with clock.travelled(MORNING):
        yield


def effects() -> list[str]:
    """What was written by jobs under the mark `effect:`."""
    rows = Done.objects.filter(pk__startswith="effect:").order_by("pk").values_list("pk", flat=True)
    return list(rows)


def effect(word: str) -> None:
    Done.objects.create(key=f"effect:{word}", at=clock.now_ms())


@pytest.mark.django_db
def test_once_is_once_for_a_key() -> None:
    told: list[str] = []
    assert work.once("a", lambda: told.append("a"))
    assert not work.once("a", lambda: told.append("again"))
    assert work.once("b", lambda: told.append("b"))
    assert told == ["a", "b"]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_leaves_no_mark_and_no_half() -> None:
    def failing() -> None:
        effect("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work.once("a", failing)
    assert effects() == []
    assert work.once("a", lambda: effect("whole"))
    assert effects() == ["effect:whole"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_time_have_one_effect() -> None:
    ran: list[bool] = []
    failed: list[BaseException] = []
    together = threading.Barrier(2)

    def worker() -> None:
        try:
            together.wait(10)
            ran.append(work.once("month", lambda: effect(f"month {threading.get_ident()}")))
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, sorted(ran), len(effects())) == ([], [False, True], 1)


def on_event(name: str) -> Callable[[], None]:
    """Declare a reaction; the result runs all reactions to the event as a worker would, again."""
    told = ids.new_id()

    @work.on(name)
    def react(event_id: bytes) -> None:
        assert event_id == told
        effect(ids.show_id(event_id))

    with transaction.atomic():
        events.record(name, subject="x", by=SYSTEM, id=told)
    (reaction,) = work.REACTIONS[name]
    return lambda: work.react.func(name, reaction[0], ids.show_id(told))


@pytest.mark.django_db
def test_a_reaction_run_five_times_has_one_effect() -> None:
    run = on_event("place.approved")
    for _ in range(5):
        run()
    assert len(effects()) == 1


@pytest.mark.django_db
def test_a_reaction_is_enqueued_in_the_transaction_of_its_event() -> None:
    from django_tasks_db.models import DBTaskResult

    on_event("place.approved")
    assert DBTaskResult.objects.count() == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record("place.approved", subject="x", by=SYSTEM)
        assert DBTaskResult.objects.count() == 2
        raise ZeroDivisionError
    assert DBTaskResult.objects.count() == 1


@pytest.mark.parametrize(
    ("every", "same", "next_"),
    [
        ("minute", (date(2024, 2, 29), 9, 0, 59), (date(2024, 2, 29), 9, 1)),
        ("day", (date(2024, 2, 29), 23, 59), (date(2024, 3, 1),)),
        ("month", (date(2024, 2, 1),), (date(2024, 3, 1),)),
    ],
)
def test_periods_follow_the_business_date(
    every: work.Every, same: tuple[Any, ...], next_: tuple[Any, ...]
) -> None:
    now, same_, after = (clock.local(clock.instant(*when)) for when in (NOW, same, next_))
    assert work.period(every, now) == work.period(every, same_) != work.period(every, after)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("apart", [False, True])
def test_an_entry_runs_once_a_day_from_its_hour_on(apart: bool) -> None:
    told: list[datetime] = []
    work.timetable("fund.count", "day", hour=9, apart=apart)(told.append)
    with clock.travelled(MORNING - 1):
        assert work.run_due() == []
    assert work.run_due() == ["fund.count/2024-02-29"]
    assert work.run_due() == []
    with clock.travelled(clock.instant(date(2024, 3, 1), 23)):
        assert work.run_due() == ["fund.count/2024-03-01"]
    assert [(day.month, day.day, day.hour) for day in told] == [(2, 29, 9), (3, 1, 23)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("apart", [False, True])
def test_a_failing_entry_stays_due_and_stops_nobody(
    apart: bool, caplog: pytest.LogCaptureFixture
) -> None:
    broken = [True]

    def job(now: datetime) -> None:
        if broken[0]:
            raise ZeroDivisionError
        effect("mended")

    work.timetable("a.breaks", "day", apart=apart)(job)
    work.timetable("b.works", "day")(lambda now: effect("b"))
    assert work.run_due() == ["b.works/2024-02-29"]
    assert "a.breaks" in caplog.text
    broken[0] = False
    assert work.run_due() == ["a.breaks/2024-02-29"]
    assert work.run_due() == []
    assert effects() == ["effect:b", "effect:mended"]
