"""The pages of those who keep a place: what each says, who may read it, what it lets one do."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from caisse.kernel import events
from caisse.kernel.ids import new_id, short_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter, sit
from caisse.merchants import operations as merchants
from caisse.merchants import queries
from caisse.merchants.rules import Hours
from caisse.merchants.tests.ground import (
    FEBRUARY,
    OFFICE,
    approved,
    founded,
    give_back,
    go,
    sell,
)
from caisse.people import operations as people
from caisse.people import queries as registry

pytestmark = pytest.mark.django_db


def keep(client: Client, place: int, right: str = "manager", login: str = "lieu-a") -> None:
    """Come in as somebody who acts for the place, by the door of a demo."""
    sit(client, login, "merchant")
    merchants.give_right(place_id=place, login=login, right=right, by=OFFICE)


def said(client: Client, page: str, *args: object) -> str:
    """The text of a page, without its tags, with plain spaces."""
    response = client.get(reverse(page, args=args))
    assert response.status_code == 200, (page, response.status_code)
    return plain(response.content)


def plain(content: bytes) -> str:
    text = re.sub(r"<[^>]+>", " ", content.decode())
    return " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split())


def op() -> dict[str, str]:
    """The hidden id of a form."""
    return {"operation": show_id(new_id())}


def test_the_only_place_opens_by_itself_several_are_listed(client: Client) -> None:
    founded()
    place = approved()
    keep(client, place)
    assert client.get("/commerce").headers["Location"] == f"/commerce/{place}"
    other = approved("Le Fournil", "baker")
    merchants.give_right(place_id=other, login="lieu-a", right="reader", by=OFFICE)
    text = said(client, "my_places")
    assert "La Cagette" in text
    assert "Le Fournil" in text


def test_a_merchant_without_a_place_is_told_so(client: Client) -> None:
    founded()
    enter(client, "lieu-z", "merchant")
    assert "Aucun lieu n’est à votre nom" in said(client, "my_places")


def test_the_first_page_says_today_the_month_and_what_comes_when(client: Client) -> None:
    founded(date(2023, 2, 6))
    place = approved()
    first = sell(place, 30_00)
    go(date(2023, 2, 7))
    sell(place, 12_50, wallet=2)
    give_back(place, 2_00, first)
    keep(client, place)
    text = said(client, "my_place", place)
    assert "Sans compte bancaire, la caisse ne peut rien vous virer." in text
    assert "Aujourd’hui, un achat : 10,50 €" in text
    assert "Les remboursements sont déduits." in text
    assert "40,50 €" in text, "the month"
    assert "Dimanche 5 mars 2023, ventes de février 2023 jusqu’à maintenant 40,50 €" in text
    go(date(2023, 2, 28))
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    go(date(2023, 3, 1))
    sell(place, 3_00)
    text = said(client, "my_place", place)
    assert "Dimanche 5 mars 2023, ventes de février 2023 40,50 €" in text
    assert "Mercredi 5 avril 2023, ventes de mars 2023 jusqu’à maintenant 3,00 €" in text
    assert "La caisse vous doit 43,50 €" in text


def test_a_suspended_place_reads_that_it_will_still_be_paid(client: Client) -> None:
    founded()
    place = approved()
    sell(place, 18_00)
    merchants.suspend_place(place_id=place, by=OFFICE)
    keep(client, place)
    text = said(client, "my_place", place)
    assert "Les paiements sont en pause" in text
    assert "La caisse vous doit 18,00 € : ils vous seront payés." in text


def test_a_day_says_hour_amount_and_number_and_nothing_of_the_payer(client: Client) -> None:
    founded()
    place = approved()
    first, second = sell(place, 30_00), sell(place, 12_50, wallet=1)
    back = give_back(place, 2_00, first)
    keep(client, place)
    response = client.get(reverse("my_day", args=[place, "2023-02-06"]))
    text = plain(response.content)
    for id in (first, second, back):
        assert short_id(id) in text
    assert f"rembourse l’achat {short_id(first)}" in text
    assert "9 h 00" in text
    assert "−2,00 €" in text
    assert "wallet" not in response.content.decode()
    for balance in ("70,00", "57,50", "59,50"):  # of the wallet, after each of the three
        assert balance not in text
    assert "Aucun achat ce jour-là" in said(client, "my_day", place, "2023-02-05")


def test_a_day_is_closed_on_paper_and_as_a_table(client: Client) -> None:
    """P10: the sums, then each sale from the first to the last; nothing of who paid."""
    founded()
    place = approved()
    first, second = sell(place, 30_00), sell(place, 12_50, wallet=1)
    back = give_back(place, 2_00, first)
    keep(client, place)
    answer = client.get(reverse("my_day_csv", args=[place, "2023-02-06"]))
    table = answer.content.decode().removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert [row[2] for row in rows[1:]] == [short_id(id) for id in (first, second, back)]
    assert [row[4] for row in rows[1:]] == ["30,00", "12,50", "-2,00"]
    assert rows[3][3] == f"rembourse l’achat {short_id(first)}" and "wallet" not in table
    answer = client.get(reverse("my_day_pdf", args=[place, "2023-02-06"]))
    assert f"cloture-{place}-2023-02-06.pdf" in answer.headers["Content-Disposition"]
    shown = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    text = plain(shown.encode())
    for words in ("Total du jour", "40,50 €", "42,50 €", short_id(second)):
        assert words in text
    empty = client.get(reverse("my_day_pdf", args=[place, "2023-02-05"]))
    assert "Aucune vente." in PdfReader(io.BytesIO(empty.content)).pages[0].extract_text()
    assert client.get(f"/commerce/{place}/jours/hier.pdf").status_code == 404


def test_a_long_day_is_read_in_pages(client: Client) -> None:
    founded(wallets=60)
    place = approved()
    ids = [sell(place, 100 + wallet, wallet=wallet) for wallet in range(1, 56)]
    keep(client, place)
    first = plain(client.get(reverse("my_day", args=[place, "2023-02-06"])).content)
    page = client.get(reverse("my_day", args=[place, "2023-02-06"]))
    after = re.search(rb"apres=(\d+)", page.content)
    assert after is not None
    rest = client.get(reverse("my_day", args=[place, "2023-02-06"]), {"apres": after[1].decode()})
    shown = (
        [short_id(id) in first for id in ids],
        [short_id(id) in plain(rest.content) for id in ids],
    )
    assert shown[0] == [False] * 5 + [True] * 50
    assert shown[1] == [True] * 5 + [False] * 50


@pytest.mark.parametrize("day", ["2023-2-6", "hier", "2023-02-30", "20230206"])
def test_a_day_that_is_none_is_no_page(client: Client, day: str) -> None:
    founded()
    place = approved()
    keep(client, place)
    assert client.get(f"/commerce/{place}/jours/{day}").status_code == 404


def test_statements_as_page_and_files(client: Client) -> None:
    founded()
    place = approved()
    sell(place, 30_00)
    keep(client, place)
    assert "Pas encore de relevé" in said(client, "my_statements", place)
    assert client.get(reverse("my_statement", args=[place, "2023-02"])).status_code == 404
    go(date(2023, 2, 28))
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    assert "Février 2023" in said(client, "my_statements", place)
    text = said(client, "my_statement", place, "2023-02")
    assert "30,00 € prévus le dimanche 5 mars 2023" in text
    assert "lundi 6 1 30,00 €" in text
    go(date(2023, 3, 6))
    merchants.pay_redemptions(month=FEBRUARY, by=OFFICE)
    assert "payés le lundi 6 mars 2023" in said(client, "my_statement", place, "2023-02")
    pdf = client.get(reverse("my_statement_pdf", args=[place, "2023-02"]))
    assert pdf.content[:5] == b"%PDF-"
    assert f"releve-{place}-2023-02.pdf" in pdf.headers["Content-Disposition"]
    table = client.get(reverse("my_statement_csv", args=[place, "2023-02"])).content.decode()
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"))
    assert rows[-1] == ["2023-03-06", "virement", "", "", "", "-30,00"]


def test_where_places_ask_themselves_they_ask_here_once(client: Client) -> None:
    founded(redemption__frequency="on_demand")
    place = approved()
    sell(place, 30_00)
    keep(client, place)
    assert "Demander votre virement" in said(client, "my_statements", place)
    form = op()
    for _ in range(2):  # sent twice
        answer = client.post(reverse("my_redemption", args=[place]), form)
        assert answer.status_code == 302
    assert [row.cents for row in queries.statements(place)] == [30_00]
    again = client.post(reverse("my_redemption", args=[place]), op())
    assert again.status_code == 422
    assert "Une demande est déjà en cours" in plain(again.content)


def test_customers_are_counted_from_eleven_on(client: Client) -> None:
    founded(wallets=12)
    place = approved()
    for wallet in range(1, 11):
        sell(place, 1_00, wallet=wallet)
    keep(client, place)
    text = said(client, "my_share", place)
    assert "moins de 11 foyers différents" in text
    assert "10,00 € en un mois" in text
    sell(place, 1_00, wallet=11)
    sell(place, 1_00, wallet=11)
    assert "11 foyers différents" in said(client, "my_share", place).replace("de 11", "")


def test_nothing_sold_yet_is_said(client: Client) -> None:
    founded()
    place = approved()
    keep(client, place)
    assert "Pas encore d’achat ici" in said(client, "my_share", place)
    assert "Aucun achat aujourd’hui" in said(client, "my_place", place)


def test_hours_of_a_day_are_written_and_copied_to_others(client: Client) -> None:
    founded()
    place = approved()
    merchants.set_hours(place_id=place, hours=[Hours(5, 480, 780, "Arceaux")], by=OFFICE)
    keep(client, place)
    assert "Samedi 8 h à 13 h, Arceaux" in said(client, "my_hours", place)
    page = reverse("my_hours_day", args=[place, 1])
    wrong = client.post(page, op() | {"opens_1": "9:00", "closes_1": "8h", "opens_2": ""})
    assert wrong.status_code == 422
    assert "Cette heure doit venir après" in plain(wrong.content)
    assert 'value="9:00"' in wrong.content.decode(), "what was typed stays"
    form = op() | {
        "opens_1": "9:00", "closes_1": "12h30", "market_1": "", "opens_2": "14 h",
        "closes_2": "19:00", "market_2": "", "also": ["2"],
    }  # fmt: skip
    for _ in range(2):
        assert client.post(page, form).status_code == 302
    text = said(client, "my_hours", place)
    assert "Mardi 9 h à 12 h 30 · 14 h à 19 h" in text
    assert "Mercredi 9 h à 12 h 30 · 14 h à 19 h" in text
    assert "Samedi 8 h à 13 h, Arceaux" in text
    assert client.get(reverse("my_hours_day", args=[place, 7])).status_code == 404


def test_a_closure_is_announced_once_and_taken_back(client: Client) -> None:
    founded()
    place = approved()
    keep(client, place)
    page = reverse("my_closure", args=[place])
    wrong = client.post(
        page, op() | {"first": "20/02/2023", "last": "2023-02-10", "note": "congés"}
    )
    assert wrong.status_code == 422
    assert "La fermeture finit avant de commencer" in plain(wrong.content)
    assert "congés" in wrong.content.decode()
    form = op() | {"first": "2023-02-10", "last": "2023-02-20", "note": "congés"}
    for _ in range(2):
        assert client.post(page, form).status_code == 302
    told = queries.presence(place, at=date(2023, 2, 6))
    assert told is not None
    assert len(told.closures) == 1
    again = reverse("my_open_again", args=[place, told.closures[0].id])
    assert "Retirer cette fermeture" in plain(client.get(again).content)
    for _ in range(2):
        assert client.post(again, op()).status_code == 302
    assert "Aucun congé annoncé" in said(client, "my_hours", place)


def test_the_public_sheet_is_changed_and_keeps_its_point_on_the_map(client: Client) -> None:
    founded()
    place = approved()
    merchants.describe_place(
        place_id=place, address="1 rue A", latitude_e5=43_61092, longitude_e5=3_87723, by=OFFICE
    )
    keep(client, place)
    form = op() | {"address": "2 rue B", "sells": "pain", "access": "plain-pied"}
    assert client.post(reverse("my_sheet", args=[place]), form).status_code == 302
    told = queries.presence(place, at=date(2023, 2, 6))
    assert told is not None
    assert (told.address, told.sells, told.latitude_e5) == ("2 rue B", "pain", 43_61092)
    assert "2 rue B" in plain(client.get(f"/lieux/{place}").content)


def test_a_person_is_added_gets_a_code_once_and_leaves(client: Client) -> None:
    founded()
    place = approved()
    keep(client, place)
    form = op() | {"given_name": "Lina", "family_name": "Puech", "email": "", "right": "reader"}
    for _ in range(2):
        assert client.post(reverse("my_person", args=[place]), form).status_code == 302
    held = [one.login for one in queries.rights(place_id=place) if one.login != "lieu-a"]
    assert len(held) == 1
    text = said(client, "my_people", place)
    assert "Lina Puech" in text
    code_page = reverse("my_person_code", args=[place, held[0]])
    first = plain(client.get(code_page).content)
    assert "Donner un code à Lina Puech" in first and "donnés avant" not in first
    shown = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", plain(client.post(code_page).content))
    assert shown is not None
    again = plain(client.get(code_page).content)
    assert "Donner un nouveau code à Lina Puech" in again
    assert "Les codes donnés avant ne marcheront plus." in again
    assert people.use_code(code=shown[0]) == held[0]
    end = reverse("my_person_end", args=[place, held[0]])
    for _ in range(2):
        assert client.post(end, op()).status_code == 302
    assert [one.login for one in queries.rights(place_id=place)] == ["lieu-a"]
    last = client.post(reverse("my_person_end", args=[place, "lieu-a"]), op())
    assert last.status_code == 422
    assert "au moins une personne qui le gère" in plain(last.content)


def test_no_code_for_somebody_who_may_do_more_than_act_for_this_place(client: Client) -> None:
    founded()
    place, other = approved(), approved("Le Fournil", "baker")
    keep(client, place)
    enter(Client(), "nadia", "merchant", "coordinator")
    enter(Client(), "lieu-b", "merchant")
    merchants.give_right(place_id=place, login="nadia", right="reader", by=OFFICE)
    merchants.give_right(place_id=place, login="lieu-b", right="reader", by=OFFICE)
    merchants.give_right(place_id=other, login="lieu-b", right="manager", by=OFFICE)
    for login in ("nadia", "lieu-b"):
        answer = client.post(reverse("my_person_code", args=[place, login]))
        assert "Le bureau lui donne son code" in plain(answer.content)
    assert client.post(reverse("my_person_code", args=[place, "lieu-zz"])).status_code == 404


def invited(place: int, email: str = "") -> str:
    """The login of somebody who keeps a place and has just been added to it."""
    return merchants.invite(
        place_id=place, given_name="Lina", family_name="Puech", right="manager", email=email,
        by=OFFICE,
    )  # fmt: skip


LONGER_THAN_KEPT = f"lina@{'.'.join(['a' * 60] * 5)}.fr"  # no mistake, and PostgreSQL has no room


def email_of(login: str) -> str:
    return registry.people_behind({login})[login].email


@pytest.mark.parametrize("side", ["my", "place"])
def test_the_email_of_a_person_is_noted_and_shown_to_nobody_else(client: Client, side: str) -> None:
    founded()
    place = approved()
    login = invited(place)
    if side == "my":
        keep(client, place)
    else:
        sit(client, "camille", "coordinator")
    assert "pas d’e-mail" in said(client, f"{side}_people", place)
    address = reverse(f"{side}_person_email", args=[place, login])
    for wrong in ("", "lina", "lina@", LONGER_THAN_KEPT):
        assert client.post(address, op() | {"email": wrong}).status_code == 422
    form = op() | {"email": "lina@exemple.fr"}
    for _twice in range(2):
        assert client.post(address, form).status_code == 302
    assert email_of(login) == "lina@exemple.fr"
    (noted,) = events.history(names=["place.email_noted"])
    assert "exemple.fr" not in str(noted)
    assert "e-mail noté" in said(client, f"{side}_people", place)
    assert "lina@exemple.fr" not in client.get(address).content.decode()
    assert client.post(address, form | {"email": "autre@exemple.fr"}).status_code == 422
    assert email_of(login) == "lina@exemple.fr", "one operation notes one address"


def test_who_keeps_a_place_notes_her_own_email_and_comes_in_by_it(client: Client) -> None:
    founded()
    place = approved()
    login = invited(place, "avant@exemple.fr")
    sit(client, login)
    address = reverse("my_person_email", args=[place, login])
    assert "avant@exemple.fr" in client.get(address).content.decode(), "her own"
    assert client.post(address, op() | {"email": "Lina@exemple.fr"}).status_code == 302
    known = EmailAddress.objects.filter(user__identifier=login)
    assert list(known.values_list("email", flat=True)) == ["lina@exemple.fr"]


def test_no_email_for_somebody_who_may_do_more_than_act_for_this_place(client: Client) -> None:
    """An address that receives codes opens all that its login may do."""
    founded()
    place, other = approved(), approved("Le Fournil", "baker")
    keep(client, place)
    nadia, noel = invited(place), invited(place)
    people.grant_role(identifier=nadia, role="coordinator", by=OFFICE)
    merchants.give_right(place_id=other, login=noel, right="manager", by=OFFICE)
    office = sit(Client(), "camille", "coordinator")
    form = {"email": "moi@exemple.fr"}
    for login in (nadia, noel):
        answer = client.post(reverse("my_person_email", args=[place, login]), op() | form)
        assert answer.status_code == 422
        assert "Cet accès ouvre plus que ce lieu" in plain(answer.content)
    answer = office.post(reverse("place_person_email", args=[place, nadia]), op() | form)
    assert answer.status_code == 422, "not even the office, here"
    assert email_of(nadia) == email_of(noel) == ""
    herself = sit(Client(), nadia)
    answer = herself.post(reverse("my_person_email", args=[place, nadia]), op() | form)
    assert answer.status_code == 422
    gone = invited(other)
    assert (
        client.post(reverse("my_person_email", args=[place, gone]), op() | form).status_code == 404
    )
    assert client.get(reverse("my_person_email", args=[place, "lieu-a"])).status_code == 404


def test_call_me_is_asked_once_and_its_answer_is_read(client: Client) -> None:
    founded()
    place = approved()
    keep(client, place)
    form = op() | {"text": "La tablette est cassée."}
    for _ in range(2):
        assert client.post(reverse("call_me", args=[place]), form).status_code == 302
    asked = registry.inquiries(subject=f"place:{place}")
    assert [one.kind for one in asked] == ["call_me"]
    assert "Nous vous appelons bientôt" in said(client, "call_me", place)
    people.answer(inquiry_id=asked[0].id, text="Une autre arrive jeudi.", by=OFFICE)
    assert "Une autre arrive jeudi." in said(client, "call_me", place)
    assert client.post(reverse("call_me", args=[place]), op() | {"text": ""}).status_code == 302


PAGES: tuple[tuple[str, Callable[[int], list[object]]], ...] = (
    ("my_place", lambda place: [place]),
    ("my_day", lambda place: [place, "2023-02-06"]),
    ("my_day_pdf", lambda place: [place, "2023-02-06"]),
    ("my_day_csv", lambda place: [place, "2023-02-06"]),
    ("my_statements", lambda place: [place]),
    ("my_statement", lambda place: [place, "2023-02"]),
    ("my_statement_pdf", lambda place: [place, "2023-02"]),
    ("my_statement_csv", lambda place: [place, "2023-02"]),
    ("my_share", lambda place: [place]),
    ("my_hours", lambda place: [place]),
    ("my_people", lambda place: [place]),
    ("call_me", lambda place: [place]),
)
CHANGES: tuple[tuple[str, Callable[[int], list[object]]], ...] = (
    ("my_hours_day", lambda place: [place, 1]),
    ("my_closure", lambda place: [place]),
    ("my_open_again", lambda place: [place, 1]),
    ("my_sheet", lambda place: [place]),
    ("my_person", lambda place: [place]),
    ("my_person_end", lambda place: [place, "lieu-a"]),
    ("my_person_code", lambda place: [place, "lieu-a"]),
    ("my_person_email", lambda place: [place, "lieu-a"]),
    ("my_bank", lambda place: [place]),
    ("my_bank_change", lambda place: [place]),
)


def test_another_place_is_no_page_a_visitor_goes_to_the_door_a_member_is_told(
    client: Client,
) -> None:
    founded()
    mine, other = approved(), approved("Le Fournil", "baker")
    go(date(2023, 2, 28))
    sell(other, 1_00)
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    member = Client()
    enter(member, "adh-1", "member")
    keep(client, mine)
    for page, args in (*PAGES, *CHANGES):
        address = reverse(page, args=args(other))
        assert client.get(address).status_code == 404, page
        assert client.get(reverse(page, args=args(99_999))).status_code == 404, page
        assert Client().get(address).headers["Location"].startswith("/entrer?"), page
        assert member.get(address).status_code == 403, page
    assert client.post(reverse("my_redemption", args=[other]), op()).status_code == 404


def test_one_who_reads_the_statements_changes_nothing(client: Client) -> None:
    founded()
    place = approved()
    sell(place, 1_00)
    go(date(2023, 2, 28))
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    keep(client, place, "reader")
    for page, args in PAGES:
        assert client.get(reverse(page, args=args(place))).status_code == 200, page
    for page, args in CHANGES:
        response = client.get(reverse(page, args=args(place)))
        assert response.status_code == 403, page
        assert "Seule une personne qui gère le lieu" in plain(response.content)
        assert client.post(reverse(page, args=args(place)), op()).status_code in (403, 405), page
    assert client.post(reverse("my_redemption", args=[place]), op()).status_code == 403
    assert "Annoncer une fermeture" not in said(client, "my_hours", place)


def test_a_right_that_ended_opens_nothing(client: Client) -> None:
    founded()
    place = approved()
    keep(client, place)
    merchants.give_right(place_id=place, login="lieu-b", right="manager", by=OFFICE)
    merchants.end_right(place_id=place, login="lieu-a", by=OFFICE)
    assert client.get(reverse("my_place", args=[place])).status_code == 404


def test_the_number_of_queries_does_not_follow_the_rows(client: Client) -> None:
    founded(wallets=3)
    place = approved()
    keep(client, place)
    counts = []
    for month in (FEBRUARY, FEBRUARY.next()):
        for _ in range(4):
            sell(place, 1_00)
        go(month.last)
        merchants.hold_sales(month=month, by=OFFICE)
        go(month.last + timedelta(1))
        addresses = [
            reverse("my_place", args=[place]), reverse("my_day", args=[place, "2023-02-06"]),
            reverse("my_statements", args=[place]),
            reverse("my_statement", args=[place, str(month)]),
        ]  # fmt: skip
        counts.append([_queries(client, address) for address in addresses])
    grown = [after - before for before, after in zip(*counts, strict=True)]
    assert max(grown) <= 2, counts
    assert max(counts[1]) <= 40, counts


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_no_page_of_a_place_holds_what_another_sold(client: Client) -> None:
    founded()
    mine, other = approved(), approved("Le Fournil", "baker")
    sell(other, 77_77)
    go(Month(2023, 2).last)
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    keep(client, mine)
    for page in ("my_place", "my_statements", "my_share", "my_hours", "my_people"):
        assert "77,77" not in said(client, page, mine)
