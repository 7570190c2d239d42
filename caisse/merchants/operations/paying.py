"""Paying the places: one person prepares, another agrees, then the books say that it was paid.

The agreement is one short transaction; the paying that follows is the run of `redemption`, place by
place, which goes on where it stopped.
"""

from typing import Any

from django.db import transaction

from caisse.kernel.actor import Actor
from caisse.kernel.cents import show
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import month_name
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants import queries
from caisse.merchants.models import RedemptionRun
from caisse.merchants.operations.redemption import begin_paying, pay_redemptions
from caisse.people import operations as people
from caisse.people import queries as registry

KIND = "redemption.pay"


@ledger.repeatable
@transaction.atomic
def prepare_payment(*, month: Month, by: Actor, id: Id) -> Id:
    """Prepare the payment of the places for the sales of `month`; returns the id of the act.

    Repeatable by `id`. Raises Refusal: `not_held`, `already_paid`, `nothing_to_pay`, `prepared`
    (it waits already), `role`, `differs`.
    """
    if people.prepared_before(id, KIND, month=str(month)) is not None:
        return id
    _demand_due(month)
    if waiting_payment(month) is not None:
        raise Refusal("prepared", "Ce paiement est déjà préparé. Il attend un deuxième accord.")
    cents = queries.to_pay(month=month)
    payload = {"month": str(month), "cents": cents}
    return people.prepare_act(
        kind=KIND, subject=str(month), payload=payload, by=by, cents=cents, id=id
    )


def waiting_payment(month: Month) -> registry.ActView | None:
    """The payment of a month that waits for a second person, or None."""
    waiting = registry.waiting_acts(KIND)
    return next((act for act in waiting if act.subject == str(month)), None)


def payment_begun(month: Month) -> bool:
    """Whether a payment was agreed, and stopped before the last place: it can go on."""
    told = queries.progress(month=month)
    run = RedemptionRun.objects.filter(month=month, paid_cause__isnull=False).exists()
    return run and told is not None and not told.paid


def resume_payment(*, month: Month, by: Actor) -> None:
    """Go on with a payment that was agreed and stopped.

    Raises Refusal: `not_agreed`, `bank_short`.
    """
    if not RedemptionRun.objects.filter(month=month, paid_cause__isnull=False).exists():
        raise Refusal("not_agreed", "Ce paiement attend encore l’accord d’une deuxième personne.")
    pay_redemptions(month=month, by=by)


def _tell(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """The month and the sum, for whoever has to agree."""
    month = month_name(Month.parse(payload["month"]))
    return [("Ventes du mois", month), ("À payer aux lieux", show(payload["cents"]))]


@people.acts(KIND, "payer les lieux", "treasurer", "coordinator", tell=_tell)
def _agreed(payload: dict[str, Any], by: Actor, id: Id) -> None:
    """Begin to pay: the sum is the one that was prepared, and the bank account holds it."""
    month = Month.parse(str(payload["month"]))
    _demand_due(month)
    cents = queries.to_pay(month=month)
    if cents != payload["cents"]:
        raise Refusal(
            "changed", "La somme a changé depuis. Refusez cet acte et préparez-le encore."
        )
    if -books.balance("bank:caisse") < cents:
        raise Refusal(
            "bank_short", "Le compte de la caisse ne contient pas assez pour payer les lieux."
        )
    begin_paying(month, by)
    transaction.on_commit(lambda: pay_redemptions(month=month, by=by), robust=True)


def _demand_due(month: Month) -> None:
    """The sales are held, and something of them is still to be paid."""
    told = queries.progress(month=month)
    if told is None or not told.held:
        raise Refusal("not_held", f"Les ventes de {month} ne sont pas encore figées.")
    if told.paid:
        raise Refusal("already_paid", "Les lieux sont déjà payés pour ce mois.")
    if not queries.to_pay(month=month):
        raise Refusal("nothing_to_pay", "Il n’y a rien à payer pour ce mois.")
