"""What members and places ask the office for, and its answers."""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import show_id
from caisse.kernel.pages import done, found, show
from caisse.merchants import queries as merchants
from caisse.people import operations
from caisse.people import queries as people
from caisse.people.queries import InquiryView
from caisse.site.pages.office.forms import AnswerForm

ACTORS = ("desk", "coordinator")
ANSWERED = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the office reads it: its key in the address, who asks, in words."""

    key: str
    subject: str
    view: InquiryView
    membership_id: int | None = None
    place_id: int | None = None


@in_menu("people")
@only(*ACTORS)
@require_safe
def inquiries(request: HttpRequest) -> HttpResponse:
    """`/gestion/personnes/demandes`: what waits for an answer, oldest first; what was answered."""
    names = merchants.names()
    waiting = [_asked(view, names) for view in people.waiting_inquiries()]
    rows = people.inquiries(limit=ANSWERED)
    answered = [_asked(view, names) for view in rows if view.answered_at is not None]
    words = {"waiting": waiting, "answered": answered}
    return show(request, "site/office/inquiries.html", words)


@in_menu("people")
@only(*ACTORS)
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """`/gestion/personnes/demandes/<id>`: one question, and the form to answer it."""
    view = found(people.inquiry(key.bytes))
    form = AnswerForm(request.POST or None, initial={"text": view.answer})
    may = by(request).may(*ACTORS)
    if may and form.carries_out(
        lambda: operations.answer(inquiry_id=view.id, text=form.said["text"], by=by(request))
    ):
        return done(request, _("La réponse est envoyée."), "inquiries")
    answerer = people.names_of({view.answered_by}).get(view.answered_by, "")
    words = {"asked": _asked(view, merchants.names()), "answerer": answerer, "may": may}
    return show(request, "site/office/inquiry.html", words, form=form if may else None)


def _asked(view: InquiryView, places: dict[int, str]) -> Asked:
    """A household by its number (no name leaves its file), a place by the name that all know."""
    family, _colon, number = view.subject.partition(":")
    key, one = show_id(view.id), int(number) if number.isdecimal() else None
    if family == "membership":
        return Asked(key, _("Foyer n° %(number)s") % {"number": number}, view, membership_id=one)
    known = one if one in places else None
    name = places[known] if known else _("Lieu n° %(number)s") % {"number": number}
    return Asked(key, name, view, place_id=known)
