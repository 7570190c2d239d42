"""Chosen prices, and until when a purchase may be undone."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.contributions.rules import ContributionRules
from caisse.kernel.cents import ROUNDINGS
from caisse.payments.rules import PaymentRules, PriceRules, price_paid, prices, refundable

price_rules = st.builds(
    PriceRules, rounding=st.sampled_from(ROUNDINGS), step_cents=st.integers(1, 100)
)


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(0, 20_000), price_rules)
def test_one_price_is_the_price_in_the_array(fair: list[int], tier: int, rules: PriceRules) -> None:
    together = price_paid(np.array(fair, dtype=np.int64), tier, rules)
    assert together.tolist() == [price_paid(cents, tier, rules) for cents in fair]


@given(st.integers(0, 10_000), st.integers(0, 20_000), price_rules)
def test_a_price_is_within_one_step_of_its_tier(fair: int, tier: int, rules: PriceRules) -> None:
    paid = price_paid(fair, tier, rules)
    if tier == 10_000:
        assert paid == fair
        return
    assert paid % rules.step_cents == 0
    assert abs(paid * 10_000 - fair * tier) < rules.step_cents * 10_000
    if rules.rounding == "outward":
        assert (paid * 10_000 <= fair * tier) == (tier < 10_000) or paid * 10_000 == fair * tier


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ("half_up", [176, 270, 338]),
        ("outward", [175, 270, 338]),
        ("down", [175, 270, 337]),
        ("up", [176, 270, 338]),
    ],
)
def test_three_prices_of_a_basket_at_2_70(rounding: str, expected: list[int]) -> None:
    tiers = ContributionRules(price_tiers_bp=(6500, 10_000, 12_500))
    assert prices(270, PriceRules(rounding=rounding), tiers) == expected  # type: ignore[arg-type]


def test_the_refund_window_counts_days_after_the_purchase() -> None:
    day = date(2024, 2, 20)
    month = PaymentRules(refund_window_days=30)
    assert refundable(day, day + timedelta(30), month)
    assert not refundable(day, day + timedelta(31), month)
    assert refundable(day, day, PaymentRules(refund_window_days=0))
    assert not refundable(day, day + timedelta(1), PaymentRules(refund_window_days=0))
    assert refundable(day, date(2044, 1, 1), PaymentRules())
