"""What changes in a household: who joins, who lives there, who pays, where it lives."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import done, found, show
from caisse.kernel.wording import day, month_name
from caisse.people import forms, operations
from caisse.people import queries as people
from caisse.people.operations import Joined
from caisse.people.pages.asking import (
    ACTORS,
    Question,
    Task,
    ask,
    certain,
    household_task,
    opened,
    to_file,
)
from caisse.people.pages.telling import people_words
from caisse.people.queries import MembershipView
from caisse.people.rules import HolderRules

METHODS = ["GET", "HEAD", "POST"]


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
def join(request: HttpRequest) -> HttpResponse:
    """`/gestion/personnes/nouveau`: a household joins."""
    rules = bylaws.in_force(HolderRules, month=Month.of(clock.today()))
    form = forms.JoinForm(request.POST or None, holders=rules.household_sub_wallets)
    task = Task(
        _("Inscrire un foyer"),
        ((_("Personnes"), reverse("people")),),
        _("Continuer"),
        _("Rien n’est écrit avant la question de la page suivante."),
        reverse("people"),
    )

    def act() -> Joined:
        joined_on, id = form.said["joined_on"], form.operation_id
        return operations.join(
            household=form.household(), joined_on=joined_on, by=by(request), id=id
        )

    return ask(
        request, form, task, act, lambda: _joins(form), lambda it: _joined(request, form, it),
    )  # fmt: skip


def _joins(form: forms.JoinForm) -> Question:
    said, household = form.said, form.household()
    start = people.start(said["joined_on"])
    lines = [
        _("Le foyer compte %(people)s.")
        % {"people": people_words(said["adults"], len(said["births"]))},
        _("Premier mois : %(month)s. Premier versement : %(day)s.")
        % {"month": month_name(start.month), "day": day(start.credited_on, weekday=True)},
        _("Chaque personne qui paie reçoit son identifiant. Donnez-lui ensuite un code."),
    ]
    if start.sealed is not None:
        frozen = {"month": month_name(start.sealed)}
        lines.insert(2, _("Le plan de %(month)s est déjà figé : il ne change plus.") % frozen)
    if len(household.holders) < form.holders:
        lines.append(_("Une autre personne peut être ajoutée plus tard."))
    return Question(_("Inscrire ce foyer ?"), tuple(lines), _("Oui, inscrire ce foyer"))


def _joined(request: HttpRequest, form: forms.JoinForm, joined: Joined) -> HttpResponse:
    """The file of the new household, opened for the one who has just written it."""
    operations.open_file(membership_id=joined.membership_id, by=by(request))
    start = people.start(form.said["joined_on"])
    sentence = _("Le foyer n° %(number)s est inscrit. Premier versement : %(day)s.") % {
        "number": joined.membership_id,
        "day": day(start.credited_on, weekday=True),
    }
    return done(request, sentence, "person", joined.membership_id)


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
@opened
def composition(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`…/composition`: who shares the food budget, from a month on."""
    last = people.compositions(view.household_id)[-1:]
    initial = {
        "since": Month.of(clock.today()).next(),
        "adults": last[0].adults if last else 1,
        "births": " ".join(f"{b.month:02d}/{b.year}" for b in last[0].births) if last else "",
    }
    form = forms.CompositionForm(request.POST or None, initial=initial)

    def act() -> int:
        return operations.change_composition(
            household_id=view.household_id, adults=form.said["adults"], births=form.said["births"],
            since=form.said["since"].first, by=by(request), id=form.operation_id,
        )  # fmt: skip

    task = household_task(view, _("Qui vit dans ce foyer"))
    then = to_file(request, view, _("La composition du foyer est notée."))
    return ask(request, form, task, act, lambda: _composes(form), then)


def _composes(form: forms.CompositionForm) -> Question:
    month, sealed = form.said["since"], bylaws.sealed_until()
    count = people_words(form.said["adults"], len(form.said["births"]))
    lines = [
        _("Dès %(month)s, le foyer compte %(people)s.")
        % {"month": month_name(month), "people": count},
        _("L’allocation et le minimum à donner suivent le règlement."),
    ]
    if sealed is not None and month <= sealed:
        first = {"month": month_name(sealed.next())}
        lines.append(
            _("Le plan est déjà figé avant %(month)s. Ces mois-là se corrigent à part.") % first
        )
    return Question(_("Noter cette composition ?"), tuple(lines), _("Oui, noter la composition"))


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
@opened
def add_holder(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`…/titulaire`: one more person who pays from the wallet."""
    wallet_id = found(view.wallet_id)
    form = forms.HolderForm(request.POST or None)
    task = household_task(view, _("Ajouter une personne qui paie"))
    question = Question(
        _("Ajouter cette personne ?"),
        (
            _("Elle paie avec le même porte-monnaie, sous son propre identifiant."),
            _("Elle voit ce qui reste et les achats du foyer."),
            _("Donnez-lui ensuite un code pour entrer."),
        ),
        _("Oui, ajouter"),
    )

    def act() -> object:
        id = form.operation_id
        return operations.add_holder(
            wallet_id=wallet_id, holder=form.holder(), by=by(request), id=id
        )

    return ask(request, form, task, act, lambda: question, to_file(request, view, _("C’est noté.")))


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
@opened
def end_holder(request: HttpRequest, view: MembershipView, holder_id: int) -> HttpResponse:
    """`…/titulaires/<h>/fin`: a person pays from this wallet no more."""
    holder = _holder(view, holder_id)
    form = forms.AskedForm(request.POST or None)
    if form.does(lambda: operations.end_holder(holder_id=holder.id, by=by(request))):
        return done(request, _("Cette personne ne paie plus."), "person", view.id)
    lines = [
        _("Dès aujourd’hui, « %(handle)s » ne peut plus payer.") % {"handle": holder.handle},
        _("Cet identifiant ne sera donné à personne d’autre."),
    ]
    if len(people.holders_of(view.id)) == 1:
        lines.append(_("C’est la seule personne qui paie : le foyer ne pourra plus acheter."))
    question = Question(_("Retirer cette personne ?"), tuple(lines), _("Oui, la retirer"))
    return certain(
        request, form, household_task(view, _("Retirer une personne qui paie")), question
    )


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
@opened
def details(request: HttpRequest, view: MembershipView, holder_id: int) -> HttpResponse:
    """`…/titulaires/<h>/corriger`: a name, an e-mail address, a telephone."""
    holder = _holder(view, holder_id)
    task = household_task(view, _("Corriger un nom ou un contact"))
    if not _contact_seen(request, view):
        return show(request, "people/hidden.html", {"task": task, "view": view})
    names = ("given_name", "family_name", "email", "phone")
    initial = {name: getattr(holder, name) for name in names}
    form = forms.DetailsForm(request.POST or None, initial=initial)
    question = Question(
        _("Corriger ces coordonnées ?"),
        (
            _("Si l’e-mail change, seul le nouveau ouvre l’accès de la personne."),
            _("L’identifiant pour payer reste le même."),
        ),
        _("Oui, corriger"),
    )

    def act() -> None:
        id = form.operation_id
        operations.change_contact(holder_id=holder.id, by=by(request), id=id, **form.said)

    return ask(request, form, task, act, lambda: question, to_file(request, view, _("Corrigé.")))


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
@opened
def address(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`…/adresse`: the household has moved, or its address was wrong."""
    task = household_task(view, _("Corriger l’adresse"))
    if not _contact_seen(request, view):
        return show(request, "people/hidden.html", {"task": task, "view": view})
    home = found(people.home_of(view.id))
    initial = {"street": home.street, "postcode": home.postcode, "town": home.town}
    form = forms.AddressForm(request.POST or None, initial=initial)
    question = Question(
        _("Corriger l’adresse ?"),
        (_("Les prochaines lettres partent à la nouvelle adresse."),),
        _("Oui, corriger"),
    )

    def act() -> None:
        operations.change_address(
            household_id=view.household_id, by=by(request), id=form.operation_id, **form.said
        )

    return ask(request, form, task, act, lambda: question, to_file(request, view, _("Corrigé.")))


def _contact_seen(request: HttpRequest, view: MembershipView) -> bool:
    """A GET shows what is hidden only to whom it was shown just now; a POST shows what it sent."""
    return request.method == "POST" or people.contact_seen(view.id, login=by(request).id)


def _holder(view: MembershipView, holder_id: int) -> people.HolderRow:
    return found(next((one for one in people.holders_of(view.id) if one.id == holder_id), None))
