"""Members who came in, for the tests of their pages: a household with two holders, a place."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id
from caisse.kernel.tests.entering import enter
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.merchants import operations as merchants
from caisse.month.tests.ground import FEBRUARY, MARCH, approve, credit, found, freeze, give, travel
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import Joined, NewHolder, NewHousehold

BY = Actor("coordination", frozenset({"coordinator"}))
AWA = NewHolder("Awa", "Diarra", "moineau-radis", "awa@example.org", "06 12 34 56 78")
LINA = NewHolder("Lina", "Diarra", "fauvette-ail")


@dataclass(frozen=True, slots=True)
class Home:
    """A household of the tests, with the logins of its holders and a place where it buys."""

    joined: Joined
    logins: tuple[str, ...]
    place: int

    @property
    def wallet(self) -> str:
        """Its account."""
        return f"wallet:{self.joined.wallet_id}"


@pytest.fixture
def home(db: None) -> Iterator[Home]:
    """Awa and Lina, two adults and a child, in a caisse whose February was credited.

    It is Friday 10 February 2023: 100 MonA are there, nothing is spent.
    """
    found()
    give(5_000_00)
    household = NewHousehold(
        adults=2, births=("2015-03",), holders=(AWA, LINA), street="3, rue du Puits",
        postcode="34000", town="Montpellier",
    )  # fmt: skip
    yield settled(household)


def settled(household: NewHousehold) -> Home:
    """A household that joined in January and was credited on 5 February; it is the 10th."""
    travel(date(2023, 1, 11))
    joined = people.join(household=household, joined_on=date(2023, 1, 11), by=BY)
    place = approved("Épicerie du Figuier")
    run(FEBRUARY)
    travel(date(2023, 2, 10))
    logins = tuple(
        people.open_way_in(holder_id=holder.id, by=BY)
        for holder in registry.holders_of(joined.membership_id)
    )
    return Home(joined, logins, place)


def approved(name: str) -> int:
    """A place that cashes."""
    place = merchants.register_place(merchant="SARL Valmagne", name=name, kind="grocery", by=BY)
    merchants.approve_place(place_id=place, decision=1, by=BY)
    return place


def run(month: object) -> None:
    """Freeze, agree, credit a month."""
    freeze(month)  # type: ignore[arg-type]
    approve(month)  # type: ignore[arg-type]
    credit(month)  # type: ignore[arg-type]


def come_in(client: Client, home: Home, holder: int = 0) -> Client:
    """`client` as one of the holders."""
    enter(client, home.logins[holder])
    return client


@transaction.atomic
def move(home: Home, cents: int, reason: str = "payment", of: Id | None = None) -> Id:
    """Money of that household moves; the transfer's id."""
    place = f"place:{home.place}"
    cause = events.record("test.moved", subject=home.wallet, by=BY)
    pair = (place, home.wallet) if reason == "refund" else (home.wallet, place)
    id = new_id()
    ledger.post([Transfer(id, *pair, cents, reason, cause, of=of)])
    return id


def queries_of(client: Client, address: str) -> int:
    """How many queries a page asks."""
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    assert response.status_code == 200, response.content[:300]
    return len(asked)


__all__ = [
    "AWA",
    "BY",
    "FEBRUARY",
    "LINA",
    "MARCH",
    "Home",
    "come_in",
    "give",
    "home",
    "move",
    "queries_of",
    "run",
    "settled",
    "travel",
]
