"""Households and places of the world are those of the published year, whatever the seed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from statistics import mean, median, pstdev

from caisse.demo.world import World
from caisse.demo.world.acts import Decide, Join
from caisse.kernel.month import Month, months
from caisse.people.handles import objection

YEAR = months(Month(2023, 2), Month(2024, 1))
CONTRIBUTIONS = """
1 20 5 5 5 5 0 0
5 20 4 8 3 2 1 2
10 28 3 6 13 4 1 1
15 8 1 2 3 1 1 0
20 28 4 3 7 7 5 2
25 6 0 3 1 2 0 0
30 20 2 3 7 2 4 2
40 24 4 4 10 1 4 1
50 49 3 11 22 8 2 3
60 23 4 7 3 5 2 2
70 16 3 3 3 4 1 2
80 26 4 7 6 7 2 0
90 10 3 0 3 1 1 2
100 40 5 10 14 5 4 2
120 9 2 2 2 3 0 0
150 23 3 6 8 3 2 1
"""
KINDS = {
    "coop_supermarket": (1, 82260),
    "organic_supermarket": (6, 92540),
    "solidarity_shop": (4, 30850),
    "grocery": (6, 34270),
    "baker": (4, 13710),
    "purchasing_group": (2, 10280),
    "canteen": (2, 6850),
    "market_producer": (18, 44560),
    "farm_producer": (12, 27420),
}
PRODUCERS = {"market_producer", "farm_producer"}


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.split("\n") if line]


def test_contributions_by_amount_and_cohort(lived: World) -> None:
    counted = Counter((h.contribution_cents, h.cohort) for h in lived.households)
    for euros, total, *cohorts in [[int(cell) for cell in row] for row in rows(CONTRIBUTIONS)]:
        assert [counted[euros * 100, cohort] for cohort in range(1, 7)] == cohorts
        assert sum(cohorts) == total
    assert Counter(h.cohort for h in lived.households) == {
        1: 50,
        2: 80,
        3: 110,
        4: 60,
        5: 30,
        6: 20,
    }
    by_cohort = defaultdict(list)
    for household in lived.households:
        by_cohort[household.cohort].append(household.contribution_cents)
    assert all(mean(cents) == 55_00 for cents in by_cohort.values())
    every = [h.contribution_cents / 100 for h in lived.households]
    assert sum(every) == 19_250
    assert median(every) == 50
    assert round(pstdev(every), 1) == 41.3
    little, less = sum(e <= 10 for e in every), sum(e < 100 for e in every)
    same, more = every.count(100), sum(e > 100 for e in every)
    assert [round(n / 350, 3) for n in (little, less, same, more)] == [0.194, 0.794, 0.114, 0.091]


def test_members_choosing_in_each_zone_of_the_guide(lived: World) -> None:
    zones = [1, 5, 15, 25, 30, 40, 50, 70, 90, 100, 120, 150]  # the largest amount of each zone
    counted = Counter(
        next(zone for zone in zones if h.contribution_cents <= zone * 100) for h in lived.households
    )
    assert [counted[zone] for zone in zones] == [20, 20, 36, 34, 20, 24, 49, 39, 36, 40, 9, 23]


def test_households_are_as_large_and_pay_as_the_year_says(lived: World) -> None:
    people = [h.adults + len(h.births) for h in lived.households]
    assert Counter(min(size, 5) for size in people) == {1: 170, 2: 84, 3: 46, 4: 34, 5: 16}
    assert sum(min(size, 5) for size in people) == 692
    paid_by = Counter(h.paid_by for h in lived.households)
    assert paid_by["debit"] == 270 and paid_by["transfer"] == 55
    assert paid_by["cash"] + paid_by["cheque"] == 25
    devices = Counter(h.device for h in lived.households)
    assert devices == {"smartphone": 262, "pin": 58, "card": 30}
    incomes, ages = zip(*((h.income_band, h.age_band) for h in lived.households), strict=True)
    assert Counter(incomes) == {0: 168, 1: 105, 2: 77}
    assert Counter(ages) == {0: 84, 1: 98, 2: 84, 3: 63, 4: 21}
    assert 0.5 <= spearman(incomes, [h.contribution_cents for h in lived.households]) <= 0.7
    assert len({h.handle for h in lived.households}) == 350
    assert len({(h.given, h.family) for h in lived.households}) == 350
    said = [objection(h.handle, (h.given, h.family)) for h in lived.households]
    assert said == [None] * 350  # easy to type, and silent about the person


def spearman(one: Sequence[int], other: Sequence[int]) -> float:
    """Correlation of the mean ranks."""
    ranks = []
    for values in (one, other):
        places = defaultdict(list)
        for position, value in enumerate(sorted(values)):
            places[value].append(position)
        ranks.append([mean(places[value]) for value in values])
    a, b = ([rank - mean(column) for rank in column] for column in ranks)
    over = sum(x * y for x, y in zip(a, b, strict=True))
    return over / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5


def test_cohorts_join_before_the_freeze_of_their_first_month(lived: World) -> None:
    entered = {act.households: act.at.day for act in lived.office if isinstance(act, Join)}
    assert [len(cohort) for cohort in entered] == [50, 80, 110, 60, 30, 20]
    assert sorted(sum(entered, ())) == list(range(350))
    assert min(entered.values()) >= date(2023, 1, 10)
    for households, day in entered.items():
        first = lived.households[households[0]].first_month
        assert day in first.previous() and day.day < 15


def test_places_by_kind_and_month_of_approval(lived: World) -> None:
    assert len(lived.places) == 56
    active = [place for place in lived.places if place.withdrawn_on is None]
    assert Counter(place.kind for place in active) == {kind: n for kind, (n, _) in KINDS.items()}
    approved = Counter(Month.of(place.approved_on) for place in lived.places)
    assert [approved[month] for month in YEAR] == [12, 8, 7, 6, 6, 2, 0, 5, 4, 3 + 1, 2, 0]
    producers = Counter(Month.of(p.approved_on) for p in lived.places if p.kind in PRODUCERS)
    assert [producers[month] for month in YEAR] == [8, 5, 4, 3, 3, 1, 0, 2, 2, 1 + 1, 1, 0]
    [withdrawn] = [place for place in lived.places if place.withdrawn_on]
    assert withdrawn.withdrawn_on == date(2023, 11, 11)
    decided = [act for act in lived.office if isinstance(act, Decide) and act.approves]
    assert len(decided) == 10
    assert sorted(n for act in decided for n in act.approves) == list(range(56))
    assert [n for act in decided for n in act.withdraws] == [withdrawn.number]
    assert len({place.name for place in lived.places}) == 56
