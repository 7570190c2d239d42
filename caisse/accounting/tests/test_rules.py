"""The forecast, the shares of a pot and the pieces of a difference, as sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.accounting.rules import (
    Outlook,
    Piece,
    Rate,
    attribute,
    explaining,
    forecast,
    overdrawn,
    redemptions,
    steps,
)
from caisse.kernel.month import Month

MAY = Month(2023, 5)


def outlook(**changes: object) -> Outlook:
    base: dict[str, object] = {
        "month": MAY, "operating_cash_cents": 1000, "caisse_cash_cents": 5000,
        "operating_instalments": {}, "caisse_instalments": {}, "costs": {}, "pledges": {},
        "cashed": Rate(1, 1), "due": (0, 0), "issued_cents": 0, "used": Rate(1, 1),
    }  # fmt: skip
    return Outlook(**{**base, **changes})  # type: ignore[arg-type]


def test_what_the_month_still_expects_counts_before_the_first_month_shown() -> None:
    found = forecast(outlook(operating_instalments={MAY: 300}, costs={MAY: 200, MAY + 2: 50}))
    assert [line.operating_cash_cents for line in found[:3]] == [1100, 1050, 1050]


def test_what_is_owed_is_paid_first_then_expected_sales() -> None:
    found = forecast(outlook(due=(0, 700), issued_cents=1000, used=Rate(9, 10)))
    assert [line.caisse_cash_cents for line in found[:3]] == [4300, 3400, 2500]


@pytest.mark.parametrize(
    ("owed", "sold", "month_over", "wanted"),
    [
        (700, 700, True, (0, 700)),  # the last evening: all of it in the next month
        (900, 700, True, (0, 900)),  # and what was not paid in its own
        (700, 0, False, (700, 900)),  # the 1st: last month's on its day, then this one's
        (750, 50, False, (700, 900)),  # so on the 5th, and on the 8th when the run is late
        (50, 50, False, (0, 900)),  # paid already
        (950, 950, False, (0, 950)),  # more than expected
        (400, -300, False, (400, 900)),  # some of it was given back since
        (60, 80, False, (0, 900)),
        (0, 0, False, (0, 900)),
    ],
)
def test_each_months_sales_are_paid_in_the_next_one(
    owed: int, sold: int, month_over: bool, wanted: tuple[int, int]
) -> None:
    found = redemptions(owed, sold_cents=sold, month_over=month_over, expected_cents=900)
    assert found == wanted


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


@given(
    resources=st.lists(st.integers(0, 10**9), min_size=1, max_size=12),
    line=st.integers(-(10**9), 10**9),
)
def test_the_shares_of_a_line_are_the_line(resources: list[int], line: int) -> None:
    parts = attribute(resources, line)
    assert sum(parts) == (line if sum(resources) else 0)
    assert all(not part for part, weight in zip(parts, resources, strict=True) if not weight)
    for part, weight in zip(parts, resources, strict=True):  # never a cent away from exact
        assert abs(part * max(sum(resources), 1) - line * weight) < max(sum(resources), 1)


def test_a_difference_is_explained_by_the_fewest_pieces() -> None:
    pieces = [Piece("a", 5), Piece("b", 7), Piece("c", 12), Piece("d", -3), Piece("e", 0)]
    assert [piece.label for piece in explaining(12, pieces)] == ["c"]
    assert [piece.label for piece in explaining(9, pieces)] == ["c", "d"]
    assert [piece.label for piece in explaining(24, pieces)] == ["a", "b", "c"]
    assert explaining(1_000, pieces) == () == explaining(3, [])


@given(st.integers(0, 12), st.integers(-(10**6), 10**6))
def test_steps_run_from_one_cash_to_the_next(later: int, cash: int) -> None:
    month = Month(2023, 9)
    made_of = outlook(
        month=month, operating_cash_cents=cash, caisse_cash_cents=500_00,
        operating_instalments={month + later: 77_00}, caisse_instalments={month: 5_00},
        costs={month: 3_00, month + 2: 9_00}, pledges={month + 1: 10_00}, cashed=Rate(9, 10),
        due=(30_00, 40_00), issued_cents=100_00, used=Rate(1, 2),
    )  # fmt: skip
    found = steps(made_of)
    assert [step.month for step in found] == [month + n for n in range(13)]
    before = (cash, 500_00)
    for step in found:
        own = before[0] + step.operating_in_cents - step.operating_out_cents
        whole = before[1] + step.caisse_in_cents - step.caisse_out_cents
        assert (step.operating_cash_cents, step.caisse_cash_cents) == (own, whole)
        before = (own, whole)
    assert [step.caisse_out_cents for step in found[:3]] == [30_00, 40_00, 50_00]
    told = [(each.operating_cash_cents, each.caisse_cash_cents) for each in forecast(made_of)]
    assert told == [(step.operating_cash_cents, step.caisse_cash_cents) for step in found[1:]]
