"""Shapes of sentences: for a choice, a number, an amount, a rate, a day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from caisse.kernel.wording import amount, count, english


@dataclass(frozen=True, slots=True)
class Terms:
    """The two units of a caisse: what is spent (`unit`) and what is paid in (`currency`)."""

    unit: str
    currency: str

    def food(self, cents: int) -> str:
        """An amount in the food unit: « 100 MonA »."""
        return amount(cents, self.unit)

    def money(self, cents: int) -> str:
        """An amount of money: « 1,50 € »."""
        return amount(cents, self.currency)


Say = Callable[[Any, Terms], str]


def choice(words: Mapping[str, str]) -> Say:
    """One sentence per word that the article may take."""
    return lambda value, terms: words[value] % {"unit": terms.unit}


def number(zero: str, other: str, none: str = "") -> Say:
    """Three sentences: for nothing (0), for a number, for no limit (None)."""

    def say(value: int | None, terms: Terms) -> str:
        words = none if value is None else (other if value else zero)
        return words % {"n": count(value or 0), "unit": terms.unit}

    return say


def cents(zero: str, other: str, none: str = "", *, food: bool = False) -> Say:
    """The same for an amount; `food` says it in the food unit."""

    def say(value: int | None, terms: Terms) -> str:
        write = terms.food if food else terms.money
        words = none if value is None else (other if value else zero)
        return words % {"amount": write(abs(value or 0)), "unit": terms.unit}

    return say


def percent(zero: str, other: str) -> Say:
    """For a rate: in percent, and what that is of 100."""

    def say(value: int, terms: Terms) -> str:
        of = {"part": terms.money(value), "whole": terms.money(100_00)}
        return (other if value else zero) % of

    return say


def on(words: str) -> Say:
    """For a day of the month."""
    return lambda value, terms: words % {"day": _("1er") if value == 1 else str(value)}


def listed(parts: Iterable[str], last: str = "") -> str:
    """« a, b et c »."""
    known = list(parts)
    if len(known) < 2:
        return "".join(known)
    last = last or _("et")
    return f"{', '.join(known[:-1])} {last} {known[-1]}"


def semicolons(parts: Iterable[str]) -> str:
    """« a, b ; c », of parts that may have commas in them."""
    return ("; " if english() else " ; ").join(parts)
