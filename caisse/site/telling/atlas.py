"""A map without tiles: places as points in a frame, close ones grouped, towns named once."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caisse.merchants.queries import Shop

PADDING = 26
GROUP_PX = 24  # two points closer than that are one group
GLYPH_PX = 8.2  # the mean width of a letter of a town's name
LINE_PX = 20
DEGREE = 100_000  # coordinates are counted in 1e-5 degree
LEAST_SPAN = 2_000  # about two kilometres: one place alone is not looked at through a lens


@dataclass(frozen=True, slots=True)
class Spot:
    """A point: `kind` is shop, producer or group; a group has its `count`."""

    x: float
    y: float
    kind: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A town's name, in the middle of its places."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Atlas:
    """A drawn map: its points, the names of towns, a ring around the one that was chosen."""

    width: int
    height: int
    spots: tuple[Spot, ...]
    names: tuple[Name, ...]
    ring: Spot | None


def draw(
    shops: Sequence[Shop], *, width: int, height: int, chosen: int | None = None
) -> Atlas | None:
    """The places that say where they are, north above; None when none does.

    `chosen` is the id of a place that stays a point of its own, with a ring around it.
    """
    known = [shop for shop in shops if shop.latitude_e5 is not None]
    if not known:
        return None
    at = dict(zip((shop.id for shop in known), _projected(known, width, height), strict=True))
    others = [shop for shop in known if shop.id != chosen]
    spots = _grouped([(at[shop.id], _kind(shop)) for shop in others])
    mine = next((shop for shop in known if shop.id == chosen), None)
    ring = Spot(*at[mine.id], _kind(mine)) if mine else None
    drawn = [*spots, ring] if ring else spots
    names = _named([(shop.commune, at[shop.id]) for shop in known], drawn, width, height)
    return Atlas(width, height, tuple(spots), tuple(names), ring)


def _kind(shop: Shop) -> str:
    return "producer" if shop.producer else "shop"


def _projected(shops: Sequence[Shop], width: int, height: int) -> list[tuple[float, float]]:
    """Pixels of each place: one scale for both axes, a degree of longitude narrowed by latitude."""
    lats = [shop.latitude_e5 or 0 for shop in shops]
    lons = [shop.longitude_e5 or 0 for shop in shops]
    middle_lat, middle_lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    narrowing = max(math.cos(math.radians(middle_lat / DEGREE)), 0.01)
    across = max((max(lons) - min(lons)) * narrowing, LEAST_SPAN)
    down = max(max(lats) - min(lats), LEAST_SPAN)
    scale = min((width - 2 * PADDING) / across, (height - 2 * PADDING) / down)
    return [
        (
            round(width / 2 + (lon - middle_lon) * narrowing * scale, 1),
            round(height / 2 - (lat - middle_lat) * scale, 1),
        )
        for lat, lon in zip(lats, lons, strict=True)
    ]


def _grouped(points: Iterable[tuple[tuple[float, float], str]]) -> list[Spot]:
    """Points, each joined to the first group that begins less than GROUP_PX away."""
    groups: list[list[tuple[tuple[float, float], str]]] = []
    for point in points:
        near = (group for group in groups if math.dist(group[0][0], point[0]) < GROUP_PX)
        found = next(near, None)
        if found is None:
            groups.append([point])
        else:
            found.append(point)
    return [
        Spot(*group[0][0], "group" if len(group) > 1 else group[0][1], len(group))
        for group in groups
    ]


def _named(
    places: Iterable[tuple[str, tuple[float, float]]],
    spots: Sequence[Spot],
    width: int,
    height: int,
) -> list[Name]:
    """One name per town beside its places, the towns with most places first; none over another."""
    towns: dict[str, list[tuple[float, float]]] = {}
    for town, at in places:
        if town:
            towns.setdefault(town, []).append(at)
    names: list[Name] = []
    for town, points in sorted(towns.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        half = len(town) * GLYPH_PX / 2
        free = (
            name
            for x, y in _beside(points, half)
            for name in [Name(round(x, 1), round(y, 1), town)]
            if half <= x <= width - half
            and LINE_PX <= y <= height - 6
            and not any(_touches(name, other) for other in names)
            and not any(_hides(name, spot) for spot in spots)
        )
        found = next(free, None)
        if found is not None:
            names.append(found)
    return names


def _beside(points: Sequence[tuple[float, float]], half: float) -> Iterable[tuple[float, float]]:
    """Below the places of a town, above them, then right and left of them."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    middle, level = sum(xs) / len(xs), sum(ys) / len(ys)
    yield middle, max(ys) + LINE_PX + 10
    yield middle, min(ys) - LINE_PX
    yield max(xs) + half + LINE_PX, level + 5
    yield min(xs) - half - LINE_PX, level + 5


def _touches(name: Name, other: Name) -> bool:
    apart = (len(name.words) + len(other.words)) * GLYPH_PX / 2
    return abs(name.y - other.y) < LINE_PX and abs(name.x - other.x) < apart


def _hides(name: Name, spot: Spot) -> bool:
    """True when the name would lie over the point."""
    radius = 15 if spot.kind == "group" else 9
    half = len(name.words) * GLYPH_PX / 2
    return abs(name.x - spot.x) < half + radius and -radius < name.y - spot.y < LINE_PX + radius - 6
