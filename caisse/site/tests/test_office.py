"""The office's own pages: what waits, what happened, what can be printed, the settings."""

import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.tests.entering import enter
from caisse.merchants import operations as merchants
from caisse.merchants import queries as registry
from caisse.messages import queries as messages
from caisse.payments import operations as payments
from caisse.payments.operations.pins import try_pin
from caisse.payments.queries import card
from caisse.people import operations as people
from caisse.people.models import AccessCode
from caisse.site.telling.happenings import SAID
from caisse.site.tests.conftest import Run
from tests.house.reference import event_names, recorded
from tests.house.test_house import HOUSE

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
MEMBER = Actor("adh-1")
ANA = Actor("ana", frozenset({"coordinator"}))


def words(answer: Any) -> str:
    """What a page says, with ordinary spaces."""
    text = answer.content.decode()
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def test_a_quiet_day_says_so(begun: Run, client: Client) -> None:
    enter(client, "ana", "desk")
    (place,) = registry.places(at=clock.today())
    details = merchants.propose_bank_details(
        merchant_id=place.merchant_id, iban="FR7630006000011234567890189", holder="SCOP", by=MEMBER
    )
    act = merchants.confirm_bank_details(details_id=details, by=ANA, id=new_id())
    people.agree(act_id=act, by=Actor("ben", frozenset({"treasurer"})))
    page = words(client.get("/gestion"))
    assert "Rien ne vous attend." in page
    assert "Aucun message de membre ou de lieu n’est sans réponse." in page


def test_what_waits_stands_with_whoever_may_do_it(begun: Run, client: Client) -> None:
    clock.travel(clock.instant(date(2024, 1, 16), 9))
    begun("month", "freeze", "2024-02")
    people.ask(subject="membership:1", kind="other", text="Un mot", by=MEMBER)
    enter(client, "paul", "treasurer")
    assert "Contrôler février 2024" in words(client.get("/gestion"))
    begun("month", "check", "2024-02")
    enter(client, "ana", "coordinator")
    mine = words(client.get("/gestion")).split('id="c2"')[0]
    assert "Répondre à 1 demande" in mine
    assert "Approuver février 2024" not in mine  # ana has checked it: another person approves
    enter(client, "nadia", "coordinator")
    assert "Approuver février 2024" in words(client.get("/gestion"))


def test_a_month_that_nobody_froze_waits_for_somebody(begun: Run, client: Client) -> None:
    enter(client, "ana", "coordinator")
    clock.travel(clock.instant(date(2024, 1, 15), 9))
    assert "Figer février 2024" not in words(client.get("/gestion"))
    clock.travel(clock.instant(date(2024, 1, 16), 9))
    assert "Figer février 2024" in words(client.get("/gestion"))
    begun("month", "freeze", "2024-02")
    assert "Figer" not in words(client.get("/gestion"))


def test_an_account_that_a_place_changes_waits_for_somebody(begun: Run, client: Client) -> None:
    place = merchants.register_place(merchant="SCOP", name="Le Fournil", kind="baker", by=MEMBER)
    merchants.approve_place(place_id=place, decision=1, by=MEMBER)
    row = registry.place(place)
    assert row is not None
    details = merchants.propose_bank_details(
        merchant_id=row.merchant_id, iban="FR7630006000011234567890189", holder="SCOP", by=MEMBER
    )
    enter(client, "ana", "coordinator")
    answer = client.get("/gestion")
    assert "Vérifier un compte bancaire" in words(answer)
    assert f"/gestion/lieux/{place}/banque" in answer.content.decode()
    merchants.confirm_bank_details(details_id=details, by=ANA, id=new_id())
    assert "Vérifier un compte bancaire" not in words(client.get("/gestion"))


def test_the_first_page_finds_a_person(begun: Run, client: Client) -> None:
    """Its form sends what the page of persons reads, under the name that the form gives it."""
    enter(client, "ana", "coordinator")
    form = client.get("/gestion").content.decode().partition('role="search"')[2]
    name = form.partition('<input id="q" name="')[2].partition('"')[0]
    assert "Durand" in words(client.post("/gestion/personnes", {name: "Durand"}))


def test_a_place_that_asks_is_called_by_its_name(begun: Run, client: Client) -> None:
    place = merchants.register_place(merchant="SCOP", name="Le Fournil", kind="baker", by=MEMBER)
    people.ask(subject=f"place:{place}", kind="call_me", text="", by=MEMBER)
    enter(client, "ana", "coordinator")
    listed = client.get("/gestion/personnes/demandes")
    assert "Le Fournil" in words(listed) and "Lieu n°" not in words(listed)
    asked = listed.content.decode().partition('<ul class="rows">')[2]
    one = client.get(asked.partition('href="')[2].partition('"')[0])
    assert "Le Fournil" in words(one)
    assert f'href="/gestion/lieux/{place}"' in one.content.decode()


def test_the_first_page_costs_as_much_with_many_questions(begun: Run, client: Client) -> None:
    enter(client, "ana", "coordinator")

    def cost() -> int:
        client.get("/gestion")
        with CaptureQueriesContext(connection) as captured:
            client.get("/gestion")
        return len(captured)

    one = cost()
    for _ in range(12):
        people.ask(subject="membership:1", kind="other", text="Un mot", by=MEMBER)
    assert cost() <= one and one <= 46


def test_every_event_has_its_sentence() -> None:
    names = {name for call in recorded(HOUSE) for name in event_names(*call)}
    known = {name for name in names if "…" not in name}
    assert known - set(SAID) == set()


def test_the_journal_tells_who_did_what_and_filters(begun: Run, client: Client) -> None:
    enter(client, "ben")
    page = words(client.get("/gestion/journal"))
    assert "Ana note une cotisation (foyer n° 2)." in page
    assert "Le Marché est choisi par le comité." in page
    assert "Martin" not in page and "Zoé" not in page
    only = words(client.get("/gestion/journal", {"quoi": "lieux"}))
    assert "Le Marché" in only and "cotisation (foyer" not in only
    only = words(client.get("/gestion/journal", {"foyer": "2"}))
    assert "foyer n° 2" in only and "Le Marché est" not in only
    assert "Rien à montrer" in words(client.get("/gestion/journal", {"jour": "2020-01-01"}))
    for odd in ({"quoi": "tout"}, {"avant": "x"}, {"jour": "hier"}):
        assert client.get("/gestion/journal", odd).status_code == 404


def sheets(client: Client, first: object, last: object, what: str = "sheets") -> Any:
    said = {"operation": show_id(new_id()), "what": what, "first": first, "last": last}
    return client.post("/gestion/impressions", said)


def test_welcome_sheets_carry_a_code_that_opens_once(begun: Run, client: Client) -> None:
    enter(client, "salif", "desk")
    answer = sheets(client, 1, 50)
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert len(pages) == 2 == AccessCode.objects.count()
    shown = " ".join(pages[0].extract_text().split())
    assert "Zoé Martin" in shown and "moineau-radis" in shown and "février 2024" in shown
    code = next(word for word in shown.split() if word.count("-") == 2 and word.isupper())
    visitor = Client()
    said = {"operation": show_id(new_id()), "code": code.lower()}
    assert visitor.post("/entrer/code", said).status_code == 302
    assert visitor.get("/entrer/chez-moi").headers["Location"] == "/moi"
    again = Client().post("/entrer/code", {**said, "operation": show_id(new_id())})
    assert again.status_code == 422 and "déjà servi" in words(again)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(1, 200, "100 foyers au plus"), (90, 99, "Aucun foyer"), ("", 3, "attend une réponse")],
)
def test_sheets_that_cannot_be_printed(
    begun: Run, client: Client, first: object, last: object, said: str
) -> None:
    enter(client, "salif", "desk")
    answer = sheets(client, first, last)
    assert answer.status_code == 422
    assert said in words(answer) and f'value="{last}"' in words(answer)


def test_how_to_reach_the_caisse_is_a_setting_and_is_shown_to_visitors(
    begun: Run, client: Client
) -> None:
    enter(client, "ana", "coordinator")
    said = {"operation": show_id(new_id()), "phone": "04 67 00 00 00", "email": "pas une adresse"}
    wrong = client.post("/gestion/reglages", said)
    assert wrong.status_code == 422 and "04 67 00 00 00" in words(wrong)
    said["email"] = "bonjour@exemple.fr"
    assert client.post("/gestion/reglages", said).status_code == 302
    assert messages.reach().email == "bonjour@exemple.fr"
    assert "04 67 00 00 00" in words(Client().get("/participer"))


def test_signals_say_where_to_look(begun: Run, client: Client) -> None:
    enter(client, "ana", "coordinator")
    page = words(client.get("/gestion/signaux"))
    assert "Aucun porte-monnaie ne dort." in page and "Rien d’inhabituel." in page
    assert "Le Marché" in page  # nobody has bought anything there


@pytest.mark.parametrize(
    "path", ["/gestion/courrier", "/gestion/sante", "/gestion/entrainement", "/gestion/comptable"]
)
def test_the_other_tools_answer(begun: Run, client: Client, path: str) -> None:
    enter(client, "tous", "coordinator", "administrator", "treasurer", "desk")
    assert client.get(path).status_code == 200


def test_cards_and_codes_are_printed_for_whom_has_none(begun: Run, client: Client) -> None:
    """E07: two holders; printed once, nobody waits any more. The number stands in large print."""
    enter(client, "salif", "desk")
    answer = sheets(client, 1, 50, "cards")
    assert answer.headers["Content-Type"] == "application/pdf"
    shown = " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
    rows = [card(holder_id) for holder_id in (1, 2)]
    assert all(row and row.shown in shown for row in rows) and "Zoé" not in shown
    assert "Personne n’attend une carte" in words(sheets(client, 1, 50, "cards"))
    slips = " ".join(
        " ".join(page.extract_text().split())
        for page in PdfReader(io.BytesIO(sheets(client, 1, 50, "codes").content)).pages
    )
    code = re.search(r"moineau-radis.*?([0-9]{3} [0-9]{3})", slips)
    assert code and "Zoé Martin" in slips
    assert try_pin("moineau-radis", code[1].replace(" ", "")).right
    assert "Personne n’attend un code" in words(sheets(client, 1, 50, "codes"))
    assert "Que voulez-vous imprimer" in words(sheets(client, 1, 50, "money"))


def test_a_first_code_for_paying_is_no_new_one_and_each_reads_what_is_for_her(
    begun: Run, client: Client
) -> None:
    enter(client, "salif", "desk")
    address = "/gestion/personnes/1/titulaires/1/code-pour-payer"
    assert client.get(address).status_code == 302, "what she is asked is read in an open file"
    client.post(reverse("person_open", args=[1]))
    first = words(client.get(address))
    assert "Tirer un code pour " in first and "d’avant" not in first
    sheet = words(client.post(address, {"operation": show_id(new_id()), "proof": "document"}))
    paper, desk = sheet.split("</article>")
    assert "au téléphone, pas même l’accueil" in paper and "ne le connaît pas" not in sheet
    assert "personne ne peut le lire, vous non plus" in desk
    again = words(client.get(address))
    assert "Tirer un nouveau code pour " in again
    assert "Le code d’avant ne marchera plus." in again


def test_a_code_is_drawn_for_whom_the_desk_has_recognised(begun: Run, client: Client) -> None:
    enter(client, "salif", "desk")
    address = "/gestion/personnes/1/titulaires/1/code-pour-payer"
    client.post(reverse("person_open", args=[1]))
    asked = words(client.get(address))
    for said in ("une pièce d’identité", "deux renseignements", "Inscrit depuis le", "Au foyer"):
        assert said in asked, said
    for wrong in ({}, {"proof": "someone"}):
        answer = client.post(address, {"operation": show_id(new_id()), **wrong})
        assert answer.status_code == 422 and not events.history(names=("pin.drawn",))
    assert "Ce champ attend une réponse." in words(
        client.post(address, {"operation": show_id(new_id())})
    )
    for proof in ("facts", "document"):
        client.post(address, {"operation": show_id(new_id()), "proof": proof})
    told = {one.name: one.data for one in events.history(names=("pin.drawn", "pin.redrawn"))}
    assert told == {"pin.drawn": {"proof": "facts"}, "pin.redrawn": {"proof": "document"}}


def test_one_card_is_printed_again_until_it_is_blocked(begun: Run, client: Client) -> None:
    enter(client, "salif", "desk")
    address = "/gestion/personnes/1/titulaires/1/carte"
    assert client.get(f"{address}.pdf").status_code == 404
    said = {"operation": show_id(new_id()), "acte": "faire"}
    for _each in range(2):
        assert client.post(address, said).status_code == 302
    row = card(1)
    assert row is not None and row.shown in words(client.get(address))
    assert client.get(f"{address}.pdf").headers["Content-Type"] == "application/pdf"
    assert client.get("/gestion/personnes/1/titulaires/2/carte").status_code == 404
    client.post(address, {"operation": show_id(new_id()), "acte": "bloquer"})
    assert client.get(f"{address}.pdf").status_code == 404
    assert "bloquée" in words(client.get(address))


def test_a_member_blocks_her_own_card(begun: Run, client: Client) -> None:
    enter(client, people.open_way_in(holder_id=1, by=ANA))
    assert "Vous n’avez pas de carte." in words(client.get("/moi/carte"))
    payments.make_card(holder_id=1, by=ANA, id=new_id())
    assert "Bloquer ma carte" in words(client.get("/moi/carte"))
    assert client.post("/moi/carte", {"operation": show_id(new_id())}).status_code == 302
    page = words(client.get("/moi/carte"))
    assert "Elle ne paie plus rien." in page and "Bloquer ma carte" not in page
