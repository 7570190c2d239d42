"""Who may read a page: the guard that stands above every page function of a person.

A page is for visitors, or it names the roles that may read it. The expected table of all pages is
written apart, in the tests (trust.md section 2, lesson 10). The door is a page of the assembly.
"""

import functools
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from caisse.kernel.actor import Actor

Page = Callable[..., HttpResponse]

OFFICE = ("desk", "coordinator", "treasurer", "administrator")
"""The roles of the office; which pages each may read is said page by page."""

MOVES_MONEY = frozenset({"coordinator", "treasurer", "administrator"})
"""Roles that need a second factor (trust.md section 9); a demo has none to ask for."""


def only(*roles: str, fresh: bool = False) -> Callable[[Page], Page]:
    """Let only those read the page who hold one of `roles` today; no role means any login.

    Nobody is logged in: a GET goes to the door and comes back; what a POST carried is kept for its
    sender and offered again after the door. Another role: 403, in words. A role that moves money
    without a second factor: to the page that sets one up. With `fresh`, a factor older than 15
    minutes is asked for again (money out of the bank, roles, exports of names).
    """

    def guard(page: Page) -> Page:
        @functools.wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = actor_of(request)
            if actor is None:
                return _to_the_door(request)
            if roles and not actor.may(*roles):
                words = {"needed": roles, "area": area_of(request)}
                return render(request, "site/not_for_you.html", words, status=403)
            door = door_of(request)
            if MOVES_MONEY & actor.roles and MOVES_MONEY & set(roles) and not door.second_factor:
                return HttpResponseRedirect(reverse("second_factor"))
            if fresh and not door.fresh:
                return _keep(request, reverse("account_reauthenticate"))
            return page(request, *args, **kwargs)

        guarded.roles = roles or ("anyone",)  # type: ignore[attr-defined]
        return guarded

    return guard


def in_menu(section: str) -> Callable[[Page], Page]:
    """Say in which part of its actor's menu a page stands ("people", "money"…)."""

    def mark(page: Page) -> Page:
        page.section = section  # type: ignore[attr-defined]
        return page

    return mark


class Door(Protocol):
    """How the one who asks came in; `site.middleware` puts one on each request, as `door`."""

    @property
    def actor(self) -> Actor | None:
        """Who asks, with the roles held today; None for a visitor."""

    @property
    def second_factor(self) -> bool:
        """A second factor was shown in this session, or none is asked for here (a demo)."""

    @property
    def fresh(self) -> bool:
        """A factor was shown in the last 15 minutes."""

    def keep(self) -> str:
        """Keep what this POST carried; the address where its sender finds it again."""


def door_of(request: HttpRequest) -> Door:
    """How this request came in."""
    door: Door = request.door  # type: ignore[attr-defined]
    return door


def actor_of(request: HttpRequest) -> Actor | None:
    """Who asks, or None for a visitor."""
    return door_of(request).actor


def by(request: HttpRequest) -> Actor:
    """Who asks, on a page that has a guard. Raises PermissionDenied on one that forgot it."""
    actor = actor_of(request)
    if actor is None:
        raise PermissionDenied
    return actor


def area_of(request: HttpRequest) -> str:
    """The first part of the address: "moi", "commerce", "gestion"…; "" for the public pages."""
    first = request.path.lstrip("/").split("/", 1)[0]
    return first if first in AREAS else ""


AREAS = frozenset(
    {"moi", "commerce", "gestion", "financeur", "referent", "entrer", "compte", "aide"}
)
"""Parts of the house that belong to somebody: their pages are never kept by a proxy."""


def _to_the_door(request: HttpRequest) -> HttpResponse:
    return _keep(request, reverse("door"))


def _keep(request: HttpRequest, door: str) -> HttpResponse:
    """To `door`, and back to this page; a POST comes back through the page that kept it."""
    back = request.get_full_path()
    if request.method == "POST":
        back = door_of(request).keep()
    return HttpResponseRedirect(f"{door}?{urlencode({'next': back})}")
