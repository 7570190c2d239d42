"""The public page: the caisse at a glance, and its two sheets for a wall."""

import hashlib
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caisse.accounting import queries as accounting
from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import queries as ledger
from caisse.merchants import queries as merchants
from caisse.month.rules import AllocationRules
from caisse.people.rules import CurrencyRules, MemberRules, sign
from caisse.site.glance.build import build
from caisse.site.glance.parts import Glance, Setting
from caisse.site.glance.register import register
from caisse.site.wording import day, hour


class State(NamedTuple):
    """What a page of figures depends on: the ledger's tip, the newest event, the day told."""

    seq: int
    event: Id
    at: date


LATEST = 4  # decisions named on the page
HERE = Path(__file__).parent
FRESH_S = 30  # how long a browser or a proxy may show the page without asking again


@gzip_page
@require_safe
def glance(request: HttpRequest) -> HttpResponse:
    """`/`: what went in, what went out, what is left, for anyone."""
    return _public(request, "site/glance.html")


@gzip_page
@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """`/affiche`: the same in two A4 sheets."""
    return _public(request, "site/sheets.html")


def _public(request: HttpRequest, template: str) -> HttpResponse:
    """Render `template` with the figures of the last month that is over; 304 if it is known."""
    founding = bylaws.founding()
    if founding is None:
        return render(request, "site/not_founded.html", status=503)
    state = _state(founding)
    etag = _etag(template, founding, state, _demo_now(founding.demo))
    response = get_conditional_response(request, etag=etag)
    if response is None or response.status_code != 304:
        response = render(request, template, _context(request, founding, state))
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response


def _context(request: HttpRequest, founding: bylaws.Founding, state: State) -> dict[str, object]:
    """What the two templates receive."""
    address = request.build_absolute_uri(reverse("glance"))
    shown = _glance(founding, state, get_language() or "fr")
    return {
        "glance": shown,
        "name": founding.name,
        "demo_now": _demo_now(founding.demo),
        "address": address.split("://", 1)[1].removesuffix("/"),
        "code": _code(address),
    }


def _state(founding: bylaws.Founding) -> State:
    """What the figures depend on: they change with a transfer, an event, or a new month."""
    closed = Month.of(clock.today()).previous()
    at = closed.last if closed >= founding.first_month else clock.today()
    newest = events.history(limit=1)
    return State(ledger.tip()[0], newest[0].id if newest else b"", at)


@lru_cache(maxsize=8)
def _glance(founding: bylaws.Founding, state: State, language: str) -> Glance:
    """The page of one state of the books, in one language; kept until they change."""
    month = max(Month.of(state.at), founding.first_month)
    allocation = bylaws.in_force(AllocationRules, month=month)
    currency = bylaws.in_force(CurrencyRules, month=month)
    decisions = [entry.decision for entry in bylaws.register(limit=LATEST)]
    articles = bylaws.articles_in_force(month=month)
    setting = Setting(
        name=founding.name,
        at=state.at,
        first_month=founding.first_month,
        unit=currency.food_unit_name,
        currency=sign(currency),
        same_cents=allocation.base_cents if allocation.mode == "flat" else None,
        member_unit=bylaws.in_force(MemberRules, month=month).member_unit,
        kinds=merchants.kinds(),
    )
    shown = register(articles, decisions, setting.currency)
    return build(accounting.figures(at=state.at), setting, shown)


def _demo_now(demo: bool) -> str:
    """The demo's day and hour, « jeudi 1er février 2024, 9 h 00 »; nothing for a real caisse."""
    now = clock.local(clock.now_ms())
    return f"{day(now.date(), weekday=True)}, {hour(now)}" if demo else ""


def _etag(*parts: object) -> str:
    """One word for all that the page depends on, this program's own files included."""
    whole = "|".join(map(repr, (*parts, get_language(), _look())))
    return f'"{hashlib.sha256(whole.encode()).hexdigest()[:24]}"'


@cache
def _look() -> str:
    """The fingerprint of this package: a new version of a template is a new page."""
    found = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.suffix in {".css", ".html", ".py", ".svg"}:
            found.update(path.read_bytes())
    return found.hexdigest()


@lru_cache(maxsize=8)
def _code(address: str) -> SafeString:
    """The QR code of `address`, as an SVG that the page holds itself."""
    code = segno.make(address, error="m", micro=False)
    words = _("Code à lire avec un téléphone : %(address)s") % {"address": address}
    drawn = code.svg_inline(border=0, omitsize=True, svgclass="code", lineclass=None, title=words)
    return mark_safe(drawn.replace("<svg ", '<svg role="img" ', 1))
