"""Dates, months, hours, shares and counts in French."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel import wording
from caisse.kernel.month import Month

NARROW, NBSP = "\u202f", "\u00a0"


def test_amounts_have_narrow_spaces_and_keep_their_cents() -> None:
    assert wording.amount(1_234_50, "€") == f"1{NARROW}234,50{NARROW}€"
    assert wording.amount(192_500_00, "€") == f"192{NARROW}500{NARROW}€"
    assert wording.amount(350_000_00, "MonA") == f"350{NARROW}000{NBSP}MonA"
    assert wording.amount(-3_500_00, "€") == f"−3{NARROW}500{NARROW}€"
    assert wording.amount(5_00, "€", decimals=True) == f"5,00{NARROW}€"


def test_shares_say_all_or_nothing_only_when_it_is_exact() -> None:
    assert wording.percent(342_740, 350_000) == f"97,9{NARROW}%"
    assert wording.percent(190, 350) == f"54,3{NARROW}%"
    assert wording.percent(99_999, 100_000) == f"99,9{NARROW}%"
    assert wording.percent(1, 100_000) == f"0,1{NARROW}%"
    assert wording.percent(7, 7) == f"100{NARROW}%"
    assert wording.percent(0, 7) == f"0{NARROW}%"
    assert wording.percent(100_001, 100_000) == f"100,1{NARROW}%"
    assert wording.tenths(-215) == f"−21,5{NARROW}%"


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_share_is_within_half_a_tenth_or_held_back_from_an_end(part: int, whole: int) -> None:
    tenths = wording.per_mille(part, whole)
    assert abs(tenths * whole - 1000 * part) * 2 <= whole or tenths in (1, 999, 1001)
    assert (tenths == 1000) == (part == whole)
    assert (tenths == 0) == (part == 0)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        wording.percent(1, 0)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (Month(2023, 2), Month(2024, 1), "de février 2023 à janvier 2024"),
        (Month(2023, 4), Month(2023, 8), "d’avril 2023 à août 2023"),
        (Month(2023, 10), Month(2023, 10), "en octobre 2023"),
    ],
)
def test_periods(first: Month, last: Month, words: str) -> None:
    assert wording.period(first, last).replace(NBSP, " ") == words


def test_days_and_hours() -> None:
    assert wording.day(date(2024, 2, 1), weekday=True) == f"jeudi 1er{NBSP}février{NBSP}2024"
    assert wording.day(date(2024, 1, 31)) == f"31{NBSP}janvier{NBSP}2024"
    assert wording.hour(datetime(2024, 2, 1, 9, 0)) == f"9{NBSP}h{NBSP}00"  # noqa: DTZ001
    assert wording.hour(datetime(2024, 2, 1, 17, 20)) == f"17{NBSP}h{NBSP}20"  # noqa: DTZ001


def test_short_months_are_those_of_an_axis() -> None:
    months = [wording.month_short(Month(2023, 1) + n) for n in range(12)]
    expected = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."
    assert " ".join(months) == expected
    assert wording.month_short(Month(2024, 1), year=True) == f"janv.{NBSP}2024"


def test_numbers_in_titles() -> None:
    assert wording.number_word(2) == "deux"
    assert wording.number_word(11) == "11"
    assert wording.capital("été") == "Été"
    assert wording.capital("") == ""


def test_what_people_typed_gets_its_spaces() -> None:
    typed = "Le guide « simple » : d'accord ? oui ; 5 € !"
    expected = "Le guide «_simple_»_: d’accord.? oui.; 5.€.!"
    shown = wording.spaced(typed)
    assert shown.replace(NBSP, "_").replace(NARROW, ".") == expected
    assert wording.spaced(shown) == shown
