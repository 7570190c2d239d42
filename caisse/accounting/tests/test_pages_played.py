"""Pages of the office and of funders on the played year: the numbers of the reference tables."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client

from caisse.accounting import queries as accounting
from caisse.accounting.tests import tables
from caisse.funding import queries as funding
from caisse.kernel.tests.entering import enter
from caisse.people import queries as people

pytestmark = pytest.mark.usefixtures("played")
DAYS = (date(2023, 2, 28), date(2023, 6, 15), date(2023, 12, 31), date(2024, 1, 31))


@pytest.fixture
def paul(client: Client) -> Iterator[Client]:
    """The treasurer of the demo."""
    enter(client, "tresorerie", "treasurer")
    yield client


def euros(number: int) -> str:
    """Whole euros as the pages write them."""
    return f"{number:,}".replace(",", "\u202f").replace("-", "−") + ",00"


def test_cover_of_each_month_s_end_is_that_of_the_table(paul: Client) -> None:
    for month, row in tables.lines(tables.CAISSE):
        wallets, owed, cash, circulation, gap = row[3], row[4], row[11], row[12], row[13]
        found = accounting.cover(month.last)
        assert (found.wallets_cents, found.places_cents) == (wallets * 100, owed * 100)
        assert (found.bank_cents, found.circulation_cents) == (cash * 100, circulation * 100)
        assert (found.margin_cents, found.proved) == (gap * 100, True)
    page = paul.get("/gestion/argent/couverture?au=2023-12-31").text
    for number in (50_035, 42_290, 5_790, 36_500, 7_745):
        assert euros(number) in page
    now = accounting.cover_now()
    assert now == accounting.cover(now.day)


def test_the_forecast_has_its_low_point_in_december(paul: Client) -> None:
    before = paul.get("/gestion/argent/prevision?au=2023-09-09").text
    assert "il manque" not in before and "−3\u202f500" not in before
    for day in ("2023-09-10", "2023-09-12"):
        page = paul.get(f"/gestion/argent/prevision?au={day}").text
        assert "Fin décembre\u00a02023, il manque" in page
        assert ">3\u202f500\u202f€</mark> pour payer l’équipe" in page
        assert "32\u202f000\u202f€ arrivent en janvier\u00a02024" in page
        assert "−3\u202f500\u202f€ fin décembre" in page  # beside the ring of the drawing
    sheet = paul.get("/gestion/argent/prevision.csv?au=2023-09-12").text
    assert "2023-12;0,00;19500,00;-3500,00;" in sheet
    earlier = paul.get("/gestion/argent/prevision.csv?au=2023-08-31").text
    assert "2023-12;26000,00;19500,00;22500,00;" in earlier


def test_costs_are_those_of_the_table(paul: Client) -> None:
    sheet = paul.get("/gestion/argent/depenses.csv?mois=2024-01").text
    for month, row in tables.lines(tables.OPERATING):
        for label, number in zip(funding.lines().values(), row[:4], strict=True):
            if number:
                assert f"{month};{label};{number},00;{number},00" in sheet
    assert euros(266_000) in paul.get("/gestion/argent/depenses?mois=2024-01").text


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_shares_of_all_sum_to_the_tables(day: date) -> None:
    found, shares = accounting.figures(day), accounting.shares(day)
    for fund, pot in shares.pots.items():
        assert sum(line.cents for line in pot.lines) == pot.cents
        for line in pot.lines:
            assert sum(line.parts.values()) == line.cents
        given = {f.name: f.cents for f in found.funders if f.fund == fund and f.cents}
        names = {grant.account: grant.funder for grant in funding.grants(known_at=day)}
        sums: dict[str, int] = {}
        for account, cents in pot.resources.items():
            if account in names:
                sums[names[account]] = sums.get(names[account], 0) + cents
        assert sums == given
    lines = {line.code: line.cents for line in shares.pots["caisse"].lines}
    spent = {place.kind: place.spent_cents for place in found.places if place.spent_cents}
    assert {k.removeprefix("spent:"): v for k, v in lines.items() if ":" in k} == spent
    assert lines["left"] == found.caisse.months[-1].backing_gap_cents
    assert shares.pots["caisse"].resources["contributions"] == found.caisse.total.cashed_cents
    costs = {line.code: line.cents for line in shares.pots["operating"].lines}
    assert costs["left"] == found.operating.months[-1].cash_cents
    assert costs.get("cost:hr", 0) == found.operating.total.hr_cents


def test_the_city_reads_what_its_money_paid_for(client: Client) -> None:
    (officer,) = people.logins_with_role(("funder",), on=date(2024, 2, 1))
    enter(client, officer.login)
    (city,) = funding.funders_read_by(officer.login)
    own = [grant for grant in funding.grants(known_at=date(2024, 1, 31))
           if grant.funder_id == city.id and grant.received_cents]  # fmt: skip
    assert sum(grant.received_cents for grant in own) == 60_000_00
    caisse = next(grant for grant in own if grant.fund == "caisse")
    page = client.get(f"/financeur/convention/{caisse.id}?au=2024-01-31").text
    assert "12,9\u202f%" in page and euros(350_000) in page and euros(82_260) in page
    assert "3\u202f500" in page and "21\u202f%" in page  # months of households, producers' share
    told = json.loads(client.get(f"/financeur/convention/{caisse.id}.json?au=2024-01-31").text)
    assert told["counts"] == {"households": 350, "household_months": 3_500}
    lines = {line["code"]: line for line in told["lines"]}
    assert lines["spent:coop_supermarket"]["own_cents"] == 82_260_00 * 45 // 350 + 1
    assert abs(sum(line["own_cents"] for code, line in lines.items() if code != "received")
               - 45_000_00) <= len(lines)  # fmt: skip


def test_a_funder_s_pages_hold_no_person(client: Client) -> None:
    (officer,) = people.logins_with_role(("funder",), on=date(2024, 2, 1))
    enter(client, officer.login)
    names = {
        part
        for number in (1, 7, 118, 350)
        for holder in people.holders_of(number)
        for part in (holder.family_name, holder.handle)
    }
    for kind in ("", ".csv", ".json"):
        page = client.get(f"/financeur/convention/1{kind}").text
        assert names and not [name for name in names if name in page]
        assert "wallet:" not in page and "membership" not in page
