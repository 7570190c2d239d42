"""Work that follows: reactions to events and a timetable, each run at least once, with one effect.

A reaction or an entry runs in one transaction with its done-mark (`kernel.models.Done`), so that
two workers, or five tries, have the effect of one. Reactions are enqueued by `events.record`
through django-tasks in the transaction of the event: an outbox for free. One that fails is tried
again after a pause that grows, and given up in the log after the last turn.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from caisse.kernel import clock
from caisse.kernel.ids import Id, parse_id, show_id
from caisse.kernel.models import Done

log = logging.getLogger("caisse.work")

TURNS = 6  # of a reaction that fails; the pauses between are 1, 5, 25 minutes, 2 and 10 hours
DEAD_AFTER = timedelta(minutes=15)  # one that a worker began and never ended
GIVEN_UP = "given_up"  # the queue of those that failed for the last time
KEPT = timedelta(days=2)  # the marks of minutes and hours, and reactions that succeeded
WAY_S = 0.11  # left to others between two steps: a little more than they wait between two looks
RESTS_S = 60.0  # a steady step that failed, before it is tried again
BATCH = 20_000  # rows of a kind that one purge removes at most

Every = Literal["minute", "hour", "day", "month"]
SHORT: frozenset[Every] = frozenset({"minute", "hour"})
Reaction = Callable[[Id], None]
Job = Callable[[datetime], None]
Step = Callable[[], int]


class Steady(NamedTuple):
    """What is done at every turn, by one process, or by each of them: `everywhere`."""

    step: Step
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timetable: `job(local time)` once per period, from `hour` o'clock on.

    `apart`: a long job of short transactions, repeatable by itself; it is marked after it ended.
    """

    name: str
    every: Every
    hour: int
    job: Job
    apart: bool


_HUSHED: ContextVar[bool] = ContextVar("hushed", default=False)
REACTIONS: dict[str, list[tuple[str, Reaction]]] = {}
TIMETABLE: dict[str, Entry] = {}
STEADY: dict[str, Steady] = {}
_RESTING: dict[str, float] = {}  # until when a steady step that failed is left alone


def on(event: str) -> Callable[[Reaction], Reaction]:
    """Declare a reaction to the event `event`; it receives the event's id."""

    def register(reaction: Reaction) -> Reaction:
        name = f"{reaction.__module__}.{reaction.__qualname__}"
        REACTIONS.setdefault(event, []).append((name, reaction))
        return reaction

    return register


def timetable(
    name: str, every: Every, hour: int = 0, *, apart: bool = False
) -> Callable[[Job], Job]:
    """Declare a timetable entry, run once per minute, hour, day or month (business dates)."""

    def register(job: Job) -> Job:
        TIMETABLE[name] = Entry(name, every, hour, job, apart)
        return job

    return register


def steady(name: str, *, everywhere: bool = False) -> Callable[[Step], Step]:
    """Declare what is done at every turn of the worker, about once a second.

    It is short, repeatable, cheap while there is nothing to do, and returns how much it did. With
    `everywhere` each process that serves does it, for what lies in its own memory.
    """

    def register(step: Step) -> Step:
        STEADY[name] = Steady(step, everywhere)
        return step

    return register


def through(step: Step) -> int:
    """Take one step after the other until one has nothing left to do (0); the sum of them.

    Each is a transaction of its own, and between two of them others may write. SQLite has no queue:
    whoever waits for it looks again every tenth of a second, and after ten seconds gives up. A
    long work that began its next step at once could keep payments out all that time.
    """
    total = 0
    begun = time.monotonic()
    while done := step():
        total += done
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            time.sleep(min(WAY_S, time.monotonic() - begun))
        begun = time.monotonic()
    return total


@contextmanager
def hushed() -> Iterator[None]:
    """Inside the block nothing reacts to what happens: a world that is played tells nobody."""
    told = _HUSHED.set(True)
    try:
        yield
    finally:
        _HUSHED.reset(told)


def enqueue_reactions(event: str, event_id: Id) -> None:
    """Enqueue the reactions to one event, in the caller's transaction."""
    if _HUSHED.get():
        return
    for name, _ in REACTIONS.get(event, []):
        react.enqueue(event, name, show_id(event_id))


@task()
def react(event: str, name: str, event_id: str) -> None:
    """Run one reaction unless its done-mark is there."""
    reaction = dict(REACTIONS.get(event, []))[name]
    once(f"{event_id}/{name}", lambda: reaction(parse_id(event_id)))


def run_reactions() -> list[str]:
    """Run the reactions that wait, until none is left; returns a word for each that had an effect.

    One that failed, or whose worker died, waits again after a while, `TURNS` times in all. Cheap
    when nothing waits: it is called every second.
    """
    from django_tasks_db.management.commands.db_worker import Worker

    if not REACTIONS:
        return []
    _wait_again()
    if not DBTaskResult.objects.ready().exists():
        return []
    before = Done.objects.count()
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="caisse",
        excluded_queue_names=[],
    ).run()
    return ["reactions"] * (Done.objects.count() - before)


def _wait_again() -> None:
    """Let the reactions that stopped wait for their next turn, or give them up after the last."""
    now = timezone.now()  # the time of job queues is the machine's
    stopped = DBTaskResult.objects.exclude(queue_name=GIVEN_UP).filter(
        Q(status=TaskResultStatus.FAILED)
        | Q(status=TaskResultStatus.RUNNING, started_at__lt=now - DEAD_AFTER)
    )
    for row in stopped.only("worker_ids", "finished_at", "exception_class_path", "args_kwargs"):
        turns = len(row.worker_ids)  # each turn adds the worker that took it
        this = stopped.filter(pk=row.pk)  # unless another worker was faster
        if turns < TURNS:
            later = (row.finished_at or now) + timedelta(minutes=5 ** (turns - 1))
            this.update(status=TaskResultStatus.READY, finished_at=None, run_after=later)
        elif this.update(status=TaskResultStatus.FAILED, queue_name=GIVEN_UP):
            # the error's class only: its words could hold a name
            told = (*row.args_kwargs["args"], turns, row.exception_class_path)
            log.error("reaction to %s given up: %s of %s, after %d turns, %s", *told)


@dataclass(frozen=True, slots=True)
class Queue:
    """The reactions that wait, that run, and that were given up after the last turn."""

    waiting: int
    running: int
    given_up: int
    oldest_s: int


def queue() -> Queue:
    """How the work stands; `oldest_s` is the age of what has waited longest, in seconds."""
    rows = DBTaskResult.objects.all()
    ready = rows.filter(status=TaskResultStatus.READY).exclude(queue_name=GIVEN_UP)
    oldest = ready.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    return Queue(
        ready.count(),
        rows.filter(status=TaskResultStatus.RUNNING).count(),
        rows.filter(queue_name=GIVEN_UP).count(),
        0 if oldest is None else int((timezone.now() - oldest).total_seconds()),
    )


def period(every: Every, now: datetime) -> str:
    """The period of the timetable that holds `now`, an instant in the caisse's time zone.

    Days and months are business dates; minutes and hours are of UTC, because in autumn the local
    ones come twice.
    """
    if every in SHORT:
        form = "%Y-%m-%dT%H:%MZ" if every == "minute" else "%Y-%m-%dT%HZ"
        return now.astimezone(UTC).strftime(form)
    return now.strftime("%Y-%m-%d" if every == "day" else "%Y-%m")


@timetable("work.purge", every="hour")
def purge(now: datetime) -> None:
    """Forget what only said "done" for a while: marks of minutes and hours, past reactions."""
    before = int((now - KEPT).timestamp() * 1000)
    for entry in TIMETABLE.values():
        if entry.every in SHORT:
            old = Done.objects.filter(key__startswith=f"{entry.name}/", at__lt=before)
            Done.objects.filter(pk__in=old.values("pk")[:BATCH]).delete()
    done = DBTaskResult.objects.filter(
        status=TaskResultStatus.SUCCESSFUL, finished_at__lt=timezone.now() - KEPT
    )
    DBTaskResult.objects.filter(pk__in=done.order_by().values("pk")[:BATCH]).delete()


def run_due() -> list[str]:
    """Run every timetable entry whose period is not done; return the keys of those that ran.

    An entry that fails is logged, keeps no mark and is tried again at the next call.
    """
    now = clock.local(clock.now_ms())
    due = {
        f"{entry.name}/{period(entry.every, now)}": entry
        for entry in TIMETABLE.values()
        if now.hour >= entry.hour
    }
    done = set(Done.objects.filter(pk__in=list(due)).values_list("pk", flat=True))
    ran = []
    for key, entry in due.items():
        if key in done:
            continue
        try:
            if _run(entry, key, now):
                ran.append(key)
        except Exception:  # one failing job must not stop the others; it stays due
            log.exception("timetable entry failed: %s", entry.name)
    return ran


def run_steady(*, everywhere: bool = False) -> list[str]:
    """Do what is done at every turn; the names of those that had something to do.

    With `everywhere` what each process does alone. One that fails is logged, and tried again after
    RESTS_S.
    """
    ran = []
    for name, one in STEADY.items():
        if (everywhere and not one.everywhere) or time.monotonic() < _RESTING.get(name, 0):
            continue
        try:
            if one.step():
                ran.append(name)
        except Exception:  # one failing step must not stop the others
            log.exception("steady work failed: %s", name)
            _RESTING[name] = time.monotonic() + RESTS_S
    return ran


def _run(entry: Entry, key: str, now: datetime) -> bool:
    if not entry.apart:
        return once(key, lambda: entry.job(now))
    if Done.objects.filter(pk=key).exists():
        return False
    entry.job(now)
    return once(key, lambda: None)


def once(key: str, job: Callable[[], None]) -> bool:
    """Run `job` in a transaction with the done-mark `key`; False when the mark is already there."""
    if Done.objects.filter(pk=key).exists():
        return False
    try:
        with transaction.atomic():
            Done.objects.create(key=key, at=clock.now_ms())
            job()
    except IntegrityError:
        if Done.objects.filter(pk=key).exists():
            return False
        raise
    return True


def mark(key: str, at: int) -> None:
    """Remember how far a sweep has come: an instant (milliseconds) under its name."""
    Done.objects.update_or_create(key=key, defaults={"at": at})


def marked(key: str) -> int:
    """How far the sweep `key` has come; 0 when it never ran."""
    return Done.objects.filter(pk=key).values_list("at", flat=True).first() or 0


def held(key: str) -> int | None:
    """How far the sweep `key` has come, held until the transaction ends; None when it never ran."""
    rows = Done.objects.select_for_update().filter(key=key)
    return rows.values_list("at", flat=True).first()
