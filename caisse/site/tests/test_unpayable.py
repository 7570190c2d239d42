"""Places that sell and that no transfer could reach: a task with an owner and an age (0021)."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.kernel.tests.entering import enter, page, sit
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants import queries
from caisse.merchants.tests.ground import FEBRUARY, OFFICE, approved, founded, go, sell
from caisse.merchants.tests.test_redemption import MARCH, hold, pay
from caisse.payments.tests.device import PhoneTill
from caisse.people import operations as people
from caisse.site.telling import waiting

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
NADIA = Actor("nadia", frozenset({"coordinator"}))
PAUL = Actor("paul", frozenset({"treasurer"}))
IBAN, OTHER = "FR7630006000011234567890189", "DE89370400440532013000"


@pytest.fixture(autouse=True)
def caisse() -> None:
    founded()
    enter(Client(), "nadia", "coordinator")
    enter(Client(), "paul", "treasurer")


def tasks(actor: Actor = NADIA) -> list[waiting.Task]:
    """What waits for that person about the euros of places."""
    mine = waiting.columns(actor, {})[0].tasks
    return [one for one in mine if one.icon == "building-bank"]


def account(place: int, iban: str = IBAN) -> None:
    """The place gives an account; it is rung back, a second person agrees."""
    row = queries.place(place)
    assert row is not None
    details = merchants.propose_bank_details(
        merchant_id=row.merchant_id, iban=iban, holder="SCOP", by=OFFICE
    )
    assert "Demander" not in " ".join(one.title for one in tasks()), "now it waits for a call"
    act = merchants.confirm_bank_details(details_id=details, by=NADIA, id=new_id())
    people.agree(act_id=act, by=PAUL)


def test_a_place_sells_without_an_account_and_the_office_is_reminded_with_its_age() -> None:
    place = approved("Ferme des Aresquiers", "farm_producer")
    account_of = books.account(f"place:{place}")
    assert account_of is not None and account_of.state == "open", "nothing is refused for it"
    for actor in (NADIA, PAUL):
        (task,) = tasks(actor)
        assert task.title == "Demander son compte bancaire à Ferme des Aresquiers"
        assert "6 février 2023" in task.due.replace("\u00a0", " ") and not task.urgent
        assert task.address == reverse("place_bank", args=[place])
    assert not tasks(Actor("accueil", frozenset({"desk"})))
    go(date(2023, 2, 6) + timedelta(31))
    (task,) = tasks()
    assert task.urgent, "after a month it is marked"
    account(place)
    assert tasks() == []


def test_many_places_are_one_task_the_oldest_named_first() -> None:
    go(date(2023, 2, 8))
    for name in ("Vrac", "Halle", "Fournil"):
        approved(name)
    go(date(2023, 2, 6))
    old = approved("Ancien")
    go(date(2023, 2, 9))
    (task,) = tasks()
    assert task.title == "Demander leur compte bancaire à 4 lieux"
    assert task.detail.endswith(" : Ancien, Vrac, Halle…")
    assert "6 février" in plain(task.due)
    assert task.address == reverse("place_bank", args=[old])
    with translation.override("en"):
        (task,) = tasks()
        assert task.title == "Ask 4 places for their bank account"


def test_a_place_that_may_take_nothing_is_asked_for_nothing() -> None:
    place = approved()
    merchants.suspend_place(place_id=place, by=OFFICE)
    assert tasks() == []


def test_a_transfer_that_came_back_waits_until_the_account_is_another() -> None:
    place = approved("Le Fournil", "baker")
    account(place)
    sell(place, 50_00)
    hold()
    pay()
    merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code="AC04")
    (task,) = tasks(PAUL)
    assert task.title == "Un virement à Le Fournil est revenu" and not task.urgent
    assert plain(task.detail) == "50 €, ventes de février 2023 : compte clos. Appelez le lieu."
    assert "5 mars 2023" in plain(task.due)
    go(date(2023, 3, 10))
    assert tasks()[0].urgent
    clock.travel(clock.now_ms() + 1)
    account(place, OTHER)
    assert tasks() == []


def test_or_until_a_later_month_was_paid() -> None:
    place = approved()
    account(place)
    sell(place, 50_00)
    hold()
    merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code="TM01")
    pay()
    assert len(tasks()) == 1
    hold(MARCH)
    assert len(tasks()) == 1, "it is computed, not paid"
    pay(MARCH)
    assert tasks() == []


def test_the_page_of_devices_says_it_before_one_is_linked_and_where_the_api_is_described() -> None:
    place = approved()
    nadia = sit(Client(), "nadia", "coordinator")
    said = page(nadia, reverse("place_devices", args=[place]))
    assert "Sans compte bancaire vérifié" in said and "Vous pouvez encaisser" in said
    assert reverse("place_bank", args=[place]) in said
    address = "http://testserver/api/v1/openapi.json"
    assert address in said and "<code>/api/v1/tills</code>" in said and "caisse sandbox" in said
    described = PhoneTill().send("GET", address.partition("/api/v1/")[2])
    assert described.status == 200 and "/tills" in described.said["paths"]
    account(place)
    assert "Sans compte bancaire" not in page(nadia, reverse("place_devices", args=[place]))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")
