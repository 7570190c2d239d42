"""Files enter as one batch, once, and are undone as one."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caisse.contributions import operations, queries
from caisse.contributions.models import Receipt, ReceiptImport
from caisse.contributions.readings import Preview, ReceiptLine, read_receipts, read_returns
from caisse.contributions.tests.conftest import (
    FEBRUARY,
    OFFICE,
    due,
    fund,
    pledged,
    refused,
    spend,
    travel,
)
from caisse.kernel import events, ids
from caisse.ledger import queries as books

pytestmark = pytest.mark.django_db
HEADING = "adhésion;mois;montant;moyen;date;guichet"


def preview_of(numbers: list[int], amount: str = "50,00", *more: str) -> Preview[ReceiptLine]:
    lines = [f"{number};2023-02;{amount};prélèvement;03/02/2023;" for number in numbers]
    return read_receipts("\n".join([HEADING, *lines, *more]))


def returns_of(*lines: str) -> str:
    return "\n".join(["adhésion;mois;motif;date;montant", *lines])


def test_a_file_enters_as_one_batch_under_one_event(called: list[int]) -> None:
    id = ids.new_id()
    preview = preview_of(called, "60")
    batch = operations.import_receipts(preview=preview, by=OFFICE, id=id)
    assert (batch.lines, batch.cents, batch.beyond_cents) == (3, 180_00, 30_00)
    assert (fund(), [due(number) for number in called]) == (180_00, [-10_00] * 3)
    event = events.happened(id)
    assert event is not None
    assert (event.name, event.data["lines"]) == ("contributions.receipts_imported", 3)
    assert queries.imports()[0][1:] == ("receipts", date(2023, 2, 3), 3, 180_00, False)


def test_imported_twice_it_is_there_once(called: list[int]) -> None:
    id = ids.new_id()
    preview = preview_of(called)
    first = operations.import_receipts(preview=preview, by=OFFICE, id=id)
    again = operations.import_receipts(preview=preview, by=OFFICE, id=id)
    assert (again.batch_id, again.cents) == (first.batch_id, first.cents)
    assert refused(operations.import_receipts, preview=preview) == "same_file"
    other = preview_of(called, "51,00")
    assert refused(operations.import_receipts, preview=other, id=id) == "differs"
    assert (fund(), Receipt.objects.count()) == (150_00, 3)


def test_lines_that_the_books_know_need_a_confirmation(called: list[int]) -> None:
    operations.import_receipts(preview=preview_of(called[:1]), by=OFFICE)
    preview = preview_of(called)
    assert [(p.line, p.reason) for p in queries.receipt_problems(preview)] == [(2, "duplicate")]
    assert refused(operations.import_receipts, preview=preview) == "duplicate"
    operations.import_receipts(preview=preview, by=OFFICE, confirmed=True)
    assert fund() == 200_00
    twice = preview_of([called[0], called[0]], "7")
    assert [p.line for p in queries.receipt_problems(twice)] == [3]


def test_unknown_memberships_and_refused_lines_stop_the_file(called: list[int]) -> None:
    preview = preview_of([called[0], 999_999])
    assert [(p.line, p.reason) for p in queries.receipt_problems(preview)] == [(3, "unknown")]
    assert refused(operations.import_receipts, preview=preview) == "unknown"
    bad = preview_of(called, "50", "x;y;z;;;")
    assert refused(operations.import_receipts, preview=bad) == "lines"
    assert fund() == 0
    operations.import_receipts(preview=bad, by=OFFICE, without_refused=True)
    assert fund() == 150_00
    assert refused(operations.import_receipts, preview=read_receipts(HEADING)) == "empty"


def test_undone_as_one_nothing_is_left_and_the_file_may_come_again(called: list[int]) -> None:
    more = f"{called[0]};2023-02;5;espèces;03/02/2023;place-1"
    preview = preview_of(called, "50", more)
    batch = operations.import_receipts(preview=preview, by=OFFICE)
    asked: dict[str, Any] = {"batch_id": batch.batch_id, "reason": "mauvais fichier"}
    assert operations.undo_import(**asked, by=OFFICE) == 155_00
    assert operations.undo_import(**asked, by=OFFICE) == 155_00
    assert (fund(), books.balance("bank:caisse"), books.balance("cash:place-1")) == (0, 0, 0)
    assert [due(number) for number in called] == [50_00] * 3
    assert {row.undone_reason for row in Receipt.objects.all()} == {"mauvais fichier"}
    assert queries.imports()[0].undone
    assert "mauvais" not in str(events.history(names=["contributions.import_undone"])[0].data)
    operations.import_receipts(preview=preview, by=OFFICE)
    assert (fund(), ReceiptImport.objects.count()) == (150_00, 2)
    assert refused(operations.undo_import, batch_id=999_999, reason="x") == "unknown"


def test_a_batch_is_not_undone_after_a_return_a_deposit_or_the_money_is_gone(
    called: list[int],
) -> None:
    more = f"{called[0]};2023-02;5;chèque;03/02/2023;place-1"
    batch = operations.import_receipts(preview=preview_of(called, "50", more), by=OFFICE)
    asked: dict[str, Any] = {"batch_id": batch.batch_id, "reason": "mauvais fichier"}
    receipt = Receipt.objects.filter(membership=called[0]).order_by("pk")[0]
    back = operations.return_receipt(receipt_id=receipt.pk, code="AM04", by=OFFICE)
    assert refused(operations.undo_import, **asked) == "returned"
    operations.undo_return(return_id=back.return_id, by=OFFICE)
    spend(100_00)
    assert refused(operations.undo_import, **asked) == "spent"
    operations.deposit(desk="place-1", kind="cheque", by=OFFICE)
    assert refused(operations.undo_import, **asked) == "deposited"


def test_returns_enter_from_a_file_and_are_undone_as_one(called: list[int]) -> None:
    operations.import_receipts(preview=preview_of(called), by=OFFICE)
    travel(date(2023, 2, 8))
    lines = [f"{called[0]};2023-02;AM04;08/02/2023;50", f"{called[1]};2023-02;MD06;08/02/2023;"]
    preview = read_returns(returns_of(*lines))
    id = ids.new_id()
    batch = operations.import_returns(preview=preview, by=OFFICE, id=id)
    assert (batch.lines, batch.cents) == (2, 100_00)
    assert operations.import_returns(preview=preview, by=OFFICE, id=id) == batch
    assert refused(operations.import_returns, preview=preview) == "same_file"
    assert (fund(), [due(number) for number in called]) == (50_00, [50_00, 50_00, 0])
    operations.undo_import(batch_id=batch.batch_id, by=OFFICE, reason="mauvais fichier")
    assert (fund(), [due(number) for number in called]) == (150_00, [0, 0, 0])


def test_returns_without_a_debit_or_with_another_amount_are_named(called: list[int]) -> None:
    operations.import_receipts(preview=preview_of(called[:2]), by=OFFICE)
    lines = [
        f"{called[0]};2023-02;AM04;03/02/2023;50",
        f"{called[0]};2023-02;AM04;03/02/2023;50",
        f"{called[1]};2023-02;AM04;03/02/2023;49",
        f"{called[2]};2023-02;AM04;03/02/2023;",
    ]
    preview = read_returns(returns_of(*lines))
    problems = queries.return_problems(preview)
    assert [(p.line, p.reason) for p in problems] == [
        (3, "no_receipt"), (4, "amount"), (5, "no_receipt")
    ]  # fmt: skip
    assert refused(operations.import_returns, preview=preview) == "no_receipt"
    number = queries.receipt_at(membership_id=called[0], month=FEBRUARY)
    assert number is not None
    operations.return_receipt(receipt_id=number, code="AM04", by=OFFICE)
    assert queries.receipt_at(membership_id=called[0], month=FEBRUARY) is None


def test_an_import_takes_a_number_of_queries_that_does_not_grow(called: list[int]) -> None:
    def queries_for(numbers: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            operations.import_receipts(preview=preview_of(numbers, "3"), by=OFFICE)
        return len(captured)

    travel(date(2023, 2, 3), 10)
    many = [pledged() for _ in range(40)]
    assert queries_for(many) <= queries_for(called) + 4
