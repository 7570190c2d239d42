"""Events: written with their effect or not at all, once per id, and never changed afterwards."""

import json
from datetime import date
from functools import partial

import pytest
from django.db import connection, transaction

from caisse.kernel import clock, events, ids, work
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.models import Event
from caisse.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db

DESK = Actor("login:4", frozenset({"coordinator"}), on_behalf_of="membership:12")


@pytest.mark.django_db(transaction=True)
def test_an_event_without_its_effect_is_refused() -> None:
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match=r"place\.approved must be written with its effect"):
        events.record("place.approved", subject="place:1", by=SYSTEM)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_falls_with_its_effect() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record("place.approved", subject="place:1", by=SYSTEM)
        raise ZeroDivisionError
    assert not Event.objects.exists()


def test_an_event_says_what_to_whom_by_whom_and_when() -> None:
    with clock.travelled(clock.instant(date(2024, 2, 29), 9)):
        id_ = events.record("place.approved", subject="place:7", by=DESK, cents=5, kind="épicerie")
    told = events.happened(id_)
    assert told is not None
    assert (told.name, told.subject) == ("place.approved", "place:7")
    assert told.by == "login:4 for membership:12"
    assert clock.day_of(told.at) == date(2024, 2, 29)
    assert told.data == {"cents": 5, "kind": "épicerie"}
    assert ids.instant_of(id_) == told.at
    assert events.happened(ids.new_id()) is None


def test_the_same_id_twice_is_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    enqueued: list[bytes] = []
    monkeypatch.setattr(work, "enqueue_reactions", lambda name, id_: enqueued.append(id_))
    id_ = ids.new_id()
    for _ in range(3):
        assert events.record("fund.fed", subject="fund", by=SYSTEM, id=id_, cents=1) == id_
    assert Event.objects.filter(pk=id_).count() == 1
    assert enqueued == [id_]


def test_a_repeat_is_known_by_what_the_sender_chose() -> None:
    id_ = ids.new_id()
    assert events.repeated("fund.fed", subject="fund", id=id_, cents=1) is None
    events.record("fund.fed", subject="fund", by=SYSTEM, id=id_, cents=1, total=7)
    before = events.repeated("fund.fed", subject="fund", id=id_, cents=1)
    assert before is not None and (before.id, before.data["total"]) == (id_, 7)
    assert events.repeated("fund.fed", subject="fund", id=None, cents=1) is None
    others = [("fund.left", "fund", 1), ("fund.fed", "other", 1), ("fund.fed", "fund", 2)]
    for name, subject, cents in others:
        for again in (events.repeated, partial(events.record, by=SYSTEM)):
            with pytest.raises(Refusal) as refused:
                again(name, subject=subject, id=id_, cents=cents, total=7)
            assert refused.value.reason == "differs"
    with pytest.raises(Refusal):
        events.record("fund.fed", subject="fund", by=SYSTEM, id=id_, cents=1)


def test_no_event_bears_an_instant_of_a_closed_day() -> None:
    """Though the clock went back: the link of that day is made."""
    midnight = clock.instant(date(2024, 3, 1))
    assert events.closed_until() == 0
    events.close_until(midnight)
    events.close_until(midnight - 1)
    assert events.closed_until() == midnight
    for now, at in ((midnight - 5, midnight), (midnight + 5, midnight + 5)):
        with clock.travelled(now):
            told = events.happened(events.record("fund.fed", subject="fund", by=SYSTEM))
            assert told is not None and told.at == at


def test_history_is_newest_first_and_pages_on() -> None:
    told = []
    for n in range(5):
        with clock.travelled(1_700_000_000_000 + n):
            subject, name = f"place:{n % 2}", "place.seen" if n < 4 else "place.left"
            told.append(events.record(name, subject=subject, by=SYSTEM, n=n))
    assert [each.data["n"] for each in events.history()] == [4, 3, 2, 1, 0]
    assert [each.data["n"] for each in events.history(subject="place:1")] == [3, 1]
    assert [each.data["n"] for each in events.history(names=["place.left"])] == [4]
    assert [each.data["n"] for each in events.history(limit=2, before=told[3])] == [2, 1]


def test_the_canonical_form_is_the_same_on_both_databases() -> None:
    with clock.travelled(1_700_000_000_000):
        id_ = events.record("fund.fed", subject="fund:é", by=SYSTEM, b=2, a="ü")
    stretch = events.canonical_events(1_700_000_000_000, 1_700_000_000_001)
    (text,) = stretch
    assert text == (
        '{"at":1700000000000,"by":"system:timetable","data":"{\\"a\\":\\"ü\\",\\"b\\":2}",'
        f'"id":"{ids.show_id(id_)}","name":"fund.fed","subject":"fund:é"}}'
    )
    assert json.loads(text)["data"] == events.canonical({"b": 2, "a": "ü"})
    assert list(events.canonical_events(1_700_000_000_001, 1_800_000_000_000)) == []


def test_the_first_day_is_that_of_the_first_event() -> None:
    assert events.first_day() == clock.today()
    for day in (date(2024, 3, 31), date(2023, 10, 29)):
        with clock.travelled(clock.instant(day, 23, 30)):
            events.record("fund.fed", subject="fund", by=SYSTEM)
    assert events.first_day() == date(2023, 10, 29)


def test_an_actor_may_what_its_roles_say() -> None:
    assert DESK.may("treasurer", "coordinator")
    assert not DESK.may("treasurer")
    assert not Actor("login:5").may("treasurer")


def test_the_state_changes_with_every_event_whatever_its_id() -> None:
    assert events.state() == (0, 0)
    with clock.travelled(1_700_000_000_000):
        older = ids.new_id()  # as a form chooses it, before somebody else's event
        seen = {events.state()}
        for id in (ids.new_id(), older, None):
            with transaction.atomic():
                events.record("thing.happened", subject="x", by=SYSTEM, id=id)
            seen.add(events.state())
    assert len(seen) == 4
