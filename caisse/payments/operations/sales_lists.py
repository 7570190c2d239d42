"""A paper list of sales whose device is lost or broken: the caisse pays the place, by two people.

A list stands for what was sold by card or identifier under one licence: from then on such a record
of it is late, and a person who decides on it reads the list beside (docs/mechanisms/offline.md).
"""

from datetime import date
from typing import Any, NoReturn

from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.cents import show
from caisse.kernel.ids import Id, derived_id, parse_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import day, hour
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Refused
from caisse.payments.models import Licence, OfflineSale, SalesList
from caisse.payments.offline.listing import ListSight, why_no_list
from caisse.payments.operations.covering import looked_at
from caisse.payments.operations.licences import settle_sales
from caisse.payments.operations.offline_room import ROLES, free_of_fund
from caisse.payments.queries.offline import FUND, loss_account
from caisse.payments.queries.sales_lists import came_of
from caisse.people import operations as people
from caisse.people import queries as registry

SALES_LIST = "offline.list"
MOST_SALES = 999
LONGEST_NOTE = 200


@sent_again
@ledger.repeatable
@transaction.atomic
def prepare_sales_list(
    *, licence_id: int, sold_on: date, sales: int, cents: int, note: str, by: Actor, id: Id
) -> Id:
    """Prepare that a place is paid for `sales` sales that its device cannot send, `cents` in all.

    A second person agrees. `note` says why nothing is sent, without a name. Repeatable by `id`.
    Raises Refusal: role, unknown_licence, list_day, list_sales, amount, note, list_paid,
    list_settled, list_too_soon, list_limit, fund_short, list_waits, differs.
    """
    said = " ".join(note.split())
    payload = {
        "licence": licence_id, "day": sold_on.isoformat(), "sales": sales, "cents": cents,
        "texts": events.fingerprint(said), "list": show_id(id),
    }  # fmt: skip
    if people.prepared_before(id, SALES_LIST, **payload) is not None:
        return id
    row = _row(licence_id)
    subject = f"place:{row.place_id}"
    _demand_typed(row, sold_on, sales, cents, said)
    _demand(row, cents)
    if any(one.payload.get("licence") == licence_id for one in _waiting(subject)):
        raise Refusal("list_waits", "Une liste de cet appareil attend déjà une deuxième personne.")
    people.prepare_act(kind=SALES_LIST, subject=subject, payload=payload, by=by, cents=cents, id=id)
    SalesList.objects.create(
        id=id, licence=row, sold_on=sold_on, sales=sales, cents=cents, note=said
    )
    return id


def _waiting(subject: str) -> list[Any]:
    return list(registry.waiting_acts(SALES_LIST, subject=subject))


def _tell(payload: dict[str, Any]) -> list[tuple[str, str]]:
    written = SalesList.objects.select_related("licence__device", "licence__place")
    row = written.get(pk=parse_id(payload["list"]))
    return [
        ("Lieu", row.licence.place.name),
        ("Appareil", row.licence.device.label),
        ("Jour", day(row.sold_on)),
        ("Ventes par carte ou identifiant", str(row.sales)),
        ("Déjà arrivé de cet appareil", show(_came(row))),
        ("Note", row.note),
    ]


def _came(row: SalesList) -> int:
    """What was paid of its licence beside the list."""
    return came_of([row.licence])[row.licence_id] - (row.cents if row.paid_at else 0)


@people.acts(SALES_LIST, "payer une liste de ventes sur papier", *ROLES, tell=_tell)
def carry_out_list(payload: dict[str, Any], by: Actor, id: Id) -> None:
    """Pay what two people agreed to; the event's id is derived from the act's.

    The licence is locked: a sale of it that is being judged now is counted before, or comes after.
    """
    place_id = _take_turns(payload["licence"])
    row, cents = _row(payload["licence"]), int(payload["cents"])
    settle_sales(row)
    if OfflineSale.objects.filter(licence=row, posted=False).exists():
        raise Refusal("unsettled", "Une vente de cet appareil est encore en route. Réessayez.")
    _demand(row, cents)
    cause = derived_id(id, SALES_LIST)
    said = {"licence": row.pk, "day": payload["day"], "sales": payload["sales"]}
    events.record("list.paid", subject=f"place:{place_id}", by=by, id=cause, cents=cents, **said)
    number = derived_id(cause, "sale")
    try:
        ledger.post(looked_at(number, place_id, cents, cause, method=None, made_at=None))
    except Refused as refused:
        if refused.answer == "closed":
            raise Refusal(
                "place_closed", "Ce lieu n’encaisse pas pour la caisse en ce moment."
            ) from None
        raise
    row.listed_at, row.used_cents = clock.now_ms(), row.used_cents + cents
    row.save(update_fields=["listed_at", "used_cents"])
    SalesList.objects.filter(pk=id).update(paid_at=row.listed_at, number=number)


def _take_turns(licence_id: int) -> int:
    """Decisions for a place, and who opens or closes a licence, are one after the other."""
    place_id = Licence.objects.values_list("place", flat=True).get(pk=licence_id)
    loss = loss_account(place_id)
    ledger.open_accounts([loss], ceiling=0)
    ledger.lock([loss, "loss:all", FUND])
    return place_id


def _demand_typed(row: Licence, sold_on: date, sales: int, cents: int, note: str) -> None:
    """A list of something, of a day on which the device could sell, and what happened."""
    first, last = clock.day_of(row.since), clock.day_of(row.until)
    if not first <= sold_on <= last:
        raise Refusal("list_day", f"Cet appareil pouvait vendre du {day(first)} au {day(last)}.")
    if not 0 < sales <= MOST_SALES:
        raise Refusal("list_sales", f"Écrivez un nombre de ventes, de 1 à {MOST_SALES}.")
    if cents <= 0:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    if not note or len(note) > LONGEST_NOTE:
        raise Refusal("note", "Dites ce qui est arrivé à l’appareil, en quelques mots.")


def _demand(row: Licence, cents: int) -> None:
    """No list of it was paid, its hours are over, licence and fund hold so much."""
    left, free = max(0, row.total_cents - came_of([row])[row.pk]), max(0, free_of_fund())
    sight = ListSight(
        is_over=row.until < clock.now_ms(), said_all=row.said_all,
        is_listed=row.listed_at is not None, cents=cents, left_cents=left, free_cents=free,
    )  # fmt: skip
    reason = why_no_list(sight)
    if reason:
        _refuse(reason, row, left, free)


def _refuse(reason: str, row: Licence, left: int, free: int) -> NoReturn:
    if reason == "list_paid":
        raise Refusal("list_paid", "Une liste est déjà payée pour cet appareil et ces jours.")
    if reason == "list_settled":
        raise Refusal("list_settled", "Cet appareil a dit que tout est envoyé.")
    if reason == "list_too_soon":
        at = clock.local(row.until)
        until = f"{day(at.date())}, {hour(at)}"
        raise Refusal("list_too_soon", f"Cet appareil peut encore vendre jusqu’au {until}.")
    if reason == "list_limit":
        raise Refusal("list_limit", f"Pour cet appareil et ces jours, {show(left)} au plus.")
    raise Refusal("fund_short", f"Le fonds ne contient que {show(free)} de libre.")


def _row(licence_id: int) -> Licence:
    row = Licence.objects.select_for_update().filter(pk=licence_id).first()
    if row is None:
        raise Refusal("unknown_licence", "Cet appareil n’a pas cette autorisation.")
    return row
