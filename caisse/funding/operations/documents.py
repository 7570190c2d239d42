"""Supporting documents: the paper behind a cost or a transfer, and its withdrawal."""

import hashlib

from django.db import transaction

from caisse.funding.models import Document, DocumentKind
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.pictures import cleaned
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger

MOST = 20  # documents of one entry


@sent_again
@ledger.repeatable
@transaction.atomic
def attach_document(
    *, subject: str, kind: str, content: bytes, by: Actor, id: Id | None = None
) -> Id:
    """Keep a paper behind the entry `subject`; its id. Repeatable by `id`.

    A photograph is kept without what it says of the place and the device. Raises Refusal: `kind`,
    `paper_kind`, `paper_large`, `too_many`, `differs`.
    """
    if kind not in DocumentKind.values:
        raise Refusal("kind", "Dites ce qu’est cette pièce.")
    document = new_id() if id is None else id
    sent = hashlib.sha256(content).hexdigest()
    said = {"kind": kind, "sent": sent}
    if events.repeated("document.attached", subject=subject, id=id, **said) is not None:
        return document
    media, kept = cleaned(content)
    if Document.objects.filter(subject=subject, withdrawn_at=None).count() >= MOST:
        raise Refusal("too_many", f"Cette écriture a déjà {MOST} pièces.")
    events.record("document.attached", subject=subject, by=by, id=document, **said)
    Document.objects.create(
        id=document, subject=subject, kind=kind, media=media, content=kept,
        digest=hashlib.sha256(kept).hexdigest(), added_by=by.id, added_at=clock.now_ms(),
    )  # fmt: skip
    return document


@transaction.atomic
def withdraw_document(*, document_id: Id, by: Actor) -> None:
    """Take a paper away that should not be there: its content goes, that it was there stays.

    Twice is once. Raises Refusal: `unknown`.
    """
    row = Document.objects.select_for_update().filter(pk=document_id).first()
    if row is None:
        raise Refusal("unknown", "Cette pièce n’existe pas.")
    if row.withdrawn_at is not None:
        return
    row.content, row.withdrawn_at = b"", clock.now_ms()
    row.save(update_fields=["content", "withdrawn_at"])
    events.record("document.withdrawn", subject=row.subject, by=by, document=show_id(document_id))
