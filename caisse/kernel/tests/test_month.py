"""Months: values that add, compare and know their days."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel.month import Month, days, months

MONTHS = st.builds(Month, st.integers(200, 9_000), st.integers(1, 12))
STEPS = st.integers(-1_000, 1_000)
DAYS = st.dates(date(200, 1, 1), date(9_000, 12, 31))


@given(MONTHS, STEPS, STEPS)
def test_months_add_like_integers(month: Month, n: int, m: int) -> None:
    assert month + n + m == month + (n + m)
    assert (month + n) - month == n
    assert (month + n < month + m) == (n < m)
    assert month.next() == month + 1
    assert month.previous() == month + -1


@given(MONTHS)
def test_a_month_comes_back_from_its_number_and_its_text(month: Month) -> None:
    assert Month.from_number(month.number) == month
    assert Month.parse(str(month)) == month
    assert (month.number < month.next().number) and (str(month) < str(month.next()))


@given(DAYS)
def test_a_day_lies_in_its_month_only(day: date) -> None:
    month = Month.of(day)
    assert day in month
    assert day not in month.next()
    assert month.first <= day <= month.last
    assert month.day(day.day) == day


@given(MONTHS)
def test_months_touch_without_a_gap(month: Month) -> None:
    assert month.last + timedelta(1) == month.next().first
    assert month.days == (month.next().first - month.first).days
    assert month.day(31) == month.last


def test_the_29th_of_february() -> None:
    leap, common = Month(2024, 2), Month(2023, 2)
    assert (leap.days, common.days) == (29, 28)
    assert leap.day(29) == date(2024, 2, 29)
    assert common.day(29) == date(2023, 2, 28)
    assert date(2024, 2, 29) in leap
    assert leap + 12 == Month(2025, 2)
    assert (Month(2000, 2).days, Month(1900, 2).days) == (29, 28)


@given(MONTHS, st.integers(-3, 30))
def test_a_stretch_of_months_and_of_days(first: Month, n: int) -> None:
    stretch = months(first, first + n)
    assert len(stretch) == max(0, n + 1)
    assert all(late - early == 1 for early, late in itertools.pairwise(stretch))
    every = days(first.first, first.next().first)
    assert (len(every), every[-1]) == (first.days + 1, first.next().first)


def test_words_of_a_month() -> None:
    assert Month(2023, 2).words == "février 2023"
    assert str(Month(2023, 2)) == "2023-02"


@pytest.mark.parametrize(
    "text",
    ["", "2023", "2023-2", "2023-13", "2023-00", "0000-01", "23-02", "2023-02-01", "２０２３-02"],
)
def test_what_is_no_month_is_refused_in_french(text: str) -> None:
    with pytest.raises(ValueError, match="n’est pas un mois"):
        Month.parse(text)


@pytest.mark.parametrize(("year", "month"), [(2023, 0), (2023, 13), (0, 1), (10_000, 1)])
def test_no_such_month(year: int, month: int) -> None:
    with pytest.raises(ValueError, match="no month"):
        Month(year, month)
