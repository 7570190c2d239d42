"""Write a decision of the committee into the register (own room: part of the command)."""

import argparse
from typing import NamedTuple

from django.db import transaction

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend, Effect, from_words
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.merchants import operations as merchants
from caisse.merchants.operations import ApprovePlace, WithdrawPlace
from caisse.site.command.arguments import by, day, month, number, repeatable, short
from caisse.site.command.verbs import OK, actor, verb
from caisse.site.command.words import count, say, tell

ROLES = ("committee", "coordinator", "administrator")


class Amended(NamedTuple):
    """`allocation.base_cents=11000@2024-03`, its value still in words."""

    article: str
    words: str
    since: Month


class Approved(NamedTuple):
    """`NAME:KIND[:TOWN[:RATE]]`, a place to approve."""

    name: str
    kind: str
    town: str
    rate: str


def _amended(text: str) -> Amended:
    article, equals, rest = text.partition("=")
    words, at, since = rest.rpartition("@")
    if not equals or not at:
        raise argparse.ArgumentTypeError(_write(text, "ARTICLE=VALUE@2024-03"))
    return Amended(article, words, month(since))


def _approved(text: str) -> Approved:
    parts = [short(part) for part in text.split(":")]
    if not 2 <= len(parts) <= 4:
        raise argparse.ArgumentTypeError(_write(text, "NAME:KIND[:TOWN[:RATE]]"))
    return Approved(*(*parts, "", "")[:4])


def _write(text: str, instead: str) -> str:
    return say(f"« {text[:60]} » : écrivez {instead}", f"“{text[:60]}”: write {instead}")


def _decide(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("title")
    parser.add_argument("--text", default="")
    parser.add_argument("--body", default="comité citoyen", help=say("l’instance", "which body"))
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD")
    parser.add_argument(
        "--amend",
        action="append",
        default=[],
        type=_amended,
        metavar="ARTICLE=VALUE@YYYY-MM",
        help=say(
            "changer un article dès un mois, montants en centimes, à répéter",
            "change an article from a month on, amounts in cents, repeated",
        ),
    )
    parser.add_argument(
        "--approve",
        action="append",
        default=[],
        type=_approved,
        metavar="NAME:KIND[:TOWN[:RATE]]",
        help=say("conventionner un lieu, à répéter", "approve a place, repeated"),
    )
    parser.add_argument(
        "--withdraw",
        action="append",
        default=[],
        type=number,
        metavar="PLACE",
        help=say("ne plus conventionner un lieu, à répéter", "withdraw a place, repeated"),
    )
    repeatable(parser)
    by(parser)


@verb("decide", "Inscrire une décision et ses effets", "Record a decision and its effects", _decide)
def decide(arguments: argparse.Namespace) -> int:
    """A decision is executable: adopting it enacts its effects, each at its date, or none."""
    who = actor(arguments, *ROLES)
    with transaction.atomic():  # a place that no decision approves is not written down either
        effects = _effects(arguments, who)
        decision = bylaws.decide(
            title=arguments.title,
            text=arguments.text,
            body=arguments.body,
            effects=effects,
            by=who,
            on=arguments.on,
            id=arguments.id,
        )
    enacted = count(len(effects), "effet|effets", "effect|effects")
    tell(
        f"Décision n° {decision.number} : {enacted}.", f"Decision no. {decision.number}: {enacted}."
    )
    for effect in effects:
        print(f"  {effect.sentence()}")
    return OK


def _effects(arguments: argparse.Namespace, who: Actor) -> list[Effect]:
    effects: list[Effect] = [
        Amend(article, from_words(article, words), since)
        for article, words, since in arguments.amend
    ]
    for name, kind, town, rate in arguments.approve:
        place = merchants.register_place(merchant=name, name=name, kind=kind, commune=town, by=who)
        effects.append(ApprovePlace(place, arguments.on or clock.today(), rate=rate))
    return [*effects, *(WithdrawPlace(place) for place in arguments.withdraw)]
