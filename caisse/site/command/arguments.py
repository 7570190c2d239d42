"""What verbs take, each thing read in one way (own room: part of the command)."""

import argparse
from collections.abc import Callable
from datetime import date
from typing import Any

from caisse.kernel import cents
from caisse.kernel.ids import Id, parse_id
from caisse.kernel.month import Month
from caisse.people.operations import NewHolder
from caisse.site.command.words import say

LARGEST = 2**63 - 1
LONGEST = 160
YEARS = range(1900, 2200)  # any other is a slip of the hand
HIGHEST_PORT = 65_535


class Once(argparse.Action):
    """An option that may stand once: a second `--id` or `--by` would silently win."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Keep the value; raise ArgumentError for the second one."""
        told = vars(namespace).setdefault("_told", set())
        if option_string is not None and self.dest in told:
            raise argparse.ArgumentError(self, say("est écrit deux fois", "is written twice"))
        told.add(self.dest)
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """argparse without its surprises: no abbreviated options, none written twice."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **settings})
        self.register("action", None, Once)
        self.register("action", "store", Once)


def by(parser: argparse.ArgumentParser) -> None:
    """Who writes: an identifier of the office."""
    parser.add_argument(
        "--by",
        required=True,
        metavar="IDENTIFIER",
        help=say("qui écrit : un identifiant du bureau", "who writes: an identifier of the office"),
    )


def repeatable(parser: argparse.ArgumentParser) -> None:
    """The id chosen by the sender: sent twice, done once."""
    parser.add_argument(
        "--id",
        type=id_,
        metavar="UUID",
        help=say(
            "numéro choisi par vous : envoyé deux fois, fait une seule fois",
            "a number of your own: sent twice, done once",
        ),
    )


def number(text: str) -> int:
    """A number of a membership, a place, a receipt: 1 or more."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= LARGEST):
        raise argparse.ArgumentTypeError(
            say(f"« {text[:20]} » n’est pas un numéro", f"“{text[:20]}” is not a number")
        )
    return int(text)


def month(text: str) -> Month:
    """A month written 2023-02."""
    return _read(Month.parse, text, f"“{text[:20]}” is not a month: write 2023-02")


def id_(text: str) -> Id:
    """An id written as a UUID."""
    return _read(parse_id, text, f"“{text[:40]}” is not the number of an operation (a UUID)")


def euros(text: str) -> int:
    """An amount written in euros, 0 or more, as cents."""
    return _read(cents.parse, text, f"“{text[:40]}” is not an amount: write 12.50")


def some_euros(text: str) -> int:
    """An amount written in euros, more than 0, as cents."""
    amount = euros(text)
    if amount == 0:
        raise argparse.ArgumentTypeError(say("le montant est de zéro", "the amount is zero"))
    return amount


def day(text: str) -> date:
    """A date written 2023-02-28."""
    try:
        found = date.fromisoformat(text)
        if len(text) != 10 or not text.isascii() or found.year not in YEARS:
            raise ValueError
        return found
    except ValueError:
        raise argparse.ArgumentTypeError(
            say(
                f"« {text[:20]} » n’est pas une date : écrivez par exemple 2023-02-28",
                f"“{text[:20]}” is not a date: write 2023-02-28",
            )
        ) from None


def port(text: str) -> int:
    """A port of this machine."""
    found = number(text)
    if found > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(
            say(f"le port {found} n’existe pas", f"there is no port {found}")
        )
    return found


def instalment(text: str) -> tuple[date, int]:
    """A due date and an amount, written 2024-03-02=22500."""
    on, _, amount = text.partition("=")
    return day(on), some_euros(amount)


def holder(text: str) -> NewHolder:
    """A person who spends, written GIVEN:FAMILY[:HANDLE]."""
    given, family, handle = (*(part.strip() for part in text.split(":")), "", "")[:3]
    if text.count(":") not in (1, 2) or not given or not family:
        raise argparse.ArgumentTypeError(
            say(
                f"« {text[:40]} » : écrivez PRÉNOM:NOM ou PRÉNOM:NOM:IDENTIFIANT",
                f"“{text[:40]}”: write GIVEN:FAMILY or GIVEN:FAMILY:HANDLE",
            )
        )
    return NewHolder(given, family, handle or None)


def _read(parse: Callable[[str], Any], text: str, english: str) -> Any:
    """What `parse` makes of the text; its French sentence, or ours, when it raises ValueError."""
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(say(str(error).rstrip("."), english)) from None


def short(text: str) -> str:
    """A name or a label: one line of at most 160 characters, spaces tidied."""
    tidy = " ".join(text.split())
    if len(tidy) > LONGEST or not tidy.isprintable():
        raise argparse.ArgumentTypeError(
            say(
                f"« {tidy[:20]}… » : une ligne de {LONGEST} caractères au plus",
                f"“{tidy[:20]}…”: one line of {LONGEST} characters at most",
            )
        )
    return tidy


def bank_code(text: str) -> str:
    """The word of the bank for a transfer that it sent back, as AC01."""
    if not (0 < len(text) <= 10 and text.isascii() and text.isalnum()):
        raise argparse.ArgumentTypeError(
            say(
                f"« {text[:20]} » n’est pas un code de la banque, comme AC01",
                f"“{text[:20]}” is no code of the bank, as AC01",
            )
        )
    return text.upper()
