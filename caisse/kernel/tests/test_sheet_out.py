"""Tables that go out: numbers stay numbers, no text becomes a formula, what goes out comes in."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel.month import Month
from caisse.kernel.sheet import BOM, FORMULA, Columns, harmless, in_units, read_sheet, write_sheet

HEADS = ("adhésion", "montant", "mois", "date", "note")


def test_a_table_as_a_french_spreadsheet_opens_it() -> None:
    row = (118, in_units(-1_234_50), Month(2024, 2), date(2024, 2, 1), "au marché ; à midi")
    text = write_sheet([HEADS, row, (7, None, None, None, None)])
    assert text == (
        BOM + "adhésion;montant;mois;date;note\r\n"
        '118;-1234,50;2024-02;2024-02-01;"au marché ; à midi"\r\n7;;;;\r\n'
    )


def test_cents_never_pass_through_a_float() -> None:
    assert in_units(5) == Decimal("0.05")
    assert write_sheet([(in_units(0), in_units(1), in_units(9_007_199_254_740_993))]) == (
        BOM + "0,00;0,01;90071992547409,93\r\n"
    )


@pytest.mark.parametrize("sign", [*FORMULA, "\n=", "\0=", "  =", "\u00a0@"])
def test_what_looks_like_a_formula_begins_with_an_apostrophe(sign: str) -> None:
    told = harmless(f"{sign}HYPERLINK(1)")
    assert told.startswith("'")
    assert "\n" not in told and "\r" not in told and "\0" not in told


@pytest.mark.parametrize("text", ["Figuerolles", "n° 118", "2 = 2", "", "'déjà", "−5"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("cell", [True, 0.1])
def test_a_float_and_a_truth_are_no_cells(cell: object) -> None:
    with pytest.raises(TypeError):
        write_sheet([[cell]])  # type: ignore[list-item]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_no_text_ever_leaves_as_a_formula(cells: list[str]) -> None:
    text = write_sheet([cells]).removeprefix(BOM)
    (row,) = csv.reader(io.StringIO(text, newline=""), delimiter=";") if text.strip() else ([],)
    for cell in row:
        assert not cell.lstrip().startswith(FORMULA)


def test_what_goes_out_comes_in_again() -> None:
    columns = Columns({"membership": ("adhésion",), "amount": ("montant",)})
    sheet = read_sheet(write_sheet([HEADS[:2], (118, in_units(50_00))]).encode(), columns)
    assert (sheet.rows[0].cells, sheet.refused) == ({"membership": "118", "amount": "50,00"}, ())
