"""Roles of the office, contacts, corrections, looks: who may, and that twice is once."""

from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.models import Event
from caisse.kernel.refusal import Refusal
from caisse.people import operations, queries
from caisse.people.models import Contact, Login, Role
from caisse.people.operations import NewHolder, NewHousehold
from caisse.people.tests.conftest import OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]

ROOT = Actor("racine", frozenset({"administrator"}))
TODAY = date(2023, 1, 10)


def login(identifier: str, *roles: str, name: str = "") -> None:
    operations.create_login(
        identifier=identifier, roles=roles, given_name=name, family_name=name, by=ROOT
    )


def refused(operation: Any, **arguments: Any) -> str:
    before = Event.objects.count()
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        operation(**arguments)
    assert Event.objects.count() == before
    return refusal.value.reason


def join(**holder: str) -> operations.Joined:
    one = NewHolder(**{"given_name": "Ida", "family_name": "Ravel", **holder})
    return operations.join(household=NewHousehold(holders=(one,)), joined_on=TODAY, by=OFFICE)


def roles_of(identifier: str) -> set[str]:
    return set(queries.actor(identifier).roles)


def test_nobody_gives_a_role_that_she_does_not_hold_but_an_administrator_does() -> None:
    login("accueil", "desk")
    asked: dict[str, Any] = {"identifier": "accueil", "since": TODAY, "until": None}
    assert refused(operations.give_role, **asked, role="treasurer", by=OFFICE) == "role"
    assert refused(operations.give_role, **asked, role="member", by=ROOT) == "role"
    operations.give_role(**asked, role="coordinator", by=OFFICE)
    operations.give_role(**asked, role="treasurer", by=ROOT)
    assert roles_of("accueil") == {"desk", "coordinator", "treasurer"}
    assert refused(operations.take_role, identifier="accueil", role="treasurer", by=OFFICE) == (
        "role"
    )
    assert refused(operations.shut_login, identifier="accueil", by=OFFICE) == "role"
    assert refused(operations.give_office_code, identifier="accueil", by=OFFICE) == "role"


def test_a_role_given_twice_with_one_id_is_given_once() -> None:
    login("accueil", "desk")
    asked: dict[str, Any] = {
        "identifier": "accueil",
        "role": "coordinator",
        "since": TODAY,
        "until": None,
    }
    id = ids.new_id()
    for _ in range(2):
        operations.give_role(**asked, by=ROOT, id=id)
    assert Role.objects.filter(name="coordinator").count() == 1
    past: dict[str, Any] = {**asked, "since": date(2023, 1, 9)}
    assert refused(operations.give_role, **past, by=ROOT) == "period"


def test_the_last_administrator_stays() -> None:
    login("racine", "administrator")
    take: dict[str, Any] = {"identifier": "racine", "role": "administrator", "by": ROOT}
    assert refused(operations.take_role, **take) == "last_administrator"
    assert refused(operations.shut_login, identifier="racine", by=ROOT) == "last_administrator"
    login("autre")
    operations.give_role(
        identifier="autre", role="administrator", since=TODAY, until=date(2023, 2, 1), by=ROOT
    )
    assert refused(operations.take_role, **take) == "last_administrator"
    operations.give_role(identifier="autre", role="administrator", since=TODAY, until=None, by=ROOT)
    operations.take_role(**take)
    assert roles_of("racine") == set()


def test_somebody_stands_in_until_the_last_day() -> None:
    login("paul", "treasurer")
    login("nadia", "coordinator")
    asked: dict[str, Any] = {
        "absent": "paul",
        "instead": "nadia",
        "since": TODAY,
        "until": date(2023, 1, 18),
    }
    id = ids.new_id()
    first = operations.stand_in(**asked, by=ROOT, id=id)
    assert first == operations.stand_in(**asked, by=ROOT, id=id) == ("treasurer",)
    assert roles_of("nadia") == {"coordinator", "treasurer"}
    with clock.travelled(clock.instant(date(2023, 1, 18), 9)):
        assert roles_of("nadia") == {"coordinator"}
    new = ids.new_id()
    assert refused(operations.stand_in, **asked, by=ROOT, id=new) == "nothing"
    assert refused(operations.stand_in, **{**asked, "absent": "nadia"}, by=ROOT, id=new) == (
        "same_person"
    )
    other: dict[str, Any] = {**asked, "absent": "nadia", "instead": "paul"}
    assert refused(operations.stand_in, **other, by=Actor("x"), id=new) == "role"


def test_an_office_login_opens_with_roles_and_a_name() -> None:
    asked: dict[str, Any] = {"given_name": "Salif", "family_name": "D", "email": "s@example.org"}
    new: dict[str, Any] = {**asked, "identifier": "salif", "roles": ["desk"]}
    assert refused(operations.open_office_login, **new, by=OFFICE) == "role"
    assert refused(operations.open_office_login, **{**new, "roles": []}, by=ROOT) == "role"
    assert refused(operations.open_office_login, **{**new, "given_name": " "}, by=ROOT) == "holders"
    id = ids.new_id()
    for _ in range(2):
        operations.open_office_login(**new, by=ROOT, id=id)
    one = queries.office_login("salif")
    assert one is not None and (one.name, one.roles[0].role, one.is_open) == (
        "Salif D",
        "desk",
        True,
    )
    code = operations.give_office_code(identifier="salif", by=ROOT)
    assert operations.use_code(code=code) == "salif"


def test_a_desk_gives_no_code_to_somebody_who_can_do_more_than_a_desk() -> None:
    joined = join()
    holder = queries.holders_of(joined.membership_id)[0]
    desk = Actor("accueil", frozenset({"desk"}))
    code = operations.give_holder_code(holder_id=holder.id, purpose="desk", by=desk)
    identifier = operations.use_code(code=code)
    operations.give_role(identifier=identifier, role="treasurer", since=TODAY, until=None, by=ROOT)
    asked: dict[str, Any] = {"holder_id": holder.id, "purpose": "desk"}
    assert refused(operations.give_holder_code, **asked, by=desk) == "role"
    operations.give_holder_code(**asked, by=ROOT)


def test_a_corrected_contact_opens_the_way_in_and_no_event_holds_it() -> None:
    joined = join(email="old@example.org")
    holder = queries.holders_of(joined.membership_id)[0]
    operations.open_way_in(holder_id=holder.id, by=OFFICE)
    id = ids.new_id()
    asked: dict[str, Any] = {
        "given_name": "Zyxwanary",
        "family_name": "Li",
        "email": "zyx@example.org",
    }
    for _ in range(2):
        operations.change_contact(
            holder_id=holder.id, phone="0600000000", **asked, by=OFFICE, id=id
        )
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["zyx@example.org"]
    assert queries.holders_of(joined.membership_id)[0].given_name == "Zyxwanary"
    assert len(events.history(names=["contact.changed"])) == 1
    written = " ".join(f"{e.subject} {e.by} {e.data}" for e in Event.objects.all()).lower()
    assert "zyx" not in written and "600000000" not in written
    empty: dict[str, Any] = {**asked, "given_name": " "}
    assert (
        refused(operations.change_contact, holder_id=holder.id, phone="", **empty, by=OFFICE)
        == "holders"
    )
    assert (
        refused(operations.change_contact, holder_id=0, phone="", **asked, by=OFFICE) == "unknown"
    )
    home: dict[str, Any] = {"street": "1 rue X", "postcode": "", "town": ""}
    assert refused(operations.change_address, household_id=0, **home, by=OFFICE) == "unknown"


def test_a_contact_is_noted_once_and_its_words_stay_here() -> None:
    joined = join()
    id = ids.new_id()
    asked: dict[str, Any] = {
        "membership_id": joined.membership_id,
        "kind": "phone",
        "note": "Zyxwanary rappelle.",
    }
    for _ in range(2):
        operations.note_contact(**asked, by=OFFICE, id=id)
    assert Contact.objects.count() == 1
    assert "Zyxwanary" not in str(events.history(names=["contact.noted"]))
    row = queries.contacts_of(joined.membership_id)[0]
    assert (row.label, row.on, row.note) == ("téléphone", TODAY, "Zyxwanary rappelle.")
    other: dict[str, Any] = {**asked, "note": "Autre"}
    assert refused(operations.note_contact, **other, by=OFFICE, id=id) == "differs"
    assert refused(operations.note_contact, **{**asked, "kind": "x"}, by=OFFICE) == "kind"
    assert refused(operations.note_contact, **{**asked, "note": "x" * 201}, by=OFFICE) == "text"
    assert refused(operations.note_contact, **{**asked, "membership_id": 0}, by=OFFICE) == "unknown"
    tomorrow: dict[str, Any] = {**asked, "on": date(2023, 1, 11)}
    assert refused(operations.note_contact, **tomorrow, by=OFFICE) == "period"


def test_looks_are_written_and_read_with_name_role_and_reason() -> None:
    login("nadia", "coordinator", name="Nadia")
    by = queries.actor("nadia")
    number = join().membership_id
    assert not queries.file_open(number, login="nadia")
    operations.open_file(membership_id=number, by=by)
    operations.show_contact(membership_id=number, by=by)
    operations.show_balance(membership_id=number, reason="asked", by=by)
    asked: dict[str, Any] = {"membership_id": number, "reason": "x"}
    assert refused(operations.show_balance, **asked, by=by) == "reason"
    assert refused(operations.open_file, membership_id=0, by=by) == "unknown"
    told = [(one.what, one.who, one.roles, one.reason_label) for one in queries.looks(number)]
    assert sorted(told) == [
        ("balance.shown", "Nadia", ("coordination",), "le foyer le demande"),
        ("contact.shown", "Nadia", ("coordination",), ""),
        ("file.opened", "Nadia", ("coordination",), ""),
    ]
    assert queries.looks(number + 1) == []
    assert len(queries.all_looks(limit=2)) == 2
    assert queries.file_open(number, login="nadia") and not queries.file_open(number, login="paul")
    assert queries.contact_seen(number, login="nadia")
    with clock.travelled(clock.now_ms() + 9 * 3_600_000):
        assert not queries.file_open(number, login="nadia")


def test_states_sent_twice_with_one_id_are_written_once() -> None:
    number, id = join().membership_id, ids.new_id()
    with clock.travelled(clock.instant(date(2023, 2, 10), 9)):
        for _ in range(2):
            operations.leave(membership_id=number, on=date(2023, 2, 10), by=OFFICE, id=id)
        assert [one.state for one in queries.timeline(number)] == ["active", "leaving"]
        other: dict[str, Any] = {"membership_id": number, "on": date(2023, 2, 11)}
        assert refused(operations.leave, **other, by=OFFICE, id=id) == "differs"
        operations.close(membership_id=number, by=OFFICE)
        assert queries.unreached(before=date(2030, 1, 1)) == []


def test_office_logins_say_the_last_day_of_a_role() -> None:
    login("paul", "treasurer", name="Paul")
    operations.give_role(
        identifier="paul", role="desk", since=TODAY, until=date(2023, 1, 18), by=ROOT
    )
    login("membre", "member")
    logins = queries.office_logins()
    assert [one.identifier for one in logins] == ["paul"]
    assert {(one.role, one.last) for one in logins[0].roles} == {
        ("treasurer", None),
        ("desk", date(2023, 1, 17)),
    }
    operations.shut_login(identifier="paul", by=ROOT)
    assert not Login.objects.get(identifier="paul").is_active
