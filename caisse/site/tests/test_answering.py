"""What public pages keep: the figures of a day that is over are not counted again."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client

from caisse.accounting import queries as accounting
from caisse.accounting.queries import Figures
from caisse.bylaws import operations as bylaws
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import derived_id, new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.site.pages import glance
from caisse.site.tests import world

pytestmark = pytest.mark.django_db
BY = Actor("founder", frozenset({"administrator"}))
FIRST = date(2023, 2, 10)


@pytest.fixture
def counted(
    travelling: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[date]]:
    """The days whose figures were counted, of a caisse that began in February 2023."""
    travelling(date(2023, 1, 10))
    bylaws.found(name="Essai", preset="montpellier_2023", first_month=world.FIRST, by=BY)
    asked: list[date] = []

    def figures(at: date) -> Figures:
        asked.append(at)
        return world.figures()

    monkeypatch.setattr(accounting, "figures", figures)
    glance.FIGURES.forget()
    glance.shown.cache_clear()
    yield asked
    glance.FIGURES.forget()
    glance.shown.cache_clear()


def pay() -> None:
    """Move a cent, as a payment does: without an event of its own."""
    ledger.prepare(Month.of(clock.today()))
    cause = new_id()
    line = Transfer(
        derived_id(cause, "x"), "bank:caisse", "fund:caisse", 1, "contribution", cause
    )  # the check of the books would miss its cause; pages do not ask
    ledger.post([line])


def test_a_payment_of_today_counts_no_past_month_again(
    client: Client, counted: list[date], travelling: Callable[..., None]
) -> None:
    travelling(date(2023, 4, 3))
    pay()
    first = client.get("/")
    for hour in (10, 11):
        travelling(date(2023, 4, 3), hour)
        pay()
        assert client.get("/").headers["ETag"] == first.headers["ETag"]
    assert counted == [date(2023, 3, 31)]


def test_before_the_first_transfer_of_a_month_the_last_day_may_still_change(
    client: Client, counted: list[date], travelling: Callable[..., None]
) -> None:
    travelling(date(2023, 3, 31), 23)
    pay()
    travelling(date(2023, 4, 1), 0)
    client.get("/")
    pay()  # the first one after midnight
    client.get("/")
    pay()
    client.get("/")
    assert counted == [date(2023, 3, 31)] * 2


def test_in_the_first_month_each_payment_counts(
    client: Client, counted: list[date], travelling: Callable[..., None]
) -> None:
    travelling(FIRST)
    for _ in range(2):
        pay()
        client.get("/")
    assert counted == [FIRST] * 2
