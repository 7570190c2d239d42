"""What every page of a person shows around itself (own room: named by Django's templates)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.guard import actor_of, area_of
from caisse.kernel.wording import day, hour
from caisse.people import queries as people
from caisse.site.menus import MENUS, TOOLS, homes

OF_AREA = {
    "moi": "member",
    "commerce": "merchant",
    "financeur": "funder",
    "referent": "referent",
}


def house(request: HttpRequest) -> dict[str, Any]:
    """The caisse's name, the reader's menu and name; nothing on the public pages, that are cached.

    `around` costs nothing until a template asks it.
    """
    area = area_of(request)
    if not area:
        return {}
    return {"area": area, "around": SimpleLazyObject(lambda: Around(request, area))}


class Around:
    """The frame of one page; each part is read when the template shows it, once."""

    def __init__(self, request: HttpRequest, area: str) -> None:
        founding = bylaws.founding()
        actor = actor_of(request)
        self.area = area
        self.name = "" if founding is None else founding.name
        self.demo = founding is not None and founding.demo
        self.demo_now = now_in_words() if self.demo else ""
        self.training = settings.TRAINING
        self.actor = actor
        self.menu = [] if actor is None else _menu(request, area, actor)
        self.who = "" if actor is None else _who(actor, area)
        self.homes = [] if actor is None else _homes(actor)


def tools_of(actor: Actor) -> list[dict[str, Any]]:
    """The lines under « Outils » that this person may open."""
    known = [(entry, _address(entry.page)) for entry in TOOLS if actor.may(*entry.roles)]
    return [
        {"address": address, "label": entry.label, "icon": entry.icon}
        for entry, address in known
        if address
    ]


def now_in_words() -> str:
    """The demo's day and hour, « jeudi 1er février 2024, 9 h 00 »."""
    now = clock.local(clock.now_ms())
    return f"{day(now.date(), weekday=True)}, {hour(now)}"


def _menu(request: HttpRequest, area: str, actor: Actor) -> list[dict[str, Any]]:
    match = request.resolver_match
    page = "" if match is None else match.url_name or ""
    section = "" if match is None else str(getattr(match.func, "section", ""))
    lines = []
    for entry in MENUS[area]:
        if entry.roles and not actor.may(*entry.roles):
            continue
        here = "page" if entry.page == page else "true" if section in entry.inside else ""
        if (address := _address(entry.page)) is not None:
            line = {"address": address, "label": entry.label, "icon": entry.icon, "here": here}
            lines.append(line)
    return lines


def _homes(actor: Actor) -> list[dict[str, Any]]:
    known = [(_address(page), label) for page, label in homes(actor.roles)]
    return [{"address": address, "label": label} for address, label in known if address]


def _address(page: str) -> str | None:
    try:
        return reverse(page)
    except NoReverseMatch:
        return None


def _who(actor: Actor, area: str) -> str:
    """« Nadia, coordination »: the given name, and the role that this part of the house is for."""
    name = people.names_of({actor.id}).get(actor.id, actor.id)
    if area in OF_AREA or area not in MENUS:
        return name
    labels = people.role_labels()
    order = ("coordinator", "treasurer", "administrator", "desk")
    held = next((role for role in order if role in actor.roles), "")
    return f"{name}, {labels[held]}" if held else name
