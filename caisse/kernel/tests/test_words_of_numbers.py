"""Numbers and amounts in French words."""

import pytest
from django.utils import translation

from caisse.kernel.wording import amount_in_words, in_french

KNOWN = {
    0: "zéro",
    1: "un",
    16: "seize",
    17: "dix-sept",
    20: "vingt",
    21: "vingt et un",
    22: "vingt-deux",
    61: "soixante et un",
    70: "soixante-dix",
    71: "soixante et onze",
    72: "soixante-douze",
    76: "soixante-seize",
    79: "soixante-dix-neuf",
    80: "quatre-vingts",
    81: "quatre-vingt-un",
    90: "quatre-vingt-dix",
    91: "quatre-vingt-onze",
    99: "quatre-vingt-dix-neuf",
    100: "cent",
    101: "cent un",
    171: "cent soixante et onze",
    180: "cent quatre-vingts",
    200: "deux cents",
    201: "deux cent un",
    280: "deux cent quatre-vingts",
    999: "neuf cent quatre-vingt-dix-neuf",
    1000: "mille",
    1001: "mille un",
    1100: "mille cent",
    2000: "deux mille",
    2200: "deux mille deux cents",
    21_000: "vingt et un mille",
    80_000: "quatre-vingt mille",
    80_080: "quatre-vingt mille quatre-vingts",
    200_000: "deux cent mille",
    999_999: "neuf cent quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf",
}
AMOUNTS = {
    76_50: "soixante-seize MonA et cinquante centimes",
    100_00: "cent MonA",
    1_01: "un MonA et un centime",
    7_20: "sept MonA et vingt centimes",
    80: "quatre-vingts centimes",
    1: "un centime",
    0: "zéro MonA",
    -1: "",
    1_000_000_00: "",
}


@pytest.mark.parametrize("number", KNOWN)
def test_a_number_is_written_as_the_french_do(number: int) -> None:
    assert in_french(number) == KNOWN[number]


def test_no_two_numbers_are_written_alike() -> None:
    numbers = [*range(10_000), *range(10_000, 1_000_000, 997)]
    assert len({in_french(number) for number in numbers}) == len(numbers)


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_there_are_no_words_beyond(number: int) -> None:
    with pytest.raises(ValueError, match="no words"):
        in_french(number)


@pytest.mark.parametrize("cents", AMOUNTS)
def test_an_amount_is_written_with_its_unit(cents: int) -> None:
    assert amount_in_words(cents, "MonA").replace("\u00a0", " ") == AMOUNTS[cents]


def test_another_language_has_figures_only() -> None:
    with translation.override("en"):
        assert amount_in_words(76_50, "MonA") == ""
