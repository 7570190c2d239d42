"""The office finds a household, opens its file, writes in its journal, gives codes."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.kernel import clock, events
from caisse.kernel.tests.entering import enter, operation
from caisse.people import operations, queries
from caisse.people.models import Contact, Inquiry
from caisse.people.operations import Joining, NewHolder, NewHousehold
from caisse.people.tests.conftest import OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]
FIRST = date(2023, 1, 2)
AMINATA = NewHolder("Aminata", "Diarrassouba", "moineau-radis", "ami@example.org", "0611223344")
PEOPLE = "/gestion/personnes"


@pytest.fixture
def number() -> int:
    """A household whose file everybody wants to read."""
    household = NewHousehold(adults=2, births=("2015-03",), holders=(AMINATA,), street="8 rue Four")
    return operations.join(household=household, joined_on=FIRST, by=OFFICE).membership_id


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def open_file(client: Client, number: int) -> str:
    answer = client.post(f"{PEOPLE}/{number}/ouvrir", follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def looks() -> list[str]:
    return sorted(one.name for one in events.history(names=("file.opened", "contact.shown")))


def test_the_search_is_a_post_and_its_words_stand_in_no_address(
    client: Client, number: int
) -> None:
    enter(client, "accueil", "desk")
    assert "Aminata" not in read(client, PEOPLE)
    answer = client.post(PEOPLE, {"text": "dia"})
    assert "Aminata Diarrassouba" in answer.content.decode()
    assert f'action="{PEOPLE}/{number}/ouvrir"' in answer.content.decode()
    assert "Aminata" not in read(client, f"{PEOPLE}?text=dia")
    nobody = client.post(PEOPLE, {"text": "zzz"}).content.decode()
    assert "Aucun foyer trouvé" in nobody and 'value="zzz"' in nobody


def test_the_live_search_waits_for_three_letters(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")
    live = {"HX-Request": "true"}
    assert "Aminata" not in client.post(PEOPLE, {"text": "di"}, headers=live).content.decode()
    found = client.post(PEOPLE, {"text": "dia"}, headers=live).content.decode()
    assert "Aminata" in found and "<html" not in found
    assert "Aminata" in client.post(PEOPLE, {"text": str(number)}, headers=live).content.decode()


def test_the_list_shows_numbers_by_state_and_pages(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")
    operations.join_many(rows=[Joining(NewHousehold(), FIRST)] * 60, by=OFFICE)
    first = read(client, PEOPLE)
    assert f"Foyer n° {number}<" in first and "apres=" in first
    rest = read(client, f"{PEOPLE}?apres={number + 49}")
    assert f"Foyer n° {number + 50}" in rest and f"Foyer n° {number}<" not in rest
    assert "Aucun foyer" in read(client, f"{PEOPLE}?etat=closed")
    read(client, f"{PEOPLE}?etat=nowhere", 404)
    read(client, f"{PEOPLE}?apres=-1", 404)


def test_lists_ask_as_many_queries_for_sixty_as_for_one(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")

    def count(path: str, **post: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.post(path, post) if post else client.get(path)
        return len(captured)

    asks = [(PEOPLE, {}), (PEOPLE, {"text": "rue"}), (f"{PEOPLE}/sans-contact?mois=3", {})]
    with clock.travelled(clock.instant(date(2023, 6, 1), 9)):
        [count(path, **post) for path, post in asks]
        before = [count(path, **post) for path, post in asks]
        rows = [Joining(NewHousehold(street="8 rue Four", births=("2015-03",)), FIRST)] * 60
        operations.join_many(rows=rows, by=OFFICE)
        assert [count(path, **post) for path, post in asks] == before
    assert max(before) <= 25


def test_a_file_is_read_only_after_it_was_opened(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")
    closed = read(client, f"{PEOPLE}/{number}")
    assert "Ouvrir le dossier" in closed and "Aminata" not in closed and looks() == []
    told = open_file(client, number)
    assert "Aminata Diarrassouba" in told and "moineau-radis" in told
    assert "2 adultes et 1 enfant" in told and "mars" in told
    assert f"<title>Foyer n° {number} - " in told
    for hidden in ("8 rue Four", "0611223344", "ami@example.org", "€", "MonA"):
        assert hidden not in told.partition("<main")[2]
    assert looks() == ["file.opened"]
    read(client, f"{PEOPLE}/{number}")
    assert looks() == ["file.opened"]
    with clock.travelled(clock.now_ms() + 8 * 3_600_000 + 1):
        assert "Aminata" not in read(client, f"{PEOPLE}/{number}")


def test_the_file_that_somebody_else_opened_stays_closed(client: Client, number: int) -> None:
    operations.open_file(membership_id=number, by=OFFICE)
    enter(client, "accueil", "desk")
    assert "Aminata" not in read(client, f"{PEOPLE}/{number}")
    for part in ("composition", "adresse", "titulaire", "pause", "depart", "contact"):
        assert "Ouvrir le dossier" in read(client, f"{PEOPLE}/{number}/{part}")


def test_address_and_telephone_are_shown_once_and_logged(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")
    open_file(client, number)
    assert client.get(f"{PEOPLE}/{number}/coordonnees").status_code == 405
    shown = client.post(f"{PEOPLE}/{number}/coordonnees").content.decode()
    assert all(text in shown for text in ("8 rue Four", "0611223344", "ami@example.org"))
    assert looks() == ["contact.shown", "file.opened"]
    assert "8 rue Four" not in read(client, f"{PEOPLE}/{number}")


def test_a_correction_shows_the_address_only_to_whom_it_was_shown(
    client: Client, number: int
) -> None:
    enter(client, "accueil", "desk")
    open_file(client, number)
    hidden = read(client, f"{PEOPLE}/{number}/adresse")
    assert "8 rue Four" not in hidden and "Montrer l’adresse" in hidden
    client.post(f"{PEOPLE}/{number}/coordonnees")
    assert "8 rue Four" in read(client, f"{PEOPLE}/{number}/adresse")


def test_unknown_households_are_not_there(client: Client) -> None:
    enter(client, "nadia", "coordinator")
    for part in ("", "/composition", "/pause", "/cloture", "/titulaires/1/fin", "/contact"):
        assert client.get(f"{PEOPLE}/999{part}").status_code == 404
    for part in ("ouvrir", "coordonnees", "titulaires/1/code", "titulaires/1/feuille"):
        assert client.post(f"{PEOPLE}/999/{part}").status_code == 404
    assert client.get(f"{PEOPLE}/regards?foyer=999").status_code == 404


def test_a_holder_of_another_household_is_not_there(client: Client, number: int) -> None:
    enter(client, "nadia", "coordinator")
    other = operations.join(
        household=NewHousehold(holders=(NewHolder("Noé", "Autre"),)), joined_on=FIRST, by=OFFICE
    )
    stranger = queries.holders_of(other.membership_id)[0].id
    open_file(client, number)
    assert client.post(f"{PEOPLE}/{number}/titulaires/{stranger}/code").status_code == 404
    assert client.get(f"{PEOPLE}/{number}/titulaires/{stranger}/fin").status_code == 404


def test_who_may_read_and_who_may_act(client: Client, number: int) -> None:
    assert client.get(PEOPLE).headers["Location"].startswith("/entrer")
    for role, reads, acts in (
        ("desk", 200, 200),
        ("coordinator", 200, 200),
        ("treasurer", 200, 403),
        ("administrator", 403, 403),
        ("member", 403, 403),
        ("committee", 403, 403),
        ("researcher", 403, 403),
    ):
        enter(client, f"essai-{role}", role)
        client.post(f"{PEOPLE}/{number}/ouvrir")
        assert client.get(f"{PEOPLE}/{number}").status_code == reads, role
        assert client.get(f"{PEOPLE}/nouveau").status_code == acts, role
        assert client.get(f"{PEOPLE}/{number}/composition").status_code == acts, role


def test_a_desk_code_is_shown_once_and_opens(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")
    holder = queries.holders_of(number)[0].id
    path = f"{PEOPLE}/{number}/titulaires/{holder}"
    assert client.get(f"{path}/code").status_code == 405
    for part, length, life in (("code", 9, "30 minutes"), ("feuille", 14, "60 jours")):
        told = client.post(f"{path}/{part}").content.decode()
        code = told.partition('class="strip"><div><dd class="code">')[2].partition("<")[0]
        assert len(code) == length and life in told and "moineau-radis" in told
        assert operations.use_code(code=code).startswith("adh-")


def test_an_exchange_is_noted_once_and_a_mistake_keeps_the_words(
    client: Client, number: int
) -> None:
    enter(client, "accueil", "desk")
    open_file(client, number)
    path = f"{PEOPLE}/{number}/contact"
    sent = {"operation": operation(read(client, path)), "note": "Rappeler mardi."}
    wrong = client.post(path, {**sent, "kind": "phone", "on": "2023-02-30"})
    assert wrong.status_code == 422 and "Rappeler mardi." in wrong.content.decode()
    assert "<title>Erreur : " in wrong.content.decode()
    late = client.post(path, {**sent, "kind": "phone", "on": "2023-03-01"})
    assert late.status_code == 422 and "pas encore venu" in late.content.decode()
    for _ in range(2):
        answer = client.post(path, {**sent, "kind": "phone", "on": "2023-01-09"}, follow=True)
        assert "échange est noté" in answer.content.decode()
    assert Contact.objects.count() == 1
    assert "Rappeler mardi." in read(client, f"{PEOPLE}/{number}")


def test_whom_nobody_spoke_with(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")
    assert "Personne n’est oublié" in read(client, f"{PEOPLE}/sans-contact")
    with clock.travelled(clock.instant(date(2023, 8, 1), 9)):
        told = read(client, f"{PEOPLE}/sans-contact?mois=6")
        assert f"Foyer n° {number}" in told and "il y a 6 mois" in told and "Aminata" not in told
        operations.join_many(rows=[Joining(NewHousehold(), FIRST)] * 60, by=OFFICE)
        first = read(client, f"{PEOPLE}/sans-contact?mois=6")
        key = first.partition("apres=")[2].partition('"')[0]
        rest = read(client, f"{PEOPLE}/sans-contact?mois=6&apres={key}")
        assert f"Foyer n° {number + 50}<" in rest and f"Foyer n° {number}<" not in rest
    read(client, f"{PEOPLE}/sans-contact?mois=5", 404)
    read(client, f"{PEOPLE}/sans-contact?apres=7", 404)


def test_who_looked_is_told_to_those_who_answer_for_it(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")
    open_file(client, number)
    read(client, f"{PEOPLE}/regards", 403)
    enter(client, "nadia", "coordinator")
    assert f"accueil (accueil) a ouvert le dossier du foyer n° {number}" in read(
        client, f"{PEOPLE}/regards"
    )
    other = operations.join(household=NewHousehold(), joined_on=FIRST, by=OFFICE).membership_id
    assert "Personne n’a regardé" in read(client, f"{PEOPLE}/regards?foyer={other}")
    for _ in range(51):
        operations.open_file(membership_id=other, by=OFFICE)
    first = read(client, f"{PEOPLE}/regards?foyer={other}")
    key = first.partition("avant=")[2].partition("&")[0]
    assert read(client, f"{PEOPLE}/regards?foyer={other}&avant={key}").count("<time") == 1
    read(client, f"{PEOPLE}/regards?avant=x", 404)


def test_inquiries_wait_oldest_first_and_are_answered(client: Client, number: int) -> None:
    enter(client, "accueil", "desk")
    assert "Personne n’attend" in read(client, f"{PEOPLE}/demandes")
    ids = []
    for minutes, text in ((-2, "Première question"), (-1, "Deuxième question")):
        with clock.travelled(clock.now_ms() + minutes * 60_000):
            subject = f"membership:{number}"
            ids.append(operations.ask(subject=subject, kind="other", text=text, by=OFFICE))
    operations.ask(subject="place:42", kind="call_me", text="", by=OFFICE)
    told = read(client, f"{PEOPLE}/demandes")
    assert "3 demandes attendent" in told and "Lieu n° 42" in told and "Première" not in told
    path = told.partition('<ul class="rows">')[2].partition('href="')[2].partition('"')[0]
    one = read(client, path)
    assert "Première question" in one and f"{PEOPLE}/{number}/ouvrir" in one
    sent = {"operation": operation(one)}
    empty = client.post(path, {**sent, "text": " "})
    assert empty.status_code == 422
    for _ in range(2):
        done = client.post(path, {**sent, "text": "Oui, dès mars."}, follow=True)
        assert "La réponse est envoyée" in done.content.decode()
    row = Inquiry.objects.get(pk=ids[0])
    assert row.answer == "Oui, dès mars."
    assert len(events.history(names=["inquiry.answered"])) == 1
    assert "Déjà répondu" in read(client, f"{PEOPLE}/demandes")
    read(client, f"{PEOPLE}/demandes/00000000-0000-0000-0000-000000000000", 404)
    enter(client, "paul", "treasurer")
    assert client.get(path).status_code == 403
