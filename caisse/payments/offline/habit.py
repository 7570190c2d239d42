"""« Comme la dernière fois »: what a wallet set aside the last day that it did, if it still may.

Pure. Source: payments.md 7.2, « comme d'habitude ». Nothing is set aside without a press.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Kept(NamedTuple):
    """Money that was set aside: for a place (0 for any), on a day; `is_live` while it may pay."""

    place: int
    cents: int
    day: date
    is_live: bool


class Limits(NamedTuple):
    """What may be set aside now (cents): in all, for any place; how many places; those open."""

    left_cents: int
    anywhere_cents: int
    most_places: int
    open_places: frozenset[int]


def last_time(rows: Sequence[Kept], limits: Limits) -> list[tuple[int, int]]:
    """Places and cents of the last day, in their order; `rows` are told the newest first.

    Of two for one place the newer one stands; a place that takes nothing any more is left out.
    Empty while something is set aside, and where it would be more than the limits allow.
    """
    if not rows or any(row.is_live for row in rows):
        return []
    found: dict[int, int] = {}
    for row in rows:
        if row.day == rows[0].day and (row.place == 0 or row.place in limits.open_places):
            found.setdefault(row.place, row.cents)
    bound = len(found) - (0 in found)
    fits = sum(found.values()) <= limits.left_cents and bound <= limits.most_places
    if not fits or found.get(0, 0) > limits.anywhere_cents:
        return []
    return list(reversed(found.items()))
