"""What is forgotten, when, and what stays: on the database."""

from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import operation, page, sit
from caisse.ledger import operations as ledger
from caisse.people import operations, queries
from caisse.people.models import Holder, Login, Membership, Person
from caisse.people.operations import NewHolder, NewHousehold, erasing
from caisse.people.operations.erasing import apply_retention
from caisse.people.tests.conftest import FEBRUARY, OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]

ZOE = NewHolder(
    "Zyxgiven", "Zyxfamily", "moineau-radis", email="zyx@example.org", phone="06 99 99 99 99"
)
POSTCODE = "34999"
HOME = NewHousehold(holders=(ZOE,), street="7, rue Zyxstreet", town="Zyxtown", postcode=POSTCODE)
# long enough that no key drawn by chance has one of them in it
PLANTED = (
    "zyxgiven", "zyxfamily", "zyxother", "zyxname", "zyx@", "zyxstreet",
    "zyxtown", "zyxnote", "zyxquestion", "99 99 99", "0699999999", "+3369999",
)  # fmt: skip
END = date(2023, 3, 1)


def joined() -> int:
    """A household about which everything is known; its membership."""
    number = operations.join(household=HOME, joined_on=date(2023, 2, 1), by=OFFICE).membership_id
    operations.note_contact(membership_id=number, kind="phone", note="Zyxnote", by=OFFICE)
    assert EmailAddress.objects.filter(user=login()).exists()
    operations.ask(subject=f"membership:{number}", kind="privacy", text="Zyxquestion", by=OFFICE)
    return number


def login() -> Login:
    """Her way in, opened when there is none."""
    holder = Holder.objects.get(handle="moineau-radis")
    known = Login.objects.filter(person=holder.person_id).first()
    if known is None:
        known = Login.objects.get(identifier=operations.open_way_in(holder_id=holder.pk, by=OFFICE))
    return known


def ended(number: int) -> None:
    """It has left, and the departure is settled, on 1 March 2023."""
    clock.travel(clock.instant(END, 9))
    ledger.prepare(Month.of(END))
    operations.leave(membership_id=number, on=END, by=OFFICE)
    operations.close(membership_id=number, by=OFFICE)


def planted() -> set[str]:
    """The fields in which something of the household is still to be read, in any table."""
    found = set()
    for model in apps.get_models():
        texts = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
        ]
        for row in model._default_manager.values_list(*texts) if texts else ():
            for name, value in zip(texts, row, strict=True):
                said = str(value).lower()
                if said == POSTCODE or any(word in said for word in PLANTED):
                    found.add(f"{model.__name__}.{name}")
    return found


def refused(number: int) -> str:
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        operations.erase(membership_id=number, by=OFFICE)
    return refusal.value.reason


def test_nothing_of_the_household_is_left_in_any_table() -> None:
    number = joined()
    assert {"Person.given_name", "Household.street", "Contact.note", "Inquiry.text"} <= planted()
    ended(number)
    before = events.history()
    operations.erase(membership_id=number, by=OFFICE)
    assert planted() == set()
    added = [one.name for one in events.history() if one not in before]
    assert added == ["membership.erased"]
    assert queries.search("zyxfamily") == []
    view = queries.membership(number)
    assert view is not None and view.state == "closed"


def test_only_a_closed_file_is_erased_and_only_once() -> None:
    number = joined()
    assert refused(number) == "state"
    ended(number)
    operations.erase(membership_id=number, by=OFFICE)
    assert refused(number) == "erased"
    assert refused(10**6) == "unknown"


def test_her_ways_in_are_gone_too() -> None:
    number = joined()
    ended(number)
    operations.erase(membership_id=number, by=OFFICE)
    assert not login().is_active and not login().has_usable_password()
    assert not EmailAddress.objects.filter(user=login()).exists()
    assert all(one.until is not None for one in login().roles.all())


def test_who_is_known_for_something_else_keeps_her_name() -> None:
    number = joined()
    ended(number)
    operations.grant_role(
        identifier=login().identifier, role="committee", since=END, until=None, by=OFFICE
    )
    operations.erase(membership_id=number, by=OFFICE)
    assert Person.objects.get(holders__handle="moineau-radis").family_name == "Zyxfamily"
    assert "Household.street" not in planted()


@pytest.mark.parametrize(
    ("today", "gone"), [(date(2025, 2, 28), 0), (date(2025, 3, 1), 1), (date(2028, 2, 29), 1)]
)
def test_a_file_goes_after_the_months_of_the_bylaws(today: date, gone: int) -> None:
    ended(joined())
    clock.travel(clock.instant(today, 3))
    assert apply_retention(today) == {"files": gone, "applications": 0}
    assert apply_retention(today) == {"files": 0, "applications": 0}
    told = events.history(names=("retention.applied",))
    assert [one.data for one in told] == [{"files": 1, "applications": 0}] * gone
    assert bool(planted()) is not bool(gone)


def test_the_committee_may_decide_other_months() -> None:
    ended(joined())
    bylaws.decide(
        title="Garder moins", text="", body="comité",
        effects=[Amend("retention.member_file_months", 6, Month(2023, 4))], by=OFFICE,
    )  # fmt: skip
    clock.travel(clock.instant(date(2023, 9, 1), 3))
    assert apply_retention(date(2023, 9, 1))["files"] == 1


def test_an_application_without_an_answer_goes_after_twelve_months() -> None:
    number = operations.apply(household=HOME, by=OFFICE)
    taken_up = operations.apply(household=NewHousehold(), by=OFFICE)
    operations.activate(
        membership_id=taken_up, holders=(NewHolder("Ada", "Roux"),), joined_on=FEBRUARY.first,
        by=OFFICE,
    )  # fmt: skip
    clock.travel(clock.instant(date(2024, 1, 9), 3))
    assert apply_retention(date(2024, 1, 9))["applications"] == 0
    clock.travel(clock.instant(date(2024, 1, 10), 3))
    assert apply_retention(date(2024, 1, 10))["applications"] == 1
    assert Membership.objects.get(pk=number).erased_on == date(2024, 1, 10)
    assert Membership.objects.get(pk=taken_up).erased_on is None
    assert planted() == set()


def test_an_application_taken_up_since_it_was_listed_stays() -> None:
    number = operations.apply(household=HOME, by=OFFICE)
    operations.activate(membership_id=number, holders=(ZOE,), joined_on=FEBRUARY.first, by=OFFICE)
    erasing._drop(number, date(2024, 3, 1))
    assert Person.objects.get(holders__handle="moineau-radis").family_name == "Zyxfamily"
    assert Membership.objects.get(pk=number).erased_on is None


def test_a_closed_membership_is_closed_whatever_day_one_says() -> None:
    number = joined()
    ended(number)
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        operations.leave(membership_id=number, on=date(2023, 2, 20), by=OFFICE)
    assert refusal.value.reason == "state"


def test_one_file_that_cannot_be_erased_keeps_none_of_the_others() -> None:
    done = []

    def act(number: int) -> None:
        if number == 2:
            raise Refusal("state", "Non.")
        done.append(number)

    erasing._each([1, 2, 3], act)
    assert done == [1, 3]


def test_an_erased_file_is_not_written_again() -> None:
    number = joined()
    ended(number)
    operations.grant_role(
        identifier=login().identifier, role="committee", since=END, until=None, by=OFFICE
    )
    operations.erase(membership_id=number, by=OFFICE)
    holder = Holder.objects.get(handle="moineau-radis")
    operations.change_contact(
        holder_id=holder.pk, given_name="Zyxother", family_name="Zyxname", email="", phone="",
        by=OFFICE,
    )  # fmt: skip
    assert queries.search("zyxname") == []
    with pytest.raises(Refusal):
        operations.note_contact(membership_id=number, kind="phone", note="Zyx", by=OFFICE)


def post(client: Client, path: str, **typed: Any) -> str:
    """Send the question's yes twice; the page that follows."""
    sent = {"operation": operation(page(client, path)), "sure": "1", **typed}
    answers = [client.post(path, sent, follow=True) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    return answers[0].content.decode()


def test_the_coordination_erases_a_closed_file_after_a_question(client: Client) -> None:
    number = joined()
    ended(number)
    sit(client, "bureau-9", "coordinator")
    client.post(reverse("person_open", args=[number]))
    path = reverse("person_erase", args=[number])
    assert path in page(client, reverse("person", args=[number]))
    assert "On ne revient pas en arrière." in page(client, path)
    text = post(client, path)
    assert "Le dossier est effacé." in text
    assert "Ce dossier est effacé depuis le" in text
    assert "efface le dossier" in text
    assert path not in text
    assert planted() == set()


def test_the_desk_does_not_erase(client: Client) -> None:
    number = joined()
    ended(number)
    sit(client, "bureau-9", "desk")
    client.post(reverse("person_open", args=[number]))
    path = reverse("person_erase", args=[number])
    assert path not in page(client, reverse("person", args=[number]))
    assert client.post(path).status_code == 403
