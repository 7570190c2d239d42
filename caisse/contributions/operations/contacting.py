"""Somebody spoke with a household that is behind: that it happened, and how it ended. No words.

Everything is a choice from a closed list, so that no remark about anyone ever enters the journal.
"""

from django.db import models, transaction

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people import queries as people


class ContactWay(models.TextChoices):
    """How the household was reached."""

    PHONE = "phone", "par téléphone"
    DESK = "desk", "à l’accueil"
    LETTER = "letter", "par lettre"
    MESSAGE = "message", "par message"


class ContactEnd(models.TextChoices):
    """What was agreed."""

    LATER = "later", "une autre date"
    LOWER = "lower", "un montant plus bas"
    PAUSE = "pause", "une pause"
    OTHER_WAY = "other_way", "un autre moyen de payer"
    NOT_REACHED = "not_reached", "personne n’a répondu"
    NOTHING = "nothing", "rien pour l’instant"


NAME = "contribution.contact_noted"


@ledger.repeatable
@transaction.atomic
def note_contact(*, membership_id: int, way: str, end: str, by: Actor, id: Id | None = None) -> Id:
    """Note that a household was contacted about its contribution; nothing follows by itself.

    Returns the event. Repeatable by `id`. Raises Refusal: `unknown`, `way`, `end`, `differs`.
    """
    if way not in ContactWay.values:
        raise Refusal("way", "Choisissez comment le contact s’est fait.")
    if end not in ContactEnd.values:
        raise Refusal("end", "Choisissez ce qui a été convenu.")
    if not people.memberships({membership_id}):
        raise Refusal("unknown", f"Il n’y a pas d’adhésion n° {membership_id}.")
    return events.record(
        "contribution.contact_noted",
        subject=f"membership:{membership_id}",
        by=by,
        id=id,
        way=way,
        end=end,
    )
