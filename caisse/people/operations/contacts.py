"""The journal of contacts: that the office spoke with a household, how and when."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people.models import Contact, ContactKind, Membership
from caisse.people.operations.persons import tidy

LONGEST_NOTE = 200


@sent_again
@ledger.repeatable
@transaction.atomic
def note_contact(
    *,
    membership_id: int,
    kind: str,
    by: Actor,
    on: date | None = None,
    note: str = "",
    id: Id | None = None,
) -> Id:
    """Write down that the office spoke with a household on the day `on` (None: today).

    `note` says what was agreed, never what somebody is like; it is personal and stays in this
    package. Repeatable by `id`. Raises Refusal: `unknown`, `kind`, `period` for a day to come,
    `text` when it is too long, `differs`.
    """
    today = clock.today()
    day, said = today if on is None else on, tidy(note)
    if kind not in ContactKind.values:
        raise Refusal("kind", "Dites comment vous vous êtes parlé.")
    if day > today:
        raise Refusal("period", "Ce jour n’est pas encore venu.")
    if len(said) > LONGEST_NOTE:
        raise Refusal("text", f"Cette note est trop longue : {LONGEST_NOTE} signes au plus.")
    contact_id = new_id() if id is None else id
    before = Contact.objects.filter(pk=contact_id).first()
    if before is not None:
        same = (before.membership_id, before.kind, before.note) == (membership_id, kind, said)
        return contact_id if same and on in (None, before.on) else events.refuse_other()
    if not Membership.objects.filter(pk=membership_id, erased_on=None).exists():
        raise Refusal("unknown", "Cette adhésion n’existe pas, ou son dossier est effacé.")
    Contact.objects.create(
        id=contact_id, membership_id=membership_id, kind=kind, on=day, by=by.id, note=said
    )
    later = Q(pk=membership_id, reached_on__lt=day)
    Membership.objects.filter(later).update(reached_on=day)
    subject = f"membership:{membership_id}"
    return events.record("contact.noted", subject=subject, by=by, id=contact_id, kind=kind)
