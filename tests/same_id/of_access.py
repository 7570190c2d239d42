"""Cases of people: a household's life and contacts, logins and roles, acts of two persons."""

from datetime import date
from typing import Any

from caisse.kernel.month import Month
from caisse.merchants.tests.ground import OFFICE
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHousehold
from tests.same_id.case import APRIL, MARCH, TODAY, TOMORROW, ZOE, Asked, ground, member, of

MAY = Month(2023, 5)
PAST = date(2023, 2, 1)


def holder() -> int:
    """The number of the only holder of a new household."""
    joined = people.join(household=NewHousehold(holders=(ZOE,)), joined_on=TODAY, by=OFFICE)
    return registry.holders_of(joined.membership_id)[0].id


def logins(**roles: str) -> None:
    """A login for each name, with that role."""
    for identifier, role in roles.items():
        people.create_login(identifier=identifier, roles=[role], by=OFFICE)


@of(people.change_contact)
def _change_contact() -> Asked:
    ground()
    content = {
        "holder_id": holder(),
        "given_name": "Zoé",
        "family_name": "Le  Gall",
        "email": "zoe@example.org",
        "phone": "06 00 00 00 00",
    }
    others: list[dict[str, Any]] = [{"holder_id": holder()}, {"given_name": "Chloé"}]
    return Asked(content, [*others, {"family_name": "Gall"}, {"email": ""}, {"phone": ""}])


@of(people.change_address)
def _change_address() -> Asked:
    ground()
    one, other = (
        people.join(household=NewHousehold(), joined_on=TODAY, by=OFFICE).household_id for _ in "ab"
    )
    content = {"household_id": one, "street": "1, rue Haute", "postcode": "34000", "town": "Sète"}
    others: list[dict[str, Any]] = [{"household_id": other}, {"street": "2, rue Haute"}]
    return Asked(content, [*others, {"postcode": "34200"}, {"town": "Agde"}])


@of(people.leave)
def _leave() -> Asked:
    ground()
    return Asked(
        {"membership_id": member(), "on": TODAY}, [{"membership_id": member()}, {"on": PAST}]
    )


@of(people.pause)
def _pause() -> Asked:
    ground()
    content = {"membership_id": member(), "first": MARCH, "last": APRIL}
    return Asked(content, [{"membership_id": member()}, {"first": APRIL}, {"last": MAY}])


@of(people.resume)
def _resume() -> Asked:
    ground()
    one, other = member(), member()
    for number in (one, other):
        people.pause(membership_id=number, first=MARCH, last=MAY, by=OFFICE)
    return Asked({"membership_id": one, "first": APRIL}, [{"membership_id": other}, {"first": MAY}])


@of(people.note_contact)
def _note_contact() -> Asked:
    ground()
    content = {"membership_id": member(), "kind": "phone", "note": "Rappeler en mars"}
    others: list[dict[str, Any]] = [{"membership_id": member()}, {"kind": "visit"}]
    return Asked(content, [*others, {"on": PAST}, {"note": ""}])


@of(people.ask)
def _ask() -> Asked:
    ground()
    content = {"subject": "membership:1", "kind": "other", "text": "Une question"}
    return Asked(content, [{"subject": "membership:2"}, {"kind": "amount"}, {"text": "Une autre"}])


@of(people.create_login)
def _create_login() -> Asked:
    ground()
    content = {
        "identifier": "nadia",
        "roles": ["desk", "treasurer"],
        "password": "douze-lettres-ou-plus",
        "given_name": "Nadia",
        "family_name": "Roche",
        "email": "nadia@example.org",
    }
    others: list[dict[str, Any]] = [{"identifier": "paul"}, {"roles": ["desk"]}, {"password": None}]
    others += [{"password": "un-autre-mot-de-passe"}, {"given_name": "Naïma"}, {"given_name": ""}]
    return Asked(content, [*others, {"family_name": "Roux"}, {"email": ""}])


@of(people.open_office_login)
def _open_office_login() -> Asked:
    ground()
    content = {
        "identifier": "nadia",
        "given_name": "Nadia",
        "family_name": "Roche",
        "email": "nadia@example.org",
        "roles": ["coordinator"],
    }
    others: list[dict[str, Any]] = [{"identifier": "paul"}, {"given_name": "Naïma"}]
    return Asked(content, [*others, {"family_name": "Roux"}, {"email": ""}])


@of(people.grant_role)
def _grant_role() -> Asked:
    ground()
    logins(nadia="desk", paul="desk")
    content = {"identifier": "nadia", "role": "treasurer", "until": date(2023, 3, 1)}
    others: list[dict[str, Any]] = [{"identifier": "paul"}, {"role": "committee"}, {"until": None}]
    return Asked(content, [*others, {"since": TOMORROW}, {"until": date(2023, 4, 1)}])


@of(people.give_role)
def _give_role() -> Asked:
    ground()
    logins(nadia="desk", paul="desk")
    content = {"identifier": "nadia", "role": "coordinator", "since": TODAY, "until": None}
    others: list[dict[str, Any]] = [{"identifier": "paul"}, {"since": TOMORROW}]
    return Asked(content, [*others, {"since": PAST}, {"until": date(2023, 4, 1)}])


@of(people.stand_in)
def _stand_in() -> Asked:
    ground()
    logins(nadia="coordinator", lea="coordinator", paul="desk", salif="desk")
    content = {"absent": "nadia", "instead": "paul", "since": TODAY, "until": date(2023, 3, 1)}
    others: list[dict[str, Any]] = [{"absent": "lea"}, {"instead": "salif"}, {"since": TOMORROW}]
    return Asked(content, [*others, {"until": date(2023, 4, 1)}])


@of(people.prepare_act)
def _prepare_act() -> Asked:
    ground()
    content = {
        "kind": "redemption.pay",
        "subject": "2023-02",
        "payload": {"month": "2023-02", "cents": 10_00},
        "cents": 10_00,
    }
    others: list[dict[str, Any]] = [{"kind": "transfer.manual"}, {"subject": "2023-03"}]
    others += [{"payload": {"month": "2023-02"}}, {"payload": {}}]
    return Asked(content, [*others, {"cents": 20_00}, {"cents": None}])
