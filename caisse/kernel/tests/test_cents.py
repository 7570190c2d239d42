"""Cents: every rounding by name, nothing lost in a split, amounts read and shown as people do."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel.cents import MOST, NARROW, ROUNDINGS, Rounding, parse, share, show, split
from caisse.kernel.one_or_many import at_least, at_most, choose, portion

AMOUNTS = st.integers(-10_000_000_00, 10_000_000_00)
NUMERATORS = st.integers(0, 100_000)
DENOMINATORS = st.integers(1, 100_000)
STEPS = st.sampled_from([1, 5, 10, 50, 100])


def exact(cents: int, num: int, den: int, rounding: str, step: int) -> int:
    """The definition, with fractions: how many steps of the amount's absolute value."""
    steps = Fraction(abs(cents) * num, den * step)
    down, up = floor(steps), -floor(-steps)
    if rounding == "half_up":
        chosen = floor(steps + Fraction(1, 2))
    elif rounding == "outward":
        chosen = down if num < den else up
    else:
        chosen = down if rounding == "down" else up
    return (-1 if cents < 0 else 1) * chosen * step


@pytest.mark.parametrize(
    ("rounding", "step", "prices"),
    [
        ("half_up", 1, [176, 270, 338]),
        ("down", 1, [175, 270, 337]),
        ("up", 1, [176, 270, 338]),
        ("outward", 1, [175, 270, 338]),
        ("down", 5, [175, 270, 335]),
        ("half_up", 5, [175, 270, 340]),
    ],
)
def test_three_prices_of_a_loaf_at_dieulefit(
    rounding: Rounding, step: int, prices: list[int]
) -> None:
    rates = (6_500, 10_000, 12_500)
    assert [share(270, rate, 10_000, rounding, step) for rate in rates] == prices


@given(AMOUNTS, NUMERATORS, DENOMINATORS, st.sampled_from(ROUNDINGS), STEPS)
def test_share_is_its_definition(
    cents: int, num: int, den: int, rounding: Rounding, step: int
) -> None:
    assert share(cents, num, den, rounding, step) == exact(cents, num, den, rounding, step)


@given(AMOUNTS, NUMERATORS, DENOMINATORS, st.sampled_from(ROUNDINGS), STEPS)
def test_a_negative_amount_is_the_mirror_image(
    cents: int, num: int, den: int, rounding: Rounding, step: int
) -> None:
    mirrored = share(-cents, num, den, rounding, step)
    assert mirrored == -share(cents, num, den, rounding, step)


@given(AMOUNTS, DENOMINATORS, st.sampled_from(ROUNDINGS))
def test_the_whole_is_the_whole(cents: int, den: int, rounding: Rounding) -> None:
    assert share(cents, den, den, rounding) == cents


@pytest.mark.parametrize(
    ("num", "den", "rounding", "step"),
    [
        (1, 0, "down", 1),
        (1, -2, "down", 1),
        (-1, 2, "down", 1),
        (1, 2, "down", 0),
        (1, 2, "half_down", 1),
    ],
)
def test_a_share_without_sense_is_refused(num: int, den: int, rounding: str, step: int) -> None:
    with pytest.raises(ValueError, match=r"share|rounding"):
        share(100, num, den, rounding, step)  # type: ignore[arg-type]


@given(
    st.lists(st.integers(0, 10_000_00), min_size=1, max_size=20),
    st.integers(0, 1_000_000),
    st.integers(1, 10_000),
    st.sampled_from(ROUNDINGS),
    STEPS,
)
def test_one_household_and_a_population_round_alike(
    cents: list[int], num: int, den: int, rounding: Rounding, step: int
) -> None:
    one_by_one = [share(each, num, den, rounding, step) for each in cents]
    assert portion(np.array(cents), num, den, rounding, step).tolist() == one_by_one
    assert [portion(each, num, den, rounding, step) for each in cents] == one_by_one


@given(
    st.lists(st.tuples(st.integers(0, 10_000_00), st.integers(0, 30_000)), min_size=1, max_size=20),
    st.sampled_from(ROUNDINGS),
)
def test_each_household_may_have_its_own_rate(
    rows: list[tuple[int, int]], rounding: Rounding
) -> None:
    cents, rates = (np.array(column) for column in zip(*rows, strict=True))
    one_by_one = [share(each, rate, 10_000, rounding) for each, rate in rows]
    assert portion(cents, rates, 10_000, rounding).tolist() == one_by_one


@given(st.lists(st.integers(-100, 100), min_size=1), st.integers(-100, 100))
def test_bounds_and_choices_element_by_element(values: list[int], bound: int) -> None:
    many = np.array(values)
    assert at_least(bound, many).tolist() == [max(bound, value) for value in values]
    assert at_most(bound, many).tolist() == [min(bound, value) for value in values]
    assert choose(many > bound, many, bound).tolist() == [max(bound, value) for value in values]
    assert (at_least(1, 2), at_most(1, 2), choose(True, 1, 2)) == (2, 1, 1)


@given(AMOUNTS, st.lists(st.integers(0, 1_000), min_size=1, max_size=30).filter(any))
def test_a_split_conserves_every_cent_and_is_fair(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(total * weight, sum(weights)) - part) < 1
    assert parts == split(total, weights)


def test_a_split_gives_the_odd_cent_to_the_largest_remainder_then_to_the_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(10, [1, 2]) == [3, 7]
    assert split(5, [0, 1]) == [0, 5]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 3]])
def test_a_split_without_weights_is_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 12_00),
        ("12,5", 12_50),
        ("12.50 €", 12_50),
        (" 1 234,50 ", 1_234_50),
        ("1\u202f234,50\u202f€", 1_234_50),
        ("1\u00a0234\u00a0567", 1_234_567_00),
        ("0,07", 7),
        ("007", 7_00),
        (f"{MOST // 100},{MOST % 100:02d}", MOST),
    ],
)
def test_amounts_as_people_write_them(text: str, cents: int) -> None:
    assert parse(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        "",
        "€",
        "-1",
        "+1",
        "-0",
        "−1",
        "1e3",
        "1,234.50",
        "1.234,50",
        "1,234",
        "12,",
        ",5",
        "1,2,3",
        "０１２",
        "１2",
        "١٢",
        "²",
        "12 34",
        "1 23,00",
        "1\t234",
        "12€50",
        "0x10",
        "1_000",
        "NaN",
        "12\x00",
        "inf",
        f"{MOST // 100},{MOST % 100 + 1:02d}",
        "9" * 30,
        "9" * 5000,
        "1 234 5678",
    ],
)
def test_what_could_mean_two_things_is_refused_in_french(text: str) -> None:
    with pytest.raises(ValueError, match=r"n’est pas un montant|trop grand") as told:
        parse(text)
    assert len(str(told.value)) < 120


@given(st.integers(0, MOST))
def test_what_is_shown_is_read_back(cents: int) -> None:
    assert parse(show(cents)) == cents
    assert parse(show(cents, "")) == cents


def test_amounts_are_shown_with_narrow_spaces_and_a_real_minus() -> None:
    assert NARROW == "\u202f"
    assert show(123450) == "1\u202f234,50\u202f€"
    assert show(-5) == "−0,05\u202f€"
    assert show(1_234_567_00, "MonA", decimals=False) == "1\u202f234\u202f567\u202fMonA"
    assert show(1_50, decimals=False) == "1,50\u202f€"
    assert show(0, "") == "0,00"
