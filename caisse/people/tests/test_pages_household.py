"""What the office changes about a household: the form, the question, the act, once."""

from datetime import date

import pytest
from django.db import transaction
from django.test import Client

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter, operation, page
from caisse.ledger import queries as books
from caisse.people import operations, queries
from caisse.people.models import Membership
from caisse.people.operations import NewHolder, NewHousehold
from caisse.people.tests.conftest import FEBRUARY, OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]
PEOPLE = "/gestion/personnes"


@pytest.fixture
def number(client: Client) -> int:
    """A household whose file a desk has opened."""
    enter(client, "accueil", "desk", "coordinator")
    household = NewHousehold(holders=(NewHolder("Ida", "Ravel"),), street="8 rue Four")
    joined = operations.join(household=household, joined_on=date(2023, 1, 2), by=OFFICE)
    client.post(f"{PEOPLE}/{joined.membership_id}/ouvrir")
    return joined.membership_id


def act(client: Client, path: str, **typed: str) -> str:
    """Send the form, see the question, say yes twice; the page that follows."""
    sent = {"operation": operation(page(client, path)), **typed}
    if typed:
        asked = client.post(path, sent)
        assert asked.status_code == 200, asked.content.decode()
        question = asked.content.decode()
        assert 'class="question"' in question
        for value in typed.values():
            assert f'value="{value}"' in question
        again = client.post(path, {**sent, "again": "1"}).content.decode()
        assert 'class="question"' not in again
    answers = [client.post(path, {**sent, "sure": "1"}, follow=True) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "C’est fait" in answers[0].content.decode()
    return answers[0].content.decode()


def test_a_household_joins_after_a_question_that_says_what_comes_next(client: Client) -> None:
    enter(client, "accueil", "desk")
    path = f"{PEOPLE}/nouveau"
    form = page(client, path)
    assert form.count('name="given_name_') == 2
    sent = {
        "operation": operation(form),
        "joined_on": "2023-01-12",
        "adults": "2",
        "births": "03/2015, 11/2018",
        "street": "8 rue du Four",
        "given_name_1": "Ida",
        "family_name_1": "Ravel",
    }
    asked = client.post(path, sent).content.decode()
    assert "2 adultes et 2 enfants" in asked and "février" in asked and "Ida" in asked
    assert Membership.objects.count() == 0
    for _ in range(2):
        done = client.post(path, {**sent, "sure": "1"}, follow=True).content.decode()
        assert "est inscrit" in done and "Ida Ravel" in done and "dimanche 5" in done
    assert Membership.objects.count() == 1
    told = [(one.name, one.subject, one.by, one.data) for one in events.history()]
    assert "Ida" not in str(told)


def test_a_full_caisse_says_so_before_it_promises_anything(client: Client) -> None:
    bylaws.decide(
        title="Fermer", text="", body="comité",
        effects=[Amend("admission.capacity", 0, Month(2023, 2))], by=OFFICE,
    )  # fmt: skip
    enter(client, "accueil", "desk")
    path = f"{PEOPLE}/nouveau"
    sent = {"operation": operation(page(client, path)), "joined_on": "2023-02-01", "adults": "1"}
    asked = client.post(path, {**sent, "given_name_1": "Ida", "family_name_1": "Ravel"})
    text = asked.content.decode()
    assert asked.status_code == 422 and "Premier versement" not in text
    assert "le comité peut en ouvrir d’autres" in text and 'value="Ravel"' in text


def test_a_pause_taken_back_offers_no_return(client: Client, number: int) -> None:
    operations.pause(membership_id=number, first=Month(2023, 3), last=Month(2023, 4), by=OFFICE)
    resume = f"{PEOPLE}/{number}/reprise"
    assert resume in page(client, f"{PEOPLE}/{number}")
    operations.resume(membership_id=number, first=Month(2023, 3), by=OFFICE)
    assert resume not in page(client, f"{PEOPLE}/{number}")


def test_a_refusal_keeps_what_was_typed(client: Client) -> None:
    enter(client, "accueil", "desk")
    path = f"{PEOPLE}/nouveau"
    sent = {
        "operation": operation(page(client, path)),
        "joined_on": "2023-01-12",
        "adults": "1",
        "births": "13/2015",
        "given_name_1": "Ida",
        "family_name_1": "Ravel",
    }
    wrong = client.post(path, sent)
    assert wrong.status_code == 422
    assert 'value="13/2015"' in wrong.content.decode() and 'value="Ida"' in wrong.content.decode()
    taken = {**sent, "births": "", "handle_1": "ida-radis", "sure": "1"}
    refused = client.post(path, taken)
    assert refused.status_code == 422 and "le nom de la personne" in refused.content.decode()
    assert Membership.objects.count() == 0


def test_no_more_holders_than_the_bylaws_allow(client: Client, number: int) -> None:
    bylaws.decide(
        title="Un seul", text="Pour voir.", body="committee", by=OFFICE,
        effects=[Amend("balance.household_sub_wallets", 1, FEBRUARY)],
    )  # fmt: skip
    with clock.travelled(clock.instant(date(2023, 2, 10), 9)):
        assert page(client, f"{PEOPLE}/nouveau").count('name="given_name_') == 1
        client.post(f"{PEOPLE}/{number}/ouvrir")
        path = f"{PEOPLE}/{number}/titulaire"
        sent = {"operation": operation(page(client, path)), "given_name": "Bo", "family_name": "Li"}
        answer = client.post(path, sent)
        assert answer.status_code == 422 and "déjà 1 titulaire" in answer.content.decode()


def test_the_composition_changes_from_a_month_on(client: Client, number: int) -> None:
    path = f"{PEOPLE}/{number}/composition"
    told = act(client, path, since="2023-02", adults="2", births="03/2015")
    assert "2 adultes et 1 enfant" in told
    rows = queries.compositions(Membership.objects.get(pk=number).household_id)
    assert [row.adults for row in rows] == [1, 2]
    assert len(events.history(names=["household.composition_changed"])) == 1
    sent = {"operation": operation(page(client, path)), "since": "2023-02", "adults": "0"}
    assert client.post(path, sent).status_code == 422


def test_a_frozen_month_is_said_before_the_composition_changes(client: Client, number: int) -> None:
    with transaction.atomic():
        bylaws.seal(month=FEBRUARY)
    path = f"{PEOPLE}/{number}/composition"
    sent = {"operation": operation(page(client, path)), "since": "2023-02", "adults": "2"}
    assert "déjà figé avant mars" in client.post(path, sent).content.decode().replace("\xa0", " ")


def test_a_holder_comes_and_goes(client: Client, number: int) -> None:
    told = act(client, f"{PEOPLE}/{number}/titulaire", given_name="Bo", family_name="Li")
    assert "Bo Li" in told
    holders = queries.holders_of(number)
    assert len(holders) == 2
    for one in holders:
        path = f"{PEOPLE}/{number}/titulaires/{one.id}/fin"
        question = page(client, path)
        assert ("la seule personne" in question) == (one is holders[1])
        answer = client.post(path, {"operation": operation(question), "sure": "1"}, follow=True)
        assert "ne paie plus" in answer.content.decode()
    assert "Personne ne paie" in page(client, f"{PEOPLE}/{number}")


def test_names_and_address_are_corrected(client: Client, number: int) -> None:
    client.post(f"{PEOPLE}/{number}/coordonnees")
    holder = queries.holders_of(number)[0].id
    typed = {"given_name": "Ada", "family_name": "Ravel", "email": "ada@example.org"}
    told = act(client, f"{PEOPLE}/{number}/titulaires/{holder}/corriger", **typed, phone="06")
    assert "Ada Ravel" in told and "ada@example.org" not in told
    act(client, f"{PEOPLE}/{number}/adresse", street="1 rue X", postcode="34000", town="Sète")
    home = queries.home_of(number)
    assert home is not None and (home.street, home.town) == ("1 rue X", "Sète")
    assert len(events.history(names=["address.changed", "contact.changed"])) == 2


def test_a_pause_and_its_end(client: Client, number: int) -> None:
    path = f"{PEOPLE}/{number}/pause"
    wrong = {"operation": operation(page(client, path)), "first": "2023-04", "last": "2023-03"}
    assert client.post(path, wrong).status_code == 422
    act(client, path, first="2023-03", last="2023-04")
    assert [one.state for one in queries.timeline(number)] == ["active", "paused", "active"]
    told = page(client, f"{PEOPLE}/{number}")
    assert "À venir" in told and "Reprendre plus tôt" in told
    act(client, f"{PEOPLE}/{number}/reprise", first="2023-04")
    assert queries.timeline(number)[-1].since == date(2023, 4, 1)


def test_a_refused_pause_is_refused_before_the_question(client: Client, number: int) -> None:
    with transaction.atomic():
        bylaws.seal(month=Month(2023, 3))
    path = f"{PEOPLE}/{number}/pause"
    sent = {"operation": operation(page(client, path)), "first": "2023-03", "last": "2023-03"}
    answer = client.post(path, sent)
    assert answer.status_code == 422 and 'value="2023-03"' in answer.content.decode()
    assert [one.state for one in queries.timeline(number)] == ["active"]


def test_a_household_leaves_and_its_money_returns_to_the_fund(client: Client, number: int) -> None:
    told = act(client, f"{PEOPLE}/{number}/depart", on="2023-01-10")
    assert "Clore l’adhésion" in told and "sur le départ" in told
    question = page(client, f"{PEOPLE}/{number}/cloture")
    assert "revient au fonds" in question and "€" not in question.partition("<main")[2]
    told = act(client, f"{PEOPLE}/{number}/cloture")
    assert "adhésion close" in told
    view = queries.membership(number)
    account = None if view is None else books.account(view.wallet)
    assert account is not None and account.state == "ended"


def test_a_desk_does_not_close_and_nothing_is_closed_before_a_departure(
    client: Client, number: int
) -> None:
    path = f"{PEOPLE}/{number}/cloture"
    early = client.post(path, {"operation": operation(page(client, path)), "sure": "1"})
    assert early.status_code == 422 and "cette adhésion est" in early.content.decode()
    enter(client, "salif", "desk")
    assert client.get(path).status_code == 403
