"""What is called and which pledges are refused; worked cases stand in month/tests/cases."""

from datetime import date
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.contributions.rules import (
    LEAST_GROUP,
    Band,
    ContributionRules,
    Question,
    QuotientBand,
    Situation,
    bands,
    bank_day,
    cutoff,
    demand_pledge,
    due,
    due_on,
    first_due,
    income_part,
    limits,
    minimum,
    notches,
    suggested,
    top_up,
)
from caisse.kernel.cents import ROUNDINGS
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal

MODES = get_args(get_type_hints(ContributionRules)["mode"])
amount = st.integers(0, 400_00)
levels = st.sets(amount, min_size=1, max_size=5).map(lambda found: tuple(sorted(found)))
situations = (Situation("tight", "–", 0, 50_00), Situation("easy", "–", 50_00, None))
contribution_rules = st.builds(
    ContributionRules,
    mode=st.sampled_from(MODES),
    min_cents=amount,
    max_cents=st.none() | amount,
    min_per_extra_person_cents=st.integers(0, 20_00),
    min_per_extra_adult_cents=st.integers(0, 20_00),
    step_cents=st.sampled_from([1, 100, 250, 500]),
    levels_cents=levels,
    quotient_bands=levels.map(lambda found: tuple(QuotientBand("–", due) for due in found)),
    situations=st.just(situations),
    income_rate_bp=st.integers(0, 2500),
    income_rounding=st.sampled_from(ROUNDINGS),
    topup_to_cents=amount,
)
households = st.tuples(amount, st.integers(1, 6), st.integers(0, 6))


@given(st.lists(households, min_size=1, max_size=12), contribution_rules)
def test_one_household_owes_what_it_owes_in_the_population(
    rows: list[tuple[int, int, int]], rules: ContributionRules
) -> None:
    pledged, adults, children = (
        np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)
    )
    together = due(pledged, adults, children, rules)
    assert together.tolist() == [due(*row, rules) for row in rows]
    assert minimum(adults, children, rules).tolist() == [minimum(*row[1:], rules) for row in rows]
    assert top_up(pledged, rules).tolist() == [top_up(row[0], rules) for row in rows]


@pytest.mark.parametrize(
    ("most", "step", "called"), [(0, 1, 0), (30_00, 1, 30_00), (30_05, 10, 30_00)]
)
def test_a_situation_asks_no_more_than_the_maximum(most: int, step: int, called: int) -> None:
    asks = Situation("easy", "–", 50_00, None)
    rules = ContributionRules(
        mode="situation_question", min_cents=0, max_cents=most, step_cents=step, situations=(asks,)
    )
    least, _most = limits(adults=1, children=0, rules=rules, situation="easy")
    assert least == called == due(called, 1, 0, rules)
    with pytest.raises(Refusal):
        demand_pledge(50_00, adults=1, children=0, rules=rules, situation="easy")


@given(
    households,
    contribution_rules,
    st.integers(0, 5_000_00),
    st.sampled_from(["tight", "easy"]),
)
def test_an_accepted_pledge_is_called_as_it_was_made(
    row: tuple[int, int, int], rules: ContributionRules, income: int, situation: str
) -> None:
    cents, adults, children = row
    try:
        demand_pledge(
            cents,
            adults=adults,
            children=children,
            rules=rules,
            income_cents=income,
            situation=situation,
        )
    except Refusal as refusal:
        assert refusal.sentence[0].isupper() and refusal.sentence.endswith(".")
        return
    assert due(cents, adults, children, rules) == cents


@given(households, contribution_rules)
def test_what_is_called_is_lawful(row: tuple[int, int, int], rules: ContributionRules) -> None:
    called = due(*row, rules)
    if rules.mode in ("none", "three_prices"):
        assert called == 0
    elif rules.mode == "graded_levels":
        assert called in rules.levels_cents
    elif rules.mode == "quotient_table":
        assert called in {band.due_cents for band in rules.quotient_bands}
    else:
        assert called % rules.step_cents == 0
        assert called >= minimum(row[1], row[2], rules)


def reason(cents: int, rules: ContributionRules, **facts: Any) -> str:
    with pytest.raises(Refusal) as refused:
        demand_pledge(cents, **{"adults": 1, "children": 0, **facts}, rules=rules)
    return refused.value.reason


def test_refusals_say_the_amount_that_would_do() -> None:
    rules = ContributionRules(
        mode="free",
        min_cents=10_00,
        max_cents=50_00,
        min_per_extra_person_cents=5_00,
        step_cents=500,
    )
    with pytest.raises(Refusal) as refused:
        demand_pledge(14_00, adults=1, children=1, rules=rules)
    assert refused.value.sentence == (
        "Pour ce foyer, la cotisation est d’au moins 15,00\u202f€ par mois."
    )
    assert reason(9_99, rules) == "minimum"
    assert reason(50_01, rules) == "maximum"
    assert reason(17_00, rules) == "step"
    demand_pledge(20_00, adults=1, children=1, rules=rules)


def test_modes_ask_for_what_they_need() -> None:
    rate = ContributionRules(mode="rate_of_income", income_rate_bp=250, min_cents=10_00)
    assert reason(45_00, rate) == "income"
    assert reason(45_00, rate, income_cents=-1) == "income"
    asked = ContributionRules(mode="situation_question", situations=situations)
    assert reason(45_00, asked) == "situation"
    assert reason(45_00, asked, situation="other") == "situation"
    assert reason(50_01, asked, situation="tight") == "maximum"
    assert reason(49_99, asked, situation="easy") == "minimum"
    for mode in ("none", "three_prices"):
        assert reason(1, ContributionRules(mode=mode)) == "no_contribution"


@pytest.mark.parametrize(
    ("rounding", "expected"), [("half_up", 4503), ("down", 4502), ("up", 4503), ("outward", 4502)]
)
def test_the_rate_names_its_rounding(rounding: Any, expected: int) -> None:
    rules = ContributionRules(income_rate_bp=250, income_rounding=rounding)
    assert income_part(1_801_00, rules) == expected


def test_the_calendar() -> None:
    rules = ContributionRules(cutoff_day=15, debit_day=3)
    assert first_due(date(2023, 12, 15), rules) == Month(2024, 1)
    assert first_due(date(2023, 12, 16), rules) == Month(2024, 2)
    assert cutoff(Month(2024, 1), rules) == date(2023, 12, 15)
    assert due_on(Month(2024, 1), rules) == date(2024, 1, 3)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 28))
def test_a_pledge_counts_for_the_first_month_whose_cutoff_is_not_past(
    day: date, cutoff_day: int
) -> None:
    rules = ContributionRules(cutoff_day=cutoff_day)
    month = first_due(day, rules)
    assert cutoff(month.previous(), rules) < day <= cutoff(month, rules)


def test_the_guide_scores_one_point_per_threshold_reached() -> None:
    questions = (Question("revenu", (900_00, 1300_00)), Question("reste", (200_00,)))
    rules = ContributionRules(
        guide_questions=questions, guide_amounts_cents=(1_00, 5_00, 9_00, 20_00)
    )
    assert rules.contradiction() is None
    answers = [(0, 0), (900_00, 199_99), (1300_00, 0), (1300_00, 200_00)]
    assert [suggested(each, rules) for each in answers] == [1_00, 5_00, 9_00, 20_00]
    with pytest.raises(Refusal, match="demande 2 réponses"):
        suggested((1,), rules)


@pytest.mark.parametrize(
    "rules",
    [
        ContributionRules(min_cents=10, max_cents=9),
        ContributionRules(mode="graded_levels"),
        ContributionRules(mode="quotient_table"),
        ContributionRules(mode="situation_question"),
        ContributionRules(
            guide_questions=(Question("revenu", (1, 2)),), guide_amounts_cents=(1, 2)
        ),
    ],
)
def test_articles_that_contradict_each_other(rules: ContributionRules) -> None:
    assert rules.contradiction()


@given(
    st.dictionaries(st.integers(1, 400_00), st.integers(1, 40), max_size=30),
    st.integers(1, 60_00),
)
def test_no_band_of_members_is_ever_smaller_than_eleven(counts: dict[int, int], least: int) -> None:
    edges = notches(least, None)
    found = bands(counts, edges)
    households = sum(counts.values())
    assert bool(found) == (households >= LEAST_GROUP)
    assert all(band.households >= LEAST_GROUP for band in found)
    assert sum(band.households for band in found) == (households if found else 0)
    assert {band.low_cents for band in found} <= set(edges)
    assert all(a.below_cents == b.low_cents for a, b in pairwise(found))
    assert not found or found[-1].below_cents is None


def test_neighbours_are_merged_until_the_group_is_large_enough() -> None:
    counts = {10_00: 10, 15_00: 1, 20_00: 11, 150_00: 10}
    edges = (1_00, 10_00, 15_00, 20_00, 150_00)
    assert bands(counts, edges) == (Band(1_00, 20_00, 11), Band(20_00, None, 21))
    assert bands({10_00: 10}, edges) == ()


def test_the_amounts_that_minus_and_plus_go_through() -> None:
    assert notches(1_00, None)[:4] == (1_00, 5_00, 10_00, 15_00)
    assert notches(1_00, None)[-1] == 150_00
    assert notches(41_08, None)[:2] == (41_08, 50_00)
    assert notches(20_00, 60_00) == (20_00, 25_00, 30_00, 40_00, 50_00, 60_00)
    assert notches(300_00, None)[-1] == 500_00


@given(st.integers(0, 500_00), st.none() | st.integers(500_00, 900_00), st.integers(1, 10_00))
def test_the_steps_of_an_amount_rise_and_stay_inside(
    least: int, most: int | None, step: int
) -> None:
    found = notches(least, most, step)
    assert list(found) == sorted(set(found)) and found[0] == least
    assert most is None or found[-1] == most


def test_a_day_on_which_banks_settle() -> None:
    assert bank_day(date(2024, 3, 3)) == date(2024, 3, 4)  # a Sunday
    assert bank_day(date(2024, 3, 29)) == date(2024, 4, 2)  # Good Friday to after Easter Monday
    assert bank_day(date(2024, 5, 1)) == date(2024, 5, 2)
    assert bank_day(date(2024, 12, 25)) == date(2024, 12, 27)
    assert bank_day(date(2024, 2, 5)) == date(2024, 2, 5)
