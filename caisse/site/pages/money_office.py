"""The office's money: both accounts at a glance, what is late, and the forecast with its chart."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.accounting import queries as accounting
from caisse.accounting.operations import MANUAL
from caisse.accounting.queries import Figures
from caisse.accounting.rules import Step, steps
from caisse.bylaws import queries as bylaws
from caisse.funding import queries as funding
from caisse.funding.queries import Planned
from caisse.kernel import cents, clock, events
from caisse.kernel.guard import in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import day_asked, send_sheet, show
from caisse.kernel.sheet import Cell, in_units
from caisse.ledger import queries as ledger
from caisse.people import queries as people
from caisse.people.rules import CurrencyRules, sign
from caisse.site.telling import outlook
from caisse.site.telling.outlook import Told

ROLES = ("coordinator", "treasurer")
FUNDS = ("caisse", "operating")
MOST = 5  # expected instalments named on the first page
SOON = 3  # months of expected money shown on the first page


@in_menu("money")
@only(*ROLES)
@require_safe
def money_office(request: HttpRequest) -> HttpResponse:
    """Both accounts today, what is expected and what is late, and the way to every other page."""
    return show(request, "site/money_office.html", _today(clock.today()))


@in_menu("money")
@only(*ROLES)
@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    """Twelve months ahead as known on a day: the lowest point, the lines, what one can do."""
    today = clock.today()
    day = day_asked(request, today)
    told = _told(day, *_state(day), get_language() or "fr")
    planned = _help(day, told)
    words = {
        "told": told,
        "day": day,
        "today": today,
        "unit": accounting.unit_of(day),
        "help": planned[:3],
        "late_help": outlook.late_help(planned, told.currency),
        "late": _late(day),
    }
    return show(request, "site/money_office_forecast.html", words)


@only(*ROLES)
@require_safe
def forecast_csv(request: HttpRequest) -> HttpResponse:
    """The same months for a spreadsheet."""
    day = day_asked(request, clock.today())
    told = _told(day, *_state(day), get_language() or "fr")
    return send_sheet(f"prevision-{day}.csv", _sheet(told.steps))


def _today(today: date) -> dict[str, object]:
    """What the first page tells of a day that is not over."""
    now = accounting.cover_now()
    late = [one for one in _late(today) if one.due_on < today]
    expected = _expected(today, today, Month.of(today) + SOON)
    return {
        "today": today,
        "cover": now,
        "unit": accounting.unit_of(today),
        "circulation": cents.show(now.circulation_cents, ""),
        "aside_cents": now.aside.get("fund:month", 0),
        "late": late,
        "late_cents": sum(one.cents for one in late),
        "expected": expected[:MOST],
        "more": max(0, len(expected) - MOST),
        "until": Month.of(today) + SOON,
        "costs_cents": sum(
            cost.cents
            for cost in funding.planned_costs(
                after=today, until=(Month.of(today) + SOON).last, known_at=today
            )
        ),
        "returns_cents": -ledger.balance("receivable:returns"),
        "fees_cents": -ledger.balance("receivable:fees"),
        "waiting": len(people.waiting_acts(MANUAL)),
        "read": accounting.readings(limit=1),
    }


def _state(day: date) -> tuple[int, tuple[int, int]]:
    """What the books of a day depend on: no transfer any more once it is complete, each event."""
    seq, posted_ms = ledger.tip()
    return 0 if clock.day_of(posted_ms) > day else seq, events.state()


@lru_cache(maxsize=16)
def _counted(day: date, seq: int, written: tuple[int, int]) -> tuple[Figures, tuple[Step, ...]]:
    """The figures of a day and the steps of its forecast; kept until the books change."""
    figures, made_of = accounting.figures_and_outlook(day)
    return figures, tuple(steps(made_of))


@lru_cache(maxsize=16)
def _told(day: date, seq: int, written: tuple[int, int], language: str) -> Told:
    figures, ahead = _counted(day, seq, written)
    founding = bylaws.founding()
    first = Month.of(day) if founding is None else max(founding.first_month, Month.of(day))
    currency = sign(bylaws.in_force(CurrencyRules, month=first))
    return outlook.told(figures, ahead, currency)


def _expected(known_at: date, after: date, last: Month) -> list[Planned]:
    planned = [
        one
        for fund in FUNDS
        for one in funding.planned_instalments(
            fund=fund, after=after, until=last.last, known_at=known_at
        )
    ]
    return sorted(planned, key=lambda one: (one.due_on, one.instalment_id))


def _late(day: date) -> list[Planned]:
    return [one for fund in FUNDS for one in funding.overdue_instalments(fund=fund, known_at=day)]


def _help(day: date, told: Told) -> list[Planned]:
    """Money of the operating fund that comes too late: expected after the lowest month."""
    if told.short is None:
        return []
    return funding.planned_instalments(
        fund="operating", after=told.short.month.last, until=(Month.of(day) + 12).last,
        known_at=day,
    )  # fmt: skip


def _sheet(ahead: Sequence[Step]) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        [
            _("mois"), _("fonctionnement, entre"), _("fonctionnement, sort"),
            _("fonctionnement, reste"), _("caisse, entre"), _("caisse, sort"), _("caisse, reste"),
        ]
    ]  # fmt: skip
    for step in ahead:
        rows.append(
            [
                step.month,
                *map(
                    in_units,
                    (
                        step.operating_in_cents, step.operating_out_cents,
                        step.operating_cash_cents, step.caisse_in_cents, step.caisse_out_cents,
                        step.caisse_cash_cents,
                    ),
                ),
            ]
        )  # fmt: skip
    return rows
