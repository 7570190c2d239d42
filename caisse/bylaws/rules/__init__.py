"""The pure part of the bylaws: articles and their values, effects, what is in force when."""

from caisse.bylaws.rules.article import Article, Unit, Value, amount, show
from caisse.bylaws.rules.effects import Amend, Effect, decode, effect, encode
from caisse.bylaws.rules.register import (
    CLASSES,
    REGISTER,
    article,
    articles,
    build,
    check_value,
    contradiction,
    find,
    neutral,
)
from caisse.bylaws.rules.timeline import Amended, in_force
from caisse.bylaws.rules.values import from_json, from_words, to_json

__all__ = [
    "CLASSES",
    "REGISTER",
    "Amend",
    "Amended",
    "Article",
    "Effect",
    "Unit",
    "Value",
    "amount",
    "article",
    "articles",
    "build",
    "check_value",
    "contradiction",
    "decode",
    "effect",
    "encode",
    "find",
    "from_json",
    "from_words",
    "in_force",
    "neutral",
    "show",
    "to_json",
]
