"""The file of a household: what the office may read of it, and what it writes in its journal."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, show
from caisse.people import operations
from caisse.people import queries as people
from caisse.people.forms import ContactForm
from caisse.people.pages.asking import ACTORS, CLOSERS, ERASERS, READERS, household_task, opened
from caisse.people.pages.telling import (
    BADGES,
    coming,
    compositions,
    paused_or_to_be,
    state_word,
    story,
)
from caisse.people.queries import MembershipView


@in_menu("people")
@only(*READERS)
@require_safe
@opened
def person(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`/gestion/personnes/<n>`: the file; neither what the household gives nor what it has."""
    return show(request, "people/person.html", _file(request, view))


@in_menu("people")
@only(*READERS)
@require_POST
@opened
def show_contact(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`/gestion/personnes/<n>/coordonnees`: address, telephone and e-mail, once, and logged."""
    operations.show_contact(membership_id=view.id, by=by(request))
    home = people.home_of(view.id)
    return show(request, "people/person.html", {**_file(request, view), "home": home})


def _file(request: HttpRequest, view: MembershipView) -> dict[str, object]:
    """What the file shows; ten queries, whatever the household."""
    return {
        "view": view,
        "state": state_word(view.state),
        "badge": BADGES.get(view.state or "", ("quiet", "clock")),
        "holders": people.holders_of(view.id),
        "compositions": compositions(view.household_id),
        "story": story(view.id),
        "coming": coming(view.id),
        "may_resume": paused_or_to_be(view),
        "contacts": people.contacts_of(view.id),
        "acts": by(request).may(*ACTORS),
        "closes": by(request).may(*CLOSERS),
        "erases": by(request).may(*ERASERS),
        "erased_on": people.erased_on(view.id),
    }


@in_menu("people")
@only(*ACTORS)
@require_http_methods(["GET", "HEAD", "POST"])
@opened
def note_contact(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`/gestion/personnes/<n>/contact`: note that one has spoken with the household."""
    form = ContactForm(request.POST or None)
    noted = form.carries_out(
        lambda: operations.note_contact(
            membership_id=view.id,
            kind=form.said["kind"],
            on=form.said["on"],
            note=form.said["note"],
            by=by(request),
            id=form.operation_id,
        )
    )
    if noted:
        return done(request, _("L’échange est noté."), "person", view.id)
    task = household_task(view, _("Noter un échange"), _("Noter l’échange"))
    return show(request, "people/form.html", {"task": task}, form=form)


@in_menu("people")
@only(*ACTORS)
@require_POST
def desk_code(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/code`: a code for somebody who stands at the desk, shown once."""
    return _code(request, number, holder_id, "desk")


@in_menu("people")
@only(*ACTORS)
@require_POST
def welcome_code(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/feuille`: a welcome sheet with a code for the first entry, shown once."""
    return _code(request, number, holder_id, "activation")


def _code(request: HttpRequest, number: int, holder_id: int, purpose: str) -> HttpResponse:
    view = found(people.membership(number))
    holder = found(next((one for one in people.holders_of(number) if one.id == holder_id), None))
    code = operations.give_holder_code(holder_id=holder_id, purpose=purpose, by=by(request))
    words = {"view": view, "holder": holder, "code": code, "purpose": purpose}
    return show(request, "people/code.html", {**words, "host": request.get_host()})
