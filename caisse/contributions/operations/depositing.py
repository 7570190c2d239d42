"""Cash and cheques of a desk reach the bank: from then on they cover what is issued."""

from dataclasses import dataclass

from django.db import transaction

from caisse.contributions.models import DESK_KINDS, Kind, Receipt
from caisse.contributions.operations.receiving import ACCOUNTS, calls_recovered
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer


@dataclass(frozen=True, slots=True)
class Deposited:
    """What left a desk for the bank: how many receipts, and their cents."""

    receipts: int
    cents: int


@sent_again
@ledger.repeatable
@transaction.atomic
def deposit(*, desk: str, kind: str, by: Actor, id: Id | None = None) -> Deposited:
    """Take everything of that kind (cash or cheque) that waits at `desk` to the bank.

    Repeatable by `id`. Raises Refusal: `kind`, `empty`, `differs`.
    """
    if kind not in DESK_KINDS:
        raise Refusal("kind", "Un guichet dépose des espèces ou des chèques.")
    name = "contribution.deposited"
    subject = f"desk:{desk}"
    before = events.repeated(name, subject=subject, id=id, kind=kind)
    if before is not None:
        return Deposited(before.data["receipts"], before.data["total_cents"])
    waiting = Receipt.objects.select_for_update().filter(
        desk=desk, kind=kind, deposited=None, undone=None
    )
    receipts = list(waiting.order_by("pk"))
    if not receipts:
        raise Refusal("empty", f"Rien n’attend au guichet « {desk[:40]} ».")
    total = sum(receipt.cents for receipt in receipts)
    cause = events.record(
        name,
        subject=subject,
        by=by,
        id=id,
        kind=kind,
        receipts=len(receipts),
        total_cents=total,
    )
    account = f"{ACCOUNTS[Kind(kind)]}:{desk}"
    paid_in = Transfer(
        derived_id(cause, "deposit"), "bank:caisse", account, total, "deposit", cause
    )
    ledger.post([paid_in, *_into_fund(receipts, cause)])
    Receipt.objects.filter(pk__in=[receipt.pk for receipt in receipts]).update(deposited=cause)
    return Deposited(len(receipts), total)


def _into_fund(receipts: list[Receipt], cause: Id) -> list[Transfer]:
    """One line for the contributions, one for each recovery, which names its call."""
    called = calls_recovered(receipts)
    plain = sum(receipt.cents for receipt in receipts if not receipt.recovery)
    lines = [
        Transfer(
            derived_id(cause, f"recovery:{receipt.pk}"),
            "fund:transit",
            "fund:caisse",
            receipt.cents,
            "recovery",
            cause,
            of=called.get(at),
        )
        for at, receipt in enumerate(receipts)
        if receipt.recovery
    ]
    if plain:
        position = derived_id(cause, "contribution")
        lines.append(
            Transfer(position, "fund:transit", "fund:caisse", plain, "contribution", cause)
        )
    return lines
