"""How the caisse can be reached: one card, written by the office."""

from django.db import transaction

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.ledger import operations as ledger
from caisse.messages.models import Card


@ledger.repeatable
@transaction.atomic
def write_card(
    *,
    phone: str,
    email: str,
    address: str,
    hours: str,
    privacy: str,
    by: Actor,
    id: Id | None = None,
) -> None:
    """Write how the caisse can be reached; the event holds no text, only its fingerprint.

    Repeatable by `id`. Raises Refusal: `differs`.
    """
    said = {
        "phone": phone.strip()[:30],
        "email": email.strip(),
        "address": address.strip()[:200],
        "hours": hours.strip()[:200],
        "privacy": privacy.strip()[:200],
    }
    texts = events.fingerprint(*said.values())
    if events.repeated("card.written", subject="caisse", id=id, texts=texts) is not None:
        return
    Card.objects.update_or_create(pk=1, defaults=said)
    events.record("card.written", subject="caisse", by=by, id=id, texts=texts)
