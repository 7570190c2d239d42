"""The figures of the reference year: tables 8.3, 8.4, 8.5 and 8.6, to the cent."""

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from caisse.accounting import queries as accounting
from caisse.accounting.tests import tables
from caisse.contributions import operations as contributions_operations
from caisse.contributions import queries as contributions
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month, months

pytestmark = pytest.mark.usefixtures("played")
END = date(2024, 1, 31)


def cells(line: Any) -> tuple[int, ...]:
    """A line's numbers in euros, members as they are; the figures hold whole euros this year."""
    numbers = []
    for field in fields(line):
        value = getattr(line, field.name)
        if field.name.endswith("_cents"):
            assert isinstance(value, int) and value % 100 == 0
            numbers.append(value // 100)
        elif field.name != "month":
            numbers.append(value)
    return tuple(numbers)


def rows(lines: Iterable[Any]) -> list[tuple[Month, tuple[int, ...]]]:
    return [(line.month, cells(line)) for line in lines]


def test_the_caisse_fund_month_by_month() -> None:
    found = accounting.figures(END).caisse
    assert rows(found.months) == tables.lines(tables.CAISSE)
    assert cells(found.total) == tables.CAISSE_TOTAL


def test_the_operating_fund_month_by_month() -> None:
    found = accounting.figures(END).operating
    assert rows(found.months) == tables.lines(tables.OPERATING)
    assert cells(found.total) == tables.OPERATING_TOTAL


def test_places_payments_and_funders() -> None:
    found = accounting.figures(END)
    assert {p.kind: (p.count, p.spent_cents // 100) for p in found.places} == tables.PLACES
    assert found.payments == 13_709
    given = {
        (tables.plain(f.name), f.fund): {str(i.month): i.cents // 100 for i in f.instalments}
        for f in found.funders
    }
    assert given == tables.FUNDERS


def test_the_consolidated_budget() -> None:
    found = accounting.figures(END).consolidated
    costs = (
        found.costs.caisse_cents, found.costs.hr_cents, found.costs.activities_cents,
        found.costs.it_cents,
    )  # fmt: skip
    assert costs == (350_000_00, 198_000_00, 48_000_00, 20_000_00)
    given = {tables.plain(f.name): f.cents // 100 for f in found.resources.funders}
    assert given == tables.CONSOLIDATED
    assert found.resources.contributions_cents == 190_000_00
    assert sum(costs) == 616_000_00 == 190_000_00 + 100 * sum(given.values())


@pytest.mark.parametrize("month", [month for month, _ in tables.lines(tables.CAISSE)], ids=str)
def test_a_past_month_end_reads_as_it_was_then(month: Month) -> None:
    found = accounting.figures(month.last)
    known = [line for line in tables.lines(tables.CAISSE) if line[0] <= month]
    assert rows(found.caisse.months) == known


@pytest.mark.parametrize(
    ("at", "euros"),
    [
        (date(2023, 8, 31), 22_500),
        (date(2023, 9, 9), 22_500),
        (date(2023, 9, 10), -3_500),  # the funder's letter
        (date(2023, 9, 30), -3_500),
    ],
)
def test_the_forecast_says_december_from_the_funders_letter_on(at: date, euros: int) -> None:
    forecast = accounting.figures(at).forecast
    december = next(line for line in forecast if line.month == Month(2023, 12))
    assert december.operating_cash_cents == euros * 100
    assert [line.month for line in forecast] == [Month.of(at) + n for n in range(1, 13)]


def test_a_forecast_of_a_past_day_does_not_know_what_was_pledged_later() -> None:
    before = accounting.figures(date(2023, 8, 31)).forecast
    later = accounting.figures(date(2023, 12, 31)).forecast
    number = contributions.pledged(month=Month(2024, 3))[0][0].item()
    contributions_operations.pledge(
        membership_id=number, cents=499_00, by=Actor("coordination", frozenset({"coordinator"}))
    )
    assert accounting.figures(date(2023, 8, 31)).forecast == before
    assert accounting.figures(date(2023, 12, 31)).forecast == later


@pytest.mark.parametrize("at", [date(2023, 1, 31), date(2023, 5, 20), date(2024, 1, 31)])
def test_pledges_of_many_months_are_those_of_each(at: date) -> None:
    known_at = clock.instant(at, 23)
    first = Month.of(at)
    sums = contributions.pledged_sums(first, first + 12, known_at=known_at)
    assert list(sums) == months(first, first + 12)
    for month, cents in sums.items():
        assert cents == int(contributions.pledged(month=month, known_at=known_at)[1].sum()), month


def test_a_day_before_the_caisse_has_no_figures() -> None:
    found = accounting.figures(date(2023, 1, 31))
    assert found.caisse.months == () and found.payments == 0
    assert found.caisse.total.issued_cents == 0


def test_the_json_holds_what_the_tree_holds() -> None:
    found = accounting.figures(END)
    read = json.loads(json.dumps(accounting.as_json(found), ensure_ascii=False))
    assert read["caisse"]["months"][0] == {
        "month": "2023-02", "members": 50, "issued_cents": 500000, "spent_cents": 400000,
        "wallets_cents": 100000, "owed_to_places_cents": 400000, "called_cents": 275000,
        "returned_cents": 6000, "recovered_cents": 0, "cashed_cents": 269000,
        "grants_cents": 3750000, "reimbursed_cents": 0, "cash_cents": 4019000,
        "circulation_cents": 500000, "backing_gap_cents": 3519000,
    }  # fmt: skip
    assert set(read) == {
        "caisse", "operating", "places", "payments", "funders", "consolidated", "forecast",
    }  # fmt: skip
