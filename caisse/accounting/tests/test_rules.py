"""The forecast as sums."""

from hypothesis import given
from hypothesis import strategies as st

from caisse.accounting.rules import Outlook, Rate, forecast, overdrawn
from caisse.kernel.month import Month

MAY = Month(2023, 5)


def outlook(**changes: object) -> Outlook:
    base: dict[str, object] = {
        "month": MAY, "operating_cash_cents": 1000, "caisse_cash_cents": 5000,
        "operating_instalments": {}, "caisse_instalments": {}, "costs": {}, "pledges": {},
        "cashed": Rate(1, 1), "owed_cents": 0, "issued_cents": 0, "used": Rate(1, 1),
    }  # fmt: skip
    return Outlook(**{**base, **changes})  # type: ignore[arg-type]


def test_what_the_month_still_expects_counts_before_the_first_month_shown() -> None:
    found = forecast(outlook(operating_instalments={MAY: 300}, costs={MAY: 200, MAY + 2: 50}))
    assert [line.operating_cash_cents for line in found[:3]] == [1100, 1050, 1050]


def test_what_is_owed_is_paid_first_then_expected_sales() -> None:
    found = forecast(outlook(owed_cents=700, issued_cents=1000, used=Rate(9, 10)))
    assert [line.caisse_cash_cents for line in found[:3]] == [4300, 3400, 2500]


def test_pledges_count_as_far_as_they_are_kept() -> None:
    found = forecast(outlook(pledges={MAY + 1: 1000, MAY + 2: 1000}, cashed=Rate(98, 100)))
    assert [line.caisse_cash_cents for line in found[:2]] == [5980, 6960]


def test_the_lowest_month_below_zero_is_named() -> None:
    assert overdrawn(forecast(outlook())) is None
    low = overdrawn(forecast(outlook(costs={MAY + 3: 1500, MAY + 5: 100})))
    assert low is not None and (low.month, low.operating_cash_cents) == (MAY + 5, -600)


@given(st.integers(0, 10**9), st.integers(-(10**9), 10**9), st.integers(0, 10**9))
def test_a_share_never_exceeds_what_it_is_of_unless_more_was_cashed(
    cents: int, part: int, whole: int
) -> None:
    found = Rate(part, whole).of(cents)
    assert found >= 0
    if part <= whole:
        assert found <= cents
