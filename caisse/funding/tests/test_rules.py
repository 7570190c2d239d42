"""Cover: what must lie at the bank for the units in circulation."""

from hypothesis import given
from hypothesis import strategies as st

from caisse.funding.rules import FundRules, backing_gap, issuable

amount = st.integers(0, 10**12)
fund_rules = st.builds(FundRules, backing_ratio_min_bp=st.integers(10_000, 20_000))


def test_at_parity_the_gap_is_cash_minus_circulation() -> None:
    assert backing_gap(40_790_00, 40_790_00, FundRules()) == 0
    assert backing_gap(50_035_00, 42_290_00, FundRules()) == 7_745_00
    assert backing_gap(99, 100, FundRules()) == -1


def test_a_higher_article_asks_for_more_and_rounds_up() -> None:
    rules = FundRules(backing_ratio_min_bp=10_500)
    assert backing_gap(1050, 1000, rules) == 0
    assert backing_gap(1050, 1001, rules) == -2


@given(amount, amount, fund_rules)
def test_what_may_be_issued_never_breaks_cover(
    cash: int, circulation: int, rules: FundRules
) -> None:
    more = issuable(cash, circulation, rules)
    assert more >= 0
    if more > 0:
        assert backing_gap(cash, circulation + more, rules) >= 0
        assert backing_gap(cash, circulation + more + 1, rules) < 0
