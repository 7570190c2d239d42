"""Who acts for a place: persons, what each may do, the code that lets one in."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by
from caisse.kernel.pages import done, found, show
from caisse.kernel.refusal import Refusal
from caisse.merchants import operations
from caisse.merchants import queries as merchants
from caisse.merchants.forms import EmailForm, PersonForm
from caisse.merchants.here import Here, both_sides
from caisse.people import queries as registry

FORMS = "GET HEAD POST"


def people(request: HttpRequest, here: Here) -> HttpResponse:
    """The persons of a place and what each may do."""
    held = merchants.rights(place_id=here.id)
    known = registry.people_behind({one.login for one in held})
    rows = [(one, _name(known, one.login), known.get(one.login)) for one in held]
    words = {"here": here, "rows": rows, "me": by(request).id}
    return show(request, "merchants/people.html", words)


def person(request: HttpRequest, here: Here) -> HttpResponse:
    """Add somebody; the next page gives her code."""
    form = PersonForm(request.POST or None)
    if form.carries_out(
        lambda: operations.invite(
            place_id=here.id, by=by(request), id=form.operation_id, **form.said
        )
    ):
        said = _("La personne est ajoutée. Donnez-lui son code d’entrée.")
        return done(request, said, here.names["person_code"], here.id, form.outcome)
    return show(request, "merchants/person.html", {"here": here}, form=form)


def person_end(request: HttpRequest, here: Here, login: str) -> HttpResponse:
    """Take the right of somebody away, after a question."""
    form = SureForm(request.POST or None)
    rows = merchants.rights(place_id=here.id)
    one = next((row for row in rows if row.login == login), None)
    if form.carries_out(
        lambda: operations.end_right(place_id=here.id, login=login, by=by(request))
    ):
        said = _("Cette personne n’agit plus pour ce lieu.")
        if one is not None and login == by(request).id:
            return done(request, said, "my_places")
        return done(request, said, here.names["people"], here.id)
    name = _name(registry.people_behind({login}), found(one).login)
    words = {"here": here, "name": name, "self": login == by(request).id}
    return show(request, "merchants/person_end.html", words, form=form)


def person_code(request: HttpRequest, here: Here, login: str) -> HttpResponse:
    """A new code for a person of the place, shown once; codes given before stop working."""
    held = merchants.rights(place_id=here.id, login=login)
    one = found(held[0] if held else None)
    words = {
        "here": here,
        "name": _name(registry.people_behind({login}), one.login),
        "code": "",
        "given": registry.code_given(login),
    }
    if request.method == "POST":
        try:
            words["code"] = operations.let_in(place_id=here.id, login=login, by=by(request))
        except Refusal as refusal:
            words["refused"] = refusal.sentence
            return show(request, "merchants/person_code.html", words)
    return show(request, "merchants/person_code.html", words)


def person_email(request: HttpRequest, here: Here, login: str) -> HttpResponse:
    """The e-mail address of a person of the place. It is shown to nobody but her."""
    held = merchants.rights(place_id=here.id, login=login)
    known = registry.people_behind({found(held[0] if held else None).login})
    person = found(known.get(login))
    me = login == by(request).id
    form = EmailForm(request.POST or None, initial={"email": person.email} if me else None)
    if form.carries_out(
        lambda: operations.note_email(
            place_id=here.id, login=login, by=by(request), id=form.operation_id, **form.said
        )
    ):
        said = _("L’e-mail est noté.")
        return done(request, said, here.names["people"], here.id)
    words = {"here": here, "name": _name(known, login), "self": me, "noted": bool(person.email)}
    return show(request, "merchants/person_email.html", words, form=form)


my_people, place_people = both_sides(people)
my_person, place_person = both_sides(person, change=True, methods=FORMS)
my_person_end, place_person_end = both_sides(person_end, change=True, methods=FORMS)
my_person_code, place_person_code = both_sides(person_code, change=True, methods=FORMS)
my_person_email, place_person_email = both_sides(person_email, change=True, methods=FORMS)


def _name(known: dict[str, registry.Me], login: str) -> str:
    person = known.get(login)
    return login if person is None else f"{person.given_name} {person.family_name}"
