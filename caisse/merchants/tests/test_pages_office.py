"""The office's pages of places: the list, one place, the payment of a month by two people."""

import csv
import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caisse.kernel import events
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.tests.entering import enter, sit
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants import queries
from caisse.merchants.tests.ground import (
    FEBRUARY,
    OFFICE,
    approved,
    founded,
    go,
    owed,
    registered,
    sell,
)
from caisse.people import operations as people
from caisse.people import queries as registry

pytestmark = pytest.mark.django_db

MONTH = str(FEBRUARY)


@pytest.fixture
def nadia() -> Client:
    return sit(Client(), "nadia", "coordinator")


@pytest.fixture
def paul() -> Client:
    return sit(Client(), "paul", "treasurer")


@pytest.fixture
def desk() -> Client:
    return sit(Client(), "accueil", "desk")


def plain(content: bytes) -> str:
    text = re.sub(r"<[^>]+>", " ", content.decode())
    return " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split())


def said(client: Client, page: str, *args: object) -> str:
    response = client.get(reverse(page, args=args))
    assert response.status_code == 200, (page, response.status_code)
    return plain(response.content)


def op() -> dict[str, str]:
    return {"operation": show_id(new_id())}


def held(*cents: int) -> list[int]:
    """Places that sold that much in February, the month held, the clock on the 5th of March."""
    founded(wallets=max(2, len(cents)))
    places = [approved(f"Lieu {number}") for number in range(1, len(cents) + 1)]
    for wallet, (place, sold) in enumerate(zip(places, cents, strict=True), 1):
        sell(place, sold, wallet=wallet)
    go(FEBRUARY.last)
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    go(date(2023, 3, 5))
    return places


def test_the_list_says_what_comes_and_is_searched_without_words_in_the_address(
    nadia: Client, desk: Client
) -> None:
    held(30_00, 12_00)
    registered("Été Bio")
    text = said(nadia, "places_office")
    assert "2 en cours" in text
    assert "Lieu 1 SCIC Lieu 1 0,00 € 30,00 € le 5 mars" in text
    assert "sans convention" in text
    found = plain(nadia.post(reverse("places_office"), {"recherche": "ete"}).content)
    assert "Été Bio" in found
    assert "Lieu 1" not in found
    nothing = plain(nadia.post(reverse("places_office"), {"recherche": "zzz"}).content)
    assert "Aucun lieu ne porte ces mots" in nothing
    at_the_desk = said(desk, "places_office")
    assert "Lieu 1" in at_the_desk
    assert "30,00" not in at_the_desk


def test_a_long_list_is_read_in_pages_with_the_same_number_of_queries(nadia: Client) -> None:
    founded()
    counts = []
    for number in range(55):
        registered(f"Lieu {number:02d}")
        if number in (3, 54):
            nadia.get(reverse("places_office"))
            with CaptureQueriesContext(connection) as seen:
                page = nadia.get(reverse("places_office"))
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 25
    after = re.search(rb"apres=(\d+)", page.content)
    assert after is not None
    rest = plain(nadia.get(reverse("places_office"), {"apres": after[1].decode()}).content)
    assert "Lieu 50" in rest
    assert "Lieu 49" not in rest


def test_the_accountant_gets_all_places_as_a_table(paul: Client, desk: Client) -> None:
    held(30_00)
    merchants.register_place(merchant="=cmd()", name="Piège", kind="grocery", by=OFFICE)
    content = paul.get(reverse("places_csv")).content.decode().removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    assert rows[1][2:] == [
        "Lieu 1", "SCIC Lieu 1", "", "en cours", "", "0,00", "30,00", "30,00", "2023-03-05"
    ]  # fmt: skip
    assert rows[2][3] == "'=cmd()"
    assert desk.get(reverse("places_csv")).status_code == 403


def test_a_place_that_applies_is_written_down_once(nadia: Client, desk: Client) -> None:
    founded()
    form = {"name": "Le Fournil", "merchant": "SCOP Levain", "kind": "baker", "commune": "Lattes"}
    first, second = (nadia.post(reverse("place_new"), op() | form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    place = queries.place_named("Le Fournil")
    assert place is not None
    assert "Ce lieu n’a pas encore de convention" in said(nadia, "place_office", place.id)
    wrong = nadia.post(reverse("place_new"), op() | form | {"name": ""})
    assert wrong.status_code == 422
    assert "SCOP Levain" in wrong.content.decode()
    assert desk.get(reverse("place_new")).status_code == 403


def test_a_place_is_suspended_after_a_question_that_says_the_money_owed(
    nadia: Client, paul: Client, desk: Client
) -> None:
    founded()
    place = approved()
    sell(place, 18_00)
    page = reverse("place_suspend", args=[place])
    assert "La caisse lui doit 18,00 € . Ils lui seront payés." in plain(nadia.get(page).content)
    form = op()
    for _ in range(2):
        assert nadia.post(page, form).status_code == 302
    account = books.account(f"place:{place}")
    assert account is not None
    assert account.state == "closed"
    assert "La caisse doit 18,00 € à ce lieu" in said(nadia, "place_office", place)
    again = nadia.post(page, op())
    assert again.status_code == 422
    assert "n’encaisse déjà pas" in plain(again.content)
    assert nadia.post(reverse("place_resume", args=[place]), op()).status_code == 302
    account = books.account(f"place:{place}")
    assert account is not None
    assert account.state == "open"
    for other in (paul, desk):
        assert other.post(page, op()).status_code == 403


def test_the_desk_reads_a_place_without_its_money(desk: Client, paul: Client) -> None:
    place = held(33_33)[0]
    text = said(desk, "place_office", place)
    assert "SCIC Lieu 1" in text
    assert "33,33" not in text
    assert "Compte bancaire" not in text
    assert "33,33 €" in said(paul, "place_office", place)
    for page in ("place_bank", "place_sheet", "place_person", "place_closure"):
        assert desk.get(reverse(page, args=[place])).status_code == 403, page
    for page in ("place_hours", "place_people"):
        assert desk.get(reverse(page, args=[place])).status_code == 200, page
    assert desk.get(reverse("redemptions")).status_code == 403


def test_the_office_writes_for_a_place_without_internet(nadia: Client) -> None:
    founded()
    place = approved()
    form = {"address": "1 rue A", "sells": "pain", "access": "", "position": "43,61092 3,87723"}
    assert nadia.post(reverse("place_sheet", args=[place]), op() | form).status_code == 302
    told = queries.presence(place, at=date(2023, 2, 6))
    assert told is not None
    assert (told.latitude_e5, told.longitude_e5) == (43_61092, 3_87723)
    shown = nadia.get(reverse("place_sheet", args=[place])).content.decode()
    assert "43,61092 3,87723" in shown
    wrong = nadia.post(reverse("place_sheet", args=[place]), op() | form | {"position": "ici"})
    assert wrong.status_code == 422
    hours = op() | {"opens_1": "8:00", "closes_1": "13:00", "market_1": "Arceaux"}
    assert nadia.post(reverse("place_hours_day", args=[place, 5]), hours).status_code == 302
    assert "Samedi 8 h à 13 h, Arceaux" in said(nadia, "place_hours", place)
    person = op() | {"given_name": "Zoé", "family_name": "Mas", "email": "", "right": "manager"}
    assert nadia.post(reverse("place_person", args=[place]), person).status_code == 302
    assert "Zoé" in said(nadia, "place_office", place)


def test_a_month_is_paid_by_two_people_and_once(
    paul: Client, nadia: Client, django_capture_on_commit_callbacks: object
) -> None:
    first, second = held(30_00, 12_00)
    assert "42,00 €" in said(paul, "redemptions")
    assert "42,00 € à payer le dimanche 5 mars 2023" in said(paul, "redemption", MONTH)
    assert nadia.post(reverse("redemption_prepare", args=[MONTH]), op()).status_code == 403
    form = op()
    for _ in range(2):
        assert paul.post(reverse("redemption_prepare", args=[MONTH]), form).status_code == 302
    assert len(registry.waiting_acts("redemption.pay")) == 1
    other = paul.post(reverse("redemption_prepare", args=[MONTH]), op())
    assert other.status_code == 422
    assert "déjà préparé" in plain(other.content)
    alone = paul.post(reverse("redemption_agree", args=[MONTH]), op())
    assert alone.status_code == 422
    assert "Une autre personne doit donner son accord" in plain(alone.content)
    assert owed(first) == 30_00, "nothing was paid"
    assert "a préparé ce paiement" in said(nadia, "redemption", MONTH)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert nadia.post(reverse("redemption_agree", args=[MONTH]), op()).status_code == 302
    assert (owed(first), owed(second)) == (0, 0)
    assert "2 lieux sont payés : 42,00 €" in said(nadia, "redemption", MONTH)
    late = nadia.post(reverse("redemption_agree", args=[MONTH]), op(), follow=True)
    assert "Il n’y a plus rien à accepter" in plain(late.content)
    again = paul.post(reverse("redemption_prepare", args=[MONTH]), op())
    assert "déjà payés" in plain(again.content)


def test_a_payment_that_stopped_after_the_agreement_is_finished_by_hand(
    paul: Client, nadia: Client
) -> None:
    place = held(30_00)[0]
    early = paul.post(reverse("redemption_resume", args=[MONTH]), op())
    assert "attend encore l’accord" in plain(early.content)
    paul.post(reverse("redemption_prepare", args=[MONTH]), op())
    nadia.post(reverse("redemption_agree", args=[MONTH]), op())  # as if killed after its commit
    assert owed(place) == 30_00
    assert "s’est arrêté en chemin" in said(nadia, "redemption", MONTH)
    assert nadia.post(reverse("redemption_resume", args=[MONTH]), op()).status_code == 302
    assert owed(place) == 0


def test_a_payment_is_declined_with_a_reason_and_prepared_again(
    paul: Client, nadia: Client
) -> None:
    place = held(30_00)[0]
    paul.post(reverse("redemption_prepare", args=[MONTH]), op())
    page = reverse("redemption_decline", args=[MONTH])
    assert nadia.post(page, op() | {"reason": ""}).status_code == 422
    assert nadia.post(page, op() | {"reason": "Attendons lundi."}).status_code == 302
    assert owed(place) == 30_00
    assert paul.post(reverse("redemption_prepare", args=[MONTH]), op()).status_code == 302


def test_a_sum_that_changed_after_its_preparation_is_not_paid(paul: Client, nadia: Client) -> None:
    first, _second = held(30_00, 12_00)
    paul.post(reverse("redemption_prepare", args=[MONTH]), op())
    merchants.void_redemption(place_id=first, month=FEBRUARY, by=OFFICE, code="AC04")
    answer = nadia.post(reverse("redemption_agree", args=[MONTH]), op())
    assert answer.status_code == 422
    assert "La somme a changé" in plain(answer.content)
    assert len(registry.waiting_acts("redemption.pay")) == 1


def test_what_the_bank_refused_is_noted_in_words(paul: Client, nadia: Client) -> None:
    place = held(30_00)[0]
    merchants.pay_redemptions(month=FEBRUARY, by=OFFICE)
    page = reverse("redemption_refused", args=[MONTH, place])
    text = plain(paul.get(page).content)
    assert "compte clos (AC04)" in text
    assert paul.post(page, op() | {"code": "XX"}).status_code == 422
    form = op() | {"code": "AC04"}
    for _ in range(2):
        assert paul.post(page, form).status_code == 302
    assert owed(place) == 30_00
    assert "refusé par la banque compte clos" in said(paul, "redemption", MONTH)
    assert nadia.get(page).status_code == 403
    assert paul.get(reverse("redemption_refused", args=[MONTH, 99_999])).status_code == 404


def test_the_files_of_a_month(paul: Client, nadia: Client) -> None:
    first, _second = held(30_00, 12_00)
    row = queries.place(first)
    assert row is not None
    _put_in_force(row.merchant_id)
    table = paul.get(reverse("redemption_csv", args=[MONTH])).content.decode()
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"))
    assert rows[1] == [MONTH, f"place:{first}", "Lieu 1", "30,00", "0,00", "0,00", "à payer", ""]
    assert "FR76" not in table
    bank = paul.get(reverse("redemption_bank_csv", args=[MONTH])).content.decode()
    rows = list(csv.reader(io.StringIO(bank.removeprefix("\ufeff")), delimiter=";"))
    assert rows[1][:4] == ["2023-03-05", "SCOP A", "FR7630006000011234567890189", "30,00"]
    assert rows[2][1:4] == ["", "", "12,00"]
    assert nadia.get(reverse("redemption_bank_csv", args=[MONTH])).status_code == 403
    assert "Un lieu n’a pas encore donné de compte bancaire" in said(paul, "redemption", MONTH)


def _put_in_force(merchant_id: int) -> None:
    details = merchants.propose_bank_details(
        merchant_id=merchant_id, iban="FR7630006000011234567890189", holder="SCOP A", by=OFFICE
    )
    act = merchants.confirm_bank_details(details_id=details, by=OFFICE, id=new_id())
    enter(Client(), "office", "coordinator")
    enter(Client(), "second", "treasurer")
    people.agree(act_id=act, by=registry.actor("second"))


@pytest.mark.parametrize("month", ["2023-13", "2023-2", "2023", "février", "2023-03"])
def test_a_month_that_is_none_or_not_yet_is_no_page(paul: Client, month: str) -> None:
    founded()
    assert paul.get(f"/gestion/remboursements/{month}").status_code == 404


def test_no_event_holds_what_was_typed(paul: Client, nadia: Client) -> None:
    place = held(30_00)[0]
    row = queries.place(place)
    assert row is not None
    _put_in_force(row.merchant_id)
    form = op() | {"address": "9 rue Zyx", "sells": "", "access": "", "position": ""}
    nadia.post(reverse("place_sheet", args=[place]), form)
    paul.post(reverse("redemption_prepare", args=[MONTH]), op())
    nadia.post(reverse("redemption_decline", args=[MONTH]), op() | {"reason": "Zyxwa"})
    told = " ".join(f"{one.name} {one.subject} {one.data}" for one in events.history(limit=500))
    for word in ("Zyx", "FR76", "1234567890", "SCOP A", "Lieu 1"):
        assert word not in told
