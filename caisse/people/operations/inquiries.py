"""Questions of members and places, and the office's answers."""

from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people.models import Inquiry, InquiryKind

LONGEST = 2_000


@ledger.repeatable
@transaction.atomic
def ask(*, subject: str, kind: str, text: str, by: Actor, id: Id | None = None) -> Id:
    """Write down what a member or a place asks the office for; returns its id. Repeatable by `id`.

    `subject` is "membership:7" or "place:42". Its text is personal: it stays in this package.
    Raises Refusal: `kind`, `text` (too long, or nothing where something must be said), `differs`.
    """
    if kind not in InquiryKind.values:
        raise Refusal("kind", "Choisissez de quoi il s’agit.")
    said = text.strip()
    if len(said) > LONGEST:
        raise Refusal("text", f"Ce texte est trop long : {LONGEST} signes au plus.")
    if not said and kind != InquiryKind.CALL_ME:
        raise Refusal("text", "Écrivez en quelques mots ce que vous demandez.")
    inquiry_id = new_id() if id is None else id
    before = Inquiry.objects.filter(pk=inquiry_id).first()
    if before is not None:
        same = (before.subject, before.kind, before.text) == (subject, kind, said)
        return inquiry_id if same else events.refuse_other()
    Inquiry.objects.create(
        id=inquiry_id,
        subject=subject,
        kind=kind,
        text=said,
        asked_by=by.id,
        asked_at=clock.now_ms(),
    )
    return events.record("inquiry.asked", subject=subject, by=by, id=inquiry_id, kind=kind)


@transaction.atomic
def answer(*, inquiry_id: Id, text: str, by: Actor) -> None:
    """Answer a question; its sender reads the answer. Answered again, the last words stand.

    Raises Refusal: `unknown`, `text`.
    """
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise Refusal("text", f"Écrivez une réponse, de {LONGEST} signes au plus.")
    row = Inquiry.objects.select_for_update().filter(pk=inquiry_id).first()
    if row is None:
        raise Refusal("unknown", "Cette demande n’existe pas.")
    if (row.answer, row.answered_by) == (said, by.id):
        return
    row.answer, row.answered_by, row.answered_at = said, by.id, clock.now_ms()
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    events.record("inquiry.answered", subject=row.subject, by=by, kind=row.kind)
