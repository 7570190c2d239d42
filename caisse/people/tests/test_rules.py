"""Who may be a member, how many, and who counts as a child."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.people.rules import (
    AdmissionRules,
    CurrencyRules,
    HolderRules,
    MemberRules,
    counted,
    demand_composition,
    demand_holder,
    demand_room,
    is_child,
    month_index,
    sign,
)

JUNE = Month(2024, 6)


@pytest.mark.parametrize(
    ("birth", "child"),
    [("2010-05", False), ("2010-06", True), ("2010-07", True), ("2024-05", True)],
)
def test_a_child_is_judged_on_the_first_of_the_month(birth: str, child: bool) -> None:
    index = month_index(Month.parse(birth))
    assert is_child(index, month_index(JUNE), 14) == child
    adults, children = counted(1, [Month.parse(birth)], JUNE, 14)
    assert (adults, children) == ((1, 1) if child else (2, 0))


def test_who_is_not_born_yet_does_not_count() -> None:
    assert counted(2, [Month(2024, 6), Month(2024, 7)], JUNE, 14) == (2, 0)
    assert counted(2, [Month(2024, 5)], JUNE, None) == (2, 1)


@given(st.lists(st.integers(0, 400), min_size=1), st.integers(0, 25))
def test_children_alone_and_in_the_array(ages: list[int], most: int) -> None:
    month = month_index(JUNE)
    births = np.array([month - 1 - age for age in ages], dtype=np.int64)
    assert is_child(births, month, most).tolist() == [
        is_child(int(birth), month, most) for birth in births
    ]


@given(st.integers(1, 6), st.lists(st.integers(1, 300)), st.none() | st.integers(0, 25))
def test_nobody_is_lost_in_counting(adults: int, ages: list[int], most: int | None) -> None:
    found = counted(adults, [JUNE + -age for age in ages], JUNE, most)
    assert sum(found) == adults + len(ages)


@pytest.mark.parametrize(
    ("unit", "adults", "children", "allowed"),
    [
        ("household", 2, 3, True),
        ("household", 0, 3, False),
        ("household", 1, -1, False),
        ("group", 4, 0, True),
        ("person", 1, 0, True),
        ("person", 2, 0, False),
        ("person", 1, 1, False),
    ],
)
def test_what_a_membership_may_stand_for(
    unit: str, adults: int, children: int, allowed: bool
) -> None:
    rules = MemberRules(member_unit=unit)  # type: ignore[arg-type]
    if allowed:
        demand_composition(adults, children, rules)
        return
    with pytest.raises(Refusal) as refused:
        demand_composition(adults, children, rules)
    assert refused.value.reason == "composition"


def test_room_and_holders_are_counted() -> None:
    demand_room(349, 1, AdmissionRules(capacity=350))
    demand_room(10**6, 10**6, AdmissionRules())
    with pytest.raises(Refusal, match="350 places") as refused:
        demand_room(349, 2, AdmissionRules(capacity=350))
    assert refused.value.reason == "capacity"
    demand_holder(1, HolderRules(household_sub_wallets=2))
    with pytest.raises(Refusal, match="a déjà 2 titulaires"):
        demand_holder(2, HolderRules(household_sub_wallets=2))


def test_the_sign_of_a_currency() -> None:
    assert (sign(CurrencyRules()), sign(CurrencyRules(code="CHF"))) == ("€", "CHF")
