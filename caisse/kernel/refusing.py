"""Refusals in the reader's language: rules speak French, the catalogue knows their sentences.

A sentence of the catalogue has « … » for each value ("Il reste … places."): the values are taken
from what the rule said and put, in the same order, into the other language's sentence.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from babel.messages.mofile import read_mo
from django.utils.translation import get_language

CONTEXT = "refusal"
VALUE = "…"
LOCALE = Path(__file__).parents[1] / "locale"


def in_words(sentence: str) -> str:
    """The sentence of a refusal as its reader reads it; in French where nobody translated it."""
    language = (get_language() or "fr").partition("-")[0]
    if language == "fr":
        return sentence
    for pattern, other in _sentences(language):
        match = pattern.fullmatch(sentence)
        if match is not None:
            return _filled(other, match.groups())
    return sentence


def _filled(sentence: str, values: Sequence[str]) -> str:
    rest = iter(values)
    return "".join(
        next(rest, "") if part == VALUE else part for part in re.split(f"({VALUE})", sentence)
    )


@cache
def _sentences(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """What each refusal looks like, and its other sentence; those with the most words first."""
    file = LOCALE / language / "LC_MESSAGES" / "django.mo"
    if not file.exists():
        return ()
    with file.open("rb") as compiled:
        known = [
            (str(message.id), str(message.string))
            for message in read_mo(compiled)
            if message.context == CONTEXT and message.string
        ]
    known.sort(key=lambda pair: (pair[0].count(VALUE), -len(pair[0])))
    return tuple((re.compile(_shape(french), re.DOTALL), other) for french, other in known)


def _shape(french: str) -> str:
    return "(.*?)".join(re.escape(part) for part in french.split(VALUE))
