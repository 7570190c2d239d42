"""How the command speaks: French, or English where the terminal is (own room: part of the command)."""

import os
import sys

from caisse.kernel import cents
from caisse.kernel.refusal import Refusal


def english() -> bool:
    """True when CAISSE_LANGUAGE, else the terminal's locale, asks for English."""
    chosen = os.environ.get("CAISSE_LANGUAGE")
    if chosen:
        return chosen.startswith("en")
    spoken = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next((word for word in spoken if word), "fr").startswith("en")


def say(french: str, in_english: str) -> str:
    """One of the two."""
    return in_english if english() else french


def tell(french: str, in_english: str) -> None:
    """Print one of the two."""
    print(say(french, in_english))


def complain(sentence: str) -> None:
    """One sentence on stderr."""
    print(sentence, file=sys.stderr)


def amount(text: str) -> int:
    """An amount typed in euros, as cents; raises Refusal with the sentence of `cents.parse`."""
    try:
        return cents.parse(text)
    except ValueError as error:
        raise Refusal("not_an_amount", str(error)) from None
