"""A founded caisse, households that pledged 50 €, and the words that these tests share."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from caisse.contributions import operations
from caisse.kernel import clock, events
from caisse.kernel.ids import derived_id
from caisse.kernel.models import Event
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.people import operations as people
from caisse.people.operations import NewHousehold
from caisse.people.tests.conftest import OFFICE, founded, january  # noqa: F401 - fixtures

FEBRUARY, MARCH, APRIL = Month(2023, 2), Month(2023, 3), Month(2023, 4)


def join(joined_on: date = date(2023, 2, 1), **household: Any) -> int:
    """A new household; its membership's number."""
    return people.join(
        household=NewHousehold(**household), joined_on=joined_on, by=OFFICE
    ).membership_id


def pledged(cents: int = 50_00, **household: Any) -> int:
    """A new household that pledged, from the first month that it may."""
    number = join(**household)
    operations.pledge(membership_id=number, cents=cents, by=OFFICE)
    return number


def travel(day: date, hour: int = 9) -> None:
    clock.travel(clock.instant(day, hour))


def refused(operation: Callable[..., Any], **arguments: Any) -> str:
    """The reason of the refusal; nothing was written, and the sentence is a sentence."""
    before = Event.objects.count(), books.tip()
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        operation(**arguments, by=OFFICE)
    assert refusal.value.sentence.endswith((".", "!", ")"))
    assert "'" not in refusal.value.sentence
    assert refusal.value.sentence[0].isupper() or refusal.value.sentence[0] == "«"
    assert (Event.objects.count(), books.tip()) == before
    return refusal.value.reason


def due(number: int) -> int:
    """What a membership owes in all, in cents; below 0 it is ahead."""
    return -books.balance(f"receivable:contribution:{number}")


def fund() -> int:
    return books.balance("fund:caisse")


def spend(cents: int) -> None:
    """Take money out of the fund, as the setting apart of a month does."""
    with transaction.atomic():
        cause = events.record("test.month", subject="caisse", by=OFFICE)
        ledger.open_accounts(["fund:month:2023-02"])
        id = derived_id(cause, "month")
        ledger.post([Transfer(id, "fund:caisse", "fund:month:2023-02", cents, "month", cause)])


@pytest.fixture
def called(founded: None) -> Iterator[list[int]]:  # noqa: F811
    """Three households whose February of 50 € was called; it is 3 February 2023."""
    numbers = [pledged() for _ in range(3)]
    travel(date(2023, 2, 3))
    operations.call(month=FEBRUARY, by=OFFICE)
    yield numbers
    clock.travel(None)
