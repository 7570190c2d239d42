"""Costs of operating: the budget beside what was paid, and each cost planned, paid, undone."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.funding import operations, queries
from caisse.funding.forms import ChangeForm, PayForm, PlanForm, UndoForm
from caisse.funding.pages import ROLES
from caisse.funding.queries import BudgetMonth, Cost
from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import after, done, found, send_sheet, show
from caisse.kernel.sheet import Cell, in_units
from caisse.kernel.wording import capital

YEAR = 12
PAID = 12  # costs paid on one page
ACT = ("GET", "HEAD", "POST")
LONG_AGO, FAR = date(1, 1, 1), date(9999, 12, 31)


@in_menu("money")
@only(*ROLES)
@require_safe
def costs(request: HttpRequest) -> HttpResponse:
    """Budget against actual by month and line, what is to be paid, what was paid."""
    last = _last_month(request)
    words = _budget(last) | _lists(after(request))
    return show(request, "funding/costs.html", words)


@only(*ROLES)
@require_safe
def costs_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet: one line per month and line of costs."""
    last = _last_month(request)
    return send_sheet("depenses.csv", _sheet(queries.budget(last + (1 - YEAR), last)))


@only(*ROLES)
@require_safe
def costs_paid_csv(request: HttpRequest) -> HttpResponse:
    """Every cost that was paid, for the accountant, counter-entries included."""
    return send_sheet("depenses-payees.csv", _paid_sheet())


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def cost_plan(request: HttpRequest) -> HttpResponse:
    """Expect a cost."""
    form = PlanForm(request.POST or None)
    if form.carries_out(
        lambda: operations.plan_cost(**form.said, by=by(request), id=form.operation_id)
    ):
        return done(request, _("La dépense est prévue."), "costs")
    return show(request, "funding/cost_plan.html", form=form)


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def cost_change(request: HttpRequest, planned_id: int) -> HttpResponse:
    """Move a planned cost, change its amount, or give it up."""
    cost = _planned(request, planned_id)
    given = {"due_on": cost.due_on, "cents": _typed(cost.cents)}
    form = ChangeForm(request.POST or None, initial=given)
    if form.carries_out(
        lambda: operations.change_cost(
            planned_id=planned_id, **form.said, by=by(request), id=form.operation_id
        )
    ):
        return done(request, _("La dépense prévue est changée."), "costs")
    return show(request, "funding/cost_change.html", _told(cost), form=form)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(ACT)
def cost_pay(request: HttpRequest, planned_id: int) -> HttpResponse:
    """A planned cost was paid: a question, with the amount that may differ."""
    cost = _planned(request, planned_id)
    given = {"cents": _typed(cost.cents)}
    form = PayForm(request.POST or None, initial=given, line=cost.line)
    if form.carries_out(
        lambda: operations.pay_cost(
            line=cost.line,
            planned_id=planned_id,
            cents=form.said["cents"],
            by=by(request),
            id=form.operation_id,
        )
    ):
        return done(request, _("La dépense est payée."), "costs")
    return show(request, "funding/cost_pay.html", _told(cost), form=form)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(ACT)
def cost_pay_new(request: HttpRequest) -> HttpResponse:
    """A cost that nobody had planned was paid."""
    form = PayForm(request.POST or None)
    if form.carries_out(
        lambda: operations.pay_cost(**form.said, by=by(request), id=form.operation_id)
    ):
        return done(request, _("La dépense est payée."), "costs")
    return show(request, "funding/cost_pay.html", form=form)


@in_menu("money")
@only(*ROLES)
@require_safe
def cost_paid(request: HttpRequest, paid_id: int) -> HttpResponse:
    """One cost that was paid, with the papers behind it."""
    cost = found(queries.cost_paid(paid_id))
    words = {
        "cost": cost,
        "line": capital(queries.lines()[cost.line]),
        "papers": queries.documents_of(f"cost:{cost.id}"),
        "entry": ("cost", cost.id),
    }
    return show(request, "funding/cost_paid.html", words)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(ACT)
def cost_undo(request: HttpRequest, paid_id: int) -> HttpResponse:
    """Undo a cost that was entered by mistake: its counter-entry, with the reason."""
    cost = found(queries.cost_paid(paid_id))
    form = UndoForm(request.POST or None)
    if form.carries_out(
        lambda: operations.undo_cost(
            paid_id=paid_id, reason=form.said["reason"], by=by(request), id=form.operation_id
        )
    ):
        return done(request, _("La dépense est annulée, les deux lignes restent."), "costs")
    words = {"cost": cost, "line": capital(queries.lines()[cost.line])}
    return show(request, "funding/cost_undo.html", words, form=form)


def _budget(last: Month) -> dict[str, object]:
    """The twelve months up to `last`, planned and paid."""
    months = queries.budget(last + (1 - YEAR), last)
    lines = queries.lines()
    return {
        "lines": [capital(label) for label in lines.values()],
        "rows": [_row(month, lines) for month in months],
        "total": _total(months, lines),
        "year_before": last + -YEAR,
        "next_year": last + YEAR,
        "first": months[0].month,
        "last": last,
    }


def _lists(before: int | None) -> dict[str, object]:
    """What is to be paid, by day, and a page of what was paid, the newest first."""
    lines, today = queries.lines(), clock.today()
    paid = queries.costs_paid(before=before, limit=PAID + 1)
    waiting: list[dict[str, Any]] = [
        {"cost": cost, "line": capital(lines[cost.line]), "late": cost.due_on < today}
        for cost in queries.planned_costs(after=LONG_AGO, until=FAR, known_at=today)
    ]
    near = sum(cost["cost"].due_on <= Month.of(today).next().last for cost in waiting)
    return {
        "soon": waiting[:near],
        "later": waiting[near:],
        "paid": [{"cost": cost, "line": capital(lines[cost.line])} for cost in paid[:PAID]],
        "next": paid[PAID - 1].id if len(paid) > PAID else None,
    }


def _planned(request: HttpRequest, planned_id: int) -> Cost:
    """The planned cost; after its form was sent, also one that is settled by it."""
    known = queries.planned_cost(planned_id, settled=request.method == "POST")
    return found(known)


def _told(cost: Cost) -> dict[str, object]:
    return {"cost": cost, "line": capital(queries.lines()[cost.line])}


def _typed(cents: int) -> str:
    """An amount as somebody would type it."""
    return f"{cents // 100},{cents % 100:02d}"


def _last_month(request: HttpRequest) -> Month:
    """The last month of the table: that of the address, this month without any."""
    text = request.GET.get("mois", "")
    try:
        asked = Month.parse(text) if text else Month.of(clock.today())
        return found(asked if 1900 <= asked.year <= 9000 else None)
    except ValueError:
        return found(None)


def _row(month: BudgetMonth, lines: Iterable[str]) -> dict[str, object]:
    return {
        "month": month.month,
        "paid": [month.paid.get(line, 0) for line in lines],
        "paid_cents": month.paid_cents,
        "planned_cents": month.planned_cents,
        "gap_cents": month.planned_cents - month.paid_cents,
    }


def _total(months: list[BudgetMonth], lines: Iterable[str]) -> dict[str, object]:
    planned = sum(month.planned_cents for month in months)
    paid = sum(month.paid_cents for month in months)
    return {
        "paid": [sum(month.paid.get(line, 0) for month in months) for line in lines],
        "paid_cents": paid,
        "planned_cents": planned,
        "gap_cents": planned - paid,
    }


def _sheet(months: Iterable[BudgetMonth]) -> Iterator[Sequence[Cell]]:
    yield [_("mois"), _("ligne"), _("prévu"), _("payé")]
    for month in months:
        for line, label in queries.lines().items():
            planned, paid = month.planned.get(line, 0), month.paid.get(line, 0)
            if planned or paid:
                yield [month.month, label, in_units(planned), in_units(paid)]


def _paid_sheet() -> Iterator[Sequence[Cell]]:
    yield [
        _("numéro"), _("payée le"), _("ligne"), _("euros"), _("annulée le"), _("raison"),
    ]  # fmt: skip
    lines = queries.lines()
    for cost in queries.costs_paid(limit=10_000):
        yield (
            cost.id, cost.paid_on, lines[cost.line], in_units(cost.cents), cost.undone_on,
            cost.undone_reason,
        )  # fmt: skip
