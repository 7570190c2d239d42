"""The verbs of the command register here (own room: part of the command)."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, parse_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.people import queries as people

OK, FAILED, USAGE, REFUSED, BUSY = range(5)
Build = Callable[[argparse.ArgumentParser], None]
Run = Callable[[argparse.Namespace], int | None]


@dataclass(frozen=True, slots=True)
class Verb:
    """A word of the command line. `founded`: it needs a caisse that is there."""

    name: str
    french: str
    english: str
    build: Build
    run: Run
    founded: bool


VERBS: dict[str, Verb] = {}


def verb(
    name: str,
    french: str,
    english: str,
    build: Build = lambda parser: None,
    *,
    founded: bool = True,
) -> Callable[[Run], Run]:
    """Declare the verb `name`; `run(arguments)` returns an exit code, or None for 0."""

    def register(run: Run) -> Run:
        VERBS[name] = Verb(name, french, english, build, run, founded)
        return run

    return register


def by(parser: argparse.ArgumentParser) -> None:
    """Who writes: an identifier of the office."""
    parser.add_argument("--by", required=True, metavar="IDENTIFIER")


def actor(arguments: argparse.Namespace, *roles: str) -> Actor:
    """The actor named by --by. Raises Refusal when none of its roles is one of `roles`."""
    found = people.actor(arguments.by)
    if roles and not found.may(*roles):
        raise Refusal("not_allowed", f"« {arguments.by} » n’a pas le droit de faire cela.")
    return found


def month(text: str) -> Month:
    """A month typed as 2023-02, for argparse."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def id_(text: str) -> Id:
    """An id typed as a UUID, for argparse."""
    try:
        return parse_id(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def day(text: str) -> Any:
    """A date typed as 2023-02-28, for argparse."""
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text[:20]} » : 2023-02-28 ?") from None
