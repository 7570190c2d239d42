"""The life of a membership: pause, resume, leave, close; each is asked about before it is done."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.wording import capital, day, month_name, period
from caisse.people import forms, operations
from caisse.people.pages.asking import (
    ACTORS,
    CLOSERS,
    ERASERS,
    Question,
    ask,
    certain,
    household_task,
    opened,
    to_file,
)
from caisse.people.queries import MembershipView

METHODS = ["GET", "HEAD", "POST"]


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
@opened
def pause(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`…/pause`: whole months without a membership."""
    month = Month.of(clock.today()).next()
    form = forms.PauseForm(request.POST or None, initial={"first": month, "last": month})

    def act() -> None:
        operations.pause(
            membership_id=view.id, by=by(request), id=form.operation_id, **form.said
        )  # fmt: skip

    def question() -> Question:
        first, last = form.said["first"], form.said["last"]
        lines = (
            capital(period(first, last)) + _(" : rien n’est demandé, rien n’est versé."),
            _("Ce qui reste dans le porte-monnaie peut être dépensé."),
            _("L’adhésion reprend d’elle-même en %(month)s.") % {"month": month_name(last.next())},
        )
        return Question(_("Mettre en pause ?"), lines, _("Oui, mettre en pause"))

    task = household_task(view, _("Mettre l’adhésion en pause"))
    return ask(request, form, task, act, question, to_file(request, view, _("La pause est notée.")))


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
@opened
def resume(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`…/reprise`: a pause ends earlier."""
    month = Month.of(clock.today()).next()
    form = forms.ResumeForm(request.POST or None, initial={"first": month})

    def act() -> None:
        first, id = form.said["first"], form.operation_id
        operations.resume(membership_id=view.id, first=first, by=by(request), id=id)

    def question() -> Question:
        said = {"month": month_name(form.said["first"])}
        lines = (_("Dès %(month)s, le foyer cotise et reçoit de nouveau.") % said,)
        return Question(_("Reprendre l’adhésion ?"), lines, _("Oui, reprendre"))

    task = household_task(view, _("Reprendre l’adhésion"))
    then = to_file(request, view, _("La reprise est notée."))
    return ask(request, form, task, act, question, then)


@in_menu("people")
@only(*ACTORS)
@require_http_methods(METHODS)
@opened
def leave(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`…/depart`: the household leaves on a day."""
    form = forms.LeaveForm(request.POST or None)

    def act() -> None:
        on, id = form.said["on"], form.operation_id
        operations.leave(membership_id=view.id, on=on, by=by(request), id=id)

    def question() -> Question:
        said = {"day": day(form.said["on"], weekday=True)}
        lines = (
            _("Dès le %(day)s, rien n’est plus demandé ni versé.") % said,
            _("Ce qui reste dans le porte-monnaie peut être dépensé jusqu’à la clôture."),
            _("À la clôture, le reste revient au fonds de la caisse."),
            _("Ce qui était prévu pour plus tard est annulé."),
        )
        return Question(_("Noter ce départ ?"), lines, _("Oui, noter le départ"))

    task = household_task(view, _("Noter un départ"))
    return ask(request, form, task, act, question, to_file(request, view, _("Le départ est noté.")))


@in_menu("people")
@only(*CLOSERS)
@require_http_methods(METHODS)
@opened
def close(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`…/cloture`: the departure is settled; what is left returns to the fund."""
    form = forms.AskedForm(request.POST or None)
    if form.does(
        lambda: operations.close(membership_id=view.id, by=by(request), id=form.operation_id)
    ):
        return to_file(request, view, _("L’adhésion est close."))(form.outcome)
    question = Question(
        _("Clore cette adhésion ?"),
        (
            _("Ce qui reste dans le porte-monnaie revient au fonds de la caisse."),
            _("Plus personne ne paie avec ce porte-monnaie."),
            _("On ne revient pas en arrière. Le foyer peut s’inscrire de nouveau."),
        ),
        _("Oui, clore l’adhésion"),
    )
    return certain(request, form, household_task(view, _("Clore l’adhésion")), question)


@in_menu("people")
@only(*ERASERS, fresh=True)
@require_http_methods(METHODS)
@opened
def erase(request: HttpRequest, view: MembershipView) -> HttpResponse:
    """`…/effacer`: names, address, telephone and notes of a closed file are forgotten."""
    form = forms.AskedForm(request.POST or None)
    if form.does(
        lambda: operations.erase(membership_id=view.id, by=by(request), id=form.operation_id)
    ):
        return to_file(request, view, _("Le dossier est effacé."))(form.outcome)
    question = Question(
        _("Effacer ce dossier ?"),
        (
            _("Les noms, l’adresse, les téléphones, les e-mails et les notes disparaissent."),
            _("Les comptes gardent un numéro, comme la loi le demande."),
            _("On ne revient pas en arrière."),
        ),
        _("Oui, effacer le dossier"),
    )
    return certain(request, form, household_task(view, _("Effacer le dossier")), question)
