"""What members and places ask the office for, and its answers."""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import show_id
from caisse.kernel.pages import done, found, show
from caisse.people import operations
from caisse.people import queries as people
from caisse.people.forms import AnswerForm
from caisse.people.pages.asking import ACTORS
from caisse.people.queries import InquiryView

ANSWERED = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the office reads it: its key in the address, who asks, in words."""

    key: str
    subject: str
    view: InquiryView
    membership_id: int | None


@in_menu("people")
@only(*ACTORS)
@require_safe
def inquiries(request: HttpRequest) -> HttpResponse:
    """`/gestion/personnes/demandes`: what waits for an answer, oldest first; what was answered."""
    waiting = [_asked(view) for view in people.waiting_inquiries()]
    rows = people.inquiries(limit=ANSWERED)
    answered = [_asked(view) for view in rows if view.answered_at is not None]
    words = {"waiting": waiting, "answered": answered}
    return show(request, "people/inquiries.html", words)


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
    names = people.names_of({view.answered_by})
    words = {"asked": _asked(view), "answerer": names.get(view.answered_by, ""), "may": may}
    return show(request, "people/inquiry.html", words, form=form if may else None)


def _asked(view: InquiryView) -> Asked:
    family, _colon, number = view.subject.partition(":")
    words = {"membership": _("Foyer n° %(number)s"), "place": _("Lieu n° %(number)s")}
    subject = words.get(family, "%(number)s") % {"number": number}
    membership = int(number) if family == "membership" and number.isdecimal() else None
    return Asked(show_id(view.id), subject, view, membership)
