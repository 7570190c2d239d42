"""Found a caisse, see the presets, play the demo, give a way in (own room: part of the command)."""

import argparse
import sys
from datetime import date

from django.core.management import call_command
from django.db import transaction

from caisse.bylaws import operations as bylaws
from caisse.bylaws import queries as register
from caisse.bylaws import rules
from caisse.bylaws.rules.preset import Preset
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.people import operations as people
from caisse.site import starting, timekeeping
from caisse.site.command.arguments import by, day, month
from caisse.site.command.locking import only_one
from caisse.site.command.verbs import OK, actor, verb
from caisse.site.command.words import count, say, tell

CUTOFF = "contribution.cutoff_day"
OFFICE = ("administrator", "coordinator", "treasurer")
DEMO_STANDS_AT = (date(2024, 2, 1), 9)
FARTHEST_MONTHS = 24
"""A first month farther away than this is a slip of the hand."""


def _found(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument(
        "--preset",
        required=True,
        metavar="P",
        help=say("un modèle : voir « caisse presets »", "one of “caisse presets”"),
    )
    parser.add_argument(
        "--first-month",
        type=month,
        metavar="YYYY-MM",
        help=say("premier mois versé", "the first month credited"),
    )
    by(parser)


@verb(
    "found", "Fonder une caisse à partir d’un modèle", "Found a caisse from a preset", _found,
    founded=False,
)  # fmt: skip
def found(arguments: argparse.Namespace) -> int:
    """The first decision enacts every article of the preset; --by becomes the first way in."""
    preset, this = register.preset(arguments.preset), Month.of(clock.today())
    first = arguments.first_month or _first_open(preset)
    if abs(first - this) > FARTHEST_MONTHS:
        raise Refusal("far", f"Le premier mois ({first.words}) est trop loin : deux ans au plus.")
    migrate()
    founder = Actor(arguments.by, frozenset(OFFICE))
    with transaction.atomic():  # a caisse without a way in would be lost to everyone
        decision = bylaws.found(
            name=arguments.name, preset=arguments.preset, first_month=first, by=founder
        )
        people.create_login(identifier=arguments.by, roles=OFFICE, by=founder)
    name = arguments.name.strip()
    tell(
        f"« {name} » est fondée par la décision n° {decision.number}. Premier mois : {first}.",
        f"“{name}” is founded by decision no. {decision.number}. First month: {first}.",
    )
    return OK


def _first_open(preset: Preset) -> Month:
    """The first month that is not about to be frozen: there is time for households to join."""
    today, day = clock.today(), rules.find(CUTOFF).neutral
    day = preset.values.get(CUTOFF, day)
    return Month.of(today) + (1 if isinstance(day, int) and today.day < day else 2)


def _presets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="P", help=say("ses articles", "its articles"))


@verb(
    "presets", "Voir les modèles de caisses connues", "List the presets of known caisses", _presets,
    founded=False,
)  # fmt: skip
def presets(arguments: argparse.Namespace) -> int:
    """One line each, with how many articles are sourced and invented; or the articles of one."""
    if arguments.code is not None:
        return _articles(arguments.code)
    for preset in register.presets():
        sourced = count(preset.sourced, "article sourcé|articles sourcés", "sourced|sourced")
        invented = count(preset.invented, "inventé|inventés", "invented|invented")
        print(f"{preset.code:24} {preset.name} · {sourced}, {invented}")
    return OK


def _articles(code: str) -> int:
    preset = register.preset(code)
    print(f"{preset.name}\n{preset.story}")
    for amend in preset.amends(Month.of(clock.today())):
        article = rules.find(amend.article)
        mark = amend.source if amend.sourced else say("inventé", "invented")
        value = rules.show(article, amend.value)
        print(f"{amend.article:40} {article.label} : {value} · {mark}")
    return OK


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        type=day,
        metavar="YYYY-MM-DD",
        help=say("jouer jusqu’au soir de ce jour", "play on to the evening of that day"),
    )


@verb(
    "demo", "Fonder et jouer l’année de référence, ou jouer jusqu’à une date",
    "Found and play the reference year, or play on to a date", _demo, founded=False,
)  # fmt: skip
def demo(arguments: argparse.Namespace) -> int:
    """Plays through the same operations as the pages; the clock stays where the play ends."""
    from caisse.demo import operations as demo_operations

    with only_one():
        if not starting.empty():
            founding = register.founding()
            if founding is not None and not founding.demo:
                raise Refusal("not_demo", "Cette caisse n’est pas une démonstration.")
        migrate()
        last, hour = (arguments.to, 23) if arguments.to else DEMO_STANDS_AT
        timekeeping.resume(runs=False)
        until = clock.instant(last, hour, 59 if arguments.to else 0)
        if register.founding() is None or not clock.travelling() or clock.now_ms() < until:
            progress = _progress if sys.stderr.isatty() else None
            demo_operations.play(until=until, progress=progress)
            clock.travel(until)
            timekeeping.keep()
    reached = clock.today()
    tell(
        f"La caisse de démonstration en est au {reached:%d/%m/%Y}.",
        f"The demo caisse has reached {reached.isoformat()}.",
    )
    return OK


def _login(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("identifier", metavar="NEW_IDENTIFIER")
    parser.add_argument("--roles", metavar="coordinator,treasurer")
    parser.add_argument(
        "--close", action="store_true", help=say("fermer cet accès", "close this way in")
    )
    by(parser)


@verb(
    "login", "Ouvrir ou fermer un accès au bureau", "Open or close a way in for the office", _login
)
def login(arguments: argparse.Namespace) -> int:
    """A second person is needed wherever two must agree: opens a login with its roles."""
    who = actor(arguments, "administrator")
    if arguments.close:
        people.close_login(identifier=arguments.identifier, by=who)
        tell(f"Accès « {arguments.identifier} » fermé.", f"Login “{arguments.identifier}” closed.")
        return OK
    roles = [role.strip() for role in (arguments.roles or "").split(",") if role.strip()]
    people.create_login(identifier=arguments.identifier, roles=roles, by=who)
    tell(f"Accès « {arguments.identifier} » ouvert.", f"Login “{arguments.identifier}” opened.")
    return OK


def _code(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("identifier", metavar="IDENTIFIER")
    by(parser)


@verb(
    "code", "Donner un code pour entrer la première fois", "Give a code to come in the first time",
    _code,
)  # fmt: skip
def code(arguments: argparse.Namespace) -> int:
    """It works once, for 60 days, and ends the codes given before; told here and kept nowhere."""
    who = actor(arguments, "administrator")
    given = people.give_code(identifier=arguments.identifier, purpose="activation", by=who)
    print(given)
    tell(
        "Il sert une fois, pendant 60 jours : ouvrez /entrer/code.",
        "It works once, for 60 days: open /entrer/code.",
    )
    return OK


@verb(
    "upgrade", "Mettre la base au format de ce programme", "Bring the database to this program",
    founded=False,
)  # fmt: skip
def upgrade(arguments: argparse.Namespace) -> int:
    """After a new version of the program; the server must be stopped, a backup made before."""
    with only_one():
        waiting = starting.pending()
        migrate()
    print(
        count(len(waiting), "changement fait|changements faits", "change made|changes made") + "."
    )
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
