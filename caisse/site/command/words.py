"""How the command speaks: French, or English (own room: part of the command)."""

import argparse
import os
import sys

ARGPARSE = {
    "usage: ": "usage : ",
    "positional arguments": "arguments",
    "options": "options",
    "show this help message and exit": "montrer cette aide",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "the following arguments are required: %s": "il manque : %s",
    "unrecognized arguments: %s": "en trop : %s",
    "expected one argument": "une valeur doit suivre",
    "expected at most one argument": "une valeur au plus peut suivre",
    "expected at least one argument": "une valeur au moins doit suivre",
    "not allowed with argument %s": "ne va pas avec %s",
    "one of the arguments %s is required": "il faut l’un de %s",
    "ignored explicit argument %r": "aucune valeur ne suit : %r est en trop",
    "ambiguous option: %(option)s could match %(matches)s": (
        "%(option)s peut vouloir dire %(matches)s"
    ),
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r n’est pas prévu (au choix : %(choices)s)"
    ),
}
"""What argparse says of its own, and how we say it in French."""


def english() -> bool:
    """True when CAISSE_LANGUAGE, else the terminal's locale, asks for English."""
    chosen = os.environ.get("CAISSE_LANGUAGE")
    if chosen:
        return chosen.lower().startswith("en")
    spoken = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next((word for word in spoken if word), "fr").lower().startswith("en")


def teach_french() -> None:
    """Let argparse say its own sentences in the language of the command."""
    argparse._ = lambda text: text if english() else ARGPARSE.get(text, text)  # type: ignore[attr-defined]


def say(french: str, in_english: str) -> str:
    """One of the two."""
    return in_english if english() else french


def tell(french: str, in_english: str) -> None:
    """Print one of the two."""
    print(say(french, in_english))


def count(number: int, french: str, in_english: str) -> str:
    """A number of things, each word given as "one|several": `count(2, "lieu|lieux", …)`.

    French says 0 and 1 in the singular, English only 1.
    """
    one, several = say(french, in_english).split("|")
    return f"{number} {one if number == 1 or (number == 0 and not english()) else several}"


def complain(sentence: str) -> None:
    """One sentence on stderr."""
    print(sentence, file=sys.stderr)
