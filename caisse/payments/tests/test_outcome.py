"""What became of a payment: told after what is being written, and by a transaction that commits."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from caisse.kernel.ids import derived_id, new_id
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.merchants.tests.ground import OFFICE, approved, founded
from caisse.payments import operations as payments
from caisse.payments.operations import Declined, Receipt

pytestmark = pytest.mark.django_db(transaction=True)


def pay(place: int) -> bytes:
    id = new_id()
    told = payments.pay(
        payment_id=id, wallet_id=1, place_id=place, cents=5_00, method="pin", by=OFFICE
    )
    assert isinstance(told, Receipt)
    return id


def written() -> object:
    """Something that every commit that wrote to the tip changes, as another connection sees it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT xmin::text FROM ledger_tip")
        else:
            cursor.execute("PRAGMA data_version")
        return cursor.fetchone()[0]


def elsewhere(act: Callable[[], object]) -> threading.Thread:
    """Do `act` in a thread with a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_the_answer_commits_something_that_has_to_reach_the_disk() -> None:
    founded()
    id = pay(approved())
    for asked in (id, new_id()):
        before = written()
        elsewhere(lambda asked=asked: payments.outcome(asked)).join()  # type: ignore[misc]
        assert written() != before


def test_the_answer_waits_for_what_is_being_written() -> None:
    founded()
    place, told = approved(), []
    till = payments.open_till(place_id=place, by=OFFICE)
    id = derived_id(till, "payment")
    with transaction.atomic():
        ledger.post([Transfer(id, "wallet:1", f"place:{place}", 5_00, "payment", till)])
        asking = elsewhere(lambda: told.append(payments.outcome(id)))
        asking.join(0.3)
        assert told == []
    asking.join(10)
    assert isinstance(told[0], Receipt) and told[0].cents == 5_00


def test_it_is_not_asked_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="its own transaction"):
        payments.outcome(new_id())


def test_a_closed_till_still_tells_what_became_of_its_payments() -> None:
    founded()
    place = approved()
    till = payments.open_till(place_id=place, by=OFFICE)
    paid, burnt = pay(place), new_id()
    payments.abandon(payment_id=burnt, till=till)
    payments.close_till(till=till, by=OFFICE)
    told = payments.pay_many(
        [payments.Purchase(id, 1, place, 5_00, "pin", till) for id in (paid, burnt, new_id())]
    )
    assert isinstance(told[0], Receipt) and told[0].id == paid
    reasons = [answer.reason for answer in told if isinstance(answer, Declined)]
    assert reasons == ["abandoned", "till_suspended"]
