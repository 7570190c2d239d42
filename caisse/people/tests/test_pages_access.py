"""Who may do what in the office, and acts that two people do."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, show_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import enter, operation, page
from caisse.people import operations, queries
from caisse.people.models import Login, Role
from caisse.people.operations import KINDS, acts
from caisse.people.tests.conftest import OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]
ACCESS, ACTS = "/gestion/acces", "/gestion/accords"
ROOT = Actor("racine", frozenset({"administrator"}))


@pytest.fixture
def office(founded: None) -> None:
    """Paul keeps the money, Salif the desk."""
    for identifier, role in (("paul", "treasurer"), ("salif", "desk")):
        operations.create_login(
            identifier=identifier,
            roles=[role],
            given_name=identifier.capitalize(),
            family_name="Dupont",
            by=ROOT,
        )


def sent_twice(client: Client, path: str, **typed: Any) -> str:
    sent = {"operation": operation(page(client, path)), **typed}
    if typed:
        assert 'class="question"' in client.post(path, sent).content.decode()
    answers = [client.post(path, {**sent, "sure": "1"}, follow=True) for _ in range(2)]
    return answers[0].content.decode()


@pytest.mark.usefixtures("office")
def test_roles_are_told_with_their_dates(client: Client) -> None:
    enter(client, "racine", "administrator")
    told = page(client, ACCESS).replace("\xa0", " ")
    assert "Paul Dupont" in told and "trésorerie, depuis le 10 janvier 2023" in told
    assert "administration, depuis le 1er janvier 2023" in told


@pytest.mark.usefixtures("office")
def test_an_administrator_opens_gives_takes_and_closes(client: Client) -> None:
    enter(client, "racine", "administrator")
    typed = {"given_name": "Nadia", "family_name": "B", "identifier": "nadia", "roles": "desk"}
    told = sent_twice(client, f"{ACCESS}/ouvrir", **typed)
    assert "Nadia B" in told and Login.objects.filter(identifier="nadia").count() == 1
    path = f"{ACCESS}/qui/nadia"
    sent_twice(client, f"{path}/role", role="coordinator", since="2023-01-10", last="2023-01-17")
    row = Role.objects.get(name="coordinator")
    assert (row.since, row.until) == (date(2023, 1, 10), date(2023, 1, 18))
    assert "du 10 janvier 2023 au 17 janvier 2023" in page(client, path).replace("\xa0", " ")
    code = client.post(f"{path}/code").content.decode()
    code = code.partition('class="strip"><div><dd class="code">')[2].partition("<")[0]
    assert operations.use_code(code=code) == "nadia"
    form = operation(page(client, f"{path}/role/coordinator/fin"))
    client.post(f"{path}/role/coordinator/fin", {"operation": form, "sure": "1"})
    assert queries.actor("nadia").roles == {"desk"}
    form = operation(page(client, f"{path}/fermer"))
    client.post(f"{path}/fermer", {"operation": form, "sure": "1"})
    assert "accès fermé" in page(client, path)


@pytest.mark.usefixtures("office")
def test_refusals_keep_what_was_typed(client: Client) -> None:
    enter(client, "racine", "administrator")
    path = f"{ACCESS}/ouvrir"
    typed = {"given_name": "Nadia", "family_name": "B", "identifier": "paul", "roles": "desk"}
    sent = {"operation": operation(page(client, path)), **typed}
    refused = client.post(path, sent)
    assert refused.status_code == 422 and "déjà pris" in refused.content.decode()
    assert 'value="Nadia"' in refused.content.decode()
    path = f"{ACCESS}/qui/racine/role/administrator/fin"
    refused = client.post(path, {"operation": operation(page(client, path)), "sure": "1"})
    assert refused.status_code == 422 and "dernière personne" in refused.content.decode()
    path = f"{ACCESS}/qui/racine/fermer"
    refused = client.post(path, {"operation": operation(page(client, path)), "sure": "1"})
    assert refused.status_code == 422 and queries.actor("racine").roles


@pytest.mark.usefixtures("office")
def test_a_coordinator_gives_no_more_than_she_holds(client: Client) -> None:
    enter(client, "nadia", "coordinator")
    path = f"{ACCESS}/qui/salif/role"
    sent = {"operation": operation(page(client, path)), "role": "treasurer", "since": "2023-01-10"}
    refused = client.post(path, sent)
    assert refused.status_code == 422 and "avoir soi-même le rôle" in refused.content.decode()
    code = client.post(f"{ACCESS}/qui/paul/code").content.decode()
    assert "Pas possible" in code and "strip" not in code


@pytest.mark.usefixtures("office")
def test_paul_is_absent_and_nadia_stands_in(client: Client) -> None:
    enter(client, "racine", "administrator")
    path = f"{ACCESS}/absence"
    typed = {"absent": "paul", "instead": "salif", "since": "2023-01-10", "last": "2023-01-17"}
    sent = {"operation": operation(page(client, path)), **typed}
    asked = client.post(path, sent).content.decode()
    assert "Salif agit à sa place : trésorerie." in asked and "Paul est absent·e" in asked
    assert Role.objects.filter(name="treasurer").count() == 1
    for _ in range(2):
        told = client.post(path, {**sent, "sure": "1"}, follow=True).content.decode()
        assert "Le remplacement est noté" in told
    assert queries.actor("salif").roles == {"desk", "treasurer"}


@pytest.mark.usefixtures("office")
def test_who_may_give_roles(client: Client) -> None:
    for role, status in (("desk", 403), ("treasurer", 403), ("member", 403), ("coordinator", 200)):
        enter(client, f"essai-{role}", role)
        for path in (ACCESS, f"{ACCESS}/absence", f"{ACCESS}/qui/paul/role"):
            assert client.get(path).status_code == status, (role, path)
    assert client.get(f"{ACCESS}/qui/personne").status_code == 404
    assert client.get(f"{ACCESS}/qui/paul/role/desk/fin").status_code == 404


@pytest.mark.usefixtures("office")
def test_a_factor_of_this_morning_is_asked_for_again(client: Client) -> None:
    enter(client, "racine", "administrator")
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 1}]
    session.save()
    assert client.get(ACCESS).status_code == 200
    for path in (f"{ACCESS}/ouvrir", f"{ACCESS}/qui/paul/fermer"):
        assert "reauthenticate" in client.get(path).headers["Location"]


DONE: list[Id] = []


@pytest.fixture
def kind() -> Iterator[str]:
    """A kind of act for the tests: it fails when its payload says so."""

    def tell(payload: dict[str, Any]) -> list[tuple[str, str]]:
        return [("Lieu", f"n° {payload['place']}")]

    @acts("test_pay", "payer un lieu", "treasurer", "coordinator", tell=tell)
    def pay(payload: dict[str, Any], by: Actor, id: Id) -> None:
        if payload["place"] == 13:
            raise Refusal("closed", "Ce lieu est fermé.")
        DONE.append(id)

    yield "test_pay"
    del KINDS["test_pay"]
    DONE.clear()


def prepare(by: Actor, kind: str, place: int = 42) -> str:
    id = operations.prepare_act(
        kind=kind, subject=f"place:{place}", payload={"place": place}, cents=12345, by=by
    )
    return show_id(id)


@pytest.mark.usefixtures("office")
def test_a_second_person_agrees_and_it_is_done_once(client: Client, kind: str) -> None:
    key = prepare(Actor("paul", frozenset({"treasurer"})), kind)
    enter(client, "nadia", "coordinator")
    told = page(client, ACTS)
    assert "Payer un lieu" in told and "préparé par Paul" in told and "123,45" in told
    one = page(client, f"{ACTS}/{key}")
    assert "n° 42" in one and "Donner mon accord" in one
    for _ in range(2):
        answer = client.post(f"{ACTS}/{key}/accord", follow=True)
        assert "L’acte est fait" in answer.content.decode()
    assert [show_id(id) for id in DONE] == [key]
    assert "accord de nadia" in page(client, ACTS)


def test_what_the_act_is_refused_for_is_said_and_it_keeps_waiting(
    client: Client, kind: str
) -> None:
    key = prepare(OFFICE, kind, place=13)
    enter(client, "paul", "treasurer")
    answer = client.post(f"{ACTS}/{key}/accord").content.decode()
    assert "Ce lieu est fermé." in answer and "Donner mon accord" in answer
    assert queries.waiting_acts(kind) and DONE == []


def test_ones_own_act_is_taken_back_but_not_agreed(client: Client, kind: str) -> None:
    enter(client, "paul", "treasurer")
    key = prepare(queries.actor("paul"), kind)
    told = page(client, f"{ACTS}/{key}")
    assert "Il manque l’accord d’une autre personne" in told and "Donner mon accord" not in told
    assert "une autre personne" in client.post(f"{ACTS}/{key}/accord").content.decode()
    sent = {"operation": operation(told)}
    assert client.post(f"{ACTS}/{key}/refus", sent).status_code == 422
    for _ in range(2):
        answer = client.post(f"{ACTS}/{key}/refus", {**sent, "reason": "Erreur."}, follow=True)
        assert "Rien n’a bougé" in answer.content.decode()
    assert len(events.history(names=["act.declined"])) == 1 and DONE == []
    assert "Erreur." in page(client, f"{ACTS}/{key}")


def test_acts_of_other_roles_are_not_there(client: Client, kind: str) -> None:
    key = prepare(OFFICE, kind)
    enter(client, "youcef", "administrator")
    assert "Rien n’attend" in page(client, ACTS)
    assert client.get(f"{ACTS}/{key}").status_code == 404
    assert client.post(f"{ACTS}/{key}/accord").status_code == 404
    assert client.get(f"{ACTS}/00000000-0000-0000-0000-000000000000").status_code == 404


def test_lists_of_acts_and_ways_in_ask_as_many_queries_for_many(client: Client, kind: str) -> None:
    enter(client, "racine", "administrator", "coordinator")

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    prepare(OFFICE, kind)
    page(client, ACTS)
    before = [count(ACTS), count(ACCESS)]
    for number in range(12):
        operations.create_login(
            identifier=f"x{number}", roles=["desk"], given_name="X", family_name="Y", by=ROOT
        )
        prepare(Actor(f"x{number}", frozenset({"treasurer"})), kind, place=number)
    assert [count(ACTS), count(ACCESS)] == before and max(before) <= 25
