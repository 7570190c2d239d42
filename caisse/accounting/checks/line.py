"""A line of the check, and how lines register (own room: part of the check)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from caisse.kernel import clock

FINAL = "('posted', 'post', 'reverse')"


@dataclass(frozen=True, slots=True)
class Line:
    """The verdict on one rule: `damaged` rows, the first one in words, the business date it bears.

    `figure` is the total that the rule speaks of, in words for the one who reads.
    """

    code: str
    label: str
    damaged: int
    figure: str
    first: str = ""
    day: date | None = None

    @property
    def ok(self) -> bool:
        """True when no row is damaged."""
        return self.damaged == 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule found: its figure, and the damaged rows as (words, instant in ms or None)."""

    figure: str
    damage: Sequence[tuple[str, int | None]] = ()


Rule = Callable[[], Verdict]
LINES: dict[str, tuple[str, Rule]] = {}


def line(code: str, label: str) -> Callable[[Rule], Rule]:
    """Register a rule under its code and its French label."""

    def register(rule: Rule) -> Rule:
        LINES[code] = (label, rule)
        return rule

    return register


def run(only: Iterable[str] = ()) -> list[Line]:
    """Judge every rule, or those named, in order."""
    wanted = set(only)
    return [
        as_line(code, label, rule())
        for code, (label, rule) in LINES.items()
        if not wanted or code in wanted
    ]


def as_line(code: str, label: str, verdict: Verdict) -> Line:
    """A verdict as a line: how many rows, the first of them, its business date."""
    first, at = verdict.damage[0] if verdict.damage else ("", None)
    day = None if at is None else clock.day_of(at)
    return Line(code, label, len(verdict.damage), verdict.figure, first, day)


def rows(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement; ids come out as text."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return [tuple(_plain(cell) for cell in row) for row in cursor.fetchall()]


def one(sql: str, params: Sequence[Any] = ()) -> Any:
    """The first cell of the first row."""
    return rows(sql, params)[0][0]


def hexed(column: str) -> str:
    """SQL for an id as 32 hexadecimal digits, on both engines."""
    if connection.vendor == "postgresql":
        return f"replace({column}::text, '-', '')"
    return f"lower(hex({column}))"


def _plain(cell: Any) -> Any:
    import uuid

    if isinstance(cell, uuid.UUID):
        return cell.hex
    if isinstance(cell, (bytes, memoryview)):
        return bytes(cell).hex()
    return int(cell) if type(cell).__name__ == "Decimal" else cell
