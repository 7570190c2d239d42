"""The verbs of the command register here (own room: part of the command)."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from caisse.kernel.actor import Actor
from caisse.kernel.refusal import Refusal
from caisse.people import queries as people

OK, FAILED, USAGE, REFUSED, BUSY = range(5)
Build = Callable[[argparse.ArgumentParser], None]
Run = Callable[[argparse.Namespace], int | None]


class Misuse(Exception):
    """Arguments that do not go together; its text says what to write instead (exit code 2)."""


class Busy(Exception):
    """Somebody else holds the caisse; its text says who (exit code 4)."""


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


def actor(arguments: argparse.Namespace, *roles: str) -> Actor:
    """The actor named by --by. Raises Refusal when none of its roles is one of `roles`."""
    found = people.actor(arguments.by)
    if roles and not found.may(*roles):
        raise Refusal("not_allowed", f"« {arguments.by} » n’a pas le droit de faire cela.")
    return found
