"""A small chart of months, one bar each, drawn on the server: its table says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from caisse.kernel.month import Month
from caisse.kernel.wording import amount, month_name, month_short

ROW, LABEL, WIDE = 34, 64, 320  # height of a line, width of its month, of the whole drawing
ROOM = 78  # for the amount, right of the longest bar


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: its words and where they stand."""

    label: str
    name: str
    amount: str
    top: int
    middle: int
    width: int
    end: int


@dataclass(frozen=True, slots=True)
class Bars:
    """The drawing: its size and its bars from top to bottom."""

    width: int
    height: int
    left: int
    bars: tuple[Bar, ...]


def bars(rows: Sequence[tuple[Month, int]]) -> Bars:
    """One bar a month, as long as its cents; whole euros are written at its end."""
    most = max((cents for _, cents in rows), default=0)
    longest = WIDE - LABEL - ROOM
    drawn = []
    for number, (month, cents) in enumerate(rows):
        width = max(2, longest * cents // most) if most and cents > 0 else 0
        top = number * ROW + 5
        drawn.append(
            Bar(
                label=month_short(month),
                name=month_name(month),
                amount=amount(_whole(cents), "€"),
                top=top,
                middle=top + 17,
                width=width,
                end=LABEL + width + 8,
            )
        )
    return Bars(width=WIDE, height=len(drawn) * ROW + 4, left=LABEL, bars=tuple(drawn))


def _whole(cents: int) -> int:
    """To the nearest euro; the table has the cents."""
    return (cents + 50) // 100 * 100
