"""A member's pages: this month's allocation explained, what becomes of what is not spent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import found, show
from caisse.kernel.wording import from_month
from caisse.month import queries
from caisse.month.pages.office import month_named
from caisse.month.pages.reasons import reasons
from caisse.month.pages.telling import unit_of
from caisse.people import queries as people


@in_menu("member")
@only("member")
@require_safe
def my_allocation(request: HttpRequest, month: str = "") -> HttpResponse:
    """`/moi/allocation[/<yyyy-mm>]`: what came in that month, line by line, each with its why."""
    wallet = _wallet(request)
    known = [] if wallet is None else queries.allocated_months(wallet)
    on = _chosen(month, known) if month else _latest(wallet, known)
    words: dict[str, Any] = {"month": on, "unit": unit_of(on or _today()), "months": known}
    if wallet is not None and on is not None:
        allocation = found(queries.allocation_of(wallet, on))
        words |= {"found": allocation, "reasons": reasons(allocation, words["unit"])}
        words["of_month"] = from_month(on)
        words |= _beside(known, on)
    elif wallet is not None:
        words["unspent"] = queries.unspent(wallet, _today())
    words["inquiry"] = _address("my_inquiry")
    words["home"] = _address("wallet")
    return show(request, "month/my_allocation.html", words)


@in_menu("member")
@only("member")
@require_safe
def my_unspent(request: HttpRequest) -> HttpResponse:
    """`/moi/ce-qui-reste`: what becomes of what is in the wallet, before it happens."""
    wallet = found(_wallet(request))
    becoming = queries.becoming(wallet, _today())
    rules = ("balance.rollover", "balance.cap_multiple", "balance.expiry_months")
    now = {one.article.name: one for one in bylaws.articles_in_force(month=_today())}
    words = {
        "becoming": becoming,
        "unspent": becoming.unspent,
        "unit": unit_of(_today()),
        "articles": [now[name].article for name in rules],
        "home": _address("wallet"),
    }
    return show(request, "month/my_unspent.html", words)


def _wallet(request: HttpRequest) -> int | None:
    """The wallet that the reader may spend from; None for whoever holds none."""
    me = people.me(by(request).id)
    return None if me is None else me.wallet_id


def _today() -> Month:
    return Month.of(clock.today())


def _chosen(name: str, known: list[Month]) -> Month | None:
    """The month of the address; Http404 for one that names nothing for this wallet."""
    on = month_named(name)
    return found(on if on in known else None)


def _latest(wallet: int | None, known: list[Month]) -> Month | None:
    """The last month that was credited, else the first one that is planned."""
    credited = None if wallet is None else queries.last_credited(wallet)
    return credited or (known[-1] if known else None)


def _beside(known: list[Month], on: Month) -> dict[str, Month | None]:
    """The months before and after in the list, for the links between pages."""
    at = known.index(on)
    return {
        "earlier": known[at + 1] if at + 1 < len(known) else None,
        "later": known[at - 1] if at else None,
    }


def _address(page: str) -> str:
    """Where a page of another package is; "" while nobody has built it."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""
