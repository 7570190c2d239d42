"""The ways in of the office: who may do what, until when, and who stands in for whom."""

from collections.abc import Callable
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, show
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import day
from caisse.people import forms, operations
from caisse.people import queries as people
from caisse.people.pages.asking import ANSWERERS, Question, Task, ask, certain
from caisse.people.pages.telling import listed_in_words, role_dates
from caisse.people.queries import OfficeLogin

METHODS = ["GET", "HEAD", "POST"]


@in_menu("people")
@only(*ANSWERERS)
@require_safe
def access(request: HttpRequest) -> HttpResponse:
    """`/gestion/acces`: the people of the office, and their roles with dates."""
    rows = [(one, _roles(one)) for one in people.office_logins()]
    return show(request, "people/access.html", {"rows": rows})


@in_menu("people")
@only(*ANSWERERS)
@require_safe
def login(request: HttpRequest, identifier: str) -> HttpResponse:
    """`/gestion/acces/qui/<identifiant>`: one way in, and what may be done with it."""
    return show(request, "people/login.html", _login(found(people.office_login(identifier))))


def _login(one: OfficeLogin) -> dict[str, object]:
    return {"one": one, "roles": _roles(one)}


@in_menu("people")
@only(*ANSWERERS, fresh=True)
@require_http_methods(METHODS)
def open_login(request: HttpRequest) -> HttpResponse:
    """`/gestion/acces/ouvrir`: a way in for somebody new in the office."""
    form = forms.LoginForm(request.POST or None)
    task = Task(_("Ouvrir un accès"), _crumbs(), _("Continuer"), back=reverse("access"))

    def act() -> str:
        operations.open_office_login(by=by(request), id=form.operation_id, **form.said)
        return str(form.said["identifier"])

    def question() -> Question:
        labels = people.role_labels()
        roles = listed_in_words([labels[role] for role in form.said["roles"]])
        lines = (
            _("Rôles, dès aujourd’hui : %(roles)s.") % {"roles": roles},
            _("Donnez ensuite à la personne son code de première entrée."),
        )
        return Question(_("Ouvrir cet accès ?"), lines, _("Oui, ouvrir l’accès"))

    return ask(
        request, form, task, act, question,
        lambda name: done(request, _("L’accès est ouvert."), "access_login", name),
    )  # fmt: skip


@in_menu("people")
@only(*ANSWERERS, fresh=True)
@require_http_methods(METHODS)
def give_role(request: HttpRequest, identifier: str) -> HttpResponse:
    """`…/role`: one role more, from a day on, until a day or without end."""
    one = found(people.office_login(identifier))
    form = forms.RoleForm(request.POST or None)

    def act() -> None:
        operations.give_role(
            identifier=identifier, role=form.said["role"], since=form.said["since"],
            until=_day_after(form.said["last"]), by=by(request), id=form.operation_id,
        )  # fmt: skip

    def question() -> Question:
        lines = (f"{people.role_labels()[form.said['role']]}, {_period(form)}.",)
        return Question(_("Donner ce rôle ?"), lines, _("Oui, donner ce rôle"))

    task = _task(one, _("Donner un rôle"))
    return ask(request, form, task, act, question, _back(request, one, _("Le rôle est donné.")))


@in_menu("people")
@only(*ANSWERERS, fresh=True)
@require_http_methods(METHODS)
def stand_in(request: HttpRequest) -> HttpResponse:
    """`/gestion/acces/absence`: somebody is absent, another one acts instead until a day."""
    form = forms.StandInForm(request.POST or None)
    lead = _("L’autre personne reçoit les rôles qui lui manquent, jusqu’au dernier jour.")
    task = Task(
        _("Remplacer une personne absente"), _crumbs(), _("Continuer"), lead, reverse("access")
    )

    def act() -> object:
        return operations.stand_in(
            absent=form.said["absent"], instead=form.said["instead"], since=form.said["since"],
            until=form.said["last"] + timedelta(days=1), by=by(request), id=form.operation_id,
        )  # fmt: skip

    return ask(
        request, form, task, act, lambda: _replaces(form),
        lambda _roles_given: done(request, _("Le remplacement est noté."), "access"),
    )  # fmt: skip


def _replaces(form: forms.StandInForm) -> Question:
    names = {one.identifier: one.name.partition(" ")[0] for one in people.office_logins()}
    said = {"absent": names[form.said["absent"]], "instead": names[form.said["instead"]]}
    labels = people.role_labels()
    roles = listed_in_words([labels[role] for role in form.outcome])
    lines = (
        _("%(absent)s est absent·e, %(period)s.") % {**said, "period": _period(form)},
        _("%(instead)s agit à sa place : %(roles)s.") % {**said, "roles": roles},
        _("Ce qui demande deux personnes en demande toujours deux."),
    )
    return Question(_("Noter ce remplacement ?"), lines, _("Oui, noter le remplacement"))


@in_menu("people")
@only(*ANSWERERS, fresh=True)
@require_http_methods(METHODS)
def end_role(request: HttpRequest, identifier: str, role: str) -> HttpResponse:
    """`…/role/<role>/fin`: a role ends today."""
    one = found(people.office_login(identifier))
    found(next((held for held in one.roles if held.role == role), None))
    question = Question(
        _("Retirer le rôle « %(role)s » ?") % {"role": people.role_labels()[role]},
        (_("Il finit aujourd’hui. Ce que la personne a fait garde sa signature."),),
        _("Oui, retirer ce rôle"),
    )
    form = forms.AskedForm(request.POST or None)
    if form.does(lambda: operations.take_role(identifier=identifier, role=role, by=by(request))):
        return _back(request, one, _("Le rôle est retiré."))(None)
    return certain(request, form, _task(one, _("Retirer un rôle")), question)


@in_menu("people")
@only(*ANSWERERS, fresh=True)
@require_http_methods(METHODS)
def close_login(request: HttpRequest, identifier: str) -> HttpResponse:
    """`…/fermer`: nobody comes in by this way any more."""
    one = found(people.office_login(identifier))
    question = Question(
        _("Fermer cet accès ?"),
        (
            _("La personne ne peut plus entrer. Ses sessions s’arrêtent."),
            _("L’identifiant reste dans le journal. Il n’est donné à personne d’autre."),
        ),
        _("Oui, fermer l’accès"),
    )
    form = forms.AskedForm(request.POST or None)
    if form.does(lambda: operations.shut_login(identifier=identifier, by=by(request))):
        return _back(request, one, _("L’accès est fermé."))(None)
    return certain(request, form, _task(one, _("Fermer un accès")), question)


@in_menu("people")
@only(*ANSWERERS, fresh=True)
@require_POST
def give_code(request: HttpRequest, identifier: str) -> HttpResponse:
    """`…/code`: a code for the first entry of somebody of the office, shown once."""
    one = found(people.office_login(identifier))
    try:
        code = operations.give_office_code(identifier=identifier, by=by(request))
    except Refusal as refusal:
        words = {**_login(one), "refusal": refusal.sentence}
        return show(request, "people/login.html", words)
    return show(request, "people/office_code.html", {"one": one, "code": code})


def _roles(one: OfficeLogin) -> list[tuple[str, str, str]]:
    """Code, word and dates of each role."""
    labels, today = people.role_labels(), clock.today()
    return [(role.role, labels[role.role], role_dates(role, today)) for role in one.roles]


def _crumbs() -> tuple[tuple[str, str], ...]:
    return (_("Personnes"), reverse("people")), (_("Accès du bureau"), reverse("access"))


def _task(one: OfficeLogin, title: str) -> Task:
    home = reverse("access_login", args=[one.identifier])
    return Task(title, (*_crumbs(), (one.identifier, home)), _("Continuer"), back=home)


def _back(
    request: HttpRequest, one: OfficeLogin, sentence: str
) -> Callable[[object], HttpResponse]:
    return lambda _outcome: done(request, sentence, "access_login", one.identifier)


def _day_after(last: date | None) -> date | None:
    return None if last is None else last + timedelta(days=1)


def _period(form: forms.AskedForm) -> str:
    first, last = day(form.said["since"]), form.said["last"]
    if last is None:
        return _("dès le %(first)s, sans fin") % {"first": first}
    return _("du %(first)s au %(last)s") % {"first": first, "last": day(last)}
