"""Events: one row per operation, in its transaction. Journal, audit trail and outbox in one."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from django.db import connection
from django.db.models import Count, Max, Subquery

from caisse.kernel import clock, work
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.models import Event
from caisse.kernel.refusal import Refusal

MINUTE_MS = 60_000
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
CLOSED = "events.closed_until"  # the mark of the last closed day, beside those of the work


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as it is read: `at` in milliseconds, `data` without personal content."""

    id: Id
    name: str
    subject: str
    by: str
    at: int
    data: dict[str, Any]


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: the form that is stored, hashed and compared."""
    return _CANONICAL.encode(value)


def fingerprint(*texts: str) -> str:
    """What an event may hold of texts that it must not hold: it tells the same ones again."""
    return hashlib.sha256(canonical(texts).encode()).hexdigest()[:16]


def record(name: str, *, subject: object, by: Actor, id: Id | None = None, **data: Any) -> Id:
    """Write one event in the caller's transaction and return its id, the cause of what follows.

    With an `id` chosen by the sender or derived from a cause, a second call with the same content
    writes nothing and returns the same id; with another it raises Refusal("differs"). `subject` is
    a pseudonym ("wallet:7", "2023-02"), never a name, and `data` holds no text that somebody typed.
    Raises RuntimeError outside a transaction: an event without its effect would be a lie.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"the event {name} must be written with its effect, in one transaction")
    event_id = new_id() if id is None else id
    before = repeated(name, subject=subject, id=id, **data)
    if before is not None:
        return event_id if before.data.keys() == data.keys() else refuse_other()
    by_text = by.id if by.on_behalf_of is None else f"{by.id} for {by.on_behalf_of}"
    Event.objects.create(
        id=event_id,
        name=name,
        subject=str(subject),
        by=by_text,
        at=max(clock.now_ms(), closed_until()),
        data=canonical(data),
    )
    work.enqueue_reactions(name, event_id)
    return event_id


def repeated(name: str, *, subject: object, id: Id | None, **asked: Any) -> Happened | None:
    """The event `id` when it is already there with this very content: the operation is done.

    `asked` is what the sender chose; what the operation found out by itself (a total) is left to
    the event. None when the id is new, or when the sender chose none. Raises Refusal("differs")
    when `id` stands for something else: the same id with other content never moves anything.
    """
    before = None if id is None else happened(id)
    if before is None:
        return None
    known = {key: before.data[key] for key in asked if key in before.data}
    said = (before.name, before.subject, canonical(known))
    return before if said == (name, str(subject), canonical(asked)) else refuse_other()


def refuse_other() -> NoReturn:
    """Raise Refusal("differs"): the id that was sent stands for something else already."""
    raise Refusal("differs", "Ce numéro d’opération a déjà servi pour autre chose.")


def close_until(ms: int) -> None:
    """From now on no event bears an instant before `ms`: the days before are linked and closed."""
    work.mark(CLOSED, max(ms, closed_until()))


def closed_until() -> int:
    """The instant (milliseconds) before which nothing is written any more; 0 at the beginning.

    The clock may go back; a day whose link is made does not change.
    """
    return work.marked(CLOSED)


def happened(id: Id) -> Happened | None:
    """The event `id`, or None."""
    row = Event.objects.filter(pk=id).first()
    return None if row is None else _read(row)


def authors(ids: Sequence[Id]) -> dict[Id, str]:
    """Who did each of those events: a login, without for whom it was."""
    found: dict[Id, str] = {}
    for start in range(0, len(ids), 900):  # below SQLite's least limit of parameters
        rows = Event.objects.filter(pk__in=ids[start : start + 900])
        found.update((id, by.partition(" for ")[0]) for id, by in rows.values_list("id", "by"))
    return found


def history(
    *,
    subject: object | None = None,
    names: Sequence[str] = (),
    before: Id | None = None,
    limit: int = 100,
) -> list[Happened]:
    """The newest events first, at most `limit`; `before` is the last id of the page above."""
    rows = Event.objects.order_by("-id")
    if subject is not None:
        rows = rows.filter(subject=str(subject))
    if names:
        rows = rows.filter(name__in=names)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_read(row) for row in rows[:limit]]


def count(*, name: str, subject: object, since: int) -> int:
    """How many events of one name a subject has had since an instant (ms), that one left out.

    By when they were written: an id may bear any instant that its sender chose.
    """
    return Event.objects.filter(name=name, subject=str(subject), at__gt=since).count()


def state() -> tuple[int, int]:
    """What changes whenever an event is written: a key for what was counted from the books.

    The latest instant, and how many events the minute up to it holds. No id would do: a sender
    chooses it before the event is written, so the newest event need not have the largest one.
    """
    latest = Subquery(Event.objects.order_by("-at").values("at")[:1])
    found = Event.objects.filter(at__gt=latest - MINUTE_MS).aggregate(at=Max("at"), n=Count("id"))
    return found["at"] or 0, found["n"]


def canonical_events(from_ms: int, until_ms: int) -> Iterator[str]:
    """Canonical JSON of the events of a stretch of time, by id: a part of the hash chain."""
    for row in Event.objects.filter(at__gte=from_ms, at__lt=until_ms).order_by("id").iterator(2000):
        fields = {"at": row.at, "by": row.by, "data": row.data, "name": row.name}
        yield canonical({**fields, "id": show_id(row.id), "subject": row.subject})


def first_day() -> date:
    """The business date of the first event, or today when nothing has happened."""
    first = Event.objects.order_by("at").values_list("at", flat=True).first()
    return clock.today() if first is None else clock.day_of(first)


def _read(row: Event) -> Happened:
    return Happened(row.id, row.name, row.subject, row.by, row.at, json.loads(row.data))
