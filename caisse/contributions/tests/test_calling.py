"""The call of a month: once, the same after a crash, nothing for the paused."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caisse.contributions import operations, queries, reactions
from caisse.contributions.models import Call
from caisse.contributions.operations import calling
from caisse.contributions.tests.conftest import (
    FEBRUARY,
    MARCH,
    OFFICE,
    due,
    join,
    pledged,
    refused,
    travel,
)
from caisse.kernel import clock, work
from caisse.ledger import queries as books
from caisse.people import operations as people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]


def test_each_household_owes_its_pledge_and_the_pair_sums_to_zero() -> None:
    numbers = [pledged(10_00), join(), pledged(30_00)]
    travel(date(2023, 2, 3))
    called = operations.call(month=FEBRUARY, by=OFFICE)
    assert (called.members, called.cents) == (2, 40_00)
    assert [due(number) for number in numbers] == [10_00, 0, 30_00]
    assert books.balance("claims:contribution") == 40_00
    flows = books.flows(["call"], side="debit", until=date(2023, 2, 3))
    assert [(flow.month, flow.cents, flow.count) for flow in flows] == [(FEBRUARY, 40_00, 2)]


def test_called_again_it_is_the_same_call() -> None:
    number = pledged()
    travel(date(2023, 2, 3))
    first = operations.call(month=FEBRUARY, by=OFFICE)
    assert operations.call(month=FEBRUARY, by=OFFICE) == first
    assert due(number) == 50_00
    operations.call(month=MARCH, by=OFFICE) if clock.today() > date(2023, 2, 15) else None
    assert Call.objects.count() == 1


def test_whoever_is_paused_owes_nothing() -> None:
    number, other = pledged(), pledged()
    people.pause(membership_id=number, first=FEBRUARY, last=FEBRUARY, by=OFFICE)
    travel(date(2023, 2, 3))
    assert operations.call(month=FEBRUARY, by=OFFICE).members == 1
    assert [due(number), due(other)] == [0, 50_00]


def test_a_call_stopped_in_the_middle_goes_on_with_the_same_amounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = [pledged(10_00 + n) for n in range(5)]
    travel(date(2023, 2, 3))
    monkeypatch.setattr(calling, "CHUNK", 2)
    gather, chunks = calling.ledger.gather, []

    def stops(**arguments: Any) -> Any:
        chunks.append(arguments)
        if len(chunks) == 2:
            raise KeyboardInterrupt
        return gather(**arguments)

    monkeypatch.setattr(calling.ledger, "gather", stops)
    with pytest.raises(KeyboardInterrupt):
        operations.call(month=FEBRUARY, by=OFFICE)
    assert [due(number) for number in numbers] == [10_00, 10_01, 0, 0, 0]
    # Somebody leaves before it goes on: the call was decided, and does not change.
    travel(date(2023, 2, 4))
    people.leave(membership_id=numbers[4], on=date(2023, 2, 1), by=OFFICE)
    called = operations.call(month=FEBRUARY, by=OFFICE)
    assert (called.members, called.cents) == (5, 50_10)
    assert [due(number) for number in numbers] == [10_00, 10_01, 10_02, 10_03, 10_04]
    assert len(chunks) == 5
    operations.call(month=FEBRUARY, by=OFFICE)
    assert len(chunks) == 5  # done: nothing is gathered any more


def test_a_month_is_not_called_while_pledges_may_change() -> None:
    pledged()
    travel(date(2023, 1, 15))
    assert refused(operations.call, month=FEBRUARY) == "early"
    travel(date(2023, 1, 16))
    assert operations.call(month=FEBRUARY, by=OFFICE).members == 1


def test_statements_grow_with_each_month() -> None:
    number = pledged()
    travel(date(2023, 2, 16))
    operations.call(month=FEBRUARY, by=OFFICE)
    operations.call(month=MARCH, by=OFFICE)
    lines = queries.statement(number)
    assert [(line.month, line.called_cents, line.unpaid_cents) for line in lines] == [
        (FEBRUARY, 50_00, 50_00), (MARCH, 50_00, 50_00)
    ]  # fmt: skip


def test_the_timetable_calls_on_the_due_day_and_not_before() -> None:
    pledged()
    for day, calls in [(date(2023, 1, 20), 0), (date(2023, 2, 2), 0), (date(2023, 2, 3), 1)]:
        travel(day)
        reactions.call_due_months(clock.local(clock.now_ms()))
        assert Call.objects.count() == calls
    assert work.TIMETABLE["contributions.call"].every == "day"


def test_a_call_takes_few_queries_whatever_its_size() -> None:
    for _ in range(30):
        pledged()
    travel(date(2023, 2, 3))
    with CaptureQueriesContext(connection) as captured:
        operations.call(month=FEBRUARY, by=OFFICE)
    assert len(captured) < 45
