"""Receipts: at the bank or at a desk, once each, more than due accepted and said."""

from datetime import date
from typing import Any

import pytest

from caisse.contributions import operations, queries
from caisse.contributions.models import Receipt
from caisse.contributions.operations import NewReceipt
from caisse.contributions.tests.conftest import (
    FEBRUARY,
    MARCH,
    OFFICE,
    due,
    fund,
    refused,
    spend,
    travel,
)
from caisse.kernel import events, ids
from caisse.kernel.month import Month
from caisse.ledger import queries as books

pytestmark = pytest.mark.django_db


def receive(number: int, cents: int = 50_00, kind: str = "debit", **other: Any) -> Any:
    asked: dict[str, Any] = {"month": FEBRUARY, **other}
    return operations.receive(membership_id=number, cents=cents, kind=kind, by=OFFICE, **asked)


@pytest.mark.parametrize("kind", ["debit", "transfer", "card"])
def test_money_at_the_bank_is_cover_at_once(called: list[int], kind: str) -> None:
    received = receive(called[0], kind=kind)
    assert (received.beyond_cents, received.notice) == (0, None)
    assert (fund(), books.balance("bank:caisse")) == (50_00, -50_00)
    assert (due(called[0]), due(called[1])) == (0, 50_00)
    assert books.balance("claims:contribution") == 100_00


@pytest.mark.parametrize(
    ("kind", "till"), [("cash", "cash:place-1"), ("cheque", "cheques:place-1")]
)
def test_cash_waits_at_its_desk_until_it_is_deposited(
    called: list[int], kind: str, till: str
) -> None:
    receive(called[0], 30_00, kind, desk="place-1")
    receive(called[1], 50_00, kind, desk="place-1")
    assert (fund(), books.balance("bank:caisse"), books.balance(till)) == (0, 0, -80_00)
    assert due(called[0]) == 20_00  # the household has paid, wherever the money is
    assert queries.at_desk(desk="place-1", kind=kind) == (2, 80_00)
    id = ids.new_id()
    asked: dict[str, Any] = {"desk": "place-1", "kind": kind}
    deposited = operations.deposit(**asked, by=OFFICE, id=id)
    assert (deposited.receipts, deposited.cents) == (2, 80_00)
    assert (fund(), books.balance("bank:caisse"), books.balance(till)) == (80_00, -80_00, 0)
    assert books.balance("fund:transit") == 0
    assert operations.deposit(**asked, by=OFFICE, id=id) == deposited
    assert refused(operations.deposit, **asked) == "empty"
    assert refused(operations.deposit, desk="place-1", kind="debit") == "kind"


def test_a_desk_deposits_its_own_cash_only(called: list[int]) -> None:
    receive(called[0], 30_00, "cash", desk="place-1")
    receive(called[1], 20_00, "cash", desk="place-2")
    receive(called[2], 10_00, "cheque", desk="place-1")
    assert operations.deposit(desk="place-1", kind="cash", by=OFFICE).cents == 30_00
    assert books.balance("fund:transit") == 30_00


def test_sent_twice_with_the_same_id_it_is_received_once(called: list[int]) -> None:
    id = ids.new_id()
    first = receive(called[0], 60_00, id=id)
    assert first.beyond_cents == 10_00
    assert receive(called[0], 60_00, id=id) == first
    assert (fund(), Receipt.objects.count()) == (60_00, 1)
    asked: dict[str, Any] = {
        "membership_id": called[0],
        "month": FEBRUARY,
        "kind": "debit",
        "id": id,
    }
    assert refused(operations.receive, **asked, cents=61_00) == "differs"


def test_the_same_receipt_typed_twice_needs_a_confirmation(called: list[int]) -> None:
    receive(called[0])
    asked: dict[str, Any] = {
        "membership_id": called[0],
        "month": FEBRUARY,
        "cents": 50_00,
        "kind": "debit",
    }
    assert refused(operations.receive, **asked) == "duplicate"
    receive(called[0], received_on=date(2023, 2, 2))  # another day is another receipt
    receive(called[0], confirmed=True)
    assert fund() == 150_00


def test_more_than_due_is_accepted_and_said(called: list[int]) -> None:
    received = receive(called[0], 70_00)
    assert received.beyond_cents == 20_00
    assert received.notice == "Ce versement dépasse ce qui est dû de 20,00\u202f€."
    assert due(called[0]) == -20_00
    assert receive(called[0], 5_00, month=MARCH).beyond_cents == 5_00


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cents": 0}, "cents"),
        ({"cents": -1}, "cents"),
        ({"cents": 2**53}, "cents"),
        ({"kind": "barter"}, "kind"),
        ({"kind": "cash"}, "desk"),
        ({"kind": "debit", "desk": "place-1"}, "desk"),
        ({"kind": "cash", "desk": "Chez Zoé"}, "desk"),
        ({"month": Month(2024, 3)}, "month"),
        ({"received_on": date(2023, 2, 4)}, "date"),
        ({"membership_id": 999_999}, "unknown"),
    ],
)
def test_what_cannot_be_received(called: list[int], changed: dict[str, Any], reason: str) -> None:
    asked: dict[str, Any] = {
        "membership_id": called[0],
        "month": FEBRUARY,
        "cents": 50_00,
        "kind": "debit",
    }
    assert refused(operations.receive, **{**asked, **changed}) == reason


def test_many_are_received_under_one_event_or_not_at_all(called: list[int]) -> None:
    rows = [NewReceipt(number, FEBRUARY, 50_00, "debit") for number in called]
    bad = [*rows, NewReceipt(999_999, FEBRUARY, 50_00, "debit")]
    assert refused(operations.receive_many, rows=bad) == "unknown"
    assert refused(operations.receive_many, rows=[*rows, rows[0]]) == "duplicate"
    id = ids.new_id()
    received = operations.receive_many(rows=rows, by=OFFICE, id=id)
    assert operations.receive_many(rows=rows, by=OFFICE, id=id) == received
    assert (fund(), [due(number) for number in called]) == (150_00, [0, 0, 0])
    assert len(events.history(names=["contribution.received"])) == 1
    assert operations.receive_many(rows=[], by=OFFICE) == []


def test_a_recovery_names_the_call_and_no_more_than_it(called: list[int]) -> None:
    receipt = receive(called[0]).receipt_id
    operations.return_receipt(receipt_id=receipt, code="AM04", by=OFFICE)
    again = receive(called[0], received_on=date(2023, 2, 3), kind="transfer", recovery=True)
    flows = books.flows(["recovery"], side="credit", until=date(2023, 2, 3))
    assert [(flow.month, flow.cents) for flow in flows] == [(FEBRUARY, 50_00)]
    row = Receipt.objects.get(pk=again.receipt_id)
    recovery = books.transfer(row.transfer)
    assert recovery is not None
    call = books.transfer(recovery.of or b"")
    assert call is not None
    assert (call.reason, call.debit) == ("call", f"receivable:contribution:{called[0]}")
    assert due(called[0]) == 0
    # A second one goes beyond the call: a recovery all the same, without it.
    beyond = receive(called[0], 10_00, kind="transfer", recovery=True)
    row = Receipt.objects.get(pk=beyond.receipt_id)
    second = books.transfer(row.transfer)
    assert second is not None
    assert (second.reason, second.of) == ("recovery", None)


def test_a_second_presentation_may_come_back_and_be_recovered_again(called: list[int]) -> None:
    first = receive(called[0]).receipt_id
    operations.return_receipt(receipt_id=first, code="AM04", by=OFFICE)
    second = receive(called[0], recovery=True, confirmed=True).receipt_id
    operations.return_receipt(receipt_id=second, code="AM04", by=OFFICE)
    receive(called[0], 50_00, "cash", recovery=True, desk="place-1")
    operations.deposit(desk="place-1", kind="cash", by=OFFICE)
    assert (due(called[0]), fund()) == (0, 50_00)
    line = queries.statement(called[0])[0]
    assert (line.received_cents, line.returned_cents, line.unpaid_cents) == (150_00, 100_00, 0)


def test_cash_that_recovers_is_a_recovery_once_deposited(called: list[int]) -> None:
    receive(called[0], 20_00, "cash", desk="place-1", recovery=True)
    receive(called[1], 30_00, "cash", desk="place-1")
    operations.deposit(desk="place-1", kind="cash", by=OFFICE)
    flows = books.flows(["contribution", "recovery"], side="debit", until=date(2023, 2, 3))
    assert {(flow.reason, flow.cents) for flow in flows} == {
        ("contribution", 30_00), ("recovery", 20_00)
    }  # fmt: skip


def test_arrears_say_how_much_since_when_and_exclude_nobody(called: list[int]) -> None:
    receive(called[0])
    receive(called[1], 20_00)
    travel(date(2023, 3, 3))
    operations.call(month=MARCH, by=OFFICE)
    receive(called[0], month=MARCH)
    found = queries.arrears()
    assert [(a.membership_id, a.cents, a.since, a.months) for a in found] == [
        (called[2], 100_00, FEBRUARY, 2),
        (called[1], 80_00, FEBRUARY, 2),
    ]
    assert len(queries.pledged(month=MARCH)[0]) == 3


def test_a_receipt_typed_by_mistake_is_undone_by_a_reverse(called: list[int]) -> None:
    receipt = receive(called[0]).receipt_id
    asked: dict[str, Any] = {"receipt_id": receipt, "reason": "tapé deux fois"}
    assert refused(operations.undo_receipt, **{**asked, "reason": " "}) == "reason"
    assert operations.undo_receipt(**asked, by=OFFICE) == 50_00
    assert operations.undo_receipt(**asked, by=OFFICE) == 50_00
    assert (fund(), due(called[0])) == (0, 50_00)
    assert books.flows(["contribution"], side="debit", until=date(2023, 2, 3))[0].cents == 0
    receive(called[0])  # what is undone is no duplicate
    back: dict[str, Any] = {"receipt_id": receipt, "code": "AM04"}
    assert refused(operations.return_receipt, **back) == "undone"


def test_what_is_deposited_or_spent_is_not_undone(called: list[int]) -> None:
    cash = receive(called[0], kind="cash", desk="place-1").receipt_id
    asked: dict[str, Any] = {"reason": "erreur"}
    assert operations.undo_receipt(receipt_id=cash, **asked, by=OFFICE) == 50_00
    assert (books.balance("cash:place-1"), books.balance("fund:transit")) == (0, 0)
    other = receive(called[1], kind="cash", desk="place-1").receipt_id
    operations.deposit(desk="place-1", kind="cash", by=OFFICE)
    assert refused(operations.undo_receipt, receipt_id=other, **asked) == "deposited"
    spent = receive(called[2]).receipt_id
    spend(80_00)
    assert refused(operations.undo_receipt, receipt_id=spent, **asked) == "spent"
    assert refused(operations.undo_receipt, receipt_id=999_999, **asked) == "unknown"
