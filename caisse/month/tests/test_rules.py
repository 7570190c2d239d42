"""The rules of the month: one household and a population alike, and never a cent lost."""

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.bylaws.rules import check_value
from caisse.kernel.cents import ROUNDINGS
from caisse.kernel.month import Month
from caisse.month.rules import (
    AllocationRules,
    BalanceRules,
    Mode,
    Pot,
    SizeBand,
    allocation,
    budget,
    ceiling,
    credited,
    expired,
    first_month,
    levy,
    months_kept,
)

FEBRUARY = Month(2024, 2)
cents = st.integers(0, 1_000_00)


def bands(sizes: set[int], last: int) -> tuple[SizeBand, ...]:
    """A scale with a band per size and an open one."""
    return (*(SizeBand(size, 1000 * size) for size in sorted(sizes)), SizeBand(None, last))


allocation_rules = st.builds(
    AllocationRules,
    mode=st.sampled_from(get_args(Mode)),
    base_cents=cents,
    additional_adult_cents=cents,
    child_cents=st.none() | cents,
    size_bands=st.builds(bands, st.sets(st.integers(1, 8), max_size=4), cents),
    max_people_counted=st.none() | st.integers(1, 8),
    levy_bp=st.integers(0, 5000),
    first_month=st.sampled_from(["full", "prorata", "next_month"]),
    prorata_rounding=st.sampled_from(ROUNDINGS),
)
households = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=12)
pots = st.builds(Pot, called_cents=st.integers(0, 10_000_00), members=st.integers(0, 400))


def columns(rows: list[tuple[int, ...]]) -> list[Any]:
    return [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]


@given(households, allocation_rules, pots)
def test_one_household_receives_what_it_receives_in_the_population(
    rows: list[tuple[int, int]], rules: AllocationRules, pot: Pot
) -> None:
    adults, children = columns(list(rows))
    together = allocation(adults, children, rules, pot)
    assert together.dtype == np.int64 and together.shape == adults.shape
    alone = [allocation(*row, rules, pot) for row in rows]
    assert together.tolist() == alone and all(type(one) is int for one in alone)
    assert min(alone) >= 0


@given(st.lists(st.tuples(cents, st.integers(-40, 40)), min_size=1, max_size=12), allocation_rules)
def test_a_first_month_is_the_same_alone_and_together(
    rows: list[tuple[int, int]], rules: AllocationRules
) -> None:
    first = FEBRUARY.first.toordinal()
    amounts, days = columns(list(rows))
    together = first_month(amounts, first + days, FEBRUARY, rules)
    alone = [first_month(amount, first + day, FEBRUARY, rules) for amount, day in rows]
    assert together.tolist() == alone
    for (amount, day), received in zip(rows, alone, strict=True):
        assert 0 <= received <= amount
        if day <= 0:
            assert received == amount
        if day >= FEBRUARY.days:
            assert received == 0


def test_the_first_month_by_day() -> None:
    day_15 = FEBRUARY.day(15).toordinal()  # 15 of the 29 days of February 2024 are left
    received = {
        mode: first_month(10_000, day_15, FEBRUARY, AllocationRules(first_month=mode))
        for mode in ("full", "prorata", "next_month")
    }
    assert received == {"full": 10_000, "prorata": 5172, "next_month": 0}


@given(st.lists(cents, min_size=1, max_size=40), st.integers(0, 5000))
def test_mean_levy_and_rest_make_up_the_contributions(pledged: list[int], levy_bp: int) -> None:
    rules = AllocationRules(mode="mean_of_contributions", levy_bp=levy_bp)
    pot = Pot(sum(pledged), len(pledged))
    mean, taken = allocation(1, 0, rules, pot), levy(pot.called_cents, rules)
    rest = pot.called_cents - taken - mean * pot.members
    assert 0 <= rest <= pot.members + 1


guards = st.builds(AllocationRules, budget_guard=st.sampled_from(["warn", "block", "scale"]))


@given(st.lists(cents, min_size=1, max_size=40), st.integers(-100, 5_000_000), guards)
def test_the_guard_never_scales_beyond_what_is_available(
    asked: list[int], available: int, rules: AllocationRules
) -> None:
    amounts = np.array(asked, dtype=np.int64)
    kept = budget(amounts, available, rules)
    assert kept.asked_cents == sum(asked)
    assert kept.missing_cents == max(0, sum(asked) - max(0, available))
    if kept.missing_cents == 0:
        assert kept.verdict == "enough" and kept.cents.tolist() == asked
        return
    verdicts = {"warn": "warned", "block": "blocked", "scale": "scaled"}
    assert kept.verdict == verdicts[rules.budget_guard]
    if kept.verdict != "scaled":
        assert kept.cents.tolist() == asked
        return
    assert kept.total_cents <= max(0, available)
    assert max(0, available) - kept.total_cents < len(asked)  # less than a cent each is left
    assert all(0 <= part <= whole for part, whole in zip(kept.cents.tolist(), asked, strict=True))
    by_asked: dict[int, set[int]] = {}
    for part, whole in zip(kept.cents.tolist(), asked, strict=True):
        by_asked.setdefault(whole, set()).add(part)
    assert all(len(parts) == 1 for parts in by_asked.values())  # equal households stay equal


def test_scaling_refuses_what_64_bits_do_not_hold() -> None:
    huge = np.array([2**40, 2**40], dtype=np.int64)
    with pytest.raises(ValueError, match="64 bits"):
        budget(huge, 2**40, AllocationRules(budget_guard="scale"))


balances = st.builds(
    BalanceRules,
    rollover=st.sampled_from(["full", "capped", "none"]),
    cap_multiple=st.none() | st.integers(0, 24),
    expiry_months=st.none() | st.integers(1, 60),
)


@given(
    st.lists(st.tuples(cents, st.integers(0, 5_000_00), cents), min_size=1, max_size=12), balances
)
def test_cap_and_expiry_are_the_same_alone_and_together(
    rows: list[tuple[int, int, int]], rules: BalanceRules
) -> None:
    full, held, recent = columns(list(rows))
    together = np.array(credited(full, held, ceiling(full, rules)))
    gone = expired(held, recent, rules)
    for i, (allocated, balance, last) in enumerate(rows):
        most = ceiling(allocated, rules)
        one = credited(allocated, balance, most)
        assert one == together[i] and 0 <= one <= allocated
        if most is not None and one > 0:
            assert balance + one <= most
        lost = expired(balance, last, rules)
        assert lost == gone[i] and 0 <= lost <= balance
        if months_kept(rules) is None:
            assert lost == 0


def test_how_many_months_an_allocation_is_kept() -> None:
    assert months_kept(BalanceRules()) is None
    assert months_kept(BalanceRules(expiry_months=3)) == 3
    assert months_kept(BalanceRules(rollover="none", expiry_months=3)) == 1


def test_an_amount_credited_by_a_partial_month_does_not_lower_the_cap() -> None:
    rules = BalanceRules(rollover="capped", cap_multiple=3)
    assert credited(4_000, 25_000, ceiling(10_000, rules)) == 4_000
    assert credited(10_000, 25_000, ceiling(10_000, rules)) == 5_000
    assert credited(10_000, 31_000, ceiling(10_000, rules)) == 0


def test_the_scale_is_judged_whole() -> None:
    check_value("allocation.size_bands", bands({1, 2}, 20_000))
    assert AllocationRules(mode="by_size_band").contradiction() is not None
    assert BalanceRules(rollover="capped").contradiction() is not None
    assert BalanceRules(rollover="capped", cap_multiple=0).contradiction() is not None
    assert BalanceRules(rollover="capped", cap_multiple=1).contradiction() is None
