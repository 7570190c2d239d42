"""Every address of the caisse, and how it answers to somebody: let in, or turned away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

ARGUMENTS: dict[str, Any] = {
    "membership": 1,
    "membership_id": 1,
    "place_id": 1,
    "number": 1,
    "page": "visiteurs",
    "name": "allocation.base_cents",
    "month": "2024-02",
    "pk": 1,
    "holder_id": 1,
    "funder_id": 1,
    "grant_id": 1,
}
"""A value for each argument of an address, by the argument's name; others get one by their type."""

BY_TYPE = {"int": 1, "uuid": UUID(int=7), "slug": "accueil"}


@dataclass(frozen=True, slots=True)
class Address:
    """One address: its name, a path that it stands for, the methods that it takes."""

    name: str
    path: str


def addresses() -> list[Address]:
    """All addresses, by name; one name may stand for several (allauth's are among them)."""
    return sorted(set(_walk(get_resolver().url_patterns)), key=lambda one: (one.name, one.path))


def _walk(patterns: list[Any], above: tuple[Any, ...] = ()) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, (*above, pattern.pattern))
        elif isinstance(pattern, URLPattern):
            name = pattern.name or f"unnamed:{pattern.pattern}"
            yield Address(name, _path(pattern.name, (*above, pattern.pattern)))


def _path(name: str | None, parts: tuple[Any, ...]) -> str:
    if name is None:
        return ""
    known = {
        argument: ARGUMENTS.get(argument, _guess(str(part), argument))
        for part in parts
        for argument in part.regex.groupindex
    }
    return reverse(name, kwargs=known)


def _guess(route: str, argument: str) -> Any:
    kind = re.search(rf"<(\w+):{argument}>", route)
    return BY_TYPE.get(kind[1] if kind is not None else "", "2024-02")


def lets_in(client: Client, address: Address) -> bool:
    """Whether the page's guard lets this client pass.

    Turned away is: to the door, or 403. Whatever else a page answers (it is there, it is not found,
    the method or the form is wrong) comes from behind the guard.
    """
    for method in (client.get, client.post):
        answer = method(address.path)
        if answer.status_code == 405:
            continue
        location = answer.headers.get("Location", "")
        to_the_door = re.match(r"/entrer\?|/compte/login/\?next", location)
        return not (answer.status_code == 403 or to_the_door)
    raise AssertionError(f"{address.name} takes neither GET nor POST")
