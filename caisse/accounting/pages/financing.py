"""What a funder reads: its agreements, what its money paid for at any date, two files. No name."""

import json
from datetime import date
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.accounting import queries
from caisse.accounting.forms import DayForm
from caisse.accounting.queries import Pot, Shares
from caisse.funding import queries as funding
from caisse.funding.queries import GrantRow
from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import day_asked, found, send_sheet, show
from caisse.kernel.sheet import Cell, in_units
from caisse.kernel.wording import capital, count, percent
from caisse.ledger import queries as ledger
from caisse.merchants import queries as merchants


@in_menu("funder")
@only("funder")
@require_safe
def my_grants(request: HttpRequest) -> HttpResponse:
    """The agreements of the funders whose page one may read, with their instalments."""
    today = clock.today()
    grants = _own(request, today)
    rows = funding.instalment_rows([grant.id for grant in grants], known_at=today)
    words = {
        "grants": [
            {
                "grant": grant,
                "rows": [
                    {"row": row, "late": row.left_cents and row.due_on < today}
                    for row in rows
                    if row.grant_id == grant.id
                ],
            }
            for grant in grants
        ],
        "total": {
            "cents": sum(grant.cents for grant in grants),
            "received_cents": sum(grant.received_cents for grant in grants),
            "left_cents": sum(grant.left_cents for grant in grants),
        },
    }
    return show(request, "accounting/my_grants.html", words)


@in_menu("funder")
@only("funder")
@require_safe
def my_grant(request: HttpRequest, grant_id: int) -> HttpResponse:
    """What one agreement's money paid for until a day, beside the whole."""
    grant, day = _asked(request, grant_id)
    words = _paid_for(grant, day) | {"today": clock.today()}
    return show(request, "accounting/my_grant.html", words)


@only("funder")
@require_safe
def my_grant_csv(request: HttpRequest, grant_id: int) -> HttpResponse:
    """The same figures for a spreadsheet, in euros."""
    grant, day = _asked(request, grant_id)
    rows: list[list[Cell]] = [
        [_("au soir du"), _("code"), _("quoi"), _("en tout"), _("votre part")]
    ]
    for code, words, cents, own in _indicators(grant, _shares(day)):
        rows.append([day, code, words, in_units(cents), in_units(own)])
    for code, words, number in _counts(_shares(day)):
        rows.append([day, code, words, number, ""])
    return send_sheet(f"convention-{grant.id}-{day}.csv", rows)


@only("funder")
@require_safe
def my_grant_json(request: HttpRequest, grant_id: int) -> HttpResponse:
    """The same figures for a program, in integer cents."""
    grant, day = _asked(request, grant_id)
    shares = _shares(day)
    told = {
        "at": str(day),
        "grant": grant.id,
        "fund": grant.fund,
        "lines": [
            {"code": code, "label": words, "total_cents": cents, "own_cents": own}
            for code, words, cents, own in _indicators(grant, shares)
        ],
        "counts": {code: number for code, _words, number in _counts(shares)},
        "spent_cents": shares.reach.spent_cents,
        "spent_at_producers_cents": shares.reach.producers_cents,
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    name = f"convention-{grant.id}-{day}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def line_words(code: str) -> str:
    """What a line of a pot is, in words."""
    head, _colon, rest = code.partition(":")
    if head == "spent":
        return capital(merchants.kinds().get(rest, rest))
    if head == "cost":
        return capital(funding.lines().get(rest, rest))
    return {
        "wallets": _("Chez les foyers, pas encore dépensé"),
        "levied": _("Payé depuis les fonds nommés"),
        "opened": _("Repris à l’ouverture"),
        "fees": _("Frais de banque, à rendre"),
        "left": _("Pas encore utilisé"),
    }[head]


def _own(request: HttpRequest, known_at: date) -> list[GrantRow]:
    """The agreements that one may read: those of funders that let her in, and no other."""
    read = {row.id for row in funding.funders_read_by(by(request).id)}
    return [grant for grant in funding.grants(known_at=known_at) if grant.funder_id in read]


def _asked(request: HttpRequest, grant_id: int) -> tuple[GrantRow, date]:
    """The agreement and the day of the address; another funder's agreement is not there."""
    today = clock.today()
    grant = found(next((one for one in _own(request, today) if one.id == grant_id), None))
    return grant, day_asked(request, today)


def _shares(day: date) -> Shares:
    """The pots of that day; a day that is complete is counted once."""
    seq, posted_ms = ledger.tip()
    complete = clock.day_of(posted_ms) > day
    return _counted(day, 0 if complete else seq)


@lru_cache(maxsize=16)
def _counted(day: date, seq: int) -> Shares:
    return queries.shares(day)


def _paid_for(grant: GrantRow, day: date) -> dict[str, object]:
    """What one agreement's money paid for until a day, as the page tells it."""
    shares = _shares(day)
    pot = shares.pots[grant.fund]
    own = pot.resources.get(grant.account, 0)
    return {
        "grant": grant,
        "day": day,
        "own_cents": own,
        "pot": pot,
        "part": percent(own, pot.cents) if pot.cents and own else "",
        "lines": _lines(pot, grant),
        "rounding_cents": own - sum(line.parts[grant.account] for line in pot.lines) if own else 0,
        "reach": shares.reach,
        "unit": queries.unit_of(day),
        "producers": _producers(shares),
        "counts": [(words, count(number)) for _code, words, number in _counts(shares)],
        "day_form": DayForm(initial={"au": day}),
    }


def _lines(pot: Pot, grant: GrantRow) -> list[dict[str, object]]:
    return [
        {
            "words": line_words(line.code),
            "cents": line.cents,
            "own": line.parts.get(grant.account, 0),
            "left": line.code == "left",
        }
        for line in pot.lines
    ]


def _indicators(grant: GrantRow, shares: Shares) -> list[tuple[str, str, int, int]]:
    pot = shares.pots[grant.fund]
    told = [
        (line.code, line_words(line.code), line.cents, line.parts.get(grant.account, 0))
        for line in pot.lines
    ]
    own = pot.resources.get(grant.account, 0)
    return [*told, ("received", _("Tout ce qui est arrivé"), pot.cents, own)]


def _counts(shares: Shares) -> list[tuple[str, str, int]]:
    """Counts of households; nothing where fewer than eleven could be told apart."""
    reach = shares.reach
    if reach.households is None or reach.household_months is None:
        return []
    return [
        ("households", _("Foyers membres, dernier mois"), reach.households),
        ("household_months", _("Mois versés, tous foyers"), reach.household_months),
    ]


def _producers(shares: Shares) -> str:
    """The share of producers in what was spent, « 21 % »; "" before the first purchase."""
    reach = shares.reach
    return percent(reach.producers_cents, reach.spent_cents) if reach.spent_cents > 0 else ""
