"""Statements: every cent of a transfer belongs to sales that one can read, month after month."""

import csv
import io
from datetime import date

import pypdf
import pytest

from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants import queries
from caisse.merchants.pages.files import statement_csv, statement_pdf
from caisse.merchants.tests.ground import (
    FEBRUARY,
    OFFICE,
    approved,
    founded,
    give_back,
    go,
    sell,
)

MARCH = Month(2023, 3)


def told(place: int, month: Month = FEBRUARY) -> queries.Statement:
    found = queries.statement(place_id=place, month=month)
    assert found is not None
    whole = found.row.cents + found.row.fee_cents + found.row.carried_cents
    assert found.total_cents == whole, "the days make the sum"
    return found


def hold(month: Month) -> None:
    go(month.last)
    merchants.hold_sales(month=month, by=OFFICE)


@pytest.mark.django_db
def test_a_statement_has_its_days_and_the_next_one_begins_after_its_hold() -> None:
    founded(wallets=3)
    place = approved()
    first = sell(place, 30_00)
    go(date(2023, 2, 10))
    sell(place, 20_00, wallet=2)
    give_back(place, 5_00, first)
    hold(FEBRUARY)
    sell(place, 7_00, wallet=3)  # after the hold, on the same evening: it belongs to March
    go(date(2023, 3, 20))
    sell(place, 1_00, wallet=3)
    hold(MARCH)
    february, march = told(place), told(place, MARCH)
    assert [day for day, _ in february.days] == [date(2023, 2, 6), date(2023, 2, 10)]
    assert (february.taken.sales, february.taken.sales_cents) == (2, 50_00)
    assert (february.taken.refunds, february.taken.refunds_cents) == (1, 5_00)
    assert february.row.cents == 45_00
    assert [day for day, _ in march.days] == [date(2023, 2, 28), date(2023, 3, 20)]
    assert march.row.cents == 8_00


@pytest.mark.django_db
def test_what_was_carried_over_is_brought_into_the_next_statement() -> None:
    founded(redemption__min_amount_cents=10_00)
    place = approved()
    sell(place, 4_00)
    hold(FEBRUARY)
    sell(place, 3_00)
    hold(MARCH)
    go(date(2023, 4, 3))
    sell(place, 6_00)
    hold(Month(2023, 4))
    assert (told(place).row.carried_cents, told(place).brought_cents) == (4_00, 0)
    assert (told(place, MARCH).row.carried_cents, told(place, MARCH).brought_cents) == (7_00, 4_00)
    april = told(place, Month(2023, 4))
    assert (april.row.cents, april.brought_cents, april.taken.cents) == (13_00, 7_00, 6_00)


@pytest.mark.django_db
@pytest.mark.parametrize("paid", [False, True])
def test_what_the_bank_sent_back_is_owed_again(paid: bool) -> None:
    founded(redemption__fee_bp=200)
    place = approved()
    sell(place, 50_00)
    hold(FEBRUARY)
    go(date(2023, 3, 5))
    if paid:
        merchants.pay_redemptions(month=FEBRUARY, by=OFFICE)
    merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code="AC04")
    sell(place, 10_00, wallet=2)
    hold(MARCH)
    assert told(place).row.state == "refused"
    march = told(place, MARCH)
    assert (march.back_cents, march.taken.cents) == (50_00, 10_00)
    assert (march.row.cents, march.row.fee_cents) == (58_80, 1_20)


@pytest.mark.django_db
def test_on_demand_a_statement_ends_when_the_place_asked() -> None:
    founded(redemption__frequency="on_demand")
    place, other = approved(), approved("Le Fournil", "baker")
    sell(other, 5_00)
    merchants.ask_redemption(place_id=other, by=OFFICE)
    sell(place, 9_00)
    go(date(2023, 2, 14))
    merchants.ask_redemption(place_id=place, by=OFFICE)
    sell(place, 2_00)
    hold(FEBRUARY)
    go(date(2023, 3, 9))
    merchants.ask_redemption(place_id=place, by=OFFICE)
    assert told(place).taken.cents == 9_00
    assert told(place, MARCH).taken.cents == 2_00


@pytest.mark.django_db
def test_before_the_hold_there_is_no_statement() -> None:
    founded()
    place = approved()
    sell(place, 1_00)
    assert queries.statement(place_id=place, month=FEBRUARY) is None
    hold(FEBRUARY)
    assert queries.statement(place_id=place, month=Month(2023, 1)) is None
    assert queries.statement(place_id=place + 1, month=FEBRUARY) is None


@pytest.mark.django_db
def test_the_files_say_what_the_page_says() -> None:
    founded(redemption__fee_bp=150)
    place = approved("=La Cagette")
    first = sell(place, 60_05)
    give_back(place, 10_05, first)
    hold(FEBRUARY)
    statement, row = told(place), queries.place(place)
    assert row is not None
    reader = pypdf.PdfReader(io.BytesIO(statement_pdf(row, statement)))
    text = reader.pages[0].extract_text().replace("\u202f", " ").replace("\xa0", " ")
    root = reader.trailer["/Root"]
    assert reader.metadata is not None
    title = str(reader.metadata.title).replace("\xa0", " ")
    assert title == "Relevé de février 2023, =La Cagette"
    assert "Relevé de février 2023 Lieu" in " ".join(text.split())
    assert root["/Lang"] == "fr"  # type: ignore[index]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    for words in ("60,05 €", "−10,05 €", "−0,75 €", "49,25 €", "prévu le 5 mars 2023"):
        assert words in text, text
    content = io.StringIO(statement_csv(statement).removeprefix("\ufeff"))
    rows = list(csv.reader(content, delimiter=";"))
    assert rows[0] == ["jour", "libellé", "achats", "ventes", "remboursé", "montant"]
    assert rows[1] == ["2023-02-06", "ventes du jour", "1", "60,05", "-10,05", "50,00"]
    assert ["", "Frais", "", "", "", "-0,75"] in rows
    assert rows[-1] == ["2023-03-05", "virement", "", "", "", "-49,25"]
    assert sum(int(one[5].replace(",", "")) for one in rows[1:]) == 0


def test_in_the_played_year_every_statement_is_the_ledger_to_the_cent(played: str) -> None:
    for name in ("L’Épicerie du Figuier", "Les Légumes de Samira", "Le Fournil des Micocouliers"):
        place = queries.place_named(name)
        assert place is not None, name
        rows = queries.statements(place.id)
        assert rows
        statements = [told(place.id, row.month) for row in rows]
        sold = sum(one.taken.cents for one in statements)
        lines = books.lines(place.account, reasons=("payment", "refund"))
        assert sold == sum(line.cents for line in lines)
        assert sum(one.taken.sales for one in statements) == sum(
            line.reason == "payment" for line in lines
        )
        paid = sum(one.row.cents for one in statements if one.row.state == "paid")
        assert paid == sold - books.balance(place.account)
