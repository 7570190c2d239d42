"""Write a decision of the committee into the register (own room: part of the command)."""

import argparse

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend, Effect, from_words
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.merchants import operations as merchants
from caisse.merchants.operations import ApprovePlace, WithdrawPlace
from caisse.site.command.verbs import OK, actor, by, day, verb
from caisse.site.command.words import tell


def _decide(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("title")
    parser.add_argument("--text", default="")
    parser.add_argument("--body", default="comité citoyen")
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD")
    parser.add_argument("--amend", action="append", default=[], metavar="ARTICLE=VALUE@YYYY-MM")
    parser.add_argument("--approve", action="append", default=[], metavar="NAME:KIND[:TOWN]")
    parser.add_argument("--withdraw", action="append", default=[], type=int, metavar="PLACE")
    by(parser)


@verb("decide", "Inscrire une décision et ses effets", "Record a decision and its effects", _decide)
def decide(arguments: argparse.Namespace) -> int:
    """A decision is executable: adopting it enacts its effects, each at its date."""
    who = actor(arguments, "committee", "coordinator", "administrator")
    effects: list[Effect] = [_amend(text) for text in arguments.amend]
    for text in arguments.approve:
        name, kind, town = (*text.split(":"), "", "")[:3]
        place = merchants.register_place(merchant=name, name=name, kind=kind, commune=town, by=who)
        effects.append(ApprovePlace(place, arguments.on))
    effects += [WithdrawPlace(place) for place in arguments.withdraw]
    decision = bylaws.decide(
        title=arguments.title, text=arguments.text, body=arguments.body, effects=effects, by=who,
        on=arguments.on,
    )  # fmt: skip
    tell(
        f"Décision n° {decision.number} : {len(effects)} effets.",
        f"Decision no. {decision.number}: {len(effects)} effects.",
    )
    return OK


def _amend(text: str) -> Amend:
    """`allocation.base_cents=11000@2024-03` as an effect."""
    article, equals, rest = text.partition("=")
    words, at, since = rest.rpartition("@")
    if not equals or not at:
        raise Refusal("incomplete", f"« {text[:60]} » : écrivez ARTICLE=VALEUR@2024-03.")
    try:
        return Amend(article, from_words(article, words), Month.parse(since))
    except ValueError as error:
        raise Refusal("not_a_month", str(error)) from None
