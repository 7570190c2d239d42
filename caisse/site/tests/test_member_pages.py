"""Household, questions, who looked, leaving: what members ask, and what is written down."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import events
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.tests.entering import enter
from caisse.month.tests.ground import freeze
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.site.tests.members import BY, MARCH, Home, come_in, home, move, travel
from caisse.site.tests.test_pages import Page, read

__all__ = ["home"]  # a fixture


def sent(client: Client, address: str, **said: str) -> Any:
    """Post a form with a fresh operation, unless `operation` is given."""
    return client.post(address, {"operation": show_id(new_id()), **said})


def asked(home: Home) -> list[Any]:
    return registry.inquiries(subject=f"membership:{home.joined.membership_id}")


def test_the_household_is_told_month_by_month(client: Client, home: Home) -> None:
    people.change_composition(
        household_id=home.joined.household_id, adults=1, births=("2015-03",),
        since=date(2023, 3, 10), by=BY,
    )  # fmt: skip
    said = read(come_in(client, home), "/moi/foyer").text
    assert "1 adulte, 1 enfant à partir de avril 2023 à venir" in said.replace(
        "d’avril", "de avril"
    )
    assert "2 adultes, 1 enfant à partir de" in said
    assert "Awa (vous)" in said and "identifiant : moineau-radis" in said
    assert "Lina" in said and "identifiant : fauvette-ail" in said


def test_with_all_holders_there_no_one_can_be_asked_for(client: Client, home: Home) -> None:
    page = read(come_in(client, home), "/moi/foyer")
    assert "Ce porte-monnaie a déjà 2 titulaires" in page.text
    assert "/reglement/balance.household_sub_wallets" in page.all("href")
    assert sent(client, "/moi/foyer", text="Ali").status_code == 200
    assert asked(home) == []


def test_asking_for_a_second_holder_writes_to_the_office(client: Client, home: Home) -> None:
    lina = registry.holders_of(home.joined.membership_id)[1]
    people.end_holder(holder_id=lina.id, by=BY)
    come_in(client, home)
    assert "Jusqu’à 2 personnes paient" in read(client, "/moi/foyer").text
    empty = sent(client, "/moi/foyer", text=" ")
    assert empty.status_code == 422
    assert Page(empty.content.decode()).text.count("Un point à revoir") == 1
    operation = show_id(new_id())
    for _twice in range(2):
        response = sent(
            client, "/moi/foyer", text="Ali Diarra, 06 00 00 00 00", operation=operation
        )
        assert response["Location"] == "/moi/demandes"
    (one,) = asked(home)
    assert one.kind == "composition"
    assert one.text == "Ajouter une personne qui paie : Ali Diarra, 06 00 00 00 00"


def test_a_question_is_asked_once_and_answered(client: Client, home: Home) -> None:
    come_in(client, home)
    assert "Aucune demande pour l’instant." in read(client, "/moi/demandes").text
    operation = show_id(new_id())
    for _twice in range(2):
        sent(client, "/moi/demander", kind="address", text="Nous avons bougé.", operation=operation)
    (one,) = asked(home)
    assert (one.kind, one.text, one.asked_by) == ("address", "Nous avons bougé.", home.logins[0])
    assert "L’équipe va répondre" in read(client, "/moi/demandes").text
    people.answer(inquiry_id=one.id, text="C’est noté.", by=BY)
    said = read(client, "/moi/demandes").text
    assert "a répondu" in said and "C’est noté." in said


def test_another_holder_does_not_read_my_questions(client: Client, home: Home) -> None:
    sent(come_in(client, home), "/moi/demander", kind="separation", text="Je veux partir seule.")
    assert len(asked(home)) == 1
    said = read(come_in(Client(), home, 1), "/moi/demandes").text
    assert "Je veux partir seule." not in said and "séparation" not in said.lower()


@pytest.mark.parametrize("said", [
    {"kind": "call_me", "text": "x"}, {"kind": "autre", "text": "x"}, {"kind": "other", "text": ""},
    {"kind": "other", "text": "x" * 2_001}, {"text": "gardé"},
])  # fmt: skip
def test_a_question_that_is_none_keeps_what_was_typed(
    client: Client, home: Home, said: dict[str, str]
) -> None:
    response = sent(come_in(client, home), "/moi/demander", **said)
    assert response.status_code == 422
    html = response.content.decode()
    assert "Erreur" in html.split("</title>")[0]
    assert said["text"][:2_000] in html
    assert asked(home) == []


@pytest.mark.parametrize(("address", "begins"), [
    ("?sujet=privacy&quoi=effacer", "Je demande que mes données soient effacées"),
    ("?sujet=other&quoi=rester", "Je ne veux plus partir"),
    ("?sujet=rien&quoi=rien&recu=rien", ""),
])  # fmt: skip
def test_the_page_one_comes_from_begins_the_question(
    client: Client, home: Home, address: str, begins: str
) -> None:
    form = come_in(client, home).get(f"/moi/demander{address}").context["form"]
    assert form.initial.get("text", "").startswith(begins)
    assert bool(form.initial.get("kind")) == bool(begins)


def test_a_receipt_begins_the_question(client: Client, home: Home) -> None:
    id = move(home, 23_50)
    form = (
        come_in(client, home).get(f"/moi/demander?sujet=amount&recu={show_id(id)}").context["form"]
    )
    assert form.initial["kind"] == "amount"
    assert "Achat du 10" in form.initial["text"] and "−23,50" in form.initial["text"]


def test_a_balance_is_shown_once_to_whoever_says_why(client: Client, home: Home) -> None:
    move(home, 23_50)
    number = home.joined.membership_id
    address = f"/gestion/personnes/{number}/solde"
    enter(client, "ana", "coordinator")
    asks = read(client, address)
    assert "76,50" not in asks.text and "Figuier" not in asks.text
    refused = sent(client, address, reason="curiosité")
    assert refused.status_code == 422 and "76,50" not in refused.content.decode()
    assert events.history(names=["balance.shown"]) == []
    shown = sent(client, address, reason="asked")
    page = Page(shown.content.decode())
    assert "76,50 MonA" in page.text and "Épicerie du Figuier" in page.text
    assert "−23,50" in page.text and "Allocation de février 2023" in page.text
    (event,) = events.history(names=["balance.shown"])
    assert (event.subject, event.by) == (f"membership:{number}", "ana")
    assert event.data == {"reason": "asked"}
    assert "76,50" not in read(client, address).text  # a GET shows nothing
    assert client.get("/gestion/personnes/999/solde").status_code == 404


@pytest.mark.parametrize("role", ["desk", "treasurer", "committee", "administrator", "member"])
def test_only_the_coordination_reads_a_balance(client: Client, home: Home, role: str) -> None:
    enter(client, f"someone-{role}", role)
    address = f"/gestion/personnes/{home.joined.membership_id}/solde"
    assert client.get(address).status_code == 403
    assert sent(client, address, reason="asked").status_code == 403
    assert events.history(names=["balance.shown"]) == []


def test_the_last_twenty_movements_are_shown(client: Client, home: Home) -> None:
    for n in range(25):
        move(home, 100 + n)
    enter(client, "ana", "coordinator")
    response = sent(
        client, f"/gestion/personnes/{home.joined.membership_id}/solde", reason="figure"
    )
    said = Page(response.content.decode()).text
    assert "−1,24" in said and "−1,05" in said and "−1,04" not in said


def test_a_member_reads_who_looked_and_why(client: Client, home: Home) -> None:
    number = home.joined.membership_id
    come_in(client, home)
    assert "Personne n’a regardé votre fiche." in read(client, "/moi/qui-a-regarde").text
    people.open_file(membership_id=number, by=BY)
    people.show_balance(membership_id=number, reason="asked", by=BY)
    said = read(client, "/moi/qui-a-regarde").text
    assert "a regardé la fiche du foyer." in said
    assert "a regardé le solde et les derniers achats. Raison : le foyer le demande." in said


def test_the_list_of_looks_goes_on(client: Client, home: Home) -> None:
    for _n in range(55):
        people.open_file(membership_id=home.joined.membership_id, by=BY)
    come_in(client, home)
    first = read(client, "/moi/qui-a-regarde")
    assert first.text.count("a regardé la fiche") == 50
    (older,) = [link for link in first.all("href") if link.startswith("?avant=")]
    assert read(client, f"/moi/qui-a-regarde{older}").text.count("a regardé la fiche") == 5
    assert client.get("/moi/qui-a-regarde?avant=rien").status_code == 404


def test_leaving_asks_first_then_notes_it_once(client: Client, home: Home) -> None:
    come_in(client, home)
    page = read(client, "/moi/partir")
    assert (
        "1er mars 2023 dernier mois : février 2023, dernier versement : 5 février 2023" in page.text
    )
    assert "?le=2023-03-01" in page.all("href")
    question = read(client, "/moi/partir?le=2023-03-01")
    assert "Quitter la caisse le 1er mars 2023 ?" in question.text
    assert "Dernière cotisation 3 février 2023" in question.text
    assert "Il vous reste 100,00 MonA" in question.text
    operation = show_id(new_id())
    for _twice in range(2):
        response = sent(client, "/moi/partir", le="2023-03-01", operation=operation)
        assert response["Location"] == "/moi/partir"
    assert registry.timeline(home.joined.membership_id)[-1] == (date(2023, 3, 1), "leaving")
    assert len(events.history(names=["membership.leaving"])) == 1
    after = read(client, "/moi/partir")
    assert "Votre départ est noté pour le 1er mars 2023" in after.text
    assert "/moi/demander?sujet=other&quoi=rester" in after.all("href")


def test_a_month_already_frozen_is_done_together(client: Client, home: Home) -> None:
    freeze(MARCH)
    travel(date(2023, 2, 20))
    page = read(come_in(client, home), "/moi/partir")
    assert "?le=2023-03-01" not in page.all("href")
    assert "?le=2023-04-01" in page.all("href")
    response = sent(client, "/moi/partir", le="2023-03-01")
    assert response.status_code == 422
    assert "Ce jour ne peut plus être choisi." in response.content.decode()
    assert registry.timeline(home.joined.membership_id)[-1].state == "active"


def test_only_the_first_holder_leaves_for_the_household(client: Client, home: Home) -> None:
    come_in(client, home, 1)
    page = read(client, "/moi/partir?le=2023-03-01")
    assert "Un départ concerne tout le foyer. Awa le demande" in page.text
    assert "Oui, quitter la caisse" not in page.text
    sent(client, "/moi/partir", le="2023-03-01")
    assert registry.timeline(home.joined.membership_id)[-1].state == "active"


@pytest.mark.parametrize("address", ["/moi/partir", "/moi/demander", "/moi/foyer"])
def test_what_a_form_carries_is_never_trusted(client: Client, home: Home, address: str) -> None:
    people.end_holder(holder_id=registry.holders_of(home.joined.membership_id)[1].id, by=BY)
    come_in(client, home)
    before = len(events.history(limit=1000))
    for said in (
        {},
        {"operation": "x"},
        {"operation": "0" * 300, "le": "2023-02-31", "text": "\0"},
    ):
        assert client.post(address, said).status_code in (200, 422)
    assert len(events.history(limit=1000)) == before


def test_one_holder_by_the_bylaws(client: Client, home: Home) -> None:
    people.end_holder(holder_id=registry.holders_of(home.joined.membership_id)[1].id, by=BY)
    effects = [Amend("balance.household_sub_wallets", 1, MARCH)]
    bylaws.decide(title="Un", text="", body="comité citoyen", effects=effects, by=BY)
    travel(date(2023, 3, 2))
    said = read(come_in(client, home), "/moi/foyer").text
    assert "Une seule personne tient ce porte-monnaie" in said
