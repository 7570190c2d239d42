"""A gift of one household to another, within a sum per month that the committee allows.

The receiver is named by her identifier. Who gives learns no name, and not why somebody receives
nothing; of what was typed wrong a day bears a few entries.
"""

from typing import NamedTuple

from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.cents import show
from caisse.kernel.ids import Id, derived_id, parse_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Refused, Transfer
from caisse.payments import reaching
from caisse.payments.queries import Gift, gift_rules, given_this_month, reserved
from caisse.payments.queries import gift as gift_of
from caisse.payments.rules import gift_room
from caisse.people import operations as people
from caisse.people import queries as registry

UNDO_GIFT = "gift.undo"
ROLES = ("coordinator", "treasurer")  # who prepares and who agrees that a gift goes back
UNKNOWN = 5  # identifiers that receive nothing, typed for one wallet within a day


class Given(NamedTuple):
    """A gift that was made: its number in the ledger, its cents."""

    id: Id
    cents: int


def look_at_gift(*, wallet_id: int, to: str, cents: int, by: Actor) -> None:
    """Whether this gift could be made now, before its giver is asked once more.

    Raises Refusal as `give` does.
    """
    _demand(wallet_id, cents)
    _receiver(wallet_id, to, by)


@sent_again
def give(*, wallet_id: int, to: str, cents: int, by: Actor, id: Id) -> Given:
    """Give `cents` of a wallet to the wallet of the identifier `to`. Repeatable by `id`.

    Raises Refusal: `gifts_off`, `amount`, `gift_limit` beyond article payment.gift_month_max_cents,
    `gift_to` for an identifier that receives nothing, whatever the reason, `gift_tries` after
    UNKNOWN of them within a day, `funds_short`, `funds_reserved`, `means_unavailable`, `differs`.
    """
    wallet = f"wallet:{wallet_id}"
    before = events.repeated("gift.given", subject=wallet, id=id, cents=cents)
    if before is not None:
        found = registry.holder(to)
        if found is not None and found.wallet_id != before.data["to"]:
            events.refuse_other()
        return Given(derived_id(id, "gift"), cents)
    _demand(wallet_id, cents)
    return _give(wallet_id, _receiver(wallet_id, to, by), cents, by, id)


def _demand(wallet_id: int, cents: int) -> None:
    """What does not depend on who receives: it is said before anybody looks for her."""
    rules = gift_rules()
    if not rules.gift_month_max_cents:
        raise Refusal("gifts_off", "Le règlement ne permet pas de donner.")
    if cents <= 0:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    room = gift_room(given_this_month(wallet_id), rules)
    if cents > room:
        most = reaching.amount(room)
        raise Refusal("gift_limit", f"Ce mois-ci, vous pouvez encore donner {most}.")
    account = books.account(f"wallet:{wallet_id}")
    if account is None or account.state != "open":
        raise Refusal("means_unavailable", "Votre porte-monnaie est en pause. Appelez l’accueil.")
    if cents > account.available:
        held = reserved(wallet_id, cents=cents)
        if held is not None:
            raise Refusal("funds_reserved", held.refusal().member)
        raise Refusal("funds_short", f"Il vous reste {reaching.amount(account.available)}.")


def _receiver(wallet_id: int, typed: str, by: Actor) -> int:
    """The wallet of an identifier; what receives nothing is one entry of the day's."""
    found = _looked_for(wallet_id, typed, by)
    if found is None:
        raise Refusal("gift_to", "Cet identifiant ne peut pas recevoir. Vérifiez-le.")
    return found


@ledger.repeatable
def _looked_for(wallet_id: int, typed: str, by: Actor) -> int | None:
    """The same, None for nothing; entries that come at once are judged one after the other."""
    wallet = f"wallet:{wallet_id}"
    ledger.lock([wallet])
    since = clock.now_ms() - clock.DAY_MS
    wrong = events.history(names=("gift.unknown",), subject=wallet, limit=UNKNOWN)
    if sum(one.at > since for one in wrong) >= UNKNOWN:
        raise Refusal(
            "gift_tries", "Trop d’identifiants faux aujourd’hui. Réessayez demain, ou à l’accueil."
        )
    found = registry.holder(typed)
    account = None if found is None else books.account(f"wallet:{found.wallet_id}")
    if found is None or account is None or account.state != "open" or account.code == wallet:
        events.record("gift.unknown", subject=wallet, by=by)
        return None
    return found.wallet_id


@ledger.repeatable
def _give(wallet_id: int, to: int, cents: int, by: Actor, id: Id) -> Given:
    """Two gifts of one wallet take turns: together they are within the month too."""
    wallet, theirs = f"wallet:{wallet_id}", f"wallet:{to}"
    ledger.lock([wallet, theirs])
    if events.repeated("gift.given", subject=wallet, id=id, cents=cents, to=to) is None:
        _demand(wallet_id, cents)
        events.record("gift.given", subject=wallet, by=by, id=id, cents=cents, to=to)
        try:
            ledger.post([Transfer(derived_id(id, "gift"), wallet, theirs, cents, "gift", id)])
        except Refused as refused:
            if refused.answer not in ("closed", "unknown", "ceiling"):
                raise
            raise Refusal("gift_to", "Cet identifiant ne peut pas recevoir. Vérifiez-le.") from None
    return Given(derived_id(id, "gift"), cents)


@sent_again
@ledger.repeatable
@transaction.atomic
def prepare_gift_undo(*, gift: Id, by: Actor, id: Id) -> Id:
    """Prepare that a gift made by mistake goes back; a second person agrees. Repeatable by `id`.

    Raises Refusal: `role`, `gift_unknown`, `gift_undone`, `differs`.
    """
    payload = {"gift": show_id(gift)}
    if people.prepared_before(id, UNDO_GIFT, **payload) is not None:
        return id
    made = _standing(gift)
    return people.prepare_act(
        kind=UNDO_GIFT, subject=made.giver, payload=payload, by=by, cents=made.cents, id=id
    )


def _tell(payload: dict[str, str]) -> list[tuple[str, str]]:
    made = _gift(parse_id(payload["gift"]))
    return [
        ("Du porte-monnaie", made.giver.removeprefix("wallet:")),
        ("Au porte-monnaie", made.receiver.removeprefix("wallet:")),
        ("Montant", show(made.cents)),
    ]


@people.acts(UNDO_GIFT, "don à annuler", *ROLES, tell=_tell)
def undo_gift(payload: dict[str, str], by: Actor, id: Id) -> None:
    """Give back what two people agreed to; the event's id is derived from the act's.

    Raises Refusal: `gift_undone`, `funds_short` when the receiver has spent it.
    """
    made = _standing(parse_id(payload["gift"]))
    cause = derived_id(id, UNDO_GIFT)
    events.record("gift.undone", subject=made.giver, by=by, id=cause, gift=payload["gift"])
    line = Transfer(
        derived_id(cause, "gift"), made.receiver, made.giver, made.cents, "gift", cause,
        phase="reverse", of=made.id,
    )  # fmt: skip
    try:
        ledger.post([line])
    except Refused as refused:
        if refused.answer == "insufficient":
            raise Refusal(
                "funds_short", "Ce don est déjà dépensé, en tout ou en partie : rien n’est repris."
            ) from None
        if refused.answer == "closed":
            raise Refusal("means_unavailable", "Un des deux porte-monnaie est clos.") from None
        raise


def _gift(id: Id) -> Gift:
    made = gift_of(id)
    if made is None:
        raise Refusal("gift_unknown", "Aucun don ne porte ce numéro.")
    return made


def _standing(id: Id) -> Gift:
    """A gift that nothing has undone."""
    made = _gift(id)
    if made.undone:
        raise Refusal("gift_undone", "Ce don est déjà annulé.")
    return made
