"""Purchases of the world: exact sums, possible times and places, living wallets."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from statistics import median

import pytest

from caisse.demo.world import World
from caisse.demo.world.shares import fill, matrix
from caisse.demo.world.values import Attempt, Purchase, Refund
from caisse.kernel.month import Month, months

LAST = date(2024, 1, 31)
YEAR = months(Month(2023, 2), Month(2024, 1))
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
PURCHASES = [160, 456, 881, 1144, 1298, 1295, 1276, 1473, 1476, 1449, 1460, 1341]


def test_spent_by_kind_in_the_year(lived: World) -> None:
    spent: Counter[str] = Counter()
    for one in lived.purchases:
        if one.at.day <= LAST:
            spent[lived.places[one.place].kind] += one.cents
    for back in lived.refunds:
        if back.at.day <= LAST:
            spent[lived.places[lived.purchases[back.of - 1].place].kind] -= back.cents
    assert spent == {kind: euros * 100 for kind, (_, euros) in KINDS.items()}
    assert sum(spent[kind] for kind in PRODUCERS) == 71_980_00


def test_purchases_by_month_and_their_amounts(lived: World) -> None:
    year = [one for one in lived.purchases if one.at.day <= LAST]
    counted = Counter(Month.of(one.at.day) for one in year)
    assert [counted[month] for month in YEAR] == PURCHASES
    assert len(year) == 13_709
    backs = [back for back in lived.refunds if back.at.day <= LAST]
    assert len(backs) == 205
    gross = sum(one.cents for one in year)
    assert gross - sum(back.cents for back in backs) == 342_740_00
    assert all(120 <= one.cents <= 12_000 for one in year)
    assert max(one.cents for one in year if one.at.day < date(2023, 3, 1)) <= 8_000
    assert 24_00 < gross / len(year) < 26_00
    assert 16_00 < median(one.cents for one in year) < 22_00
    assert [one.number for one in lived.purchases] == list(range(1, len(lived.purchases) + 1))


def test_purchases_happen_where_and_when_they_can(lived: World) -> None:
    moments = [act.at for act in lived.acts if isinstance(act, Purchase | Refund | Attempt)]
    assert all(earlier < later for earlier, later in pairwise(moments))
    for one in lived.purchases:
        household = lived.households[one.household]
        assert lived.places[one.place].sells_on(one.at.day)
        assert one.at.day >= household.first_month.day(5)
        assert one.method != "member_qr" or one.cents <= 6_000
        assert 8 * 3600 <= one.at.second < 20 * 3600 + 600
        assert (household.device == "card") == (one.method == "card")
    for back in lived.refunds:
        bought = lived.purchases[back.of - 1]
        assert bought.at < back.at and Month.of(bought.at.day) == Month.of(back.at.day)
        assert 0 < back.cents <= bought.cents
        assert back.at.second < 22 * 3600  # before the sales of the month are held
    assert len({back.of for back in lived.refunds}) == len(lived.refunds)


def test_days_and_hours_look_like_a_market_town(lived: World) -> None:
    year = [one for one in lived.purchases if one.at.day <= LAST]
    weekdays = Counter(one.at.day.weekday() for one in year)
    assert max(weekdays, key=weekdays.__getitem__) == 5  # Saturday
    assert min(weekdays, key=weekdays.__getitem__) == 6  # Sunday
    first_week = sum(5 <= one.at.day.day < 12 for one in year) / len(year)
    assert 0.33 < first_week < 0.45  # a quarter of the days, at 1.8 times their weight
    morning = sum(9 <= one.at.second // 3600 < 13 for one in year) / len(year)
    evening = sum(16 <= one.at.second // 3600 < 19 for one in year) / len(year)
    assert abs(morning - 0.55) < 0.02 and abs(evening - 0.35) < 0.02
    assert 0.002 < sum(a.at.day <= LAST for a in lived.attempts) / len(year) < 0.004


def test_wallets_look_alive(lived: World) -> None:
    months_of: dict[int, set[Month]] = defaultdict(set)
    for one in lived.purchases:
        if one.at.day <= LAST:
            months_of[one.household].add(Month.of(one.at.day))
    for household in lived.households:
        member_months = YEAR[-1] - household.first_month + 1
        assert len(months_of[household.number]) >= member_months - 2


def test_five_equal_amounts_in_ten_minutes_once(lived: World) -> None:
    series = []
    by_pair: dict[tuple[int, int], list[Purchase]] = defaultdict(list)
    for one in lived.purchases:
        row = [
            old
            for old in by_pair[one.household, one.place]
            if old.at.day == one.at.day
            and one.at.second - old.at.second <= 600
            and old.cents == one.cents
        ]
        if len(row) == 4:
            series.append(one)
        by_pair[one.household, one.place].append(one)
    [last] = series
    assert last.at.day <= LAST


def test_fill_never_passes_a_ceiling() -> None:
    assert fill(10, [1, 1, 8], [5, 5, 4]) == [3, 3, 4]
    assert fill(0, [1, 1], [5, 5]) == [0, 0]
    with pytest.raises(ValueError, match="does not fit"):
        fill(15, [1, 1, 8], [5, 5, 4])


def test_matrix_meets_both_margins_and_keeps_zeros() -> None:
    cells = matrix([100, 57], [80, 30, 47], [[3, 1, 0], [1, 1, 4]])
    assert [sum(row) for row in cells] == [100, 57]
    assert [sum(column) for column in zip(*cells, strict=True)] == [80, 30, 47]
    assert cells[0][2] == 0
    with pytest.raises(ValueError, match="columns are off"):
        matrix([10, 10], [5, 15], [[1, 0], [1, 1]])
