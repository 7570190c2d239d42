"""Refunds typed in the office: small ones by one person, the others by two.

At a till the shop gives back; the office does when the shop cannot any more (its till is gone, the
member calls). What one person may give back alone counts for the whole purchase, not for each try.
"""

from typing import Any, NoReturn

from django.db import transaction

from caisse.bylaws import queries as bylaws
from caisse.kernel import cents as money
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id, parse_id, short_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import day
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE, Refused
from caisse.merchants import queries as merchants
from caisse.merchants.rules import RedemptionRules
from caisse.payments.operations import limits
from caisse.payments.operations.giving_back import refund_lines, told, too_late
from caisse.payments.queries import Receipt, left_to_refund, receipt
from caisse.payments.reasons import Declined, declined
from caisse.people import operations as people

OFFICE_REFUND = "purchase.refund"
ROLES = ("coordinator", "treasurer")
WHY = {
    "returned": "la marchandise est rendue",
    "mistyped": "le montant tapé était faux",
    "twice": "l’achat est compté deux fois",
    "missing": "la marchandise n’a pas été donnée",
}
"""Why the office gives back: a closed list, so that no name gets into the books."""


@sent_again
@ledger.repeatable
@transaction.atomic
def refund_at_office(
    *, payment_id: Id, cents: int, why: str, by: Actor, id: Id | None = None
) -> bool:
    """Give back `cents` of a purchase; True when it is done, False when it waits for a second one.

    A purchase of which more than article redemption.two_person_refund_cents would be given back in
    all is prepared as an act of two people. `why` is a key of WHY. Repeatable by `id`. Raises
    Refusal: purchase_unknown, amount, why, refund_too_late, refund_too_large, funds_short,
    means_unavailable, place_closed, role, differs.
    """
    purchase = _purchase(payment_id)
    payload = {"payment": show_id(payment_id), "cents": cents, "why": why}
    subject = f"place:{purchase.place_id}"
    if id is not None and events.repeated("purchase.refunded", subject=subject, id=id, **payload):
        return True
    if people.prepared_before(id, OFFICE_REFUND, **payload) is not None:
        return False
    # two at once are one after the other
    ledger.lock([subject, f"wallet:{purchase.wallet_id}", *limits.accounts(purchase.wallet_id)])
    _demand(purchase, cents, why)
    given = purchase.cents - left_to_refund(payment_id)
    if given + cents <= alone_cents():
        _give_back(purchase, payload, by, id)
        return True
    people.prepare_act(
        kind=OFFICE_REFUND, subject=subject, payload=payload, by=by, cents=cents, id=id
    )
    return False


def alone_cents() -> int:
    """What one person of the office may give back of a purchase today (cents)."""
    month = Month.of(clock.today())
    return bylaws.in_force(RedemptionRules, month=month).two_person_refund_cents


def place_can_give(place_id: int) -> int:
    """What a place can give back today, down to article redemption.refund_floor_cents (cents)."""
    account = books.account(f"place:{place_id}")
    if account is None:
        return 0
    return max(0, account.balance - account.held - (account.floor or 0))


def _tell(payload: dict[str, Any]) -> list[tuple[str, str]]:
    purchase = _purchase(parse_id(payload["payment"]))
    place = merchants.place(purchase.place_id)
    return [
        ("Lieu", place.name if place else ""),
        ("Achat du", day(clock.day_of(purchase.at))),
        ("Reçu", short_id(purchase.id)),
        ("Montant de l’achat", money.show(purchase.cents)),
        ("Pourquoi", WHY[payload["why"]]),
    ]


@people.acts(OFFICE_REFUND, "remboursement d’un achat", *ROLES, tell=_tell)
def carry_out(payload: dict[str, Any], by: Actor, id: Id) -> None:
    """Give back what two people agreed to; the event's id is derived from the act's."""
    purchase = _purchase(parse_id(payload["payment"]))
    _demand(purchase, payload["cents"], payload["why"])
    _give_back(purchase, payload, by, derived_id(id, OFFICE_REFUND))


def _purchase(payment_id: Id) -> Receipt:
    found = receipt(payment_id)
    if found is None or found.kind != "payment":
        raise Refusal("purchase_unknown", "Aucun achat ne porte ce numéro.")
    return found


def _demand(purchase: Receipt, cents: int, why: str) -> None:
    if why not in WHY:
        raise Refusal("why", "Choisissez une raison de la liste.")
    if cents <= 0:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    late = too_late(purchase)
    if late is not None:
        _refuse(late)
    left = left_to_refund(purchase.id)
    if cents > left:
        _refuse(declined("refund_too_large", left_cents=left))
    can = place_can_give(purchase.place_id)
    if cents > can:
        raise Refusal(
            "funds_short",
            f"Ce lieu peut rendre {money.show(can)} au plus aujourd’hui : la caisse met déjà ses "
            "ventes de côté pour son virement.",
        )


def _give_back(purchase: Receipt, payload: dict[str, Any], by: Actor, id: Id | None) -> None:
    place = f"place:{purchase.place_id}"
    cause = events.record("purchase.refunded", subject=place, by=by, id=id, **payload)
    lines = refund_lines(purchase, derived_id(cause, "refund"), payload["cents"], cause)
    try:
        ledger.post(lines)
    except Refused as refused:
        why = next(one for one in refused.outcomes if one.answer not in {*DONE, "chain"})
        said = told(purchase, lines[0], why)
        if isinstance(said, Declined):
            _refuse(said)
        raise


def _refuse(said: Declined) -> NoReturn:
    raise Refusal(said.reason, said.cashier)
