"""Looks at many keys at once: what they find, in whose transaction, and what they leave behind."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from caisse.kernel.ids import Id, new_id
from caisse.kernel.looks import Look, Row, together
from caisse.kernel.models import Done, Event

pytestmark = pytest.mark.django_db(transaction=True)

KEYS = [
    "plain",
    "",
    "l'un",
    'say "so"',
    "a,b",
    "{a}",
    "back\\slash",
    "NULL",
    "œuf ½",
    "%s",
    "$1",
    "?",
]
DONE = Look("SELECT key, at FROM kernel_done WHERE key {keys}", "text")
AT = Look("SELECT key, at FROM kernel_done WHERE at {keys}", "number")
EVENTS = Look("SELECT id, name FROM kernel_event WHERE id {keys}", "id")
FROM = Look("SELECT key, at FROM kernel_done WHERE key {keys} AND '2024-02-29' >= {1}", "text")
NONE = Look("SELECT nothing FROM kernel_nothing WHERE key {keys}", "text")


def found(look: Look, keys: list[object], *days: date) -> set[Row]:
    return look.at(keys, *days, read=set).found()


def done(*keys: str) -> None:
    Done.objects.bulk_create(Done(key=key, at=n) for n, key in enumerate(keys))


def test_every_text_is_found_as_it_is_and_nothing_else() -> None:
    done(*KEYS, "other")
    assert found(DONE, list(KEYS)) == {(key, n) for n, key in enumerate(KEYS)}
    for n, key in enumerate(KEYS):
        assert found(DONE, [key]) == {(key, n)}
    assert found(DONE, ["pla%", "PLAIN", "none"]) == set()


@pytest.mark.parametrize("number", [1, 3, 4, 5, 17, 64, 65, 150])
def test_any_number_of_keys(number: int) -> None:
    done(*(f"key {n}" for n in range(200)))
    wanted = [f"key {n}" for n in range(number)]
    assert found(DONE, list(wanted)) == {(f"key {n}", n) for n in range(number)}
    assert found(AT, list(range(number))) == {(f"key {n}", n) for n in range(number)}


def test_numbers_are_as_large_as_they_may_be() -> None:
    Done.objects.create(key="late", at=2**62)
    assert found(AT, [2**62, -1, 0]) == {("late", 2**62)}


def test_ids_are_bytes() -> None:
    ids = [new_id() for _ in range(3)]
    for id in ids[:2]:
        Event.objects.create(id=id, name="test", subject="x", by="y", at=1, data="{}")
    assert found(EVENTS, list(ids)) == {(ids[0], "test"), (ids[1], "test")}


def test_a_day_is_a_parameter() -> None:
    done("one")
    assert found(FROM, ["one"], date(2024, 2, 29)) == {("one", 0)}
    assert found(FROM, ["one"], date(2024, 3, 1)) == set()


def test_several_looks_are_answered_in_order_and_a_look_at_nothing_finds_nothing() -> None:
    done("one", "two")
    id: Id = new_id()
    answers = together(
        DONE.at(["two"], read=list), EVENTS.at([id], read=len), DONE.at([], read=list),
        AT.at([0], read=list),
    )  # fmt: skip
    assert answers == [[("two", 1)], 0, [], [("one", 0)]]


def test_it_sees_what_its_own_transaction_has_written_and_goes_with_it() -> None:
    with transaction.atomic():
        assert found(DONE, ["one"]) == set()
        done("one")
        assert found(DONE, ["one"]) == {("one", 0)}
        transaction.set_rollback(True)
    assert found(DONE, ["one"]) == set()


def test_a_look_that_fails_leaves_a_connection_that_works() -> None:
    done("one")
    with pytest.raises(DatabaseError):
        together(DONE.at(["one"], read=list), NONE.at(["x"], read=list), AT.at([0], read=list))
    assert found(DONE, ["one"]) == {("one", 0)}
    assert Done.objects.count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite goes on after a statement failed")
def test_in_a_transaction_that_failed_it_looks_at_nothing() -> None:
    with transaction.atomic():
        with pytest.raises(DatabaseError):
            Event.objects.raw("SELECT nothing FROM kernel_nothing")[0]
        connection.needs_rollback = True
        with pytest.raises(TransactionManagementError):
            found(DONE, ["one"])


def test_who_counts_queries_counts_looks() -> None:
    with CaptureQueriesContext(connection) as asked:
        together(DONE.at(["one"], read=list), DONE.at([], read=list), AT.at([1], read=list))
    assert [one["sql"] for one in asked] == [DONE.text, AT.text]
