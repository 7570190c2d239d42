"""Every figure with its definition, its two files, and the page of the money."""

import json
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caisse.accounting import queries as accounting
from caisse.funding import queries as funding
from caisse.kernel.month import Month
from caisse.kernel.wording import day
from caisse.site.pages.answering import Asked, answer, send
from caisse.site.pages.glance import figures_of, setting_of, shown
from caisse.site.telling import figures, money
from caisse.site.telling.money import Ahead

FUNDS = ("caisse", "operating")


@gzip_page
@require_safe
def defined(request: HttpRequest) -> HttpResponse:
    """`/chiffres`: each figure, what it means, its months."""
    return answer(request, "site/figures.html", _defined)


@gzip_page
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """`/chiffres.csv`: the same, for a spreadsheet."""
    return send(
        request,
        "chiffres.csv",
        "text/csv; charset=utf-8",
        lambda asked: figures.sheet(figures_of(asked), setting_of(asked)),
    )


@gzip_page
@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """`/chiffres.json`: the same, for a program, in integer cents."""
    return send(request, "chiffres.json", "application/json", _json)


@gzip_page
@require_safe
def flows(request: HttpRequest) -> HttpResponse:
    """`/argent`: where the money comes from, where it goes, the two accounts, what is ahead."""
    return answer(
        request, "site/money.html", lambda asked: {"glance": shown(asked), "ahead": _ahead(asked)}
    )


def _defined(asked: Asked) -> dict[str, object]:
    setting = setting_of(asked)
    return {
        "groups": figures.groups(figures_of(asked), setting),
        "day": _("Au %(day)s") % {"day": day(asked.at)},
        "glance": shown(asked),
    }


def _json(asked: Asked) -> str:
    return json.dumps(accounting.as_json(figures_of(asked)), ensure_ascii=False, indent=1)


@lru_cache(maxsize=8)
def _ahead(asked: Asked) -> Ahead:
    """What is expected of both accounts, as known on the day of the figures."""
    at, until = asked.at, (Month.of(asked.at) + 12).last
    planned = [
        one
        for fund in FUNDS
        for one in funding.planned_instalments(fund=fund, after=at, until=until, known_at=at)
    ]
    late = [one for fund in FUNDS for one in funding.overdue_instalments(fund=fund, known_at=at)]
    return money.ahead(
        figures_of(asked).forecast,
        sorted(planned, key=lambda one: one.due_on),
        late,
        funding.planned_costs(after=at, until=until, known_at=at),
        funding.lines(),
        setting_of(asked),
    )
