"""Drawings as numbers: from cents to positions in a frame (own room: pure; templates draw).

All lengths are pixels of the drawing's own frame, rounded to a tenth; money stays in integer cents
until it becomes a position. A drawing carries its words (title, description) and never a colour:
colours and patterns belong to the style sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from caisse.kernel.wording import bare

GLYPH_PX = 9  # the widest a character of a label gets, on average
RING_PX = 42  # under the lowest value: the ring around it, then its words


@dataclass(frozen=True, slots=True)
class Frame:
    """Width and height of a drawing, and the margins around its plot."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def plot_width(self) -> int:
        """Between the margins."""
        return self.width - self.left - self.right

    @property
    def plot_height(self) -> int:
        """Between the margins."""
        return self.height - self.top - self.bottom

    @property
    def floor(self) -> int:
        """Where the plot ends, from the top."""
        return self.height - self.bottom

    @property
    def end(self) -> int:
        """Where the plot ends, from the left."""
        return self.width - self.right


@dataclass(frozen=True, slots=True)
class Text:
    """Words at a place; `anchor` is start, middle or end; `kind` is a word for the style sheet."""

    x: float
    y: float
    words: str
    anchor: str = "middle"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One horizontal line of the grid."""

    y: float
    label: str
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Rect:
    """A bar; `kind` is a word for the style sheet."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Point:
    """A mark on a line; `hollow` when it is a forecast."""

    x: float
    y: float
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a line chart: its marks, its path, the dashed path of its forecast, its name."""

    kind: str
    points: tuple[Point, ...]
    path: str
    ahead: str
    label: Text


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its words; what a kind of chart does not use is empty."""

    id: str
    title: str
    description: str
    frame: Frame
    grid: tuple[Line, ...]
    axis: tuple[Text, ...]
    bars: tuple[Rect, ...] = ()
    series: tuple[Series, ...] = ()
    area: str = ""
    past: Rect | None = None
    low: Point | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Values:
    """One series of a line chart: a value per slot, the last `ahead` of them forecast."""

    kind: str
    label: str
    cents: tuple[int, ...]
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is written inside a line chart; what is empty is not drawn.

    `area` names what lies between the first two lines, `low` the lowest value of the first (it gets
    a ring), `past` and `ahead` the two grounds of a forecast.
    """

    area: str = ""
    low: str = ""
    past: str = ""
    ahead: str = ""


UNREMARKED = Remarks()


def step(span_cents: int, most: int) -> int:
    """The distance of the grid's lines: 1, 2, 2.5 or 5 × 10ⁿ units, at most `most` above 0."""
    unit = 100
    while True:
        for factor in (10, 20, 25, 50):
            if factor * unit % 1000 == 0 and factor * unit // 10 * most >= span_cents:
                return factor * unit // 10
        unit *= 10


def ticks(low_cents: int, high_cents: int, most: int) -> list[int]:
    """Round values around zero, from the one above `low_cents` to the one above `high_cents`."""
    low, high = min(low_cents, 0), max(high_cents, 0)
    size = step(max(high - low, 1), most)
    first, last = -(-low // size) * size, max(-(-high // size), 1) * size
    return list(range(first, last + 1, size))


def bars(
    *,
    id: str,
    title: str,
    description: str,
    frame: Frame,
    labels: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    kinds: tuple[str, str],
    lines: int = 4,
    gap: float = 2.0,
) -> Chart:
    """Two bars per slot, side by side, from zero up; a negative value is drawn as nothing.

    `pairs` are cents; `labels` has one text per slot, "" where none is wanted.
    """
    high = max((value for pair in pairs for value in pair), default=0)
    grid = ticks(0, high, lines)
    frame = _with_room(frame, grid)
    scale = Scale(0, grid[-1], frame)
    slot = frame.plot_width / max(len(pairs), 1)
    width = min(round(slot * 0.42, 1), 34.0)
    drawn = []
    for place, pair in enumerate(pairs):
        left = frame.left + place * slot + (slot - 2 * width - gap) / 2
        for side, value in enumerate(pair):
            y = scale.y(max(value, 0))
            x = round(left + side * (width + gap), 1)
            drawn.append(Rect(x, y, width, round(frame.floor - y, 1), kinds[side]))
    return Chart(
        id=id,
        title=title,
        description=description,
        frame=frame,
        grid=tuple(scale.lines(grid)),
        axis=tuple(
            _axis(frame, [frame.left + (n + 0.5) * slot for n in range(len(labels))], labels)
        ),
        bars=tuple(drawn),
    )


def lines(
    *,
    id: str,
    title: str,
    description: str,
    frame: Frame,
    labels: Sequence[str],
    series: Sequence[Values],
    grid_lines: int = 4,
    remarks: Remarks = UNREMARKED,
) -> Chart:
    """One or more lines over the same slots, each named at its end, without a legend."""
    values = [value for one in series for value in one.cents]
    low, high = min([*values, 0]), max([*values, 0])
    grid = ticks(low, high, grid_lines)
    frame = _with_room(frame, grid, [one.label for one in series])
    room = RING_PX if remarks.low else 0
    below = (grid[-1] - low) * room // (frame.plot_height - room)
    scale = Scale(low - below, grid[-1], frame)
    xs = _spread(frame, len(labels))
    drawn = [_series(one, xs, scale, frame) for one in series]
    first, known = series[0], len(labels) - series[0].ahead
    notes = [*_grounds(frame, xs, known, remarks)] if first.ahead and known else []
    if remarks.area:
        notes += _area_label(drawn[0].points, drawn[1].points, remarks.area)
    lowest = drawn[0].points[first.cents.index(min(first.cents))] if remarks.low else None
    if lowest is not None:
        notes.append(_low_label(lowest, frame, remarks.low))
    return Chart(
        id=id,
        title=title,
        description=description,
        frame=frame,
        grid=tuple(scale.lines(grid)),
        axis=tuple(_axis(frame, xs, labels)),
        series=_apart(drawn),
        area=_between(drawn[0].points, drawn[1].points) if remarks.area else "",
        past=_past(frame, xs[known - 1]) if first.ahead and known > 1 else None,
        low=lowest,
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """From cents to a height in a frame: `low` lies on the floor of the plot, `high` at its top."""

    low: int
    high: int
    frame: Frame

    def y(self, value: int) -> float:
        """How far from the top `value` lies."""
        span = max(self.high - self.low, 1)
        return round(self.frame.top + (self.high - value) * self.frame.plot_height / span, 1)

    def lines(self, values: Iterable[int]) -> Iterable[Line]:
        """The grid, its labels in whole units."""
        for value in values:
            yield Line(self.y(value), bare(value, decimals=False), zero=value == 0)


def stack(parts: Sequence[tuple[str, int]], whole_cents: int | None = None) -> list[Rect]:
    """Parts of one horizontal bar, in percent of its length: they touch and fill `whole_cents`.

    `parts` are (kind, cents); a part of nothing is left out. Without a whole, they are the whole.
    """
    known = [(kind, value) for kind, value in parts if value > 0]
    whole = sum(value for _kind, value in known) if whole_cents is None else whole_cents
    drawn, reached = [], 0
    for kind, value in known:
        start, reached = reached, reached + value
        left, right = _hundredth(start, whole), _hundredth(reached, whole)
        drawn.append(Rect(left, 0, round(right - left, 2), 100, kind))
    return drawn


def sparse(labels: Sequence[str], every: int) -> list[str]:
    """The first label and each `every`-th after it; the others are empty."""
    return [label if place % every == 0 else "" for place, label in enumerate(labels)]


def _hundredth(part: int, whole: int) -> float:
    return round(100 * part / max(whole, 1), 2)


def _spread(frame: Frame, slots: int) -> list[float]:
    """The x of each slot: the first on the left edge of the plot, the last on its right edge."""
    if slots == 1:
        return [frame.left + frame.plot_width / 2]
    return [round(frame.left + n * frame.plot_width / (slots - 1), 1) for n in range(slots)]


def _axis(frame: Frame, xs: Sequence[float], labels: Sequence[str]) -> Iterable[Text]:
    """Labels under the plot; a label « févr.|2023 » has a second row."""
    for x, label in zip(xs, labels, strict=True):
        for row, words in enumerate(label.split("|") if label else ()):
            kind = "year" if row else ""
            yield Text(round(x, 1), frame.floor + 21 + 16 * row, words, kind=kind)


def _series(values: Values, xs: Sequence[float], scale: Scale, frame: Frame) -> Series:
    known = len(values.cents) - values.ahead
    points = tuple(
        Point(x, scale.y(value), hollow=place >= known)
        for place, (x, value) in enumerate(zip(xs, values.cents, strict=True))
    )
    end = points[-1]
    return Series(
        kind=values.kind,
        points=points,
        path=path(points[:known]),
        ahead=path(points[max(known - 1, 0) :]) if values.ahead else "",
        label=Text(frame.end + 12, round(end.y + 5, 1), values.label, "start", values.kind),
    )


def path(points: Sequence[Point]) -> str:
    """The points as an SVG path; nothing for fewer than two."""
    if len(points) < 2:
        return ""
    return "M" + "L".join(f"{point.x:g} {point.y:g}" for point in points)


def _between(upper: Sequence[Point], lower: Sequence[Point]) -> str:
    return path([*upper, *reversed(lower)]) + "Z"


def _apart(series: Sequence[Series], distance: float = 24.0) -> tuple[Series, ...]:
    """The same series with their end labels moved up and down until none hides another."""
    order = sorted(range(len(series)), key=lambda n: series[n].label.y)
    heights = {n: series[n].label.y for n in order}
    for above, below in pairwise(order):
        short = distance - (heights[below] - heights[above])
        if short > 0:
            heights[above] -= short / 2
            heights[below] += short / 2
    return tuple(
        replace(one, label=replace(one.label, y=round(heights[n], 1)))
        for n, one in enumerate(series)
    )


def _past(frame: Frame, last: float) -> Rect:
    """The ground of what has happened, when a forecast follows it."""
    return Rect(frame.left, frame.top, round(last - frame.left, 1), frame.plot_height, "past")


def _grounds(frame: Frame, xs: Sequence[float], known: int, remarks: Remarks) -> Iterable[Text]:
    """The names of the two grounds, above them."""
    if known > 1:
        yield Text(frame.left + 8, frame.top - 9, remarks.past, "start", "quiet")
    yield Text(round(xs[known - 1] + 10, 1), frame.top - 9, remarks.ahead, "start", "quiet")


def _low_label(point: Point, frame: Frame, words: str) -> Text:
    """Under the ring, inside the plot."""
    half = len(words) * GLYPH_PX / 2
    x = min(max(point.x, frame.left + half), frame.end - half)
    return Text(round(x, 1), round(point.y + 32, 1), words, kind="alarm")


def _with_room(frame: Frame, grid: Sequence[int], names: Sequence[str] = ()) -> Frame:
    """The frame with margins wide enough for the figures of the grid and the names of the lines."""
    left = max(len(bare(value, decimals=False)) for value in grid) * GLYPH_PX + 10
    right = max((len(name) for name in names if name), default=-1) * GLYPH_PX + 10
    return replace(frame, left=max(frame.left, left), right=max(frame.right, right))


def _area_label(upper: Sequence[Point], lower: Sequence[Point], words: str) -> list[Text]:
    """Where the two lines are far apart, not at an end; nowhere when a word has no room."""
    inner = range(len(upper) // 5, len(upper) - len(upper) // 5)
    place = max(inner, key=lambda n: lower[n].y - upper[n].y)
    if lower[place].y - upper[place].y < 30:
        return []
    y = (upper[place].y + lower[place].y) / 2 + 5
    return [Text(upper[place].x, round(y, 1), words)]
