"""The public page: the caisse at a glance, and its two sheets for a wall."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caisse.accounting import queries as accounting
from caisse.bylaws import queries as bylaws
from caisse.merchants import queries as merchants
from caisse.month.rules import AllocationRules
from caisse.people.rules import CurrencyRules, MemberRules, sign
from caisse.site.glance.build import build
from caisse.site.glance.parts import Glance, Setting
from caisse.site.glance.register import register
from caisse.site.keeping import Kept
from caisse.site.pages.answering import Asked, answer

LATEST = 4  # decisions named on the page


@gzip_page
@require_safe
def glance(request: HttpRequest) -> HttpResponse:
    """`/`: what went in, what went out, what is left, for anyone."""
    return answer(request, "site/glance.html", lambda asked: _context(request, asked))


@gzip_page
@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """`/affiche`: the same in two A4 sheets."""
    return answer(request, "site/sheets.html", lambda asked: _context(request, asked))


def _context(request: HttpRequest, asked: Asked) -> Mapping[str, Any]:
    """What the two templates receive."""
    address = request.build_absolute_uri(reverse("glance"))
    return {
        "glance": shown(asked),
        "address": address.split("://", 1)[1].removesuffix("/"),
        "code": _code(
            address, _("Code à lire avec un téléphone : %(address)s") % {"address": address}
        ),
    }


def figures_of(asked: Asked) -> accounting.Figures:
    """The figures of the last month that is over; kept until the books change.

    Where they take more than a second to count, the ones of a minute ago are shown meanwhile, and
    a thread counts anew: nobody waits for what somebody else wrote.
    """
    return FIGURES.of(asked, lambda: accounting.figures(at=asked.at))


FIGURES: Kept[accounting.Figures] = Kept(slow_s=1.0, fresh_s=60.0)


@lru_cache(maxsize=8)
def shown(asked: Asked) -> Glance:
    """The page of one state of the books, in one language; kept until they change."""
    articles = bylaws.articles_in_force(month=asked.month)
    decisions = [entry.decision for entry in bylaws.register(limit=LATEST)]
    setting = setting_of(asked)
    return build(figures_of(asked), setting, register(articles, decisions, setting.currency))


@lru_cache(maxsize=8)
def setting_of(asked: Asked) -> Setting:
    """The words of the bylaws that every page of figures needs."""
    month = asked.month
    allocation = bylaws.in_force(AllocationRules, month=month)
    currency = bylaws.in_force(CurrencyRules, month=month)
    return Setting(
        name=asked.founding.name,
        at=asked.at,
        first_month=asked.founding.first_month,
        unit=currency.food_unit_name,
        currency=sign(currency),
        same_cents=allocation.base_cents if allocation.mode == "flat" else None,
        member_unit=bylaws.in_force(MemberRules, month=month).member_unit,
        kinds=merchants.kinds(),
    )


@lru_cache(maxsize=8)
def _code(address: str, words: str) -> SafeString:
    """The QR code of `address`, as an SVG that the page holds itself; `words` name it."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=0, omitsize=True, svgclass="code", lineclass=None, title=words)
    return mark_safe(drawn.replace("<svg ", '<svg role="img" ', 1))
