"""The papers behind an entry: bring one, read it, withdraw it."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.funding import operations, queries
from caisse.funding.forms import DocumentForm
from caisse.funding.pages import ROLES
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import short_id, show_id
from caisse.kernel.pages import done, found, show
from caisse.kernel.pictures import MOST_BYTES
from caisse.people import queries as people

ACT = ("GET", "HEAD", "POST")
TRANSFER = "transfer.manual"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a paper stands behind: its name in the books, in words, and its page."""

    subject: str
    title: str
    name: str
    key: object

    @property
    def page(self) -> str:
        """Its address."""
        return reverse(self.name, args=[self.key])


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def document_new(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """`/gestion/argent/pieces/<cost|act>/<key>/ajouter`: a PDF or a photograph of the paper."""
    entry = _entry(kind, key)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if form.carries_out(
        lambda: operations.attach_document(
            subject=entry.subject, kind=form.said["kind"], by=by(request), id=form.operation_id,
            content=form.said["paper"].read(MOST_BYTES + 1),
        )
    ):  # fmt: skip
        return done(request, _("La pièce est gardée."), entry.name, entry.key)
    return show(request, "funding/document_new.html", {"entry": entry}, form=form)


@only(*ROLES)
@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """`…/pieces/<id>`: the paper itself, to be kept by the reader; no page of ours shows it."""
    paper = found(queries.document_file(document_id.bytes))
    name = f"piece-{short_id(document_id.bytes)}.{paper.ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return HttpResponse(paper.content, content_type=paper.media, headers=headers)


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def document_withdraw(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """`…/pieces/<id>/retirer`: a paper that should not be there; after a question."""
    row = found(queries.document(document_id.bytes))
    entry = _entry(*row.subject.split(":", 1))
    form = SureForm(request.POST or None)
    if form.carries_out(lambda: operations.withdraw_document(document_id=row.id, by=by(request))):
        return done(request, _("La pièce est retirée."), entry.name, entry.key)
    words = {"entry": entry, "row": row, "number": row.number}
    return show(request, "funding/document_withdraw.html", words, form=form)


def _entry(kind: str, key: str) -> Entry:
    """The entry of an address, or Http404 when there is none."""
    if kind == "cost":
        cost = found(queries.cost_paid(int(key)) if key.isdecimal() and len(key) < 15 else None)
        return Entry(f"cost:{cost.id}", _("une dépense payée"), "cost_paid", cost.id)
    try:
        act = people.act(UUID(key).bytes)
    except ValueError:
        act = None
    act = found(act if kind == "act" and act is not None and act.kind == TRANSFER else None)
    number = show_id(act.id)
    return Entry(f"act:{number}", _("un virement à la main"), "transfer", number)
