"""A small caisse whose personal fields each hold a value that stands nowhere else."""

import re
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from caisse.funding import operations as funding
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.merchants import operations as merchants
from caisse.month.tests.ground import FEBRUARY, approve, credit, found, freeze, give, travel
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold

BY = Actor("coordination", frozenset({"coordinator", "treasurer", "administrator"}))
PERSONAL = re.compile(r"zyxwanary-(\d\d)", re.IGNORECASE)
TYPED = re.compile(r"zyxwanary-t", re.IGNORECASE)
WRITTEN = "Zyxwanary-T"  # what the walk types into forms


@dataclass(slots=True)
class Canaries:
    """Each personal value by its number: whose, and which field."""

    fields: list[tuple[str, str]] = field(default_factory=list)

    def plant(self, owner: str, name: str) -> str:
        """A value for the field `name` of a person of that group."""
        self.fields.append((owner, name))
        return f"Zyxwanary-{len(self.fields) - 1:02d}"

    def email(self, owner: str) -> str:
        """The same as an address of e-mail."""
        return f"{self.plant(owner, 'email').lower()}@example.org"

    def seen(self, text: str, owner: str = "") -> set[str]:
        """The fields whose values stand in a text, of one group when it is named."""
        found = (self.fields[int(number)] for number in PERSONAL.findall(text))
        return {f"{whose}.{name}" for whose, name in found if owner in ("", whose)}


@dataclass(frozen=True, slots=True)
class World:
    """What the walk needs to know of the caisse: numbers for addresses, logins by role."""

    canaries: Canaries
    logins: dict[str, str]
    known: dict[str, str]


def world() -> World:
    """Two holders, a place with its people, the office, a funder; a month credited, a purchase."""
    c = Canaries()
    found()
    give(5_000_00)
    logins = _office(c)
    travel(date(2023, 1, 11))
    holders = tuple(_holder(c, handle) for handle in ("moineau-radis", "fauvette-ail"))
    address = [c.plant("member", name) for name in ("street", "postcode", "town")]
    address[1] = address[1][:12]
    household = NewHousehold(2, ("2015-03",), holders, *address)
    joined = people.join(household=household, joined_on=date(2023, 1, 11), by=BY)
    place = merchants.register_place(merchant="EARL", name="Le Figuier", kind="grocery", by=BY)
    merchants.approve_place(place_id=place, decision=1, by=BY)
    _plan(FEBRUARY)
    travel(date(2023, 2, 10))
    logins |= _shop(c, place) | _funder(c)
    for holder in reversed(registry.holders_of(joined.membership_id)):
        logins["member"] = people.open_way_in(holder_id=holder.id, by=BY)
    receipt = _purchase(f"wallet:{joined.wallet_id}", f"place:{place}")
    inquiry = _spoken(c, joined.membership_id, logins["member"])
    _corrected(c, joined.household_id, registry.holders_of(joined.membership_id)[0].id)
    known = {
        "membership_id": joined.membership_id, "membership": joined.membership_id,
        "number": joined.membership_id, "place_id": place, "month": "2023-02",
        "article:name": "allocation.base_cents",
        "day": "2023-02-10", "receipt": show_id(receipt), "key": show_id(inquiry),
        "holder_id": registry.holders_of(joined.membership_id)[0].id, "weekday": 1,
        "login": logins["desk"], "identifier": logins["desk"], "role": "desk", "page": "wallet",
    }  # fmt: skip
    return World(c, logins, {name: str(value) for name, value in known.items()})


def _holder(c: Canaries, handle: str) -> NewHolder:
    names = c.plant("member", "given_name"), c.plant("member", "family_name")
    return NewHolder(*names, handle, c.email("member"), c.plant("member", "phone"))


def _office(c: Canaries) -> dict[str, str]:
    roles = ("coordinator", "treasurer", "administrator", "desk", "committee", "researcher")
    for role in roles:
        people.create_login(
            identifier=f"equipe-{role}",
            roles=[role],
            by=BY,
            email=c.email("office"),
            given_name=c.plant("office", "given_name"),
            family_name=c.plant("office", "family_name"),
        )
    return {role: f"equipe-{role}" for role in roles}


def _shop(c: Canaries, place: int) -> dict[str, str]:
    login = _way_in(c, "merchant")
    merchants.give_right(place_id=place, login=login, right="manager", by=BY)
    return {"merchant": login}


def _funder(c: Canaries) -> dict[str, str]:
    login, funder = _way_in(c, "funder"), funding.add_funder(name="Ville", by=BY)
    funding.give_funder_right(funder_id=funder, login=login, by=BY)
    soon = [(date(2023, 3, 1), 1_000_00)]
    funding.sign_grant(funder_id=funder, fund="caisse", label="2023", instalments=soon, by=BY)
    return {"funder": login}


def _way_in(c: Canaries, role: str) -> str:
    return people.open_way_in_for(
        given_name=c.plant(role, "given_name"), family_name=c.plant(role, "family_name"),
        email=c.email(role), role=role, by=BY,
    )  # fmt: skip


def _plan(month: Month) -> None:
    for step in (freeze, approve, credit):
        step(month)


@transaction.atomic
def _purchase(wallet: str, place: str) -> Id:
    cause, id = events.record("test.bought", subject=place, by=BY), new_id()
    ledger.post([Transfer(id, wallet, place, 23_50, "payment", cause)])
    return id


def _spoken(c: Canaries, membership: int, login: str) -> Id:
    """A question and its answer, a contact and its note, a look."""
    subject, member = f"membership:{membership}", Actor(login, frozenset({"member"}))
    text = c.plant("member", "inquiry.text")
    inquiry = people.ask(subject=subject, kind="other", text=text, by=member)
    people.answer(inquiry_id=inquiry, text=c.plant("member", "inquiry.answer"), by=BY)
    note = c.plant("member", "contact.note")
    people.note_contact(membership_id=membership, kind="phone", note=note, by=BY)
    people.show_balance(membership_id=membership, reason="asked", by=BY)
    return inquiry


def _corrected(c: Canaries, household: int, holder: int) -> None:
    """Names and an address that replace those of the beginning."""
    people.change_contact(
        holder_id=holder, given_name=c.plant("member", "given_name"),
        family_name=c.plant("member", "family_name"), email=c.email("member"),
        phone=c.plant("member", "phone"), by=BY,
    )  # fmt: skip
    street, town = c.plant("member", "street"), c.plant("member", "town")
    people.change_address(household_id=household, street=street, postcode="", town=town, by=BY)
