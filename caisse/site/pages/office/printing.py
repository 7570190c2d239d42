"""Printing: letters that wait, welcome sheets, cards and codes by the dozen; one card."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.kernel.actor import Actor
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import Id
from caisse.kernel.pages import found, show
from caisse.kernel.refusal import Refusal
from caisse.messages import operations as messages
from caisse.messages import queries as notices_of
from caisse.payments import queries
from caisse.people import queries as people
from caisse.site.operations import welcome_sheets
from caisse.site.operations.cards import cards_by_the_dozen, codes_by_the_dozen, print_card
from caisse.site.pages.office.forms import SheetsForm

PRINTS = ("desk", "coordinator")


@in_menu("people")
@only(*PRINTS)
@require_http_methods(["GET", "HEAD", "POST"])
def printing(request: HttpRequest) -> HttpResponse:
    """`/gestion/impressions`: what can be printed by the dozen; a POST prints it."""
    form = SheetsForm(request.POST or None)
    if form.carries_out(lambda: _sheets(by=by(request), batch=form.operation_id, **form.said)):
        return printed(form.outcome, PAPERS[form.said["what"]])
    waiting = notices_of.waiting_letters()
    kinds = {kind: label for kind, (label, _compose) in messages.KINDS.items()}
    rows = [(row, kinds.get(row.kind, row.kind)) for row in waiting[:20]]
    return show(
        request, "site/office/printing.html", {"rows": rows, "letters": len(waiting)}, form=form
    )


@in_menu("people")
@only(*PRINTS)
@require_POST
def letters_print(request: HttpRequest) -> HttpResponse:
    """`/gestion/impressions/lettres`: all letters that wait, as one PDF; they are then printed."""
    rows = notices_of.waiting_letters()
    try:
        with override("fr"):  # the language of those who receive them
            made = messages.print_letters(notice_ids=[row.id for row in rows], by=by(request))
    except Refusal as refusal:
        words = {"rows": (), "letters": 0, "refusal": refusal.sentence}
        return show(request, "site/office/printing.html", words, form=SheetsForm())
    return printed(made, "lettres.pdf")


@in_menu("people")
@only(*PRINTS)
@require_safe
def card_print(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/titulaires/<id>/carte.pdf`: the card of one holder."""
    found(next((one for one in people.holders_of(number) if one.id == holder_id), None))
    card = found(queries.card(holder_id))
    if card.blocked:
        raise Http404
    with override("fr"):
        return printed(print_card(holder_id=holder_id), "carte.pdf")


PAPERS = {"sheets": "feuilles-d-accueil.pdf", "cards": "cartes.pdf", "codes": "codes.pdf"}


def _sheets(*, what: str, first: int, last: int, by: Actor, batch: Id) -> bytes:
    with override("fr"):  # the language of those who receive them
        if what == "cards":
            return cards_by_the_dozen(first=first, last=last, by=by, batch=batch)
        make = codes_by_the_dozen if what == "codes" else welcome_sheets
        return make(first=first, last=last, by=by)


def printed(made: bytes, name: str) -> HttpResponse:
    """A PDF to print; the name of the file says nothing of anybody."""
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
