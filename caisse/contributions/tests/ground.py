"""What the tests of the pages share: a caisse of any preset, members with a way in, the office."""

from datetime import date
from typing import Any

from django.test import Client

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.contributions import operations
from caisse.kernel import ids
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold
from caisse.people.tests.conftest import OFFICE, _know_every_article

FEBRUARY = Month(2023, 2)
ROLES = {
    "paul": ("treasurer",),
    "nadia": ("coordinator", "desk"),
    "salif": ("desk",),
    "lea": ("desk",),
    "raymonde": ("committee",),
}


def found(preset: str) -> None:
    """A caisse of that preset, with as many memberships as one wants."""
    _know_every_article()
    bylaws.found(name="Caisse d’essai", preset=preset, first_month=FEBRUARY, by=OFFICE)
    bylaws.decide(
        title="Sans limite",
        text="Pour les essais.",
        body="committee",
        effects=[Amend("admission.capacity", None, FEBRUARY)],
        by=OFFICE,
    )


def member(cents: int | None = 50_00, **household: Any) -> tuple[int, Client]:
    """A new member who is logged in, and the number of her membership."""
    holders = (NewHolder(given_name="Zoé", family_name="Brunel"),)
    number = people.join(
        household=NewHousehold(holders=holders, **household),
        joined_on=date(2023, 2, 1),
        by=OFFICE,
    ).membership_id
    if cents is not None:
        operations.pledge(membership_id=number, cents=cents, by=OFFICE)
    login = people.open_way_in(holder_id=registry.holders_of(number)[0].id, by=OFFICE)
    client = Client()
    enter(client, login)
    return number, client


def office(name: str) -> Client:
    """Somebody of the office, logged in."""
    client = Client()
    enter(client, name, *ROLES[name])
    return client


def sent(**fields: Any) -> dict[str, Any]:
    """What a form sends: a fresh operation and its fields."""
    return {"operation": ids.show_id(ids.new_id()), **fields}


def text_of(response: Any) -> str:
    """The page as one reads it, with plain spaces."""
    text: str = response.content.decode()
    return text.replace("\u202f", " ").replace("\u00a0", " ")
