"""The steps of a month, taken by people: freeze, check, approve, credit, close; adjust, flag."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from caisse.kernel.forms import ActForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import Id, parse_id
from caisse.kernel.month import Month
from caisse.kernel.pages import done, found, show
from caisse.kernel.refusal import Refusal
from caisse.month import operations, queries
from caisse.month.forms import AnswerForm, FlagForm, StepForm
from caisse.month.pages import steps, telling
from caisse.month.pages.office import month_named, month_page
from caisse.month.queries import Planned
from caisse.people import queries as people

SHOWN = 20  # households named in the preview of an adjustment


@in_menu("months")
@only(*steps.ACTS)
@require_POST
def month_check(request: HttpRequest, month: str) -> HttpResponse:
    """The first person has read what changes."""
    said = _("%(month)s est contrôlé. Une autre personne peut maintenant l’approuver.")
    return _step(request, month, operations.check, said)


@in_menu("months")
@only(*steps.ACTS, fresh=True)
@require_POST
def month_approve(request: HttpRequest, month: str) -> HttpResponse:
    """The second person agrees; it takes a factor shown a moment ago."""
    return _step(request, month, operations.approve, _("%(month)s est approuvé."))


@in_menu("months")
@only(*steps.ACTS, fresh=True)
@require_POST
def month_credit(request: HttpRequest, month: str) -> HttpResponse:
    """Credit now what the timetable could not; the very operation of the timetable."""
    return _step(request, month, operations.credit, _("%(month)s est versé."))


@in_menu("months")
@only(*steps.ACTS)
@require_POST
def month_close(request: HttpRequest, month: str) -> HttpResponse:
    """Close the month once nothing of it is left aside."""
    return _step(request, month, operations.close, _("%(month)s est clos."))


@in_menu("months")
@only(*steps.ACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def month_freeze(request: HttpRequest, month: str) -> HttpResponse:
    """`…/figer`: what the plan would say, and the question before it is frozen."""
    on = month_named(month)
    if queries.run(month=on, position=0) is not None:
        return done(request, _("Ce mois est déjà figé."), "month", on)
    coming = steps.next_of(on, None, by(request))
    form = ActForm(request.POST or None)
    if form.carries_out(lambda: _freeze(on, coming, request)):
        return done(request, _("%(month)s est figé.") % _title(on), "month", on)
    planned = queries.plan_of(on) if coming.button else None
    words = {"month": on, "title": steps.title(on), "next": coming, "planned": planned}
    words["unit"] = telling.unit_of(on)
    words["verdict"] = telling.verdict_ahead(planned) if planned else None
    return show(request, "month/month_freeze.html", words, form=form)


@in_menu("months")
@only(*steps.ACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def month_adjust(request: HttpRequest, month: str) -> HttpResponse:
    """`…/ajuster`: what the month still owes, and the question before a further run is made."""
    on = month_named(month)
    runs = queries.runs_of(on)
    if not runs:
        raise Http404
    form = StepForm(request.POST or None, initial={"position": runs[-1].position})
    if form.carries_out(lambda: _adjust(on, form, request)):
        said = _("L’ajustement est prêt. Deux personnes doivent maintenant l’accepter.")
        return done(request, said, "month", on)
    ready = all(run.state in telling.PAID for run in runs)
    planned = queries.adjustment_of(on) if ready else None
    words = {"month": on, "title": steps.title(on), "unit": telling.unit_of(on), "ready": ready}
    words |= _missing(planned)
    return show(request, "month/month_adjust.html", words, form=form)


@in_menu("months")
@only(*steps.ACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def month_flag(request: HttpRequest, month: str) -> HttpResponse:
    """`…/signaler`: say what is wrong; the approval waits until somebody has answered."""
    on = month_named(month)
    found(queries.run(month=on))
    form = FlagForm(request.POST or None)
    if form.carries_out(
        lambda: operations.flag(
            month=on, text=form.said["text"], by=by(request), id=form.operation_id
        )
    ):
        return done(request, _("L’erreur est signalée."), "month", on)
    words = {"month": on, "title": steps.title(on)}
    return show(request, "month/month_flag.html", words, form=form)


@in_menu("months")
@only(*steps.ACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def month_answer(request: HttpRequest, month: str, number: str) -> HttpResponse:
    """`…/signaler/<id>`: answer an error that was flagged."""
    on = month_named(month)
    flag = found(next((f for f in queries.flags(on) if f.id == _id(number)), None))
    form = AnswerForm(request.POST or None)
    if form.carries_out(
        lambda: operations.answer_flag(
            month=on, inquiry_id=flag.id, text=form.said["text"], by=by(request)
        )
    ):
        return done(request, _("Votre réponse est notée."), "month", on)
    names = people.names_of({flag.asked_by})
    words = {"month": on, "title": steps.title(on), "flag": flag, "number": number}
    words["asked_by"] = names.get(flag.asked_by, flag.asked_by)
    return show(request, "month/month_answer.html", words, form=form)


def _step(request: HttpRequest, month: str, act: Callable[..., object], said: str) -> HttpResponse:
    """Take one step of a month that its reader saw; a refusal comes back with the page."""
    on = month_named(month)
    run = found(queries.run(month=on))
    form = StepForm(request.POST)

    def take() -> object:
        form.demand(run)
        return act(month=on, by=by(request))

    if form.carries_out(take):
        return done(request, said % _title(on), "month", on)
    return month_page(request, on, form)


def _freeze(on: Month, coming: steps.Next, request: HttpRequest) -> object:
    if not coming.button:
        raise Refusal("too_early", coming.not_yet)
    return operations.freeze(month=on, by=by(request))


def _adjust(on: Month, form: StepForm, request: HttpRequest) -> object:
    last = found(queries.run(month=on))
    form.demand(last)
    return operations.adjust(month=on, by=by(request))


def _missing(planned: Planned | None) -> dict[str, Any]:
    """The preview of an adjustment: how many households, how much, the first of them."""
    if planned is None or not planned.lines:
        return {"households": 0}
    rows = zip(planned.roll["membership"].tolist(), planned.budgeted.cents.tolist(), strict=True)
    return {
        "households": planned.lines,
        "cents": planned.budgeted.total_cents,
        "rows": list(rows)[:SHOWN],
        "more": max(0, planned.lines - SHOWN),
        "verdict": telling.verdict_ahead(planned),
    }


def _title(on: Month) -> dict[str, str]:
    return {"month": steps.title(on)}


def _id(text: str) -> Id:
    try:
        return parse_id(text)
    except ValueError:
        raise Http404 from None
