"""Found a caisse, see the presets, give a way in (own room: part of the command)."""

import argparse
import sys
from datetime import date

from django.core.management import call_command

from caisse.bylaws import operations as bylaws
from caisse.bylaws import queries as register
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.people import operations as people
from caisse.site import timekeeping
from caisse.site.command.locking import only_one
from caisse.site.command.verbs import OK, actor, by, day, month, verb
from caisse.site.command.words import say, tell

OFFICE = ("administrator", "coordinator", "treasurer")
DEMO_STANDS_AT = (date(2024, 2, 1), 9)


def _found(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--preset", required=True, metavar="P")
    parser.add_argument("--first-month", type=month, metavar="YYYY-MM")
    by(parser)


@verb(
    "found", "Fonder une caisse à partir d’un modèle", "Found a caisse from a preset", _found,
    founded=False,
)  # fmt: skip
def found(arguments: argparse.Namespace) -> int:
    """The first decision enacts every article of the preset; --by becomes the first way in."""
    register.preset(arguments.preset)
    migrate()
    first = arguments.first_month or Month.of(clock.today()).next()
    founder = Actor(arguments.by, frozenset(OFFICE))
    decision = bylaws.found(
        name=arguments.name, preset=arguments.preset, first_month=first, by=founder
    )
    people.create_login(identifier=arguments.by, roles=OFFICE, by=founder)
    tell(
        f"« {arguments.name} » est fondée par la décision n° {decision.number}. "
        f"Premier mois : {first}.",
        f"“{arguments.name}” is founded by decision no. {decision.number}. First month: {first}.",
    )
    return OK


@verb(
    "presets",
    "Voir les modèles de caisses connues",
    "List the presets of known caisses",
    founded=False,
)
def presets(arguments: argparse.Namespace) -> int:
    """One line each: code, name, how many articles are sourced and how many invented."""
    for preset in register.presets():
        counts = say(
            f"{preset.sourced} articles sourcés, {preset.invented} inventés",
            f"{preset.sourced} articles sourced, {preset.invented} invented",
        )
        print(f"{preset.code:24} {preset.name} · {counts}")
    return OK


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=day, metavar="YYYY-MM-DD")


@verb(
    "demo", "Fonder et jouer l’année de référence, ou jouer jusqu’à une date",
    "Found and play the reference year, or play on to a date", _demo, founded=False,
)  # fmt: skip
def demo(arguments: argparse.Namespace) -> int:
    """Plays through the same operations as the pages; the clock stays where the play ends."""
    from caisse.demo import operations as demo_operations

    with only_one():
        migrate()
        last, hour = (arguments.to, 23) if arguments.to else DEMO_STANDS_AT
        timekeeping.resume(runs=False)
        until = clock.instant(last, hour, 59 if arguments.to else 0)
        if register.founding() is not None and clock.travelling() and clock.now_ms() >= until:
            return OK
        demo_operations.play(until=until, progress=_progress if sys.stderr.isatty() else None)
        clock.travel(until)
        timekeeping.keep()
    tell(
        f"La caisse de démonstration en est au {last:%d/%m/%Y}.",
        f"The demo caisse has reached {last.isoformat()}.",
    )
    return OK


def _login(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("identifier", metavar="NEW_IDENTIFIER")
    parser.add_argument("--roles", required=True, metavar="coordinator,treasurer")
    by(parser)


@verb("login", "Ouvrir un accès au bureau", "Open a way in for the office", _login)
def login(arguments: argparse.Namespace) -> int:
    """A second person is needed wherever two must agree: opens a login with its roles."""
    people.create_login(
        identifier=arguments.identifier,
        roles=arguments.roles.split(","),
        by=actor(arguments, "administrator"),
    )
    tell(f"Accès « {arguments.identifier} » ouvert.", f"Login “{arguments.identifier}” opened.")
    return OK


def migrate() -> None:
    """Bring the database to the schema of the code, silently."""
    call_command("migrate", verbosity=0, interactive=False)


def _progress(today: date, part: float) -> None:
    width = 30
    done = round(part * width)
    bar = "█" * done + "░" * (width - done)
    end = "\n" if part >= 1 else ""
    print(f"\r{bar} {today:%d/%m/%Y}", end=end, file=sys.stderr, flush=True)
