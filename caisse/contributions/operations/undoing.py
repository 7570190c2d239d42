"""A mistake of ours is undone by reverse transfers: same reason, accounts exchanged, once."""

from collections.abc import Sequence

from django.db import transaction

from caisse.contributions.models import Receipt, Return
from caisse.contributions.operations.receiving import settle
from caisse.contributions.operations.returning import FUND, OWED, unsettle
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Refused, Transfer

LONGEST_REASON = 200


@ledger.repeatable
@transaction.atomic
def undo_receipt(*, receipt_id: int, by: Actor, reason: str, id: Id | None = None) -> int:
    """Undo one receipt that was entered by mistake; returns its cents, undone already or not.

    Repeatable by `id`. Raises Refusal: `unknown`, `reason`, `returned`, `deposited`, `spent`,
    `differs`.
    """
    name = "contribution.receipt_undone"
    subject = f"receipt:{receipt_id}"
    before = events.repeated(name, subject=subject, id=id)
    receipt = Receipt.objects.select_for_update().filter(pk=receipt_id).first()
    if receipt is None:
        raise Refusal("unknown", f"Il n’y a pas d’encaissement n° {receipt_id}.")
    if before is not None:
        demand_same_reason(receipt.undone_reason, reason)
    elif receipt.undone is None:
        kept = demand_reason(reason)
        demand_undoable([receipt])
        reverse_receipts([receipt], events.record(name, subject=subject, by=by, id=id), kept)
    return receipt.cents


@ledger.repeatable
@transaction.atomic
def undo_return(
    *, return_id: int, by: Actor, reason: str | None = None, id: Id | None = None
) -> int:
    """Undo one return that was entered by mistake; returns its cents, undone already or not.

    A `reason` is kept with the return, not in the journal. Repeatable by `id`. Raises Refusal:
    `unknown`, `reason`, `recovered`, `covered`, `differs`.
    """
    name = "contribution.return_undone"
    subject = f"return:{return_id}"
    before = events.repeated(name, subject=subject, id=id)
    rows = Return.objects.select_for_update(of=("self",)).filter(pk=return_id)
    row = rows.select_related("receipt").first()
    if row is None:
        raise Refusal("unknown", f"Il n’y a pas de rejet n° {return_id}.")
    if before is not None:
        demand_same_reason(row.undone_reason, reason or "")
    elif row.undone is None:
        kept = "" if reason is None else demand_reason(reason)
        demand_returns_undoable([row])
        reverse_returns([row], events.record(name, subject=subject, by=by, id=id), kept)
    return row.receipt.cents


def demand_reason(reason: str) -> str:
    """The reason as it is kept; Refusal(reason) when it is missing or too long."""
    kept = " ".join(reason.split())
    if not 0 < len(kept) <= LONGEST_REASON:
        raise Refusal("reason", f"Dites pourquoi, en {LONGEST_REASON} lettres au plus.")
    return kept


def demand_same_reason(kept: str, reason: str) -> None:
    """Refusal(differs) unless the `reason` sent again is the one that was `kept`."""
    if " ".join(reason.split()) != kept:
        events.refuse_other()


def demand_undoable(receipts: Sequence[Receipt]) -> None:
    """Raise Refusal when one of the receipts came back since, or went from its desk to the bank."""
    numbers = [receipt.pk for receipt in receipts]
    returned = Return.objects.filter(receipt__in=numbers, undone=None)
    back = list(returned.order_by("pk").values_list("receipt__membership_id", flat=True)[:5])
    if back:
        said = ", ".join(f"n° {number}" for number in back)
        raise Refusal(
            "returned",
            f"Des prélèvements sont revenus depuis (adhésions {said}) : rien n’est annulé.",
        )
    if any(receipt.deposited is not None for receipt in receipts):
        raise Refusal("deposited", "De l’argent du guichet est déjà déposé à la banque.")


def demand_returns_undoable(returns: Sequence[Return]) -> None:
    """Raise Refusal when a return was recovered since, or the fund already made it good."""
    numbers = {row.receipt.membership_id for row in returns}
    recovered = set(
        Receipt.objects.filter(membership__in=numbers, recovery=True, undone=None).values_list(
            "membership_id", "month"
        )
    )
    for row in returns:
        number, month = row.receipt.membership_id, row.receipt.month
        if (number, month) in recovered:
            raise Refusal(
                "recovered",
                f"La cotisation de l’adhésion n° {number} pour {month.words} est déjà "
                "régularisée : annulez d’abord ce versement.",
            )
    owed = sum(row.receipt.cents for row in returns if not row.by_fund)
    if owed and owed > -books.balance(OWED):
        raise Refusal("covered", "Le fonds a déjà couvert ce rejet : il ne s’annule plus.")


def reverse_receipts(receipts: Sequence[Receipt], cause: Id, reason: str) -> None:
    """Reverse both lines of each receipt under `cause`, all or none, and mark it undone."""
    came_in = {
        movement.id: movement
        for movement in books.transfers([receipt.transfer for receipt in receipts])
    }
    lines = []
    for receipt in receipts:
        posted = came_in[receipt.transfer]
        lines.append(
            Transfer(
                derived_id(cause, f"receipt:{receipt.pk}"), posted.credit, posted.debit,
                receipt.cents, posted.reason, cause, phase="reverse", of=receipt.transfer,
            )
        )  # fmt: skip
        lines.append(_reversed(settle(receipt), cause, f"settle:{receipt.pk}"))
    _post(lines)
    Receipt.objects.filter(pk__in=[receipt.pk for receipt in receipts]).update(
        undone=cause, undone_reason=reason
    )


def reverse_returns(returns: Sequence[Return], cause: Id, reason: str = "") -> None:
    """Reverse both lines of each return under `cause`, all or none, and mark it undone."""
    lines = []
    for row in returns:
        lines.append(
            Transfer(
                derived_id(cause, f"return:{row.pk}"), "bank:caisse", FUND if row.by_fund else OWED,
                row.receipt.cents, "return", cause, phase="reverse", of=row.transfer,
            )
        )  # fmt: skip
        undone = unsettle(row.receipt, row.cause, row.position)
        lines.append(_reversed(undone, cause, f"unsettle:{row.pk}"))
    _post(lines)
    Return.objects.filter(pk__in=[row.pk for row in returns]).update(
        undone=cause, undone_reason=reason
    )


def _reversed(posted: Transfer, cause: Id, position: str) -> Transfer:
    return Transfer(
        derived_id(cause, position),
        posted.credit,
        posted.debit,
        posted.cents,
        posted.reason,
        cause,
        phase="reverse",
        of=posted.id,
        for_month=posted.for_month,
    )


def _post(lines: Sequence[Transfer]) -> None:
    try:
        with transaction.atomic():
            ledger.post(lines)
    except Refused as refused:
        if refused.answer != "insufficient":
            raise
        raise Refusal(
            "spent",
            "Le fonds ne contient plus cette somme : elle est déjà mise de côté pour un mois.",
        ) from None
