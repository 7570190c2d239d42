"""Vouchers on the pages: printed at the desk, told to the household, withdrawn by either."""

import base64
import html
import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import approved, move
from caisse.payments import operations, queries
from caisse.payments.models import VoucherSheet
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold
from caisse.site.tests.conftest import Run
from caisse.site.tests.test_office import words

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
ANA = Actor("ana", frozenset({"coordinator", "desk"}))
DESK = "/gestion/personnes/1/bons"


@pytest.fixture
def wallet(begun: Run) -> int:
    """The wallet of the household n° 1, with 40 MonA on it."""
    held = registry.membership(1)
    assert held is not None and held.wallet_id is not None
    move("bank:caisse", "fund:caisse", 500_00, "opening_bank")
    move("fund:caisse", f"wallet:{held.wallet_id}", 40_00, "opening_wallet")
    return held.wallet_id


def ask(client: Client, address: str = DESK, **said: Any) -> Any:
    return client.post(address, {"operation": show_id(new_id()), **said})


def document(answer: Any) -> PdfReader:
    """The document that lies in an answer."""
    found = re.search(
        r'href="data:application/pdf;base64,([^"]+)" download', answer.content.decode()
    )
    assert found is not None, words(answer)
    return PdfReader(io.BytesIO(base64.b64decode(html.unescape(found[1]))))


def texts(reader: PdfReader) -> list[str]:
    return [
        " ".join(page.extract_text().replace("\u202f", " ").replace("\u00a0", " ").split())
        for page in reader.pages
    ]


def left(wallet: int) -> int:
    return books.balance(f"wallet:{wallet}")


def cashed(wallet: int, *values: int, cents: int = 0) -> str:
    """A sheet of which the first voucher was cashed at a new place; that place's name."""
    place = approved("Épicerie du Figuier")
    sheet = operations.issue_sheet(wallet_id=wallet, values=values, by=ANA, id=new_id())
    till = operations.open_till(place_id=place, by=ANA)
    paper = sheet.papers[0]
    answer = operations.cash_voucher(
        payment_id=new_id(), said=paper.text, place_id=place, cents=cents or paper.cents, till=till
    )
    assert isinstance(answer, operations.Receipt)
    return "Épicerie du Figuier"


def test_the_desk_prints_a_sheet_and_the_paper_says_all(wallet: int, client: Client) -> None:
    enter(client, "salif", "desk")
    page = words(client.get(DESK))
    assert "Combien de bons de 5 MonA ?" in page and "Aucun bon n’a été imprimé." in page
    answer = ask(client, of_500="3", of_1000="1")
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    (text,) = texts(document(answer))
    codes = re.findall(
        r"\b[0-9A-HJKMNP-TV-Z]{4} [0-9A-HJKMNP-TV-Z]{4} [0-9A-HJKMNP-TV-Z]{5}\b", text
    )
    assert len(set(codes)) == 4
    assert text.count("5 MonA") >= 6 and text.count("Dernier jour") == 4
    assert "feuille de bons n° 1" in text and "25 MonA en tout" in text and "reste 15 MonA" in text
    assert left(wallet) == 15_00
    page = words(client.get(DESK))
    assert "feuille n° 1," in page and "4 bons, 25,00 MonA" in page and "4 encore bons" in page
    assert "15" not in re.sub(r"<[^>]*>|[0-9]{2,4}-[0-9-]*", "", page).split("Feuille")[0], (
        "no balance"
    )
    assert not any(code in page for code in codes)


@pytest.mark.parametrize("address", [DESK, "/gestion/impressions/bons"])
def test_a_voucher_does_not_outlive_the_money_that_paid_it(
    wallet: int, client: Client, address: str
) -> None:
    """What was there in January is kept for two months: it leaves on 5 March, at the credit."""
    effect = Amend("balance.expiry_months", 2, Month(2024, 2))
    bylaws.decide(title="Péremption", text="", body="comité", effects=[effect], by=ANA)
    enter(client, "ana", "coordinator", "desk")
    said = "Ces bons servent jusqu’au lundi 4 mars 2024 au plus tard"
    assert said in words(client.get(DESK))
    (text, *_others) = texts(
        document(ask(client, address, of_500="2", of_1000="0", first=1, last=1))
    )
    assert VoucherSheet.objects.get().last_day == date(2024, 3, 4)
    assert text.count("4 mars 2024") == 2, "on each paper"
    assert "4 mars 2024" in words(client.get(f"{DESK}/1"))


def test_where_nothing_expires_the_article_of_vouchers_alone_says_how_long(
    wallet: int, client: Client
) -> None:
    enter(client, "salif", "desk")
    assert "au plus tard" not in words(client.get(DESK))
    document(ask(client, of_500="1", of_1000="0"))
    assert VoucherSheet.objects.get().last_day == date(2024, 7, 8)


def test_sent_twice_it_is_paid_once_and_says_so(wallet: int, client: Client) -> None:
    enter(client, "salif", "desk")
    said = {"operation": show_id(new_id()), "of_500": "2", "of_1000": "0"}
    document(client.post(DESK, said))
    again = client.post(DESK, said)
    assert "Cette feuille est déjà faite" in words(again) and "data:application" not in str(
        again.content
    )
    assert left(wallet) == 30_00 and VoucherSheet.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"of_500": "9", "of_1000": "0"}, "Le porte-monnaie n’a pas assez pour tous ces bons."),
        ({"of_500": "0", "of_1000": "0"}, "Choisissez de 1 à 24 bons."),
        ({"of_500": "-1", "of_1000": "0"}, "supérieure ou égale à 0"),
        ({"of_500": "x", "of_1000": "0"}, "Écrivez un nombre."),
        ({"of_500": "1"}, "Ce champ attend une réponse."),
    ],
)
def test_what_cannot_be_printed_is_said_in_place(
    wallet: int, client: Client, said: dict[str, str], sentence: str
) -> None:
    enter(client, "salif", "desk")
    answer = ask(client, **said)
    assert answer.status_code == 422 and sentence in words(answer)
    assert left(wallet) == 40_00


def test_many_vouchers_are_eight_to_a_page(wallet: int, client: Client) -> None:
    move("fund:caisse", f"wallet:{wallet}", 100_00, "opening_wallet")
    enter(client, "salif", "desk")
    pages = texts(document(ask(client, of_500="20", of_1000="0")))
    assert [page.count("Dernier jour") for page in pages] == [8, 8, 4]
    assert all("feuille de bons n° 1" in page for page in pages)


def test_without_values_in_the_bylaws_nothing_is_printed(wallet: int, client: Client) -> None:
    bylaws.decide(
        title="Sans bons", text="", body="comité", by=ANA,
        effects=[Amend("voucher.denominations_cents", (), Month(2024, 1))],
    )  # fmt: skip
    enter(client, "salif", "desk")
    assert "n’a pas de bons" in words(client.get(DESK))
    assert "Cette caisse n’imprime pas de bons." in words(ask(client))


def test_a_lost_sheet_is_withdrawn_at_the_desk(wallet: int, client: Client) -> None:
    enter(client, "salif", "desk")
    place = cashed(wallet, 5_00, 5_00, 5_00)
    page = words(client.get(f"{DESK}/1"))
    assert "1 bon, 5,00 MonA" in page and "10,00 MonA reviennent" in page
    assert place not in page, "where it was cashed is the household's"
    answer = client.post(f"{DESK}/1", {"operation": show_id(new_id())}, follow=True)
    assert "La feuille est retirée : 10,00 MonA" in words(answer)
    assert "Retirer cette feuille" not in words(answer) and left(wallet) == 35_00
    answer = client.post(f"{DESK}/1", {"operation": show_id(new_id())})
    assert answer.status_code == 422 and "n’a plus de bon à retirer" in words(answer)
    assert client.get(f"{DESK}/2").status_code == 404
    assert client.get("/gestion/personnes/99/bons").status_code == 404


def test_one_voucher_is_brought_back(wallet: int, client: Client) -> None:
    enter(client, "salif", "desk")
    sheet = operations.issue_sheet(wallet_id=wallet, values=[5_00], by=ANA, id=new_id())
    address = f"{DESK}/rendre"
    assert "n’est pas un bon de ce foyer" in words(ask(client, address, code="0" * 13))
    answer = ask(client, address, code=sheet.papers[0].shown.lower())
    assert answer.status_code == 302 and left(wallet) == 40_00
    assert "n’est plus valable" in words(ask(client, address, code=sheet.papers[0].text))


def test_a_dozen_of_households_get_theirs(wallet: int, client: Client) -> None:
    poor = people.join(
        household=NewHousehold(holders=(NewHolder("Ali", "Durand"),)),
        joined_on=date(2024, 1, 1), by=ANA,
    )  # fmt: skip
    enter(client, "salif", "desk")
    said = {"first": "1", "last": "50", "of_500": "2", "of_1000": "0"}
    operation = show_id(new_id())
    answer = client.post("/gestion/impressions/bons", {"operation": operation, **said})
    (text,) = texts(document(answer))
    assert "Foyer n° 1 " in text and text.count("Dernier jour") == 2
    assert f"Foyers n° 2, {poor.membership_id}<" in words(answer) and left(wallet) == 30_00
    again = client.post("/gestion/impressions/bons", {"operation": operation, **said})
    assert "Cette feuille est déjà faite" in words(again) and left(wallet) == 30_00
    wide = ask(client, "/gestion/impressions/bons", **{**said, "last": "500"})
    assert "100 foyers au plus" in words(wide)
    none = ask(client, "/gestion/impressions/bons", **{**said, "first": "60", "last": "70"})
    assert "Aucun foyer ne porte ces numéros." in words(none)


def test_a_member_reads_where_her_vouchers_served_and_withdraws_the_rest(
    wallet: int, client: Client
) -> None:
    enter(client, people.open_way_in(holder_id=1, by=ANA))
    assert "Vous n’avez pas de bons." in words(client.get("/moi/bons"))
    place = cashed(wallet, 5_00, 5_00, cents=7_40)
    assert "Mes bons" in words(client.get("/moi/foyer"))
    assert "2 bons, 10,00 MonA" in words(client.get("/moi/bons"))
    page = words(client.get("/moi/bons/1"))
    assert place in page and "Retirer mes bons" in page
    assert client.post("/moi/bons/1", {"operation": show_id(new_id())}).status_code == 302
    page = words(client.get("/moi/bons/1"))
    assert "Retirer mes bons" not in page and left(wallet) == 35_00
    assert client.get("/moi/bons/2").status_code == 404


def test_her_history_says_it_in_words(wallet: int, client: Client) -> None:
    enter(client, people.open_way_in(holder_id=1, by=ANA))
    place = cashed(wallet, 5_00, 5_00, 5_00)
    operations.withdraw_sheet(number=1, by=ANA, id=new_id())
    answer = client.get("/moi")
    page = words(answer)
    assert f"Bon de 5,00, {place}" in page and "bon encaissé" in page
    assert "3 bons imprimés" in page and "−15,00" in page and "2 bons revenus" in page
    receipts = re.findall(r'href="(/moi/recu/[^"]+)"', answer.content.decode())
    said = [words(client.get(address)) for address in receipts]
    assert any(
        "Bon encaissé du" in one and place in one and "Il restait" not in one for one in said
    )
    assert any("3 bons imprimés du" in one and "−15,00 MonA" in one for one in said)
    month = words(client.get(f"/moi/mouvements/{Month.of(clock.today())}"))
    assert "Dépensé</dt><dd>5,00 MonA" in month
    told = client.get("/moi/donnees.json").json()
    lines = {one["reason"]: one for one in told["wallets"][0]["movements"]}
    assert lines["voucher"]["voucher_cents"] == 5_00 and lines["voucher"]["place"] == place
    assert client.get("/moi/donnees.pdf").status_code == 200


def test_the_coordination_reads_no_place_of_a_voucher(wallet: int, client: Client) -> None:
    place = cashed(wallet, 5_00, 5_00)
    enter(client, "ana", "coordinator")
    page = words(ask(client, "/gestion/personnes/1/solde", reason="asked"))
    assert "30,00" in page and place not in page


def test_the_list_of_sheets_costs_the_same_with_many(wallet: int, client: Client) -> None:
    move("fund:caisse", f"wallet:{wallet}", 400_00, "opening_wallet")
    enter(client, "salif", "desk")

    def cost() -> int:
        client.get(DESK)
        with CaptureQueriesContext(connection) as captured:
            client.get(DESK)
        return len(captured)

    operations.issue_sheet(wallet_id=wallet, values=[5_00] * 2, by=ANA, id=new_id())
    few = cost()
    for _each in range(11):
        operations.issue_sheet(wallet_id=wallet, values=[5_00] * 6, by=ANA, id=new_id())
    assert cost() <= few
    page = client.get(DESK).content.decode()
    following = client.get(DESK + re.findall(r'href="(\?apres=[0-9]+)"', page)[0])
    assert "feuille n° 2," in following.content.decode()
    assert [one.number for one in queries.sheets(wallet, before=3)] == [2, 1]
