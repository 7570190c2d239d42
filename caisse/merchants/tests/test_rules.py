"""What a place is paid and what the caisse covers: parts and whole agree to the cent."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.bylaws.rules import check_value
from caisse.kernel.cents import ROUNDINGS, Rounding
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.merchants.rules import (
    CoverageRules,
    Covered,
    Line,
    Rate,
    RedemptionRules,
    coverage,
    held_on,
    paid_on,
    redemption,
)
from caisse.payments.tests.test_formats import VECTORS

redemption_rules = st.builds(
    RedemptionRules,
    min_amount_cents=st.integers(0, 1_000_00),
    fee_bp=st.integers(0, 1000),
    fee_rounding=st.sampled_from(ROUNDINGS),
)


@given(st.lists(st.integers(-50_00, 100_000_00), min_size=1, max_size=12), redemption_rules)
def test_what_is_paid_and_the_fee_make_up_the_sales(
    sales: list[int], rules: RedemptionRules
) -> None:
    together = redemption(np.array(sales, dtype=np.int64), rules)
    for i, cents in enumerate(sales):
        one = redemption(cents, rules)
        assert (one.paid_cents, one.fee_cents) == (
            together.paid_cents[i],
            together.fee_cents[i],
        )
        assert one.paid_cents >= 0 and one.fee_cents >= 0
        moved = one.paid_cents + one.fee_cents
        assert moved == (cents if cents >= max(0, rules.min_amount_cents) else 0)


def test_the_days_of_a_redemption() -> None:
    rules = RedemptionRules(pay_day=5)
    assert held_on(Month(2024, 2), rules) == date(2024, 2, 29)
    assert paid_on(Month(2023, 12), rules) == date(2024, 1, 5)
    assert held_on(Month(2024, 2), RedemptionRules(frequency="on_demand")) is None


rates = (Rate("desired", 10_000), Rate("far", 3_333), Rate("none", 0))
coverage_rules = st.builds(
    CoverageRules,
    mode=st.sampled_from(["full", "rate_by_place", "rate_by_product"]),
    rates_bp=st.just(rates),
    rounding=st.sampled_from(ROUNDINGS),
)
lines = st.lists(
    st.builds(Line, st.integers(1, 100_00), st.sampled_from([rate.code for rate in rates]))
)


@given(lines, coverage_rules, st.sampled_from([rate.code for rate in rates]))
def test_the_parts_of_a_purchase_make_up_its_price(
    bought: list[Line], rules: CoverageRules, place: str
) -> None:
    parts = coverage(bought, rules, place)
    assert parts.caisse_cents + parts.member_cents == sum(line.cents for line in bought)
    assert parts.caisse_cents >= 0 and parts.member_cents >= 0
    if rules.mode == "full":
        assert parts.member_cents == 0


def test_a_rate_that_the_article_does_not_know_is_refused() -> None:
    by_place = CoverageRules(mode="rate_by_place", rates_bp=rates)
    by_product = CoverageRules(mode="rate_by_product", rates_bp=rates)
    for rules, place in ((by_place, "other"), (by_place, ""), (by_product, "far")):
        with pytest.raises(Refusal, match="n’existe pas") as refused:
            coverage([Line(100, "unknown")], rules, place)
        assert refused.value.reason == "rate"
    assert CoverageRules(mode="rate_by_place").contradiction() is not None
    with pytest.raises(Refusal):
        check_value("coverage.rates_bp", (Rate("far", 1), Rate("far", 2)))


@pytest.mark.parametrize("case", VECTORS["coverage"])
@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_a_part_is_rounded_as_the_till_rounds_it(case: dict[str, int], rounding: Rounding) -> None:
    """The vectors that `tests/journeys/test_formats.py` gives to the till's JavaScript."""
    rules = CoverageRules("rate_by_product", (Rate("pain", case["bp"]),), rounding)
    part = coverage([Line(case["cents"], "pain")], rules)
    assert part == Covered(case[rounding], case["cents"] - case[rounding])
