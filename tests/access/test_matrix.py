"""Every address × every role: the guards of the code against the table written by hand."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from caisse.bylaws import operations as bylaws
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.people import operations as people
from caisse.people import queries
from caisse.people.models import Login
from caisse.people.operations import NewHolder, NewHousehold
from tests.access.table import BY_OWN_FACTOR, ROLES, expected
from tests.access.walking import Address, addresses, lets_in

ENDING = {"demo_entry", "code", "account_login", "mfa_authenticate", "usersessions_list"}
"""Pages whose POST may end or change the session: a fresh one before each."""

BY = Actor("founder", frozenset({"administrator", "coordinator"}))


@pytest.fixture
def small_caisse(db: None) -> Iterator[tuple[int, int]]:
    """A caisse just founded, with one household of two holders; their numbers."""
    with clock.travelled(clock.instant(date(2024, 1, 10), 9)):
        bylaws.found(
            name="Essai", preset="montpellier_2023", first_month=Month(2024, 2), by=BY, demo=False
        )
        household = NewHousehold(
            adults=2, holders=(NewHolder("Zoé", "Martin"), NewHolder("Ali", "Durand"))
        )
        joined = people.join(household=household, joined_on=date(2024, 1, 10), by=BY)
        first, second = queries.holders_of(joined.membership_id)
        yield first.id, second.id


def client_as(role: str, holders: tuple[int, int]) -> Client:
    """Somebody who holds that role and no other; "visitor" is nobody."""
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    if role in ("member", "holder"):
        identifier = people.open_way_in(holder_id=holders[role == "holder"], by=BY)
        enter(client, identifier)
    elif role != "visitor":
        enter(client, f"only-{role}", role)
    return client


def test_the_table_and_the_addresses_are_the_same_list() -> None:
    named = {address.name for address in addresses() if not address.name.startswith("unnamed:")}
    assert named - expected().keys() == set(), "a page without a line in the table"
    assert expected().keys() - named == set(), "a line without a page"


@pytest.mark.parametrize("role", ["visitor", *ROLES])
def test_each_page_lets_in_whom_the_table_says(role: str, small_caisse: Any) -> None:
    wrong, table, client = [], expected(), client_as(role, small_caisse)
    for address in addresses():
        if address.name.startswith("unnamed:") or address.name == "account_logout":
            continue
        if address.name in BY_OWN_FACTOR and role != "visitor":
            continue
        if address.name in ENDING:
            client = client_as(role, small_caisse)
        if lets_in(client, address) != (role in table[address.name]):
            wrong.append(f"{address.name} {address.path}")
    assert wrong == []


def test_a_role_that_is_over_opens_nothing(small_caisse: Any) -> None:
    client = client_as("treasurer", small_caisse)
    Login.objects.get(identifier="only-treasurer").roles.update(until=date(2024, 1, 10))
    assert not lets_in(client, Address("today", "/gestion"))


def test_money_roles_without_a_second_factor_are_sent_to_make_one(small_caisse: Any) -> None:
    client = client_as("coordinator", small_caisse)
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    answer = client.get("/gestion")
    assert answer.headers["Location"] == "/entrer/second-facteur"
