"""At which place a page stands, and what its reader may do there (own room: pages of payments too).

A place of somebody else and a place that does not exist look the same: 404.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.guard import Page, by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import found
from caisse.merchants import queries as merchants
from caisse.merchants.queries import PlaceRow
from caisse.people.rules import CurrencyRules

READS = ("coordinator", "treasurer", "desk")
"""Who in the office reads the pages of places; the desk changes nothing there."""

SHARED = (
    "hours", "hours_day", "closure", "open_again", "sheet", "people", "person", "person_end",
    "person_code", "person_email", "bank", "devices", "device", "device_new", "device_revoke",
    "paper_sales", "cashiers", "cashier", "cashier_new", "shop_qr", "shop_qr_pdf",
)  # fmt: skip
MINE = {"home": "my_place"} | {name: f"my_{name}" for name in SHARED}
OFFICE = {"home": "place_office"} | {name: f"place_{name}" for name in SHARED}


@dataclass(frozen=True, slots=True)
class Here:
    """The place of a page: `names` are those of its pages, on its own side or the office's."""

    place: PlaceRow
    office: bool
    may_change: bool
    names: dict[str, str] = field(repr=False)

    @property
    def id(self) -> int:
        """Its number."""
        return self.place.id


def my_page(*, change: bool = False) -> Callable[[Page], Page]:
    """`page(request, here, …)` of a place for which the reader holds a right.

    With `change`, only for somebody who keeps it: one who reads its statements is told so, 403.
    """

    def wrap(page: Page) -> Page:
        @functools.wraps(page)
        def run(request: HttpRequest, place_id: int, *args: Any, **kwargs: Any) -> HttpResponse:
            held = merchants.rights(login=by(request).id, place_id=place_id)
            if not held:
                raise Http404
            manages = any(one.right == "manager" for one in held)
            here = Here(found(merchants.place(place_id)), False, manages, MINE)
            if change and not manages:
                return render(request, "merchants/for_managers.html", {"here": here}, status=403)
            return page(request, here, *args, **kwargs)

        return run

    return wrap


def office_page(page: Page) -> Page:
    """`page(request, here, …)` of any place, for the office."""

    @functools.wraps(page)
    def run(request: HttpRequest, place_id: int, *args: Any, **kwargs: Any) -> HttpResponse:
        may_change = by(request).may("coordinator")
        here = Here(found(merchants.place(place_id)), True, may_change, OFFICE)
        return page(request, here, *args, **kwargs)

    return run


def both_sides(page: Page, *, change: bool = False, methods: str = "GET HEAD") -> tuple[Page, Page]:
    """The page for the people of a place, and the same for the office.

    With `change`, those who read only do not get in: readers of a place, the desk.
    """
    allowed = require_http_methods(methods.split())
    mine = in_menu("merchant")(only("merchant")(allowed(my_page(change=change)(page))))
    roles = ("coordinator",) if change else READS
    theirs = in_menu("places")(only(*roles)(allowed(office_page(page))))
    return mine, theirs


def read_month(text: str) -> Month:
    """A month of an address, "2024-01"; Http404 for anything else."""
    try:
        month = Month.parse(text)
    except ValueError:
        raise Http404 from None
    if str(month) != text:
        raise Http404
    return month


def read_day(text: str) -> date:
    """A day of an address, "2024-01-31"; Http404 for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if day.isoformat() != text or not 2000 <= day.year <= 9000:
        raise Http404
    return day


def unit() -> str:
    """The name of the caisse's unit today, « MonA »."""
    month = Month.of(clock.today())
    return bylaws.in_force(CurrencyRules, month=month).food_unit_name
