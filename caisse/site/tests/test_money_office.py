"""The office's money pages: both accounts at a glance, and the forecast with its drawing."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.accounting import queries as accounting
from caisse.bylaws import operations as bylaws
from caisse.funding import operations as funding
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter

pytestmark = pytest.mark.django_db
BY = Actor("founder", frozenset({"administrator", "treasurer"}))
HOME, FORECAST = "/gestion/argent", "/gestion/argent/prevision"


@pytest.fixture
def paul(client: Client, travelling: Callable[..., None]) -> Client:
    """The treasurer of a caisse founded in March 2023."""
    travelling(date(2023, 3, 1))
    bylaws.found(name="Essai", preset="montpellier_2023", first_month=Month(2023, 3), by=BY)
    enter(client, "tresorerie", "treasurer")
    return client


def promised(day: date, cents: int, fund: str = "operating") -> int:
    """An instalment of the city on that day; its number."""
    city = funding.add_funder(name="Ville", by=BY)
    return funding.sign_grant(
        funder_id=city, fund=fund, label="Convention", instalments=[(day, cents)], by=BY
    ).instalment_ids[0]


@pytest.mark.parametrize("page", [HOME, FORECAST, f"{FORECAST}.csv"])
def test_who_reads_the_money_of_the_office(paul: Client, client: Client, page: str) -> None:
    assert paul.get(page).status_code == 200
    for role in ("desk", "administrator", "funder"):
        enter(client, role, role)
        assert client.get(page).status_code == 403
    client.logout()
    assert client.get(page).headers["Location"].startswith("/entrer")


def test_a_caisse_founded_yesterday_is_calm(paul: Client) -> None:
    page = paul.get(HOME).text
    assert "Aucun financeur n’est en retard" in page and "Aucun versement n’est promis" in page
    page = paul.get(FORECAST).text
    assert "Rien n’est encore prévu" in page and "La caisse ne comble pas" not in page
    assert "<svg role" not in page and "Notez les conventions des financeurs" in page
    promised(date(2023, 4, 3), 500_00)
    page = paul.get(FORECAST).text
    assert "le fonctionnement arrive à zéro juste" in page and "Rien n’est encore" not in page
    assert 'class="chart' in page


def test_what_is_late_comes_first(paul: Client, travelling: Callable[..., None]) -> None:
    promised(date(2023, 3, 3), 500_00)
    assert "Ville" in paul.get(HOME).text
    travelling(date(2023, 3, 4))
    enter(paul, "tresorerie")
    page = paul.get(HOME).text
    assert "<mark>500,00\u202f€</mark> auraient dû arriver" in page and "En retard" in page


def test_figures_lead_to_their_reason(paul: Client) -> None:
    strip = re.search(r'<dl class="strip">.*?</dl>', paul.get(HOME).text, re.DOTALL)
    assert strip is not None and strip[0].count('class="reason"') == 4


def test_the_low_point_is_the_title_and_the_fence_is_told(paul: Client) -> None:
    promised(date(2023, 3, 2), 100_00)
    promised(date(2023, 7, 3), 900_00)
    funding.plan_cost(line="hr", due_on=date(2023, 5, 25), cents=400_00, by=BY)
    page = paul.get(FORECAST).text
    assert "Fin mai\u00a02023, il manque" in page and "<mark>300\u202f€</mark>" in page
    assert "900\u202f€ arrivent en juillet\u00a02023" in page
    assert "La caisse ne comble pas ce manque" in page and "Demander 900,00\u202f€ plus tôt" in page
    assert "Couvrir par la caisse" not in page
    dashed = re.findall(r'<path class="ahead" d="([^"]+)"', page)
    assert len(dashed) == 4  # two accounts, for a desk and for a phone
    squares = re.findall(r'<rect class="point hollow"', page)
    circles = re.findall(r'<circle class="point hollow"', page)
    assert len(squares) == len(circles) == 26  # told apart by their shape


def test_a_past_day_is_told_as_it_was_known(paul: Client, travelling: Callable[..., None]) -> None:
    late = promised(date(2023, 5, 2), 400_00)
    funding.plan_cost(line="hr", due_on=date(2023, 5, 25), cents=400_00, by=BY)
    travelling(date(2023, 3, 10))
    enter(paul, "tresorerie")
    funding.postpone(instalment_id=late, due_on=date(2023, 8, 1), by=BY)
    assert "il manque" in paul.get(FORECAST).text
    before = paul.get(f"{FORECAST}?au=2023-03-09").text
    assert "il manque" not in before and "mercredi" not in before.split("<h1>")[1][:40]
    assert "2023-05;0,00;400,00;-400,00" in paul.get(f"{FORECAST}.csv").text
    for day in ("2023-03-11", "x", "1990-01-01"):
        assert paul.get(f"{FORECAST}?au={day}").status_code == 404


def test_the_same_books_are_counted_once(paul: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[date] = []
    whole = accounting.figures_and_outlook

    def counted(at: date) -> object:
        asked.append(at)
        return whole(at)

    monkeypatch.setattr(accounting, "figures_and_outlook", counted)
    funding.plan_cost(line="hr", due_on=date(2023, 5, 25), cents=1_00, by=BY)
    for _ in range(3):
        paul.get(FORECAST)
    assert len(asked) == 1
    funding.plan_cost(line="hr", due_on=date(2023, 5, 26), cents=1_00, by=BY)
    paul.get(FORECAST)
    assert len(asked) == 2


@pytest.mark.parametrize(("page", "most"), [(HOME, 30), (FORECAST, 110)])
def test_a_bounded_number_of_queries(paul: Client, page: str, most: int) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert paul.get(page).status_code == 200
        return len(found)

    promised(date(2023, 4, 3), 1_00)
    asked()
    funding.plan_cost(line="it", due_on=date(2023, 4, 3), cents=1_00, by=BY)
    before = asked()
    for day in range(3, 12):
        promised(date(2023, 4, day), 1_00)
        funding.plan_cost(line="it", due_on=date(2023, 4, day), cents=1_00, by=BY)
    assert asked() == before <= most
