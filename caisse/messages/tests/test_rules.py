"""Texts as telephones take them: the signs of an SMS, its length, numbers as they are dialled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.messages.rules import (
    ALPHABET,
    EXTENSION,
    LONGEST,
    fit,
    gsm,
    number,
    septets,
    shown_number,
    takes_sms,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Épicerie du Figuier", "Épicerie du Figuier"),
        ("ça, là-bas, où, à côté", "ca, là-bas, où, à coté"),
        ("forêt, maïs, flûte, cœur", "foret, mais, flute, coeur"),
        ("« L’Église »", '"L\'Église"'),
        ("1\u202f234,50\u00a0MonA", "1 234,50 MonA"),
        ("−23,50 € …", "-23,50 € ..."),
        ("citron · panier", "citron , panier"),
        ("🍋 ж", "? ?"),
    ],
)
def test_an_accent_that_an_sms_lacks_falls(text: str, folded: str) -> None:
    assert gsm(text) == folded


@given(st.text())
def test_any_text_becomes_one_that_every_telephone_shows(text: str) -> None:
    assert set(gsm(text)) <= ALPHABET | EXTENSION


@given(st.lists(st.text(max_size=200), min_size=1, max_size=6))
def test_what_leaves_is_one_sms_and_begins_with_the_first_part(parts: list[str]) -> None:
    said = fit(parts)
    assert septets(said) <= LONGEST
    assert gsm(parts[0]).startswith(said) or said.startswith(gsm(parts[0]))


def test_what_is_too_much_is_left_out_whole_and_a_shorter_part_still_fits() -> None:
    assert fit(["a" * 150, "b" * 20, "c" * 9]) == f"{'a' * 150} {'c' * 9}"
    assert fit(["€" * 100]) == "€" * 80, "a sign of the extension counts twice"
    assert fit(["a", "", "b"]) == "a b"


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("04.67.00.00.00", "+33467000000"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0041 79 123 45 67", "+41791234567"),
        ("", ""),
        ("12", ""),
        ("le soir", ""),
        ("+0612345678", ""),
        ("06 12 34 56 78 ou 04 67 00 00 00", ""),
        ("+1234567890123456", ""),
    ],
)
def test_a_number_is_dialled_or_it_is_none(typed: str, dialled: str) -> None:
    assert number(typed) == dialled


def test_a_leading_zero_is_of_the_country_of_the_caisse() -> None:
    assert number("079 123 45 67", "41") == "+41791234567"


@pytest.mark.parametrize(
    ("dialled", "takes"),
    [
        ("+33612345678", True),
        ("+33712345678", True),
        ("+33467000000", False),
        ("+41791234567", True),
        ("", False),
    ],
)
def test_who_may_take_an_sms(dialled: str, takes: bool) -> None:
    assert takes_sms(dialled) is takes


def test_a_screen_shows_two_figures_of_a_number() -> None:
    assert (shown_number("+33612345678"), shown_number("")) == ("… 78", "")
