"""The bank takes debits back. That is always recorded; when the fund is short, we owe it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from caisse.bylaws import operations as register
from caisse.contributions.codes import CODES
from caisse.contributions.models import Kind, Receipt, ReceiptImport, Return
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Refused, Transfer

FUND, OWED = "fund:caisse", "receivable:returns"


@dataclass(frozen=True, slots=True)
class Returned:
    """A debit that came back: its reason in French, what to propose, and who bore it.

    `by_fund` is false when the fund was short: the sum waits in `receivable:returns`, lowers the
    cover, and `cover_returns` makes it good.
    """

    return_id: int
    receipt_id: int
    cents: int
    label: str
    action: str
    by_fund: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """One debit to return: the receipt's number, the bank's code, the day it was taken back."""

    receipt_id: int
    code: str
    returned_on: date


@sent_again
@ledger.repeatable
@transaction.atomic
def return_receipt(
    *, receipt_id: int, code: str, by: Actor, returned_on: date | None = None, id: Id | None = None
) -> Returned:
    """Record that the bank took one debit back, with its reason code; the month is due again.

    Only debits come back, and each once; what was recovered later is a receipt of its own. Nothing
    follows for the household by itself. Repeatable by `id`. Raises Refusal: `code`, `unknown`,
    `kind`, `undone`, `returned`, `date`, `differs`, `bank` (not even the bank account holds it).
    """
    before = events.repeated(
        "contribution.returned", subject=f"receipt:{receipt_id}", id=id, code=code
    )
    if before is not None:
        return _returned_before(before.id, returned_on)
    day = clock.today() if returned_on is None else returned_on
    receipts = demand_returnable([Coming(receipt_id, code, day)])
    cause = events.record(
        "contribution.returned", subject=f"receipt:{receipt_id}", by=by, id=id, code=code
    )
    return enter_returns([Coming(receipt_id, code, day)], receipts, cause)[0]


def demand_returnable(rows: Sequence[Coming]) -> list[Receipt]:
    """The receipts of `rows`, locked, in that order; Refusal for one that cannot come back."""
    wanted = [row.receipt_id for row in rows]
    locked = Receipt.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    found = {receipt.pk: receipt for receipt in locked}
    returned = set(
        Return.objects.filter(receipt__in=wanted, undone=None).values_list("receipt_id", flat=True)
    )
    for row in rows:
        receipt = found.get(row.receipt_id)
        if row.code not in CODES:
            raise Refusal(
                "code", f"« {row.code[:20]} » n’est pas un motif de rejet ({', '.join(CODES)})."
            )
        if receipt is None:
            raise Refusal("unknown", f"Il n’y a pas d’encaissement n° {row.receipt_id}.")
        if receipt.kind != Kind.DEBIT:
            raise Refusal("kind", "Seul un prélèvement peut être rejeté par la banque.")
        if receipt.undone is not None:
            raise Refusal("undone", f"L’encaissement n° {row.receipt_id} a été annulé.")
        if row.receipt_id in returned:
            raise Refusal("returned", f"L’encaissement n° {row.receipt_id} est déjà rejeté.")
        if not receipt.received_on <= row.returned_on <= clock.today():
            raise Refusal("date", "Un rejet se date entre le prélèvement et aujourd’hui.")
        returned.add(row.receipt_id)
    return [found[row.receipt_id] for row in rows]


def enter_returns(
    rows: Sequence[Coming],
    receipts: Sequence[Receipt],
    cause: Id,
    batch: ReceiptImport | None = None,
) -> list[Returned]:
    """Post the returns of `receipts` under `cause`, all or none, and write them down."""
    borne = _post(receipts, cause)
    written = [
        Return(
            receipt=receipt,
            code=row.code,
            returned_on=row.returned_on,
            by_fund=by_fund,
            cause=cause,
            position=position,
            transfer=derived_id(cause, f"return:{position}"),
            batch=batch,
        )
        for position, (row, receipt, by_fund) in enumerate(zip(rows, receipts, borne, strict=True))
    ]
    Return.objects.bulk_create(written)
    return [_view(row) for row in written]


def _post(receipts: Sequence[Receipt], cause: Id) -> list[bool]:
    """Post the returns; which of them the fund bore, the others being owed to it later."""
    state = books.account(FUND)
    borne, available = [], 0 if state is None else state.available
    for receipt in receipts:
        borne.append(receipt.cents <= available)
        available -= receipt.cents if borne[-1] else 0
    try:
        with transaction.atomic():
            ledger.post(_lines(receipts, borne, cause))
    except Refused as refused:
        if refused.answer != "insufficient":
            raise
        # Between the look at the fund and its lock somebody spent: then nothing is asked of it.
        borne = [False] * len(receipts)
        _post_owed(_lines(receipts, borne, cause))
    return borne


def _post_owed(lines: Sequence[Transfer]) -> None:
    try:
        with transaction.atomic():
            ledger.post(lines)
    except Refused as refused:
        if refused.answer != "insufficient":
            raise
        raise Refusal(
            "bank", "Le compte de la caisse ne contient pas cette somme : vérifiez le relevé."
        ) from None


def _lines(receipts: Sequence[Receipt], borne: Sequence[bool], cause: Id) -> list[Transfer]:
    """Two lines for each return: the money that leaves, and the month that is due again."""
    lines = []
    for position, (receipt, by_fund) in enumerate(zip(receipts, borne, strict=True)):
        lines.append(
            Transfer(
                derived_id(cause, f"return:{position}"), FUND if by_fund else OWED, "bank:caisse",
                receipt.cents, "return", cause, of=receipt.transfer,
            )
        )  # fmt: skip
        lines.append(unsettle(receipt, cause, position))
    return lines


def unsettle(receipt: Receipt, cause: Id, position: int) -> Transfer:
    """The memo line that says that the month is due again."""
    return Transfer(
        derived_id(cause, f"unsettle:{position}"),
        f"receivable:contribution:{receipt.membership_id}",
        "claims:contribution",
        receipt.cents,
        "unsettle",
        cause,
        for_month=receipt.month,
    )


def _view(row: Return) -> Returned:
    code = CODES[row.code]
    return Returned(row.pk, row.receipt_id, row.receipt.cents, code.label, code.action, row.by_fund)


def _returned_before(id: Id, returned_on: date | None) -> Returned:
    row = Return.objects.select_related("receipt").get(cause=id)
    if returned_on not in (None, row.returned_on):
        events.refuse_other()
    return _view(row)


@sent_again
@ledger.repeatable
@transaction.atomic
def cover_returns(*, by: Actor, id: Id | None = None) -> int:
    """Make good from the fund what the bank took back while the fund was short.

    As much as the fund holds; returns the cents covered, 0 when nothing is owed or nothing is
    there. Repeatable by `id`. Raises Refusal: `busy`, `differs`.
    """
    before = events.repeated("returns.covered", subject=OWED, id=id)
    if before is not None:
        return int(before.data["cents"])
    register.lock()  # two people may not cover the same sum
    fund, owed = books.account(FUND), -books.balance(OWED)
    cents = min(owed, 0 if fund is None else fund.available)
    if cents <= 0:
        return 0
    cause = events.record("returns.covered", subject=OWED, by=by, id=id, cents=cents)
    try:
        with transaction.atomic():
            ledger.post(
                [Transfer(derived_id(cause, "cover"), FUND, OWED, cents, "return_cover", cause)]
            )
    except Refused:
        raise Refusal(
            "busy", "Le fonds vient de servir ailleurs : rien n’a été couvert, réessayez."
        ) from None
    return cents
