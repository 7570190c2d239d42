"""Texts as telephones take them, and their numbers: pure.

Source of the alphabet: 3GPP TS 23.038 (GSM 7 bit default alphabet and its extension table).
"""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 160  # septets of one SMS
LONGEST_NUMBER = 15  # figures of an international number, ITU-T E.164
FRANCE = "33"
MOBILES = ("6", "7")  # what a mobile number of France begins with

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€")  # these count twice
NEAREST = str.maketrans(
    {
        "\u202f": " ", "\u00a0": " ", "’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"',
        "–": "-", "—": "-", "−": "-", "‑": "-", "…": "...", "·": ",", "œ": "oe", "Œ": "OE",
    }
)  # fmt: skip


def gsm(text: str) -> str:
    """The text in the signs of an SMS: an accent that it lacks falls, other signs become `?`."""
    folded = re.sub(r'" ?(.*?) ?"', r'"\1"', text.translate(NEAREST))
    return "".join(_nearest(sign) for sign in folded)


def septets(text: str) -> int:
    """How much of an SMS a text takes that is in its signs."""
    return sum(2 if sign in EXTENSION else 1 for sign in text)


def fit(parts: Sequence[str], most: int = LONGEST) -> str:
    """The parts as one SMS, in their order, the first one always; a later one that is too much for
    it is left out. A first part that is too long alone is cut."""
    said = gsm(parts[0])
    while septets(said) > most:
        said = said[:-1]
    for part in parts[1:]:
        longer = f"{said} {gsm(part)}"
        if part and septets(longer) <= most:
            said = longer
    return said


def number(typed: str, country: str = FRANCE) -> str:
    """A telephone number as it is dialled from anywhere, "+33612345678"; "" for what is none.

    `country` are the figures that stand for a leading 0.
    """
    figures = re.sub(r"[\s.\-/()]", "", typed)
    if figures.startswith("00"):
        figures = f"+{figures[2:]}"
    elif figures.startswith("0"):
        figures = f"+{country}{figures[1:]}"
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", figures) or len(figures) - 1 > LONGEST_NUMBER:
        return ""
    return figures


def takes_sms(dialled: str) -> bool:
    """Whether a number may take an SMS: in France a mobile, elsewhere nobody can tell."""
    if not dialled.startswith(f"+{FRANCE}"):
        return bool(dialled)
    return dialled[len(FRANCE) + 1 :].startswith(MOBILES)


def shown_number(dialled: str) -> str:
    """What a screen shows of a number: its two last figures, « … 78 »."""
    return f"… {dialled[-2:]}" if dialled else ""


def _nearest(sign: str) -> str:
    if sign in ALPHABET or sign in EXTENSION:
        return sign
    bare = unicodedata.normalize("NFD", sign)[0]
    return bare if bare in ALPHABET else "?"
