"""Refunds: a purchase is given back in part or in whole to the wallet that paid it."""

from dataclasses import replace

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE, Outcome, Transfer
from caisse.payments.operations import limits
from caisse.payments.operations.answers import Answer, plain, taken
from caisse.payments.operations.covering import partly, refund_chain
from caisse.payments.operations.tills import is_open, till_for
from caisse.payments.queries import Receipt, left_to_refund, receipt, receipt_of, refunds_of
from caisse.payments.reasons import REFUND_SHORT, Declined, declined
from caisse.payments.rules import PaymentRules, refundable


def refund(
    *,
    refund_id: Id,
    payment_id: Id,
    cents: int,
    by: Actor,
    place_id: int | None = None,
    till: Id | None = None,
) -> Answer:
    """Give back `cents` of the purchase `payment_id`, once for each `refund_id`.

    Allowed for article payment.refund_window_days after the purchase, up to what is left of it,
    also after the place or the wallet was closed and when the place's sales are already held (down
    to article redemption.refund_floor_cents). `place_id`, when said, must be that of the purchase.
    Raises ValueError for an amount that is not positive, RuntimeError inside a transaction.
    """
    if cents <= 0:
        raise ValueError("a refund moves a positive number of cents")
    purchase = receipt(payment_id)
    if purchase is None or purchase.kind != "payment":
        return declined("purchase_unknown")
    if place_id is not None and place_id != purchase.place_id:
        return declined("purchase_unknown")
    cause = till_for(place_id=purchase.place_id, by=by) if till is None else till
    # A refund that stands is told again, also when its window or its till was closed since.
    late = too_late(purchase)
    if not is_open(cause, purchase.place_id):
        late = declined("till_suspended")
    if late is not None and ledger.outcome(refund_id) is None:
        return late
    if purchase.parts:
        return _of_parts(purchase, refund_id, cents, cause)
    lines = refund_lines(purchase, refund_id, cents, cause)
    return told(purchase, lines[0], ledger.submit(lines)[0])


def refund_lines(purchase: Receipt, refund_id: Id, cents: int, cause: Id) -> list[Transfer]:
    """What gives back `cents` of a purchase: to its wallet, of a sale in parts part by part.

    Less than `cents` when less is left of a sale in parts. What was bought today is free again of
    what the wallet pays in a day.
    """
    place_id = purchase.place_id
    if not purchase.parts:
        place, wallet = f"place:{place_id}", f"wallet:{purchase.wallet_id}"
        line = Transfer(refund_id, place, wallet, cents, "refund", cause, of=purchase.id)
        return [line, *limits.given_back(purchase.id, cents=cents, id=refund_id, cause=cause)]
    given = {part.id: _given(part.id) for part in purchase.parts}
    return refund_chain(
        sale=purchase.id, place_id=place_id, cause=cause, refund=refund_id,
        parts=partly(purchase.parts, given, cents),
    )  # fmt: skip


def _given(part: Id) -> int:
    """Cents of one part that were given back already; of those behind it nothing is counted."""
    return sum(one.cents for one in refunds_of(part))


def _of_parts(purchase: Receipt, refund_id: Id, cents: int, cause: Id) -> Answer:
    """A refund that stands is told again: how it was split depends on what was given back then."""

    def stands() -> Answer | None:
        return refunded_before(
            refund_id=refund_id, payment_id=purchase.id, cents=cents, place_id=purchase.place_id
        )

    before = stands()
    if before is not None:
        return before
    lines = refund_lines(purchase, refund_id, cents, cause)
    if sum(line.cents for line in lines if line.reason == "refund") < cents:
        return declined("refund_too_large", left_cents=left_to_refund(purchase.id))
    outcomes = ledger.submit(lines)
    said = next((one for one in outcomes if one.answer not in {*DONE, "chain"}), None)
    found = stands()
    if said is None or (isinstance(found, Receipt) and said.answer == "differs"):
        return replace(found, again=False) if isinstance(found, Receipt) else declined("checking")
    return told(purchase, lines[0], said)


def of_today(payment_id: Id) -> bool:
    """Whether a purchase was made on this business day; False for one that is not known."""
    purchase = receipt(payment_id)
    return purchase is not None and clock.day_of(purchase.at) == clock.today()


def refunded_before(*, refund_id: Id, payment_id: Id, cents: int, place_id: int) -> Answer | None:
    """The refund that stands under this number, when it is this one; None for nothing.

    Another thing under it is Declined("id_reused"). Raises RuntimeError inside a transaction.
    """
    movement = ledger.outcome(refund_id)
    if movement is None:
        return None
    first = receipt_of(movement)
    asked = ("refund", payment_id, cents, place_id)
    if first is None or (first.kind, first.of, first.cents, first.place_id) != asked:
        return taken(refund_id)
    return replace(first, again=True)


def too_late(purchase: Receipt) -> Declined | None:
    """Why a purchase may not be given back any more today, or None while it may."""
    today = clock.today()
    rules = bylaws.in_force(PaymentRules, month=Month.of(today))
    if refundable(clock.day_of(purchase.at), today, rules):
        return None
    return declined("refund_too_late", days=rules.refund_window_days or 0)


def told(purchase: Receipt, transfer: Transfer, outcome: Outcome) -> Answer:
    """The ledger's answer to a refund as a till says it."""
    if outcome.answer in DONE:
        return Receipt(
            id=transfer.id,
            kind="refund",
            wallet_id=purchase.wallet_id,
            place_id=purchase.place_id,
            cents=transfer.cents,
            at=outcome.at,
            seq=outcome.seq,
            wallet_after=outcome.credit_after,
            of=purchase.id,
            again=outcome.answer == "exists",
        )
    if outcome.answer == "ceiling":
        return declined("refund_too_large", left_cents=left_to_refund(purchase.id))
    if outcome.answer == "insufficient":
        return REFUND_SHORT
    if outcome.answer == "differs":
        return taken(transfer.id)
    if outcome.answer == "closed":  # ended for good: the wallet or the place has left
        ended = books.account(transfer.credit)
        wallet_left = ended is not None and ended.state == "ended"
        return declined("means_unavailable" if wallet_left else "place_closed")
    return plain(outcome.answer)
