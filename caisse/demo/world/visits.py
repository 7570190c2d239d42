"""The reference year as plain values: on which day, in which place, how a household pays."""

import random
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from caisse.demo.world.tables import KINDS
from caisse.demo.world.values import Household, Method, Place
from caisse.kernel.month import Month

CREDIT_DAY = 5
WEEKDAYS = (6, 10, 11, 10, 12, 21, 3)
"""Weight of Monday to Sunday, in tenths."""
FIRST_WEEK = 18
"""Weight of the seven days from the credit on, in tenths; other days have 10."""
HOURS = ((55, (9, 13)), (35, (16, 19)), (3, (8, 9)), (5, (13, 16)), (2, (19, 20)))
"""Weight, and from which hour to which."""
QR_MOST = 6000
"""A QR of the member pays up to 60 €; above, the code is typed."""


class Days:
    """The days of a month on which each kind can be visited, weighted; and the places open then."""

    def __init__(self, month: Month, places: Sequence[Place]) -> None:
        self.month = month
        self.open: dict[tuple[str, int], list[Place]] = {}
        self.weights: dict[str, tuple[list[int], list[int]]] = {}
        for kind in KINDS:
            numbers = []
            for number in range(1, month.days + 1):
                day = month.day(number)
                there = [p for p in places if p.kind == kind and p.sells_on(day)]
                if there:
                    self.open[kind, number] = there
                    numbers.append(number)
            self.weights[kind] = numbers, list(accumulate(self._weight(n) for n in numbers))

    def _weight(self, number: int) -> int:
        first_week = CREDIT_DAY <= number < CREDIT_DAY + 7
        weekday = WEEKDAYS[self.month.day(number).weekday()]
        return weekday * (FIRST_WEEK if first_week else 10)

    def draw(self, rng: random.Random, kind: str, *, from_credit: bool) -> int:
        """A day's number; `from_credit`: not before the 5th."""
        numbers, cumulated = self.weights[kind]
        start = bisect_left(numbers, CREDIT_DAY) if from_credit else 0
        below = cumulated[start - 1] if start else 0
        at = rng.randrange(below, cumulated[-1])
        return numbers[bisect_left(cumulated, at + 1)]


class Tastes:
    """The place of each kind that each household likes best."""

    LOYAL = 0.55

    def __init__(
        self, rng: random.Random, households: Sequence[Household], places: Sequence[Place]
    ) -> None:
        self.places = places
        by_kind = {kind: [p for p in places if p.kind == kind] for kind in KINDS}
        self.likes = [
            {kind: rng.choices(ps, [p.weight for p in ps])[0] for kind, ps in by_kind.items()}
            for _ in households
        ]

    def draw(self, rng: random.Random, household: int, kind: str, there: list[Place]) -> Place:
        """One of the places that are there."""
        liked = self.likes[household][kind]
        if rng.random() < self.LOYAL and liked in there:
            return liked
        return rng.choices(there, [place.weight for place in there])[0]


def second_of(rng: random.Random) -> int:
    """A second of the opening hours."""
    (start, end), *_ = rng.choices([hours for _, hours in HOURS], [weight for weight, _ in HOURS])
    return rng.randrange(start * 3600, end * 3600)


def method_of(rng: random.Random, member: Household, cents: int) -> Method:
    """How the household shows who it is: by its device, and by the amount."""
    if member.device == "card":
        return "card"
    if member.device == "pin" or cents > QR_MOST:
        return "pin"
    chosen: Method = rng.choices(("member_qr", "pin", "shop_qr"), (60, 25, 15))[0]
    return chosen
