"""The reference year as plain values: what is spent each month in each kind of place.

From the table of the year (spent by month, spent by kind) to cells, one per month and kind, and
from a cell to baskets: the amounts of its purchases, refunded parts included, to the cent.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from caisse.demo.world.shares import fill, matrix
from caisse.demo.world.tables import BASKETS, KINDS, PURCHASES, REFUNDS_PER_MILLE, SPENT, YEAR
from caisse.demo.world.values import Place
from caisse.kernel.cents import split
from caisse.kernel.month import Month

LEAST = 120
MOST = 12000
MOST_AT_FIRST = 8000
"""Cents; in the first month no wallet holds more than 100 €."""
MEDIAN, SIGMA = 1900, 0.75
"""Of the log-normal law of baskets, in cents; the mean is about 25 €."""
SERIES_MONTH = Month(2023, 10)
SERIES_KIND = "market_producer"
SERIES_PIECES, SERIES_CENTS = 5, 950
"""Five equal amounts within ten minutes, for the page of controls."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of place in one month: cents spent, net of refunds, and purchases."""

    kind: str
    net_cents: int
    purchases: int


@dataclass(frozen=True, slots=True)
class Basket:
    """What one household takes to one place: `pieces` equal purchases of `cents` altogether."""

    kind: str
    cents: int
    refund_cents: int = 0
    pieces: int = 1


def cells_of_the_year(places: Sequence[Place]) -> dict[Month, list[Cell]]:
    """The cells of the reference year: rows and columns sum to its tables, to the cent."""
    kinds = list(KINDS)
    weights = [
        [_presence(month, kind, places) * KINDS[kind][1] * spent for kind in kinds]
        for month, spent in zip(YEAR, SPENT, strict=True)
    ]
    rows = [euros * 100 for euros in SPENT]
    columns = [euros * 100 for _, euros in KINDS.values()]
    cents = matrix(rows, columns, weights)
    return {
        month: cells_of_a_month(purchases, dict(zip(kinds, row, strict=True)))
        for month, purchases, row in zip(YEAR, PURCHASES, cents, strict=True)
    }


def cells_of_a_month(purchases: int, cents: Mapping[str, int]) -> list[Cell]:
    """Cells of one month from what each kind receives: more purchases where baskets are small."""
    spent = {kind: net for kind, net in cents.items() if net}
    counts = split(purchases, [net // BASKETS[kind] for kind, net in spent.items()])
    return [
        Cell(kind, net, count) for (kind, net), count in zip(spent.items(), counts, strict=True)
    ]


def _presence(month: Month, kind: str, places: Sequence[Place]) -> int:
    """How much a kind can be visited in a month: days open, counted over its places, damped so
    that the first place of a kind takes its share and a new one adds to it."""
    days = [
        sum(place.sells_on(month.day(n)) for n in range(1, month.days + 1))
        for place in places
        if place.kind == kind
    ]
    return max(days) * 2 + sum(days) // len(days) if any(days) else 0


def baskets(
    rng: random.Random, month: Month, cells: Sequence[Cell], most: int, refunds: int
) -> list[Basket]:
    """The purchases of a month: by cell, amounts sum to net plus refunded. `most` is the largest
    basket that a wallet can pay; `refunds` how many purchases are refunded, in part or whole."""
    weights = [cell.purchases if cell.purchases > 9 else 0 for cell in cells]
    chosen = [cell.kind for cell in rng.choices(cells, weights, k=refunds)]
    made: list[Basket] = []
    for cell in cells:
        fixed = [_refunded(rng, cell, most) for _ in range(chosen.count(cell.kind))]
        if month == SERIES_MONTH and cell.kind == SERIES_KIND:
            fixed.append(Basket(cell.kind, SERIES_CENTS * SERIES_PIECES, pieces=SERIES_PIECES))
        gross = cell.net_cents + sum(basket.refund_cents for basket in fixed)
        left = gross - sum(basket.cents for basket in fixed)
        count = cell.purchases - sum(basket.pieces for basket in fixed)
        made += fixed
        made += [Basket(cell.kind, cents) for cents in _amounts(rng, cell, left, count, most)]
    return made


def refunds_of(month: Month, purchases: int) -> int:
    """How many purchases of a month are refunded."""
    if month in YEAR:
        whole = sum(PURCHASES) * REFUNDS_PER_MILLE // 1000
        return split(whole, PURCHASES)[YEAR.index(month)]
    return purchases * REFUNDS_PER_MILLE // 1000


def _refunded(rng: random.Random, cell: Cell, most: int) -> Basket:
    """A basket of which all, or a part, comes back."""
    cents = max(3 * LEAST, min(_draw(rng, cell.kind, most), most // 2))
    whole = rng.random() < 0.4
    return Basket(cell.kind, cents, cents if whole else cents * rng.randint(15, 70) // 100)


def _amounts(rng: random.Random, cell: Cell, cents: int, count: int, most: int) -> list[int]:
    """`count` amounts drawn by the law, rescaled so that they sum to `cents`."""
    drawn = [_draw(rng, cell.kind, most) - LEAST + 1 for _ in range(count)]
    return [LEAST + more for more in fill(cents - count * LEAST, drawn, [most - LEAST] * count)]


def _draw(rng: random.Random, kind: str, most: int) -> int:
    """Cents of one basket; beyond the largest it lies somewhere below it, not all on the limit."""
    middle = MEDIAN * BASKETS[kind] // 25
    cents = round(rng.lognormvariate(log(middle), SIGMA))
    if cents > most:
        cents = rng.randint(most * 3 // 4, most)
    return max(LEAST, cents)
