"""Files of receipts and returns: look, prepare, a second person agrees, undo as one batch."""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.contributions import operations, queries
from caisse.contributions.forms import ImportForm, PrepareForm, UndoForm
from caisse.contributions.operations import IMPORT_KIND, Sifted
from caisse.contributions.pages.reading import id_of, posted, units
from caisse.kernel import ids
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, show
from caisse.kernel.refusal import Refusal
from caisse.kernel.sheet import MOST_BYTES
from caisse.people import operations as people_operations
from caisse.people import queries as people
from caisse.people.queries import ActView

SALT = "contributions.import"
SEALED_S = 24 * 3600
SEALED_SIGNS = 200_000  # what a form may carry, with room for its other fields
PREVIEWED = 100  # lines shown of each sort; all are counted


@in_menu("money")
@only("treasurer", "coordinator")
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """`/gestion/fichiers`: files that wait for a second person, and those that came in."""
    waiting = people.waiting_acts(IMPORT_KIND)
    given = people.names_of({act.prepared_by for act in waiting})
    told = {
        "waiting": [
            (act, ids.show_id(act.id), given.get(act.prepared_by, act.prepared_by))
            for act in waiting
        ],
        "full": by(request).may("treasurer"),
        "batches": queries.imports(),
        "unit": units().currency,
    }
    return render(request, "contributions/imports.html", told)


@in_menu("money")
@only("treasurer")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_import(request: HttpRequest) -> HttpResponse:
    """`/gestion/fichiers/nouveau`: choose a file; what it says is shown, nothing is written."""
    sent = posted(request)
    form = ImportForm(sent, request.FILES if sent is not None else None)
    if sent is None or not form.is_valid():
        return show(request, "contributions/receipt_import.html", form=form)
    upload, kind = form.cleaned_data["sheet"], form.cleaned_data["kind"]
    try:
        content = _content(upload)
        sifted = operations.sift(kind, content)
        sealed = _seal(kind, content, len(sifted.refused))
    except Refusal as refusal:
        form.add_error("sheet", refusal.sentence)
        return show(request, "contributions/receipt_import.html", form=form)
    return _preview(request, sifted, PrepareForm(initial={"sheet": sealed}))


@in_menu("money")
@only("treasurer")
@require_POST
def import_prepare(request: HttpRequest) -> HttpResponse:
    """`/gestion/fichiers/preparer`: the lines that were looked at wait for a second person."""
    form = PrepareForm(posted(request))
    try:
        kind, text, refused = _open(request.POST.get("sheet", ""))
    except signing.BadSignature:
        return done(request, _("Cet aperçu est trop ancien : choisissez encore le fichier."),
                    "receipt_import")  # fmt: skip
    if form.carries_out(lambda: operations.prepare_import(
        kind=kind, content=text, with_twice=form.said["twice"], left_out=refused,
        by=by(request), id=form.operation_id,
    )):  # fmt: skip
        said = _("Le fichier est prêt. Une autre personne doit donner son accord.")
        return done(request, said, "import_act", ids.show_id(form.outcome))
    return _preview(request, operations.sift(kind, text), form)


@in_menu("money")
@only("treasurer", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def import_act(request: HttpRequest, act: str) -> HttpResponse:
    """`/gestion/fichiers/accord/<act>`: what was prepared; the second person says yes."""
    view, form = _act(act), SureForm(posted(request))
    if form.carries_out(lambda: people_operations.agree(act_id=view.id, by=by(request))):
        return done(request, _("Le fichier est entré."), "imports")
    return show(request, "contributions/import_act.html", _told(request, view, act), form=form)


@in_menu("money")
@only("treasurer", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def import_decline(request: HttpRequest, act: str) -> HttpResponse:
    """`/gestion/fichiers/accord/<act>/refuser`: no, or one's own file taken back, with a reason."""
    view, form = _act(act), UndoForm(posted(request))
    if form.carries_out(lambda: people_operations.decline(
        act_id=view.id, by=by(request), reason=form.said["reason"]
    )):  # fmt: skip
        return done(request, _("Le fichier n’entre pas. Rien n’a changé."), "imports")
    return show(request, "contributions/import_decline.html", {"key": act, "act": view}, form=form)


@in_menu("money")
@only("treasurer")
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: HttpRequest, batch: int) -> HttpResponse:
    """`/gestion/fichiers/<batch>/annuler`: a whole file undone by its counter-entries."""
    view, form = found(queries.batch(batch)), UndoForm(posted(request))
    if form.carries_out(lambda: operations.undo_import(
        batch_id=batch, reason=form.said["reason"], by=by(request), id=form.operation_id
    )):  # fmt: skip
        said = _("Le fichier n° %(n)s est annulé, ligne par ligne.") % {"n": batch}
        return done(request, said, "imports")
    told = {"batch": view, "unit": units().currency}
    return show(request, "contributions/import_undo.html", told, form=form)


def _content(upload: Any) -> bytes:
    """The bytes of a file, bounded before they are read."""
    if upload.size > MOST_BYTES:
        raise Refusal("too_large", "Ce fichier dépasse 10 Mo : coupez-le en plusieurs.")
    content: bytes = upload.read()
    return content


def _seal(kind: str, content: bytes, refused: int) -> str:
    """The lines understood, signed, so that what is prepared is what was looked at."""
    told = [kind, operations.understood(kind, content), refused]
    sealed = signing.dumps(told, salt=SALT, compress=True)
    if len(sealed) > SEALED_SIGNS:
        raise Refusal("too_large", "Ce fichier a trop de lignes : coupez-le en plusieurs.")
    return sealed


def _open(sealed: str) -> tuple[str, str, int]:
    """What was sealed. Raises signing.BadSignature for what is not ours, or too old."""
    kind, text, refused = signing.loads(sealed, salt=SALT, max_age=SEALED_S)
    return kind, text, refused


def _preview(request: HttpRequest, sifted: Sifted, form: PrepareForm) -> HttpResponse:
    if not sifted.twice:
        del form.fields["twice"]
    told = {
        "sifted": sifted,
        "good": sifted.good[:PREVIEWED],
        "twice": sifted.twice[:PREVIEWED],
        "refused": sifted.refused[:PREVIEWED],
        "shown": PREVIEWED,
        "unit": units().currency,
    }
    return show(request, "contributions/import_preview.html", told, form=form)


def _act(text: str) -> ActView:
    """A prepared file, waiting or not. Raises Http404 for an act of another kind."""
    view = people.act(id_of(text))
    return found(view if view is not None and view.kind == IMPORT_KIND else None)


def _told(request: HttpRequest, view: ActView, key: str) -> dict[str, Any]:
    """A prepared file on its page; the amounts of households are for the treasurer."""
    full = by(request).may("treasurer")
    sifted = operations.sift(view.payload["kind"], view.payload["text"]) if full else None
    lines = () if sifted is None else (*sifted.good, *sifted.twice)
    return {
        "act": view,
        "key": key,
        "who": people.names_of({view.prepared_by}).get(view.prepared_by, view.prepared_by),
        "own": people_operations.same_person(view.prepared_by, by(request).id),
        "lines": lines[:PREVIEWED],
        "full": full,
        "unit": units().currency,
    }
