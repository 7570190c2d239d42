"""Work that failed comes again, not for ever; marks that served are forgotten; autumn's hour."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from caisse.kernel import clock, events, work
from caisse.kernel.actor import SYSTEM
from caisse.kernel.models import Done

pytestmark = pytest.mark.django_db(transaction=True)

NIGHT = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)  # 2:30 in Paris, and 2:30 again an hour later
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own_lists(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only what the test declares is declared."""
    monkeypatch.setattr(work, "REACTIONS", {})
    monkeypatch.setattr(work, "TIMETABLE", {})
    with clock.travelled(ms(NIGHT)):
        yield


def ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def told(*, broken: list[int]) -> list[int]:
    """An event whose reaction fails while `broken` holds something; the turns that it took."""
    turns: list[int] = []

    @work.on("place.approved")
    def react(event_id: bytes) -> None:
        turns.append(len(turns))
        if broken:
            raise ZeroDivisionError("Zoé Moulin")

    with transaction.atomic():
        events.record("place.approved", subject="place:1", by=SYSTEM)
    return turns


def waiting() -> DBTaskResult[Any, Any]:
    """The one reaction, as the queue has it."""
    return DBTaskResult.objects.get()


def sleep(span: timedelta) -> None:
    """The queue's past moves `span` away: the machine's clock is not ours to move."""
    for row in DBTaskResult.objects.all():
        DBTaskResult.objects.filter(pk=row.pk).update(
            run_after=min(row.run_after, timezone.now() + timedelta(days=1)) - span,
            started_at=None if row.started_at is None else row.started_at - span,
            finished_at=None if row.finished_at is None else row.finished_at - span,
        )


def test_a_reaction_that_failed_comes_again_after_its_pause() -> None:
    broken = [1]
    turns = told(broken=broken)
    assert (work.run_reactions(), work.run_reactions(), turns) == ([], [], [0])
    assert waiting().status == "READY"
    broken.clear()
    sleep(timedelta(seconds=50))
    assert (work.run_reactions(), turns) == ([], [0])
    sleep(timedelta(seconds=11))
    assert (work.run_reactions(), turns) == (["reactions"], [0, 1])
    assert waiting().status == "SUCCESSFUL"


def test_pauses_grow_and_the_last_failure_is_told_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    turns, pauses = told(broken=[1]), []
    for _ in range(work.TURNS - 1):
        work.run_reactions()
        work.run_reactions()
        pauses.append(round((waiting().run_after - timezone.now()) / timedelta(minutes=1)))
        sleep(timedelta(hours=11))
    assert pauses == [1, 5, 25, 125, 625]
    for _ in range(4):
        work.run_reactions()
        sleep(timedelta(days=2))
    assert len(turns) == work.TURNS
    assert (waiting().status, waiting().queue_name) == ("FAILED", work.GIVEN_UP)
    lines = [row.getMessage() for row in caplog.records if row.name == "caisse.work"]
    assert len(lines) == 1 and "place.approved given up" in lines[0]
    assert "ZeroDivisionError" in lines[0] and "Zoé" not in lines[0]


def test_a_reaction_whose_worker_died_comes_again() -> None:
    turns = told(broken=[])
    row = DBTaskResult.objects.get()
    row.claim("the dead")
    assert (work.run_reactions(), turns) == ([], [])
    sleep(work.DEAD_AFTER)
    work.run_reactions()
    sleep(timedelta(minutes=2))
    assert (work.run_reactions(), turns) == (["reactions"], [0])


def test_the_hour_that_comes_twice_in_autumn_has_its_minutes_twice() -> None:
    ran: list[str] = []
    work.timetable("each.minute", "minute")(lambda now: ran.append("minute"))
    work.timetable("each.hour", "hour")(lambda now: ran.append("hour"))
    work.timetable("each.day", "day")(lambda now: ran.append("day"))
    assert len(work.run_due()) == 3
    assert work.run_due() == []
    with clock.travelled(ms(NIGHT + HOUR)):
        assert clock.local(clock.now_ms()).hour == 2
        assert work.run_due() == ["each.minute/2024-10-27T01:30Z", "each.hour/2024-10-27T01Z"]
    assert ran == ["minute", "hour", "day", "minute", "hour"]


def test_the_purge_forgets_old_minutes_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    work.timetable("each.minute", "minute")(lambda now: None)
    work.timetable("each.day", "day")(lambda now: None)
    old, young = NIGHT - work.KEPT - HOUR, NIGHT - work.KEPT + HOUR
    for instant in (old, old - HOUR, young):
        with clock.travelled(ms(instant)):
            work.run_due()
    work.mark("events.closed_until", 1)
    work.once(f"{'0' * 32}/each.reaction", lambda: None)
    Done.objects.filter(pk__contains="reaction").update(at=1)
    before = set(Done.objects.values_list("pk", flat=True))
    monkeypatch.setattr(work, "BATCH", 1)
    work.purge(clock.local(ms(NIGHT)))
    assert len(before) - Done.objects.count() == 1
    monkeypatch.setattr(work, "BATCH", 100)
    work.purge(clock.local(ms(NIGHT)))
    gone = before - set(Done.objects.values_list("pk", flat=True))
    assert gone == {f"each.minute/{each:%Y-%m-%dT%H:%MZ}" for each in (old, old - HOUR)}


def test_reactions_that_succeeded_are_forgotten_after_a_while() -> None:
    told(broken=[])
    work.run_reactions()
    work.purge(clock.local(ms(NIGHT)))
    assert DBTaskResult.objects.count() == 1
    sleep(work.KEPT)
    work.purge(clock.local(ms(NIGHT)))
    assert DBTaskResult.objects.count() == 0


def test_the_purge_is_in_the_timetable_of_every_hour() -> None:
    assert work.purge.__module__ == work.__name__
    day = date(2024, 3, 1)
    assert work.period("hour", clock.local(clock.instant(day, 9))) == "2024-03-01T08Z"
