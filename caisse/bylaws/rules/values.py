"""The values of articles at the edges: JSON in tables and files, words typed on a command line."""

import json
from collections.abc import Mapping
from typing import Any

from caisse.bylaws.rules.article import EXPECTED, Article, Value, demand, title
from caisse.bylaws.rules.register import find
from caisse.kernel.refusal import Refusal


def to_json(name: str, value: Value) -> Any:
    """A value as JSON holds it: lists of numbers, words or objects. Raises Refusal as `demand`."""
    article = find(name)
    demand(article, value)
    return plain(article, value)


def plain(article: Article, value: Value) -> Any:
    """The JSON form of a value that was checked."""
    if value is None or article.kind is not tuple:
        return value
    return [_plain_item(article, item) for item in value]


def from_json(name: str, raw: Any) -> Value:
    """A checked value from its JSON form. Raises Refusal as `demand`, and for an unknown name."""
    return read(find(name), raw)


def read(article: Article, raw: Any) -> Value:
    """A checked value of `article` from its JSON form; an object's absent key reads as null."""
    value = shaped(article, raw)
    demand(article, value)
    return value


def shaped(article: Article, raw: Any) -> Value:
    """A value from its JSON form, its bounds not judged: what was once decided stays readable.

    Raises Refusal `wrong_type` for a list whose lines have not the form of the article's.
    """
    if article.kind is not tuple:
        return raw
    if not isinstance(raw, list):
        raise Refusal("wrong_type", f"{title(article)} : il faut {EXPECTED[tuple]}.")
    return tuple(_item(article, line) for line in raw)


def from_words(name: str, words: str) -> Value:
    """A checked value as a person types it: `oui`, `aucun`, a number, a word, or JSON for a list.

    Amounts are integer cents, as everywhere in the articles. Raises Refusal.
    """
    article, text = find(name), words.strip()
    if article.kind is str:
        return read(article, text)
    known: dict[str, Any] = {"oui": True, "non": False}
    if article.optional and text in ("aucun", "none"):
        return None
    if article.kind is bool and text in known:
        return known[text]
    try:
        raw = json.loads(text)
    except ValueError:
        raise Refusal("wrong_type", f"{title(article)} : « {text[:40]} » ne se lit pas.") from None
    return read(article, raw)


def _plain_item(article: Article, item: Any) -> Any:
    if not article.parts:
        return item
    return {part.field: plain(part, getattr(item, part.field)) for part in article.parts}


def _item(article: Article, line: Any) -> Any:
    if not article.parts or article.item is None:
        return line
    fields = {part.field for part in article.parts}
    needed = {part.field for part in article.parts if part.neutral not in (None, "")}
    if not isinstance(line, Mapping) or not needed <= set(line) <= fields:
        raise Refusal(
            "wrong_type",
            f"{title(article)} : chaque ligne indique {', '.join(p.field for p in article.parts)}.",
        )
    return article.item(
        **{part.field: shaped(part, line.get(part.field, part.neutral)) for part in article.parts}
    )
