"""Reads of the bylaws: what is in force, the register of decisions, the presets."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, TypeVar

from django.db.models import Max, QuerySet

from caisse.bylaws import models, rules
from caisse.bylaws.rules import Amended, Article, Effect, Value
from caisse.bylaws.rules.preset import Preset, read_preset
from caisse.bylaws.rules.values import shaped
from caisse.kernel.ids import Id
from caisse.kernel.looks import Asked, Look, Row
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal

C = TypeVar("C")
D = TypeVar("D")

_LAST = Look(
    "SELECT d.event FROM bylaws_founding f JOIN bylaws_decision d "
    "ON d.number = (SELECT max(number) FROM bylaws_decision) WHERE f.id {keys}",
    "number",
)


@dataclass(frozen=True, slots=True)
class Founding:
    """How the caisse began: its name, the preset, the first month with an allocation."""

    name: str
    preset: str
    first_month: Month
    demo: bool
    at: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as adopted; `id` is its event, `adopted_at` milliseconds."""

    number: int
    id: Id
    decided_on: date
    body: str
    title: str
    text: str
    adopted_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one effect of a decision changes, in French; `article` is empty for other effects.

    `amend` is that effect, for whoever says it otherwise; with `replaces`, `before` was the value.
    """

    sentence: str
    article: str = ""
    sourced: bool = True
    source: str = ""
    amend: rules.Amend | None = None
    before: Value = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision of the public register."""

    decision: Decision
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """An article at a month; `by` is None when no decision ever spoke: it reads neutral."""

    article: Article
    value: Value
    by: Amended | None


def in_force(cls: type[C], *, month: Month, known_at: int | None = None) -> C:
    """The articles of the rules class `cls` at `month`, as known at `known_at` (ms; None: now)."""
    names = rules.CLASSES[cls].values()
    chosen = rules.in_force(_amended(_amendments(names, month)), month, known_at)
    return rules.build(cls, {name: amended.value for name, amended in chosen.items()})


def both_in_force(one: type[C], other: type[D], *, month: Month) -> tuple[C, D]:
    """The articles of two rules classes at `month`, as known now, by one query for both."""
    names = [*rules.CLASSES[one].values(), *rules.CLASSES[other].values()]
    chosen = rules.in_force(_amended(_amendments(names, month)), month, None)
    values = {name: amended.value for name, amended in chosen.items()}
    return rules.build(one, values), rules.build(other, values)


def last_decision() -> Id:
    """The event of the last decision, b"" before the founding.

    What is in force in a month changes with it and with nothing else: who asks often compares it
    with that of the last time.
    """
    return look_at_last_decision().found()


def look_at_last_decision() -> Asked[Id]:
    """The same, for who looks at other things at the same moment."""
    return _LAST.at([1], read=_only)


def _only(rows: list[Row]) -> Id:
    return rows[0][0] if rows else b""


def articles_in_force(*, month: Month, known_at: int | None = None) -> list[InForce]:
    """Every article that the code knows, by name, with the decision that speaks at `month`."""
    known = sorted(rules.REGISTER)
    chosen = rules.in_force(_amended(_amendments(known, month)), month, known_at)
    return [
        InForce(article, by.value if by is not None else article.neutral, by)
        for name in known
        for article, by in [(rules.REGISTER[name], chosen.get(name))]
    ]


def amendments(article: str) -> list[Amended]:
    """Every amendment to one article, in the order of adoption."""
    rows = models.Amendment.objects.filter(article=article)
    return list(_amended(rows.order_by("decision_id", "position")))


def changes(cls: type, first: Month) -> list[Month]:
    """The month `first` and the later ones at which an article of the class `cls` changes."""
    names = list(rules.CLASSES[cls].values())
    rows = models.Amendment.objects.filter(article__in=names, since__gt=first)
    return [first, *sorted({row.since for row in rows})]


def sealed_until() -> Month | None:
    """The last month whose plan is frozen, or None; no amendment reaches it or a month before."""
    last = models.Seal.objects.aggregate(last=Max("month"))["last"]
    return Month.from_number(last) if isinstance(last, int) else last


def founding() -> Founding | None:
    """How the caisse was founded, or None when it was not."""
    row = models.Founding.objects.filter(pk=1).first()
    if row is None:
        return None
    return Founding(row.name, row.preset, row.first_month, row.demo, row.at)


def founding_exists(*, using: str) -> bool:
    """True when a caisse is founded in the database `using`."""
    return models.Founding.objects.using(using).exists()


def decision(number: int) -> Decision | None:
    """The decision with that number, or None."""
    row = models.Decision.objects.filter(pk=number).first()
    return None if row is None else as_value(row)


def decision_of(id: Id) -> Decision | None:
    """The decision of that event, or None."""
    row = models.Decision.objects.filter(event=id).first()
    return None if row is None else as_value(row)


def as_value(row: models.Decision) -> Decision:
    """The value of a row."""
    return Decision(
        row.number, row.event, row.decided_on, row.body, row.title, row.text, row.adopted_at
    )


def register(*, limit: int = 100, before: int | None = None, currency: str = "€") -> list[Entry]:
    """The newest decisions first, at most `limit`, below the number `before`; what each changes.

    An amended article says what it was before; the founding decision says every article.
    """
    rows = models.Decision.objects.order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    history = list(_amended(models.Amendment.objects.all()))
    return [Entry(as_value(row), tuple(_changes(row, history, currency))) for row in rows[:limit]]


def presets() -> list[Preset]:
    """The known caisses, by code, each with its articles and their marks."""
    folder = resources.files("caisse.bylaws") / "presets"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return [_preset(name.removesuffix(".toml")) for name in names]


def preset(code: str) -> Preset:
    """The preset `code`; Refusal `unknown_preset` when there is none of that name."""
    folder = resources.files("caisse.bylaws") / "presets"
    known = sorted(file.name.removesuffix(".toml") for file in folder.iterdir())
    if code not in known:
        raise Refusal(
            "unknown_preset",
            f"« {code[:40]} » n’est pas un modèle de caisse ; il y a {', '.join(known)}.",
        )
    return _preset(code)


def _preset(code: str) -> Preset:
    file = resources.files("caisse.bylaws") / "presets" / f"{code}.toml"
    return read_preset(code, tomllib.loads(file.read_text(encoding="utf-8")))


def _amendments(names: Iterable[str], month: Month) -> "QuerySet[models.Amendment]":
    return models.Amendment.objects.filter(article__in=list(names), since__lte=month)


def _amended(rows: "QuerySet[models.Amendment]") -> Iterable[Amended]:
    for row in rows:
        if row.article in rules.REGISTER:  # one that no code obeys any more stays in the table
            yield Amended(
                row.article,
                shaped(rules.REGISTER[row.article], json.loads(row.value)),
                row.since,
                row.adopted_at,
                row.decision_id,
                row.position,
                row.sourced,
                row.source,
            )


def _changes(row: models.Decision, history: list[Amended], currency: str) -> Iterable[Change]:
    before = [amended for amended in history if amended.decision < row.number]
    for raw in json.loads(row.effects):
        try:
            yield _change(rules.decode(raw), raw, before, currency)
        except Refusal as refusal:  # an effect that this version of the code does not know
            yield Change(refusal.sentence)


def _change(effect: Effect, raw: dict[str, Any], before: list[Amended], currency: str) -> Change:
    if not isinstance(effect, rules.Amend):
        return Change(effect.sentence())
    sentence = effect.sentence(currency)
    old = rules.in_force(
        (amended for amended in before if amended.article == effect.article), effect.since
    ).get(effect.article)
    was_value = None if old is None else old.value
    replaces = old is not None and was_value != effect.value
    if replaces:
        was = rules.show(rules.find(effect.article), was_value, currency)
        sentence = f"{sentence.removesuffix('.')} ({was} auparavant)."
    return Change(
        sentence, effect.article, effect.sourced, effect.source, effect, was_value, replaces
    )
