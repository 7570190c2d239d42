"""Files of receipts and returns enter as one batch under one event, and are undone as one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from caisse.contributions.models import Receipt, ReceiptImport, Return
from caisse.contributions.operations.receiving import (
    NewReceipt,
    demand_receipts,
    enter_receipts,
    told_before,
)
from caisse.contributions.operations.returning import Coming, demand_returnable, enter_returns
from caisse.contributions.operations.undoing import (
    demand_reason,
    demand_returns_undoable,
    demand_same_reason,
    demand_undoable,
    reverse_receipts,
    reverse_returns,
)
from caisse.contributions.queries import matched_returns, receipt_problems
from caisse.contributions.readings import Preview, ReceiptLine, ReturnLine
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.kernel.sheet import RefusedLine
from caisse.ledger import operations as ledger

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """A batch in the books: how many lines, their cents, and how much of it was not due."""

    batch_id: int
    lines: int
    cents: int
    beyond_cents: int = 0


@sent_again
@ledger.repeatable
@transaction.atomic
def import_receipts(
    *,
    preview: Preview[ReceiptLine],
    by: Actor,
    id: Id | None = None,
    confirmed: bool = False,
    without_refused: bool = False,
) -> Imported:
    """Enter all lines of a preview of receipts as one batch.

    The same file enters once. Refused while lines of the file are not understood, unless
    `without_refused` leaves them out; lines that stand in the books already need `confirmed`.
    Repeatable by `id`. Raises Refusal: `same_file`, `lines`, `empty`, `unknown`, `duplicate`,
    `differs`, and what `receive` raises.
    """
    before = _imported_before("receipts", preview, id)
    if before is not None:
        return before
    _demand_file(preview, "receipts", without_refused)
    problems = [
        problem
        for problem in receipt_problems(preview)
        if problem.reason != "duplicate" or not confirmed
    ]
    _demand_none(problems)
    rows = [
        NewReceipt(
            line.membership_id,
            line.month,
            line.cents,
            line.kind,
            line.received_on,
            line.desk,
            line.recovery,
        )
        for line in preview.lines
    ]
    today = clock.today()
    demand_receipts(rows, today, confirmed=True)
    batch = _batch("receipts", preview, preview.total_cents, by, id)
    received = enter_receipts(rows, today, batch.cause, batch)
    beyond = sum(receipt.beyond_cents for receipt in received)
    return Imported(batch.pk, batch.lines, batch.cents, beyond)


@sent_again
@ledger.repeatable
@transaction.atomic
def import_returns(
    *,
    preview: Preview[ReturnLine],
    by: Actor,
    id: Id | None = None,
    without_refused: bool = False,
) -> Imported:
    """Enter all lines of a preview of returned debits as one batch.

    Each line takes back the last debit of its membership and month that did not come back yet.
    Repeatable by `id`. Raises Refusal: `same_file`, `lines`, `empty`, `no_receipt`, `amount`,
    `differs`, and what `return_receipt` raises.
    """
    before = _imported_before("returns", preview, id)
    if before is not None:
        return before
    _demand_file(preview, "returns", without_refused)
    matched, problems = matched_returns(preview)
    _demand_none(problems)
    rows = [
        Coming(receipt_id, line.code, line.returned_on)
        for receipt_id, line in zip(matched, preview.lines, strict=True)
    ]
    receipts = demand_returnable(rows)
    batch = _batch("returns", preview, sum(receipt.cents for receipt in receipts), by, id)
    enter_returns(rows, receipts, batch.cause, batch)
    return Imported(batch.pk, batch.lines, batch.cents)


@ledger.repeatable
@transaction.atomic
def undo_import(*, batch_id: int, by: Actor, reason: str, id: Id | None = None) -> int:
    """Undo a whole batch by reverse transfers: nothing is erased, every figure counts it out.

    `reason` is kept with the batch, not in the journal. Returns the cents undone; undone already,
    it changes nothing. Repeatable by `id`. Raises Refusal: `unknown`, `reason`, `returned` (a debit
    of it came back since), `deposited`, `recovered`, `spent` (the fund no longer holds the sum),
    `differs`.
    """
    name = "contributions.import_undone"
    subject = f"import:{batch_id}"
    before = events.repeated(name, subject=subject, id=id)
    batch = ReceiptImport.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise Refusal("unknown", f"Il n’y a pas de lot n° {batch_id}.")
    if before is not None:
        demand_same_reason(batch.undone_reason, reason)
    if batch.undone is not None:
        return batch.cents
    kept = demand_reason(reason)
    receipts = list(
        Receipt.objects.select_for_update().filter(batch=batch, undone=None).order_by("position")
    )
    returns = list(Return.objects.filter(batch=batch, undone=None).select_related("receipt"))
    demand_undoable(receipts)
    demand_returns_undoable(returns)
    cause = events.record(name, subject=subject, by=by, id=id, kind=batch.kind)
    reverse_receipts(receipts, cause, kept)
    reverse_returns(returns, cause)
    batch.undone, batch.undone_reason = cause, kept
    batch.save(update_fields=["undone", "undone_reason"])
    return batch.cents


def _imported_before(
    kind: str, preview: Preview[ReceiptLine] | Preview[ReturnLine], id: Id | None
) -> Imported | None:
    """What the first call under `id` answered, or None for a new id."""
    name, sheet = f"contributions.{kind}_imported", preview.fingerprint
    if events.repeated(name, subject="contributions", id=id, fingerprint=sheet) is None:
        return None
    batch = ReceiptImport.objects.get(cause=id)
    beyond = sum(row.beyond_cents for row in told_before(Receipt.objects.filter(batch=batch)))
    return Imported(batch.pk, batch.lines, batch.cents, beyond)


def _demand_file(
    preview: Preview[ReceiptLine] | Preview[ReturnLine], kind: str, without_refused: bool
) -> None:
    """Raise Refusal for a file that is in the books, empty, or not wholly understood."""
    same = ReceiptImport.objects.filter(
        kind=kind, fingerprint=preview.fingerprint, undone=None
    ).first()
    if same is not None:
        raise Refusal(
            "same_file",
            f"Ce fichier est déjà entré le {same.imported_on:%d/%m/%Y} (lot n° {same.pk}).",
        )
    if not without_refused:
        _demand_none(preview.refused, "lines")
    if not preview.lines:
        raise Refusal("empty", "Ce fichier ne contient aucune ligne à entrer.")


def _demand_none(refused: Sequence[RefusedLine], reason: str | None = None) -> None:
    """Raise Refusal naming the first lines of `refused`; the reason is theirs unless given."""
    if refused:
        said = " ".join(f"Ligne {line.line} : {line.sentence}" for line in refused[:SHOWN])
        more = len(refused) - SHOWN
        raise Refusal(
            reason or refused[0].reason, said + (f" Et {more} autres lignes." if more > 0 else "")
        )


def _batch(
    kind: str,
    preview: Preview[ReceiptLine] | Preview[ReturnLine],
    cents: int,
    by: Actor,
    id: Id | None,
) -> ReceiptImport:
    """The event and the row of a new batch."""
    cause = events.record(
        f"contributions.{kind}_imported",
        subject="contributions",
        by=by,
        id=id,
        lines=len(preview.lines),
        total_cents=cents,
        fingerprint=preview.fingerprint,
    )
    return ReceiptImport.objects.create(
        kind=kind,
        fingerprint=preview.fingerprint,
        lines=len(preview.lines),
        cents=cents,
        imported_on=clock.today(),
        cause=cause,
    )
