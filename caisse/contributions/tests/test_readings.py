"""Files as spreadsheets make them: understood, or refused line by line in French."""

import time
import tracemalloc
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.contributions.readings import (
    ReceiptLine,
    ReturnLine,
    read_day,
    read_receipts,
    read_returns,
)
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.sheet import MOST_LINES, YEARS

HEADING = "adhésion;mois;montant;moyen;date"
FEBRUARY = Month(2023, 2)
GOOD = "7;2023-02;1 234,50;prélèvement;03/02/2023"


def refused(content: str | bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        read_receipts(content)
    assert refusal.value.sentence.endswith((".", ")"))
    return refusal.value.reason


def said(*lines: str) -> list[tuple[int, str]]:
    """What is refused in a file of those lines under the heading."""
    preview = read_receipts("\n".join([HEADING, *lines]))
    assert len(preview.lines) + len(preview.refused) == len(lines)
    return [(line.line, line.sentence) for line in preview.refused]


LINE = ReceiptLine(2, 7, FEBRUARY, 1_234_50, "debit", date(2023, 2, 3))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_write(encoding: str, delimiter: str, end: str) -> None:
    cells = [HEADING.split(";"), ["7", "2023-02", '"1 234,50"', "Prélèvement", "2023-02-03"]]
    text = end.join(delimiter.join(line) for line in cells) + end
    preview = read_receipts(text.encode(encoding))
    assert (preview.lines, preview.refused) == ((LINE,), ())
    assert (preview.delimiter, preview.total_cents) == (delimiter, 1_234_50)


def test_one_text_has_one_fingerprint_whatever_its_encoding() -> None:
    text = f"{HEADING}\n{GOOD}\n"
    prints = {
        read_receipts(content).fingerprint
        for content in (text, "\ufeff" + text, text.encode(), text.encode("cp1252"))
    }
    assert len(prints) == 1
    assert read_receipts(text.replace("234", "235")).fingerprint not in prints


def test_all_columns_in_any_order_with_others_between() -> None:
    text = (
        "Nom;Recouvrement;DATE;Kind;Montant;Mois;Numéro;Guichet;\n"
        "X;oui;3/2/2023;Chèque;12;02/2023;7;Place-1;\n"
        ";;03/02/2023;VIREMENT;12,5;2/2023;8;;\n"
    )
    preview = read_receipts(text)
    assert preview.lines == (
        ReceiptLine(2, 7, FEBRUARY, 12_00, "cheque", date(2023, 2, 3), "place-1", True),
        ReceiptLine(3, 8, FEBRUARY, 12_50, "transfer", date(2023, 2, 3)),
    )
    assert preview.ignored == ("Nom", "")


def test_a_repeated_heading_and_empty_lines_are_passed_over() -> None:
    preview = read_receipts(f"\n{HEADING}\n{GOOD}\n;;;;\n\n{HEADING.upper()}\n{GOOD}\n")
    assert [line.line for line in preview.lines] == [3, 7]
    assert preview.refused == ()


@pytest.mark.parametrize(
    "amount",
    ["1,234.50", "-0", "-12", "+12", "1e3", "０１２", "12,505", "", "zéro", "0", "0,00", "9" * 30],
)
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    ((line, sentence),) = said(f"7;2023-02;{amount};virement;03/02/2023")
    assert line == 2
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("7;2023-02;12;virement;29/02/2023", "n’est pas une date"),
        ("7;2023-02;12;virement;2023-13-01", "n’est pas une date"),
        ("7;2023-02;12;virement;hier", "n’est pas une date"),
        ("7;février;12;virement;03/02/2023", "n’est pas un mois"),
        ("7;2023-13;12;virement;03/02/2023", "n’est pas un mois"),
        ("sept;2023-02;12;virement;03/02/2023", "n’est pas un numéro d’adhésion"),
        ("0;2023-02;12;virement;03/02/2023", "n’est pas un numéro d’adhésion"),
        ("7;2023-02;12;troc;03/02/2023", "n’est pas un moyen"),
        ("7;2023-02;12;espèces;03/02/2023", "guichet"),
        ("7;2023-02;12", "3 cellules pour 5 colonnes"),
        ("7;2023-02;12;virement;03/02/2023;reste", "6 cellules pour 5 colonnes"),
        ("7;2023-02;=1+1;virement;03/02/2023", "commence comme une formule"),
        ("@7;2023-02;12;virement;03/02/2023", "commence comme une formule"),
        ("7;2023-02;＝1;virement;03/02/2023", "commence comme une formule"),
        ('7;2023-02;12;"vire\nment";03/02/2023', "retour à la ligne"),
        ("7;2023-02;12;vire\u202ement;03/02/2023", "caractère invisible"),
    ],
)
def test_each_bad_line_says_what_is_wrong_and_leaves_the_others(line: str, word: str) -> None:
    preview = read_receipts("\n".join([HEADING, GOOD, line, GOOD]))
    assert len(preview.lines) == 2
    assert preview.refused[0].line == 3
    assert word in preview.refused[0].sentence
    assert "'" not in preview.refused[0].sentence


def test_the_line_number_is_that_of_the_file_even_after_a_cell_of_two_lines() -> None:
    preview = read_receipts(f'{HEADING};note\n{GOOD};"deux\nlignes"\n{GOOD};\nx;;;;;')
    assert [line.line for line in preview.lines] == [4]
    assert [line.line for line in preview.refused] == [2, 5]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("\n \n;;\n", "empty"),
        (b"\x81\x8d\xff", "encoding"),
        (b"\xff\xfea", "encoding"),
        (f"{HEADING}\n7\0;", "nul"),
        (f'{HEADING}\n7;"ouvert;1;2;3\n{GOOD}', "quotes"),
        ("adhésion;mois;montant;moyen\n", "columns"),
        (f"{HEADING};Date\n", "columns"),
        (f"{HEADING}\n" + ";" * 10_001, "long_line"),
        (f"{HEADING}\n" * (MOST_LINES + 1), "too_large"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    content: str | bytes, reason: str
) -> None:
    assert refused(content) == reason


def test_a_line_of_a_hundred_megabytes_costs_the_sender_more_than_us() -> None:
    poison = HEADING.encode() + b"\n" + b"7" * 100_000_000
    tracemalloc.start()
    began = time.monotonic()
    assert refused(poison) == "too_large"
    assert time.monotonic() - began < 2
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_whatever_comes_in_is_read_or_refused(content: str | bytes) -> None:
    try:
        preview = read_receipts(content)
    except Refusal as refusal:
        assert refusal.sentence
    else:
        assert all(line.cents > 0 for line in preview.lines)


@given(st.lists(st.text(alphabet="7;2023-0,51\"' =\t\nprélvmnt/", max_size=60), max_size=8))
def test_whatever_stands_under_a_heading_is_understood_or_refused(lines: list[str]) -> None:
    try:
        preview = read_receipts("\n".join([HEADING, *lines]))
    except Refusal as refusal:
        assert refusal.reason == "quotes"
    else:
        numbers = [line.line for line in preview.lines]
        numbers += [line.line for line in preview.refused]
        assert len(set(numbers)) == len(numbers)


def test_returns_name_a_reason_of_the_bank() -> None:
    preview = read_returns(
        "adhésion;mois;motif;date;montant\n"
        "7;2023-02;am04;08/02/2023;50\n8;2023-02;XX99;08/02/2023;\n9;2023-02;MD06;2023-02-08;\n"
    )
    assert preview.lines == (
        ReturnLine(2, 7, FEBRUARY, "AM04", date(2023, 2, 8), 50_00),
        ReturnLine(4, 9, FEBRUARY, "MD06", date(2023, 2, 8)),
    )
    assert preview.total_cents == 50_00
    assert "XX99" in preview.refused[0].sentence


@given(st.dates(date(YEARS.start, 1, 1), date(YEARS.stop - 1, 12, 31)))
def test_a_day_is_read_back_from_both_writings(day: date) -> None:
    assert read_day(day.isoformat()) == day
    assert read_day(f"{day.day:02d}/{day.month:02d}/{day.year:04d}") == day
