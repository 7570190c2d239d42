"""A preset: the values with which a caisse of a known kind begins, each sourced or invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caisse.bylaws.rules.article import Value
from caisse.bylaws.rules.effects import Amend
from caisse.bylaws.rules.register import CLASSES, REGISTER, build, contradiction, find
from caisse.bylaws.rules.values import read
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal

NEUTRAL = "valeur neutre : cette caisse n’emploie pas l’article"


@dataclass(frozen=True, slots=True)
class Line:
    """One article of a preset; `source` says whence the value is, or why it was invented."""

    article: str
    value: Value
    sourced: bool
    source: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A known caisse. `lines` are the articles that its file names, in the register's order."""

    code: str
    name: str
    territory: str
    story: str
    lines: tuple[Line, ...]

    @property
    def sourced(self) -> int:
        """How many articles come from a source."""
        return sum(line.sourced for line in self.lines)

    @property
    def invented(self) -> int:
        """How many articles were invented because no source gives them."""
        return len(self.lines) - self.sourced

    @property
    def values(self) -> dict[str, Value]:
        """Article -> value, for the articles that the file names."""
        return {line.article: line.value for line in self.lines}

    def amends(self, since: Month) -> list[Amend]:
        """One effect for every article that the code knows; what the file leaves out is neutral."""
        named = {line.article: line for line in self.lines}
        return [
            Amend(name, line.value, since, line.sourced, line.source)
            if (line := named.get(name)) is not None
            else Amend(name, article.neutral, since, False, NEUTRAL)
            for name, article in sorted(REGISTER.items())
        ]


def read_preset(code: str, raw: Mapping[str, Any]) -> Preset:
    """The preset of a parsed TOML file: a table per prefix, a line `{ value, sourced|invented }`.

    Raises Refusal when an article is unknown, a value not allowed, a line says neither whence it is
    nor that it was invented, or the values contradict each other.
    """
    lines = sorted((_line(name, line) for name, line in _flat(raw)), key=lambda line: line.article)
    preset = Preset(code, raw["name"], raw["territory"], raw["story"], tuple(lines))
    for cls in CLASSES:
        said = contradiction(build(cls, preset.values))
        if said is not None:
            raise Refusal("contradiction", f"{preset.name} : {said}")
    return preset


def _flat(raw: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(article, line) of every table; an article without a prefix stands in the table `bylaws`."""
    tables = {key: value for key, value in raw.items() if isinstance(value, Mapping)}
    return [
        (field if prefix == "bylaws" else f"{prefix}.{field}", line)
        for prefix, table in tables.items()
        for field, line in table.items()
    ]


def _line(name: str, line: Mapping[str, Any]) -> Line:
    article = find(name)
    marks = set(line) - {"value"}
    if "value" not in line or marks not in ({"sourced"}, {"invented"}):
        raise Refusal("mark", f"{name} : il faut value, et sourced ou invented.")
    raw = None if article.optional and line["value"] == "aucun" else line["value"]
    (mark,) = marks
    return Line(name, read(article, raw), mark == "sourced", line[mark])
