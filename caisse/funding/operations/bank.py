"""What the bank takes and gives by itself: fees and interest."""

from caisse.funding.models import Fund
from caisse.funding.operations.checks import check_cents
from caisse.funding.operations.costs import spending
from caisse.kernel import cents as money
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer

FEES = "receivable:fees"
CAISSE = "bank:caisse"


@ledger.repeatable
def record_fee(*, cents: int, by: Actor, id: Id | None = None) -> Id:
    """Record a fee that the bank took from the segregated account; the event's id.

    It is recorded even though it lowers the cover: until it is made good, it is owed to the caisse.
    Raises Refusal: amount, differs.
    """
    content = {"cents": check_cents(cents)}
    if id is not None and events.repeated("fee.recorded", subject=CAISSE, id=id, **content):
        return id
    cause = events.record("fee.recorded", subject=CAISSE, by=by, id=id, **content)
    ledger.post([Transfer(derived_id(cause, "fee"), FEES, CAISSE, cents, "fee", cause)])
    return cause


@sent_again
@ledger.repeatable
def make_fee_good(*, by: Actor, cents: int | None = None, id: Id | None = None) -> Id:
    """Pay the fees back to the segregated account from operating money, all of them or `cents`.

    It is a cost of the line running. Raises Refusal: amount, no_fee_owed (or less than `cents`),
    differs.
    """
    content = {"asked": cents}
    if id is not None and events.repeated("fee.made_good", subject=CAISSE, id=id, **content):
        return id
    owed = -books.balance(FEES)
    amount = owed if cents is None else check_cents(cents)
    if owed <= 0:
        raise Refusal("no_fee_owed", "Aucun frais bancaire n’est à rendre à la caisse.")
    cause = events.record("fee.made_good", subject=CAISSE, by=by, id=id, **content)
    back = Transfer(derived_id(cause, "fee_back"), CAISSE, FEES, amount, "fee_back", cause)
    outcomes = ledger.post([back, *spending("running", amount, cause)])
    # Judged on the balance under lock: two people may be making the same fee good.
    if outcomes[0].credit_after > 0:
        raise Refusal("no_fee_owed", f"Il reste {money.show(owed)} de frais à rendre, pas plus.")
    return cause


@ledger.repeatable
def record_interest(*, fund: str, cents: int, by: Actor, id: Id | None = None) -> Id:
    """Record the bank's interest on the account of `fund` (caisse or operating); the event's id.

    Raises Refusal: unknown_fund, amount, differs.
    """
    if fund not in Fund.values:
        raise Refusal("unknown_fund", "Ce fonds n’existe pas : écrivez caisse ou operating.")
    content = {"cents": check_cents(cents)}
    bank = f"bank:{fund}"
    if id is not None and events.repeated("interest.recorded", subject=bank, id=id, **content):
        return id
    cause = events.record("interest.recorded", subject=bank, by=by, id=id, **content)
    transfer = Transfer(
        derived_id(cause, "interest"), bank, f"fund:{fund}", cents, "interest", cause
    )
    ledger.post([transfer])
    return cause
