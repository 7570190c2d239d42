"""What an article is, and what is wrong with a value that is not one of its values."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from caisse.kernel import cents
from caisse.kernel.refusal import Refusal

Unit = Literal["cents", "bp", "day", "days", "months", "people", "number", "flag", "word", "list"]
Value: TypeAlias = Any  # int | bool | str | None | tuple of int, str or frozen dataclasses
Bounds: TypeAlias = tuple[int, int]
Check: TypeAlias = Callable[[Any], str | None]

LONGEST_WORD = 200


@dataclass(frozen=True, slots=True)
class Article:
    """One article as the register knows it. `bounds` of a list bound its length.

    `kind` is int, bool, str or tuple; `item` the type of a list's items, `parts` the fields of an
    item that is a dataclass, `item_bounds` the bounds of an item that is a number; `absent` says
    null in French.
    """

    name: str
    label: str
    unit: Unit
    neutral: Value
    bounds: Bounds | None
    choices: Mapping[str, str]
    optional: bool
    kind: type
    item: type | None
    item_bounds: Bounds | None
    parts: tuple["Article", ...]
    pattern: str | None
    check: Check | None
    absent: str
    owner: type
    field: str


def demand(article: Article, value: Value) -> None:
    """Raise Refusal with a French sentence when `value` is not one that `article` may take.

    Reasons: `wrong_type`, `out_of_bounds`, `unknown_choice`, `contradiction`.
    """
    if value is None and article.optional:
        return
    if not _is(value, article.kind):
        raise Refusal("wrong_type", f"{title(article)} : il faut {EXPECTED[article.kind]}.")
    if article.kind is tuple:
        _demand_items(article, value)
    elif article.kind is str:
        _demand_word(article, value)
    elif article.kind is int:
        _demand_between(article, value, article.bounds, article.unit)
    said = article.check(value) if article.check else None
    if said is not None:
        raise Refusal("contradiction", f"{title(article)} : {said}")


def _is(value: Any, kind: type) -> bool:
    """Of exactly that type: True is not 1, and a float is never an amount."""
    return type(value) is kind


EXPECTED: dict[type, str] = {
    int: "un nombre entier",
    bool: "oui ou non",
    str: "un mot",
    tuple: "une liste",
}


def title(article: Article) -> str:
    """ "montant de base" with its name, as a sentence begins."""
    return f"Article « {article.label} » ({article.name})"


def _demand_word(article: Article, word: str) -> None:
    if article.choices and word not in article.choices:
        known = ", ".join(article.choices)
        raise Refusal(
            "unknown_choice", f"{title(article)} : « {word[:40]} » n’est pas un choix ({known})."
        )
    if len(word) > LONGEST_WORD or (article.pattern and not re.fullmatch(article.pattern, word)):
        raise Refusal("out_of_bounds", f"{title(article)} : « {word[:40]} » ne convient pas.")


def _demand_between(article: Article, value: int, bounds: Bounds | None, unit: Unit) -> None:
    low, high = bounds if bounds is not None else (value, value)
    if not low <= value <= high:
        raise Refusal(
            "out_of_bounds",
            f"{title(article)} : {amount(value, unit)} est hors des bornes, "
            f"{span(low, high, unit)}.",
        )


def _demand_items(article: Article, items: tuple[Any, ...]) -> None:
    low, high = article.bounds or (0, 0)
    if not low <= len(items) <= high:
        raise Refusal(
            "out_of_bounds",
            f"{title(article)} : la liste compte {len(items)} lignes, "
            f"il en faut de {low} à {high}.",
        )
    for item in items:
        if article.item is None or not _is(item, article.item):
            raise Refusal("wrong_type", f"{title(article)} : une ligne n’a pas la bonne forme.")
        if article.item is int:
            _demand_between(article, item, article.item_bounds, item_unit(article))
        elif article.item is str and not 0 < len(item) <= LONGEST_WORD:
            raise Refusal("out_of_bounds", f"{title(article)} : « {item[:40]} » ne convient pas.")
        for part in article.parts:
            demand(part, getattr(item, part.field))


def item_unit(article: Article) -> Unit:
    """The unit of the numbers of a list, told by its name."""
    return ending(article.name) or "number"


SUFFIXES: dict[str, Unit] = {
    "_cents": "cents",
    "_bp": "bp",
    "_day": "day",
    "_days": "days",
    "_months": "months",
}


def ending(name: str) -> Unit | None:
    """The unit that an article's name ends with, or None."""
    return next((unit for end, unit in SUFFIXES.items() if name.endswith(end)), None)


def amount(value: int, unit: Unit, currency: str = "€") -> str:
    """A number of that unit as a French sentence shows it."""
    if unit == "cents":
        return cents.show(value, currency)
    if unit == "bp":
        percent, rest = divmod(abs(value), 100)
        tail = f",{rest:02d}".rstrip("0") if rest else ""
        return f"{'−' if value < 0 else ''}{percent}{tail}{cents.NARROW}%"
    if unit == "day":
        return f"le {_day(value)}"
    plural = "s" if abs(value) > 1 else ""
    nouns = {"days": f" jour{plural}", "months": " mois", "people": f" personne{plural}"}
    return f"{value:,}".replace(",", cents.NARROW).replace("-", "−") + nouns.get(unit, "")


def _day(number: int) -> str:
    return "1er" if number == 1 else str(number)


def span(low: int, high: int, unit: Unit) -> str:
    """Bounds as a French sentence shows them: "du 1er au 28", "de 0 % à 50 %"."""
    if unit == "day":
        return f"du {_day(low)} au {_day(high)}"
    return f"de {amount(low, unit)} à {amount(high, unit)}"


def show(article: Article, value: Value, currency: str = "€") -> str:
    """A value as a French sentence shows it."""
    if value is None:
        return article.absent
    if article.kind is bool:
        return "oui" if value else "non"
    if article.kind is str:
        return article.choices.get(value, value) or "aucun"
    if article.kind is int:
        return amount(value, article.unit, currency)
    if article.parts:
        lines = [
            ", ".join(
                f"{p.label} {show(p, getattr(item, p.field), currency)}" for p in article.parts
            )
            for item in value
        ]
    elif article.item is int:
        lines = [amount(item, item_unit(article), currency) for item in value]
    else:
        lines = list(value)
    return " ; ".join(lines) or "aucune ligne"
