"""Debits that come back: once each, recorded even when the fund is empty, made good later."""

import dataclasses
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from caisse.contributions import operations, reactions
from caisse.contributions.codes import CODES
from caisse.contributions.models import Return
from caisse.contributions.operations import returning
from caisse.contributions.tests.conftest import (
    FEBRUARY,
    OFFICE,
    due,
    fund,
    refused,
    spend,
    travel,
)
from caisse.kernel import clock, events, ids
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.people import queries as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(called: list[int]) -> list[int]:
    """The receipts of the three debits of February."""
    return [
        operations.receive(
            membership_id=number, month=FEBRUARY, cents=50_00, kind="debit", by=OFFICE
        ).receipt_id
        for number in called
    ]


def owed() -> int:
    """What the bank took while the fund was short."""
    return -books.balance("receivable:returns")


def test_a_debit_comes_back_and_its_month_is_due_again(called: list[int], paid: list[int]) -> None:
    travel(date(2023, 2, 8))
    back = operations.return_receipt(receipt_id=paid[0], code="AM04", by=OFFICE)
    assert (back.cents, back.by_fund) == (50_00, True)
    assert (back.label, back.action) == CODES["AM04"]
    assert (fund(), books.balance("bank:caisse"), owed()) == (100_00, -100_00, 0)
    assert [due(number) for number in called] == [50_00, 0, 0]
    flows = books.flows(["return", "unsettle"], side="debit", until=date(2023, 2, 8))
    assert {(flow.reason, flow.month, flow.cents) for flow in flows} == {
        ("return", FEBRUARY, 50_00), ("unsettle", FEBRUARY, 50_00)
    }  # fmt: skip


def test_a_return_sent_twice_is_one_and_a_return_of_a_return_is_refused(paid: list[int]) -> None:
    id = ids.new_id()
    asked: dict[str, Any] = {"receipt_id": paid[0], "code": "MD06"}
    first = operations.return_receipt(**asked, by=OFFICE, id=id)
    assert operations.return_receipt(**asked, by=OFFICE, id=id) == first
    assert refused(operations.return_receipt, **asked) == "returned"
    other: dict[str, Any] = {"receipt_id": paid[1], "code": "MD06", "id": id}
    assert refused(operations.return_receipt, **other) == "differs"
    assert fund() == 100_00


def test_only_a_known_debit_comes_back_for_a_known_reason(
    called: list[int], paid: list[int]
) -> None:
    transfer = operations.receive(
        membership_id=called[0], month=FEBRUARY, cents=10_00, kind="transfer", by=OFFICE
    ).receipt_id
    assert refused(operations.return_receipt, receipt_id=transfer, code="AM04") == "kind"
    assert refused(operations.return_receipt, receipt_id=paid[0], code="XX99") == "code"
    assert refused(operations.return_receipt, receipt_id=999_999, code="AM04") == "unknown"
    early: dict[str, Any] = {"receipt_id": paid[0], "code": "AM04", "returned_on": date(2023, 2, 2)}
    assert refused(operations.return_receipt, **early) == "date"


def test_every_code_has_a_label_and_an_action() -> None:
    codes = "AC01 AC04 AC06 AG01 AM04 MD01 MD06 MD07 MS02 MS03 SL01"
    assert sorted(CODES) == codes.split()
    assert all(code.label and code.action for code in CODES.values())


def test_a_return_when_the_fund_is_empty_is_recorded_and_made_good_later(
    called: list[int], paid: list[int]
) -> None:
    spend(120_00)
    first = operations.return_receipt(receipt_id=paid[0], code="AM04", by=OFFICE)
    second = operations.return_receipt(receipt_id=paid[1], code="AM04", by=OFFICE)
    assert (first.by_fund, second.by_fund) == (False, False)
    assert (fund(), owed(), books.balance("bank:caisse")) == (30_00, 100_00, -50_00)
    # What is there is put in at once, the rest when money is back.
    id = ids.new_id()
    assert operations.cover_returns(by=OFFICE, id=id) == 30_00
    assert operations.cover_returns(by=OFFICE, id=id) == 30_00
    assert operations.cover_returns(by=OFFICE) == 0
    assert (fund(), owed()) == (0, 70_00)
    operations.receive(
        membership_id=called[2], month=FEBRUARY, cents=200_00, kind="transfer", by=OFFICE
    )
    reactions.cover_what_came_back(clock.local(clock.now_ms()))
    assert (fund(), owed()) == (130_00, 0)
    assert operations.cover_returns(by=OFFICE) == 0


def test_the_fund_bears_what_it_can_bear(called: list[int], paid: list[int]) -> None:
    spend(90_00)
    assert operations.return_receipt(receipt_id=paid[0], code="AM04", by=OFFICE).by_fund
    assert not operations.return_receipt(receipt_id=paid[1], code="AM04", by=OFFICE).by_fund
    assert (fund(), owed()) == (10_00, 50_00)


def test_a_fund_emptied_under_our_eyes_leaves_the_return_owed(
    paid: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    spend(120_00)
    state = books.account("fund:caisse")
    assert state is not None
    rich = dataclasses.replace(state, balance=10**9)
    with monkeypatch.context() as patched:
        patched.setattr(returning.books, "account", lambda code: rich)
        back = operations.return_receipt(receipt_id=paid[0], code="AM04", by=OFFICE)
    assert not back.by_fund
    assert (fund(), owed()) == (30_00, 50_00)


def test_a_return_typed_by_mistake_is_undone_and_may_come_again(
    called: list[int], paid: list[int]
) -> None:
    back = operations.return_receipt(receipt_id=paid[0], code="AM04", by=OFFICE)
    assert operations.undo_return(return_id=back.return_id, by=OFFICE) == 50_00
    assert operations.undo_return(return_id=back.return_id, by=OFFICE) == 50_00
    assert (fund(), due(called[0])) == (150_00, 0)
    operations.return_receipt(receipt_id=paid[0], code="MD06", by=OFFICE)
    assert (fund(), Return.objects.count()) == (100_00, 2)


def test_a_return_that_was_made_good_is_not_undone(called: list[int], paid: list[int]) -> None:
    back = operations.return_receipt(receipt_id=paid[0], code="AM04", by=OFFICE)
    operations.receive(
        membership_id=called[0], month=FEBRUARY, cents=50_00, kind="transfer", recovery=True,
        by=OFFICE,
    )  # fmt: skip
    assert refused(operations.undo_return, return_id=back.return_id) == "recovered"
    spend(150_00)
    short = operations.return_receipt(receipt_id=paid[1], code="AM04", by=OFFICE)
    operations.receive(
        membership_id=called[1], month=FEBRUARY, cents=30_00, kind="transfer", by=OFFICE
    )
    operations.cover_returns(by=OFFICE)
    assert refused(operations.undo_return, return_id=short.return_id) == "covered"


def test_when_not_even_the_bank_holds_it_somebody_has_to_look(
    called: list[int], paid: list[int]
) -> None:
    view = people.membership(called[0])
    assert view is not None
    with transaction.atomic():
        ledger.open_accounts(["fund:month:2023-02", "place:1"])
        cause = events.record("test.redeemed", subject="caisse", by=OFFICE)
        path = ["fund:caisse", "fund:month:2023-02", view.wallet, "place:1", "bank:caisse"]
        reasons = ["month", "allocation", "payment", "redemption"]
        ledger.post(
            [
                Transfer(ids.derived_id(cause, reason), debit, credit, 120_00, reason, cause)
                for debit, credit, reason in zip(path, path[1:], reasons, strict=False)
            ]
        )
    assert (fund(), books.balance("bank:caisse")) == (30_00, -30_00)
    assert refused(operations.return_receipt, receipt_id=paid[0], code="AM04") == "bank"
