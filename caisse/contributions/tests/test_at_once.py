"""Real transactions, and several people doing the same thing at the same time."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from caisse.contributions import operations
from caisse.contributions.models import Call, Receipt, Return
from caisse.contributions.tests.conftest import FEBRUARY, OFFICE, due, fund, pledged, spend, travel
from caisse.kernel import ids
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("founded")]


def at_once(act: Callable[[], object], times: int = 4) -> list[str]:
    """Do `act` in several threads; what each one answered: "done" or the reason of a refusal."""
    answers: list[str] = []
    gate = threading.Barrier(times)

    def run() -> None:
        gate.wait()
        try:
            act()
            answers.append("done")
        except Refusal as refusal:
            answers.append(refusal.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def paid() -> tuple[int, int]:
    """A household called and debited for February: its membership, its receipt."""
    number = pledged()
    travel(date(2023, 2, 3))
    operations.call(month=FEBRUARY, by=OFFICE)
    received = operations.receive(
        membership_id=number, month=FEBRUARY, cents=50_00, kind="debit", by=OFFICE
    )
    return number, received.receipt_id


def test_one_debit_comes_back_once_however_many_say_so() -> None:
    number, receipt = paid()
    answers = at_once(lambda: operations.return_receipt(receipt_id=receipt, code="AM04", by=OFFICE))
    assert answers == ["done", "returned", "returned", "returned"]
    assert (fund(), due(number), Return.objects.count()) == (0, 50_00, 1)


def test_one_id_is_one_receipt_however_often_it_arrives() -> None:
    number, _ = paid()
    id = ids.new_id()
    answers = at_once(
        lambda: operations.receive(
            membership_id=number, month=FEBRUARY, cents=10_00, kind="card", by=OFFICE, id=id
        )
    )
    assert answers == ["done"] * 4
    assert (fund(), Receipt.objects.count()) == (60_00, 2)


def test_a_month_is_called_once_and_what_is_owed_is_covered_once() -> None:
    number, receipt = paid()
    assert at_once(lambda: operations.call(month=FEBRUARY, by=OFFICE)) == ["done"] * 4
    assert (Call.objects.count(), due(number)) == (1, 0)
    spend(40_00)
    operations.receive(
        membership_id=pledged(), month=FEBRUARY, cents=20_00, kind="transfer", by=OFFICE
    )
    assert not operations.return_receipt(receipt_id=receipt, code="AM04", by=OFFICE).by_fund
    at_once(lambda: operations.cover_returns(by=OFFICE))
    assert (fund(), books.balance("receivable:returns")) == (0, -20_00)
