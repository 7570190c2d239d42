"""A member's own contribution: what she gives, what was noted, the way back."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from caisse.contributions import operations, queries
from caisse.contributions.pages import words
from caisse.contributions.pages.reading import my_membership, posted, rules_of, units
from caisse.contributions.rules import bank_day, due_on
from caisse.kernel import clock
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import done, show
from caisse.kernel.wording import amount
from caisse.people import operations as people


@in_menu("pledge")
@only("member")
@require_safe
def my_pledge(request: HttpRequest) -> HttpResponse:
    """`/moi/cotiser`: what I give, from when, what comes next, the last months."""
    number = my_membership(request)
    told = {"mine": words.mine(number), "form_call_me": SureForm(), "form_resume": SureForm()}
    return render(request, "contributions/my_pledge.html", told)


@in_menu("pledge")
@only("member")
@require_safe
def my_pledge_done(request: HttpRequest) -> HttpResponse:
    """`/moi/cotiser/note`: what was noted, what happens next and when, the way back."""
    number = my_membership(request)
    pledges = queries.pledges_of(number)
    if not pledges:
        return HttpResponseRedirect(reverse("my_pledge"))
    last = queries.before_last(number)
    return render(request, "contributions/my_pledge_done.html", _noted(number, last))


@in_menu("pledge")
@only("member")
@require_POST
def my_pledge_undo(request: HttpRequest) -> HttpResponse:
    """`/moi/cotiser/revenir`: back to what was given before; it is a pledge like another."""
    number, form = my_membership(request), SureForm(posted(request))
    if not queries.pledges_of(number):
        return HttpResponseRedirect(reverse("my_pledge"))
    if form.carries_out(lambda: operations.undo_pledge(
        membership_id=number, by=by(request), id=form.operation_id
    )):  # fmt: skip
        return done(request, _("Votre cotisation d’avant est de nouveau la bonne."), "my_pledge")
    told = _noted(number, queries.before_last(number))
    return show(request, "contributions/my_pledge_done.html", told, form=form)


@in_menu("pledge")
@only("member")
@require_POST
def my_call_me(request: HttpRequest) -> HttpResponse:
    """`/moi/cotiser/appelez-moi`: ask the office to call; nothing has to be explained."""
    number, form = my_membership(request), SureForm(posted(request))
    if form.carries_out(lambda: people.ask(
        subject=f"membership:{number}", kind="call_me", text="", by=by(request),
        id=form.operation_id,
    )):  # fmt: skip
        return done(request, _("L’équipe va vous appeler."), "my_pledge")
    told = {"mine": words.mine(number), "form_call_me": form, "form_resume": SureForm()}
    return show(request, "contributions/my_pledge.html", told, form=form)


def _noted(
    number: int, last: tuple[queries.PledgeLine, queries.PledgeLine] | None
) -> dict[str, object]:
    """The pledge made last, the months around it, and whether it may still be taken back."""
    pledge, currency = queries.pledges_of(number)[-1], units().currency
    today = clock.today()
    month, due = Month.of(today), due_on(pledge.since, rules_of(pledge.since))
    return {
        "units": units(),
        "pledge": pledge,
        "before": [
            (one, queries.owed(number, month=one) or 0)
            for one in (month + n for n in range(max(0, pledge.since - month)))
        ],
        "due_on": due,
        "paid_on": bank_day(due),
        "credited_on": words.credit_on(pledge.since),
        "allocation": words.flat_allocation(pledge.since),
        "undo": SureForm() if last is not None and operations.may_undo(number) else None,
        "given": amount(pledge.cents, currency),
        "old": "" if last is None else amount(last[1].cents, currency),
        "cutoff_day": rules_of(pledge.since).cutoff_day,
    }
