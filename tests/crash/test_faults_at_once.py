"""The same thing asked twice at the same moment, from threads: done once, and both are told."""

import threading
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import connection

from caisse.accounting import checks
from caisse.contributions import operations as contributions
from caisse.contributions import queries as paid
from caisse.contributions.models import Receipt, ReceiptImport
from caisse.funding import operations as funding
from caisse.kernel.ids import new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants.tests import ground as market
from caisse.month import operations as months
from caisse.month.operations import crediting
from caisse.month.tests import ground
from caisse.month.tests.ground import FEBRUARY, MARCH, TREASURER
from tests.crash import acts

pytestmark = pytest.mark.usefixtures("empty")
APRIL = MARCH.next()


@pytest.fixture(autouse=True)
def _small_chunks() -> Iterator[None]:
    with acts.small_chunks():
        yield


def at_once(act: Callable[[], object], times: int = 4) -> list[object]:
    """Do `act` in several threads at the same moment; what each was answered, or its refusal."""
    answers: list[object] = []
    gate = threading.Barrier(times)

    def run() -> None:
        gate.wait()
        try:
            answers.append(act())
        except Refusal as refusal:
            answers.append(refusal.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def green() -> None:
    assert [line for line in checks.run() if not line.ok] == []


def test_a_month_credited_by_four_threads_is_credited_once() -> None:
    acts.capped()
    before = books.balance("fund:caisse")
    answers = at_once(lambda: months.credit(month=APRIL, by=TREASURER))
    assert len(set(answers)) == 1
    assert books.balance("fund:caisse") == before - int(str(answers[0]))
    assert books.balance(f"fund:month:{APRIL}") == 0
    green()


def test_who_comes_late_to_a_credit_takes_nothing_back() -> None:
    """Two processes began together; the second goes on when the first has long finished."""
    ground.found(balance__rollover="none")
    home = ground.join()[0]
    ground.give(900_00)
    ground.run(FEBRUARY)
    ground.spend(home, 100_00)  # nothing is left that could expire
    ground.freeze(MARCH)
    ground.approve(MARCH)
    ground.travel(MARCH.day(5))
    late = crediting._begin(MARCH, TREASURER)
    assert months.credit(month=MARCH, by=TREASURER) == 100_00
    crediting._expire(late, TREASURER)
    assert not crediting._credit_some(late)
    assert crediting._end(late, TREASURER) == 100_00
    assert ground.wallet(home) == 100_00
    green()


def test_a_month_frozen_and_approved_by_four_threads_is_one_run() -> None:
    acts.members()
    assert len(set(at_once(lambda: months.freeze(month=FEBRUARY, by=TREASURER)))) == 1
    assert set(at_once(lambda: months.check(month=FEBRUARY, by=TREASURER))) == {None}
    by = ground.COORDINATOR
    assert set(at_once(lambda: months.approve(month=FEBRUARY, by=by))) == {None}
    green()


def test_one_of_four_adjustments_is_made_and_the_others_wait_for_it() -> None:
    acts.forgotten()
    answers = at_once(lambda: months.adjust(month=FEBRUARY, by=TREASURER))
    assert answers.count("not_credited") == 3
    green()


def test_sales_held_and_paid_by_four_threads_are_held_and_paid_once() -> None:
    acts.sold()
    held = at_once(lambda: merchants.hold_sales(month=FEBRUARY, by=TREASURER))
    assert all(each == held[0] for each in held)
    owed = books.balances("place")
    assert {code: books.held(code) for code in owed} == {
        "place:1": 60_00, "place:2": 0, "place:3": 0, "place:4": 0, "place:5": 33_33,
        "place:6": 12_00,
    }  # fmt: skip
    market.go(MARCH.day(5))
    paid = at_once(lambda: merchants.pay_redemptions(month=FEBRUARY, by=TREASURER))
    assert all(each == paid[0] for each in paid)
    assert sum(books.balances("place").values()) == 4_99
    green()


def test_a_place_sent_back_by_four_threads_is_sent_back_once() -> None:
    acts.held()
    answers = at_once(
        lambda: merchants.void_redemption(
            place_id=1, month=FEBRUARY, by=TREASURER, code="AC04", id=acts.sent()
        )
    )
    assert answers == [None] * 4
    assert (books.balance("place:1"), books.held("place:1")) == (60_00, 0)
    green()


@pytest.mark.parametrize("named", [True, False])
def test_a_file_sent_by_four_threads_enters_once(named: bool) -> None:
    acts.called()
    id = new_id() if named else None
    preview = paid.read_receipts(acts.FILE)
    answers = at_once(lambda: contributions.import_receipts(preview=preview, by=TREASURER, id=id))
    told = [each for each in answers if isinstance(each, contributions.Imported)]
    if named:
        assert len(told) == 4 and {each.batch_id for each in told} == {told[0].batch_id}
    else:
        # whoever comes late meets the file, or its lines; either way nothing enters again
        assert len(told) == 1 and {*answers} - {told[0]} <= {"same_file", "duplicate"}
    assert (ReceiptImport.objects.count(), Receipt.objects.count()) == (1, 3)
    assert books.balance("fund:caisse") == 100_00  # the cash waits at its desk
    green()


def test_a_file_undone_by_four_threads_is_undone_once() -> None:
    acts.imported()
    batch = ReceiptImport.objects.get().pk
    answers = at_once(
        lambda: contributions.undo_import(batch_id=batch, by=TREASURER, reason="mauvais fichier")
    )
    assert answers == [120_00] * 4
    assert (books.balance("fund:caisse"), books.balance("fund:transit")) == (0, 0)
    green()


def test_people_join_and_pledge_while_a_month_is_frozen_and_the_plan_is_one_or_the_other() -> None:
    acts.members()
    gate = threading.Barrier(2)

    def join() -> None:
        gate.wait()
        ground.join(3, on=date(2023, 1, 12))

    def freeze() -> None:
        gate.wait()
        months.freeze(month=FEBRUARY, by=TREASURER)

    together = [join, freeze]
    at_once(lambda: together.pop()(), times=2)
    ground.approve(FEBRUARY)
    assert ground.credit(FEBRUARY) in (500_00, 600_00, 700_00, 800_00)
    green()


def test_a_planned_cost_paid_by_four_threads_is_paid_once() -> None:
    ground.found()
    planned = funding.plan_cost(line="hr", due_on=date(2023, 1, 25), cents=70_00, by=TREASURER)
    id = new_id()
    answers = at_once(
        lambda: funding.pay_cost(line="hr", cents=70_00, planned_id=planned, by=TREASURER, id=id)
    )
    assert answers == [id] * 4
    assert books.balance("bank:operating") == 70_00
    green()


def test_a_fee_made_good_by_four_threads_is_made_good_once() -> None:
    ground.found()
    ground.give(100_00)
    ground.take_back(4_00)
    id = new_id()
    assert at_once(lambda: funding.make_fee_good(by=TREASURER, id=id)) == [id] * 4
    assert (books.balance("receivable:fees"), books.balance("bank:operating")) == (0, 4_00)
