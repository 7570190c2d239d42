"""The office's pages of the months: the list, one month as a checklist, its lines, its file."""

import csv
from collections.abc import Iterator
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.kernel import clock
from caisse.kernel.cents import show as show_cents
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import show_id
from caisse.kernel.month import Month
from caisse.kernel.pages import SHOWN, after, found, show
from caisse.kernel.wording import count, month_name
from caisse.month import queries
from caisse.month.forms import StepForm
from caisse.month.pages import steps, telling
from caisse.month.queries import MonthRow, PlanRow, RunView
from caisse.people import queries as people

READERS = ("desk", "coordinator", "treasurer", "administrator")
BOM = "\ufeff"


@in_menu("months")
@only(*READERS)
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """`/gestion/mois`: all months, the newest first, and what each waits for."""
    number = after(request)
    before = None if number is None else found(_numbered(number))
    rows = queries.month_rows(before=before, limit=SHOWN + 1)
    words = {
        "rows": [_listed(row) for row in rows[:SHOWN]],
        "next": rows[SHOWN - 1].run.month.number if len(rows) > SHOWN else None,
        "later": before is not None,
        "coming": None if before is not None else _coming(),
    }
    return show(request, "month/months.html", words)


@in_menu("months")
@only(*READERS)
@require_safe
def month(request: HttpRequest, month: str) -> HttpResponse:
    """`/gestion/mois/<yyyy-mm>`: the month as six steps, what it changes, if it can be paid."""
    return month_page(request, month_named(month))


@in_menu("months")
@only(*READERS)
@require_safe
def month_lines(request: HttpRequest, month: str) -> HttpResponse:
    """`/gestion/mois/<yyyy-mm>/lignes`: the plan by number of membership, a page at a time."""
    on = month_named(month)
    run = found(queries.run(month=on, position=_position(request)))
    only_word = request.GET.get("seulement", "")
    chosen = {word: key for key, word in telling.FILTERS.items()}.get(only_word)
    if only_word and chosen is None:
        raise Http404
    rows = queries.plan_rows(run, only=chosen, after=after(request) or 0, limit=SHOWN + 1)  # type: ignore[arg-type]
    words = {
        **_named(on),
        "rows": [_line(row) for row in rows[:SHOWN]],
        "next": rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        "chosen": only_word,
        "run": run,
        "filters": _filters(run),
        "unit": telling.unit_of(on),
        "csv": by(request).may("treasurer"),
    }
    return show(request, "month/month_lines.html", words)


@in_menu("months")
@only("treasurer")
@require_safe
def month_csv(request: HttpRequest, month: str) -> HttpResponse:
    """`/gestion/mois/<yyyy-mm>.csv`: the plan for the accountant, by number, without a name."""
    on = month_named(month)
    runs = queries.runs_of(on)
    if not runs:
        raise Http404
    answer = HttpResponse(_csv(runs), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="mois-{on}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def month_page(request: HttpRequest, on: Month, form: BaseForm | None = None) -> HttpResponse:
    """One month, with the form of its next step; `form` comes back when it was refused."""
    runs = queries.runs_of(on)
    if not runs and not _foreseen(on):
        raise Http404
    last = runs[-1] if runs else None
    coming = steps.next_of(on, last, by(request))
    position = 0 if last is None else last.position
    words = {**_named(on), **_checklist(on, runs, coming), "next": coming, "last": last}
    words["may_act"] = by(request).may(*steps.ACTS)
    words["step"] = form or StepForm(initial={"position": position})
    return show(request, "month/month.html", words, form=form)


def _checklist(on: Month, runs: list[RunView], coming: steps.Next) -> dict[str, Any]:
    run = runs[0] if runs else None
    happened = steps.happened_in(on)
    names = steps.names_in(happened)
    unit = telling.unit_of(on)
    words: dict[str, Any] = {
        "steps": steps.steps_of(on, run, happened, names, coming),
        "unit": unit,
        "run": run,
        "flags": _flags(on),
    }
    words["answered"] = [one for one in words["flags"] if one["flag"].answered_at]
    if run is None:
        words["verdict"] = _verdict_ahead(on, coming)
        return words
    changes = queries.changes_of(run)
    return words | {
        "badge": steps.state_of(runs, on),
        "strip": telling.strip(run, changes, unit),
        "changes": telling.changes_in_words(run, changes, unit),
        "before": changes.before,
        "sum": telling.sum_of(runs[-1] if runs[-1].state == "approved" else run),
        "verdict": telling.verdict_of(run),
        "adjustments": [_adjustment(one, happened, names) for one in runs[1:]],
    }


def _verdict_ahead(on: Month, coming: steps.Next) -> telling.Verdict | None:
    """Whether the freeze that is due would be stopped; looked at only when it is due."""
    if not coming.waits:
        return None
    return telling.verdict_ahead(queries.plan_of(on))


def _adjustment(run: RunView, happened: Any, names: dict[str, str]) -> dict[str, Any]:
    kinds = ("month.adjusted", "month.checked", "month.approved", "month.credited")
    labels = (_("préparé"), _("contrôlé"), _("approuvé"), _("versé"))
    told = [
        _("%(step)s par %(who)s") % {"step": label, "who": steps.who(event, names)}
        for kind, label in zip(kinds, labels, strict=True)
        if (event := happened.get((kind, run.position))) is not None
    ]
    households = queries.households_of(run.cause, run.id)
    return {"run": run, "households": households, "told": ", ".join(told)}


def _flags(on: Month) -> list[dict[str, Any]]:
    flags = queries.flags(on)
    names = people.names_of({each for flag in flags for each in (flag.asked_by, flag.answered_by)})
    return [
        {
            "flag": flag,
            "id": show_id(flag.id),
            "asked_by": names.get(flag.asked_by, flag.asked_by),
            "answered_by": names.get(flag.answered_by, flag.answered_by),
        }
        for flag in flags
    ]


def month_named(name: str) -> Month:
    """The month of an address, "2023-07"; Http404 for what is none."""
    try:
        on = Month.parse(name)
    except ValueError:
        raise Http404 from None
    if str(on) != name:
        raise Http404
    return on


def _named(on: Month) -> dict[str, Any]:
    return {"month": on, "title": steps.title(on)}


def _numbered(number: int) -> Month | None:
    year, month_number = divmod(number, 100)
    return Month(year, month_number) if 1 <= month_number <= 12 and 1 <= year <= 9999 else None


def _position(request: HttpRequest) -> int:
    word = request.GET.get("ajustement", "0")
    if not word.isdecimal() or len(word) > 4:
        raise Http404
    return int(word)


def _foreseen(on: Month) -> bool:
    """Whether `on` is the month that will be frozen next."""
    return on == queries.next_to_freeze()


def _coming() -> dict[str, Any] | None:
    """The month that will be frozen next, for the top of the list."""
    on = queries.next_to_freeze()
    if on is None:
        return None
    late = queries.cut_off(on) <= clock.today()
    return {**_named(on), "day": queries.cut_off(on), "late": late}


def _listed(row: MonthRow) -> dict[str, Any]:
    cents = sum(
        run.total_cents if run.credited_cents is None else run.credited_cents
        for run in (row.run, *row.adjusted)
    )
    runs = (row.run, *row.adjusted)
    return {
        **_named(row.run.month),
        "households": count(row.households),
        "many": row.households,
        "adjusted": len(row.adjusted),
        "cents": cents,
        "unit": telling.unit_of(row.run.month),
        "badge": steps.state_of(runs, row.run.month),
    }


def _line(row: PlanRow) -> dict[str, Any]:
    amounts = {
        "full": row.full_cents, "allocated": row.allocated_cents, "before": row.before_cents,
        "credited": row.credited_cents,
    }  # fmt: skip
    written = {
        key: "" if cents is None else show_cents(cents, "") for key, cents in amounts.items()
    }
    known = {"membership": row.membership, "adults": row.adults, "children": row.children}
    return {**known, **written}


def _filters(run: RunView) -> list[tuple[str, str]]:
    before = {"month": month_name(run.month.previous(), year=False)}
    known = [
        ("", _("Tous")),
        (telling.FILTERS["came"], _("Entrés depuis %(month)s") % before),
        (telling.FILTERS["went"], _("Partis depuis %(month)s") % before),
        (telling.FILTERS["changed"], _("Montant changé")),
    ]
    if run.state in telling.PAID:
        known.append((telling.FILTERS["capped"], _("Pas tout reçu")))
    return known


class _Echo:
    """A file that gives back what is written to it, for `csv`."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


def _csv(runs: list[RunView]) -> Iterator[str]:
    heading = (
        _("mois"), _("passage"), _("adhésion"), _("adultes"), _("enfants"), _("mois entier"),
        _("alloué"), _("versé"),
    )  # fmt: skip
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield BOM + writer.writerow(heading)
    for run in runs:
        last = 0
        while rows := queries.plan_rows(run, after=last, limit=2_000):
            last = rows[-1].id
            for row in rows:
                yield writer.writerow(_cells(run, row))


def _cells(run: RunView, row: PlanRow) -> tuple[object, ...]:
    amounts = (row.full_cents, row.allocated_cents, row.credited_cents)
    written = ["" if cents is None else _plain(cents) for cents in amounts]
    return (run.month, run.position, row.membership, row.adults, row.children, *written)


def _plain(cents: int) -> str:
    """An amount that a spreadsheet reads: no space, a comma."""
    return show_cents(cents, "").replace("\u202f", "").replace("\u2212", "-")
