"""Check the books, print the figures (own room: part of the command)."""

import argparse
import json

from caisse.accounting import queries as accounting
from caisse.kernel import clock
from caisse.kernel.cents import show
from caisse.site.command.arguments import day
from caisse.site.command.verbs import FAILED, OK, Misuse, verb
from caisse.site.command.words import say


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "only", nargs="*", metavar="LINE", help=say("toutes, sinon", "all of them otherwise")
    )


@verb(
    "check", "Contrôler les livres, une ligne par règle", "Check the books, a line per rule", _check
)
def check(arguments: argparse.Namespace) -> int:
    """Each rule with its figure; exit code 1 when one fails, with its first damaged row."""
    lines = accounting.check(arguments.only)
    unknown = sorted(set(arguments.only) - {line.code for line in lines})
    if unknown:
        raise Misuse(
            say(
                f"« {unknown[0]} » n’est pas une ligne du contrôle.",
                f"“{unknown[0]}” is no line of the check.",
            )
        )
    for line in lines:
        mark = "ok" if line.ok else f"{line.damaged} !"
        where = "" if line.ok else f" · {line.first}"
        when = "" if line.day is None else f" ({line.day:%d/%m/%Y})"
        print(f"{line.code:16} {mark:>6}  {line.figure}{where}{when}")
    return OK if all(line.ok for line in lines) else FAILED


def _figures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", type=day, metavar="YYYY-MM-DD")
    parser.add_argument("--json", action="store_true")


@verb("figures", "Donner les chiffres à une date", "Give the figures at a date", _figures)
def figures(arguments: argparse.Namespace) -> int:
    """All figures as JSON in cents, or the months of the caisse fund as a table."""
    found = accounting.figures(arguments.at or clock.today())
    if arguments.json:
        print(json.dumps(accounting.as_json(found), ensure_ascii=False, indent=1))
        return OK
    titles = say(
        "mois     foyers      versé    dépensé     banque      marge",
        "month    members    issued      spent       bank        gap",
    )
    print(titles)
    for line in found.caisse.months:
        amounts = (
            line.issued_cents, line.spent_cents, line.cash_cents, line.backing_gap_cents,
        )  # fmt: skip
        cells = "".join(f"{show(cents, '', decimals=False):>11}" for cents in amounts)
        print(f"{line.month} {line.members:>7}{cells}")
    return OK
