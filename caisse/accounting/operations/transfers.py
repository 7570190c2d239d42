"""Manual transfers: one person writes one down, another agrees, and only then it is posted.

The list is closed: what stands in it is an operation of its own. One entry can never be done,
from the caisse to the operating account: it is there to be asked, and to be answered.
"""

from dataclasses import asdict, dataclass
from typing import Any, NoReturn

from django.db import transaction

from caisse.contributions import operations as contributions
from caisse.funding import operations as funding
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id, new_id, parse_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Refused, Transfer
from caisse.people import operations as people

MANUAL = "transfer.manual"
ROLES = ("coordinator", "treasurer")
LABELS = {
    "interest_caisse": "Noter des intérêts versés sur le compte de la caisse",
    "interest_operating": "Noter des intérêts versés sur le compte de fonctionnement",
    "fee": "Noter des frais pris par la banque sur le compte de la caisse",
    "fee_back": "Rendre ces frais à la caisse, depuis le fonctionnement",
    "return_cover": "Couvrir les prélèvements revenus, avec le fonds de la caisse",
    "levy": "Ordonner un paiement depuis un fonds nommé",
    "levy_paid": "Noter que la banque a payé cet ordre",
    "levy_void": "Annuler cet ordre : la banque ne l’a pas payé",
    "to_operating": "Virer de la caisse vers le fonctionnement",
}
RING_FENCE = (
    "Ce virement n’est pas possible : rien n’est parti. L’argent de la caisse attend les achats "
    "des foyers. Il ne paie jamais le fonctionnement, quoi que l’on décide."
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked: a key of LABELS, an amount, the named fund or the order that it is about."""

    what: str
    cents: int | None = None
    fund: str = ""
    payout: str = ""


@ledger.repeatable
@transaction.atomic
def prepare_transfer(*, order: Order, by: Actor, id: Id | None = None) -> Id:
    """Write a manual transfer down for a second person; the act's id. Repeatable by `id`.

    What can never be done is refused here already. Raises Refusal: role, unknown_transfer, amount,
    route, no_fee_owed, nothing_owed, unknown_fund, fund_short, unknown_payout, differs.
    """
    if id is not None and people.prepared_before(id, MANUAL, **asdict(order)) is not None:
        return id
    if order.what not in LABELS:
        raise Refusal("unknown_transfer", "Ce virement n’est pas dans la liste.")
    if order.what == "to_operating":
        _ask_the_ledger(order)
    cents = _foreseen(order)
    return people.prepare_act(
        kind=MANUAL, subject=_subject(order), payload=asdict(order), by=by, cents=cents, id=id
    )


@people.acts(MANUAL, "virement à la main", *ROLES)
def carry_out(payload: dict[str, Any], by: Actor, id: Id) -> object:
    """Do what two people agreed to; its event's id is derived from the act's."""
    order, event = Order(**payload), event_of(id)
    if order.what.startswith("interest_"):
        fund = order.what.removeprefix("interest_")
        return funding.record_interest(fund=fund, cents=order.cents or 0, by=by, id=event)
    if order.what == "fee":
        return funding.record_fee(cents=order.cents or 0, by=by, id=event)
    if order.what == "fee_back":
        return funding.make_fee_good(cents=order.cents, by=by, id=event)
    if order.what == "return_cover":
        return contributions.cover_returns(by=by, id=event)
    if order.what == "levy":
        return funding.pay_out_levy(fund=order.fund, cents=order.cents or 0, by=by, id=event)
    act = funding.confirm_levy if order.what == "levy_paid" else funding.void_levy
    return act(payout=parse_id(order.payout), by=by)


def event_of(act_id: Id) -> Id:
    """The id of the event that an agreed transfer makes, and by which an order is known."""
    return derived_id(act_id, MANUAL)


def waits(act_id: Id) -> bool:
    """Whether the order that this act gave the bank is still without an answer."""
    held = books.transfer(derived_id(event_of(act_id), "levy_out"))
    return held is not None and not books.refers_to(held.id)


def _foreseen(order: Order) -> int:
    """The cents that the order would move today; a Refusal when it could not be done today."""
    if order.what in ("levy_paid", "levy_void"):
        held = books.transfer(derived_id(parse_id(order.payout), "levy_out"))
        if held is None or books.refers_to(held.id):
            raise Refusal("unknown_payout", "Cet ordre n’attend plus de réponse.")
        return held.cents
    if order.what == "return_cover":
        owed = -books.balance("receivable:returns")
        if owed <= 0:
            raise Refusal("nothing_owed", "Aucun prélèvement revenu n’est à couvrir.")
        return owed
    cents = order.cents or 0
    if cents <= 0:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    if order.what == "fee_back" and cents > -books.balance("receivable:fees"):
        raise Refusal("no_fee_owed", "Il y a moins de frais que cela à rendre à la caisse.")
    if order.what == "levy":
        fund = books.account(f"fund:named:{order.fund}")
        if fund is None:
            raise Refusal("unknown_fund", "Ce fonds n’existe pas : choisissez-en un de la liste.")
        if cents > fund.available:
            raise Refusal("fund_short", "Ce fonds ne contient pas cette somme.")
    return cents


def _ask_the_ledger(order: Order) -> NoReturn:
    """Ask for what no route allows, so that the ledger itself says no; nothing is kept of it."""
    cents, cause = order.cents or 0, new_id()
    if cents <= 0:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    id = derived_id(cause, "spend")
    line = Transfer(id, "bank:operating", "bank:caisse", cents, "spend", cause)
    try:
        ledger.post([line])
    except Refused as refused:
        if refused.answer != "route":
            raise
    raise Refusal("route", RING_FENCE)


def _subject(order: Order) -> str:
    if order.what == "interest_operating":
        return "bank:operating"
    if order.fund:
        return f"fund:named:{order.fund}"
    return "bank:caisse"
