"""What the caisse may lose without network: the fund of the committee, and a person's look.

The open losses of a place go down by one thing only: somebody has looked at them.
"""

from typing import Any

from django.db import transaction

from caisse.bylaws import queries as bylaws
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.cents import show
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.payments.models import Licence
from caisse.payments.queries.offline import FUND, loss_account
from caisse.people import operations as people

OFFLINE_ROOM = "offline.room"
ROLES = ("coordinator", "treasurer")


@sent_again
@ledger.repeatable
@transaction.atomic
def prepare_offline_room(*, cents: int, decision: int, by: Actor, id: Id) -> Id:
    """Prepare that so much is put aside for losses without network (below 0: taken back).

    A second person agrees; `decision` is the number of the committee's. Repeatable by `id`.
    Raises Refusal: role, amount, unknown_decision, fund_short, differs.
    """
    if people.prepared_before(id, OFFLINE_ROOM, cents=cents, decision=decision) is not None:
        return id
    _demand(cents, decision)
    payload = {"cents": cents, "decision": decision}
    return people.prepare_act(
        kind=OFFLINE_ROOM, subject="offline", payload=payload, by=by, cents=abs(cents), id=id
    )


def _tell(payload: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [("Décision", str(payload["decision"]))]
    if payload["cents"] < 0:
        return [*lines, ("À reprendre", show(-payload["cents"]))]
    return [*lines, ("À mettre de côté", show(payload["cents"]))]


@people.acts(OFFLINE_ROOM, "mettre de côté pour les ventes sans réseau", *ROLES, tell=_tell)
def carry_out_room(payload: dict[str, Any], by: Actor, id: Id) -> None:
    """Move what two people agreed to; the event's id is derived from the act's."""
    cents, decision = payload["cents"], payload["decision"]
    ledger.lock(["fund:caisse", FUND])
    _demand(cents, decision)
    event = derived_id(id, OFFLINE_ROOM)
    cause = events.record("offline.room_set", subject="offline", by=by, id=event, **payload)
    pair = ("fund:caisse", FUND) if cents > 0 else (FUND, "fund:caisse")
    room = derived_id(cause, "offline_room")
    ledger.post([Transfer(room, *pair, abs(cents), "offline_room", cause)])


@ledger.repeatable
@transaction.atomic
def review_losses(*, place_id: int, by: Actor, id: Id) -> int:
    """Somebody has looked at the losses of a place: its next licence has all of R. The cents.

    What licences that are open may still lose stays as it was.

    Repeatable by `id`. Raises Refusal: role, nothing_lost, differs.
    """
    subject, account = f"place:{place_id}", loss_account(place_id)
    before = events.repeated("losses.reviewed", subject=subject, id=id)
    if before is not None:
        return int(before.data["cents"])
    if not by.may(*ROLES):
        raise Refusal("role", "Votre rôle ne permet pas cet acte.")
    known = ledger.lock([account, "loss:all"]).get(account)
    lost = 0 if known is None else -known.balance
    if known is None or lost <= 0:
        raise Refusal("nothing_lost", "Ce lieu n’a pas de perte à regarder.")
    events.record("losses.reviewed", subject=subject, by=by, id=id, cents=lost)
    line = Transfer(
        derived_id(id, "loss_reviewed"), "loss:all", account, lost, "loss_reviewed", id, unit="loss"
    )
    ledger.set_ceiling([account], max(0, (known.ceiling or 0) - lost))
    ledger.post([line])
    return lost


def free_of_fund() -> int:
    """What lies in the fund beside what open licences may lose (cents); below 0 when it is less."""
    rooms = Licence.objects.filter(closed_at=None).values_list("room_cents", flat=True)
    fund = books.account(FUND)
    return 0 if fund is None else fund.available - sum(rooms)


def _demand(cents: int, decision: int) -> None:
    """The decision is known, and the money is there: what open licences may lose stays."""
    if not cents:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    if bylaws.decision(decision) is None:
        raise Refusal("unknown_decision", f"Il n’y a pas de décision n° {decision}.")
    caisse = books.account("fund:caisse")
    left = (0 if caisse is None else caisse.available) if cents > 0 else free_of_fund()
    if abs(cents) > left:
        raise Refusal("fund_short", f"Le fonds ne contient que {show(max(0, left))} de libre.")
