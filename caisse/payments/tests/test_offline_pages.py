"""The office's pages of selling without network: the bound, the reserve, a person's look."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from caisse.bylaws import operations as decisions
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import derived_id, new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import operation, page, sit
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.merchants.operations import WithdrawPlace
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations, queries
from caisse.payments.models import OfflineStop, Reserve
from caisse.people import operations as registering
from caisse.people import queries as people
from caisse.people.queries import HolderView
from caisse.site.tests.members import Home, come_in, home
from tests.offline.real import Member, Phone, Shop, ground, post

__all__ = ["home"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


class Market:
    """Awa has paid 8 € with a wrong code at the Halle."""

    def __init__(self) -> None:
        ground(3_300_00)
        self.awa, self.shop = Member(1, 100_00), Shop("Halle")
        self.shop.open()
        wrong = self.shop.code_sale(self.awa.card, self.awa.wrong_pin, 8_00)
        assert self.shop.sync(wrong) == ["posted"]


@pytest.fixture
def market() -> Iterator[Market]:
    yield Market()


@pytest.fixture
def leila(client: Client) -> Client:
    return sit(client, "leila", "treasurer")


def read(client: Client, path: str) -> str:
    said = re.sub(r"<[^>]+>", " ", page(client, path).partition("<main")[2])
    return " ".join(said.replace("\u202f", " ").replace("\u00a0", " ").split())


def test_what_is_lost_is_looked_at_and_the_room_is_full_again(
    market: Market, leila: Client
) -> None:
    said = read(leila, reverse("offline"))
    for figure in (
        "Gardé pour des pertes 3 292,00 €", "Que les appareils peuvent encore perdre 60,00 €",
        "Perdu, pas encore regardé 8,00 €", "Mis de côté par les foyers 0,00 €",
    ):  # fmt: skip
        assert figure in said, said
    assert "Halle" in said
    address = reverse("offline_place", args=[market.shop.place])
    here = read(leila, address)
    assert "Perdu, pas encore regardé 8,00 €" in here and "Oui, c’est regardé" in here
    answer = leila.post(address, {"operation": operation(page(leila, address))}, follow=True)
    assert "8,00 €" in answer.content.decode().replace("\u202f", " ").replace("\u00a0", " ")
    assert books.balance(f"loss:{market.shop.place}") == 0
    assert "Oui, c’est regardé" not in read(leila, address)
    assert leila.get(reverse("offline_place", args=[999])).status_code == 404


def test_the_reserve_changes_by_a_decision_and_two_people(market: Market, leila: Client) -> None:
    address = reverse("offline_room")
    form = {
        "operation": operation(page(leila, address)), "way": "less", "cents": "100,00",
        "decision": "1",
    }  # fmt: skip
    leila.post(address, form)
    assert books.balance("fund:offline") == 3_292_00, "one person alone moves nothing"
    (act,) = people.waiting_acts("offline.room")
    assert act.payload == {"cents": -100_00, "decision": 1}
    dear = form | {"operation": operation(page(leila, address)), "cents": "9 999,00"}
    assert "Le fonds ne contient que" in leila.post(address, dear).content.decode()


def test_a_household_whose_telephone_was_copied_is_talked_with(
    market: Market, leila: Client
) -> None:
    phone, shop = Phone(market.awa), market.shop
    phone.ask((0, 10_00))
    twice = [phone.pay(0, 1, shop.request(3_00, bytes(7) + bytes([n]))) for n in (1, 2)]
    shop.sync(*twice)
    assert OfflineStop.objects.exists()
    address = reverse("offline_wallet", args=[market.awa.wallet])
    assert "Téléphones copiés" in read(leila, reverse("offline"))
    leila.post(address, {"operation": operation(page(leila, address))})
    assert not OfflineStop.objects.exists()
    assert leila.get(address).status_code == 404


def aside_of(market: Market) -> tuple[str, HolderView]:
    """Where the desk sets money aside on Awa's card, and who she is; her file is open."""
    row = people.holder_numbered(market.awa.holder)
    assert row is not None
    registering.open_file(membership_id=row.membership_id, by=Actor("nadia"))
    return reverse("card_aside", args=[row.membership_id, row.id]), row


def test_the_desk_sets_money_aside_on_a_card_and_gives_it_back(
    market: Market, client: Client
) -> None:
    """For who has no telephone: the next permission of the place's till names her card."""
    sit(client, "nadia", "desk")
    address, holder = aside_of(market)
    assert address in page(client, reverse("holder_card", args=[holder.membership_id, holder.id]))
    before, place = books.balance(f"wallet:{market.awa.wallet}"), market.shop.place
    said = {"place_id": place, "cents": "20,50"}
    told = client.post(address, {**said, "operation": operation(page(client, address))})
    assert told.status_code == 302
    reserve = Reserve.objects.get(holder=holder.id)
    assert (reserve.cents, reserve.place_id, reserve.phone) == (20_50, place, 0)
    assert books.balance(f"wallet:{market.awa.wallet}") == before - 20_50
    shown = read(client, address)
    assert "C’est mis de côté." in shown and "20,50 €, Halle" in shown
    again = client.post(address, {**said, "operation": operation(page(client, address))})
    assert "déjà mis de côté sur cette carte" in again.content.decode()
    assert 'value="20,50"' in again.content.decode(), "what was typed stays"
    back = {"acte": "rendre", "reserve_id": reserve.pk}
    client.post(address, {**back, "operation": operation(page(client, address))})
    assert "C’est revenu au porte-monnaie." in read(client, address)
    assert books.balance(f"wallet:{market.awa.wallet}") == before


def test_what_a_till_without_network_may_hold_is_not_given_back(
    market: Market, client: Client
) -> None:
    sit(client, "nadia", "desk")
    address, holder = aside_of(market)
    said = {"place_id": market.shop.place, "cents": "20"}
    client.post(address, {**said, "operation": operation(page(client, address))})
    market.shop.close()
    market.shop.open()  # its next permission names the card
    reserve = Reserve.objects.get(holder=holder.id)
    back = {"acte": "rendre", "reserve_id": reserve.pk}
    told = client.post(address, {**back, "operation": operation(page(client, address))})
    assert "sont mis de côté pour Halle jusqu’à" in told.content.decode()
    # and one that is not of this household is nobody's
    told = client.post(
        address, {**back, "reserve_id": 10**6, "operation": operation(page(client, address))}
    )
    assert "Cet argent n’est pas mis de côté." in told.content.decode()


def test_where_somebody_shops_is_read_in_an_open_file_only(market: Market, client: Client) -> None:
    address, holder = aside_of(market)
    sit(client, "salif", "desk")
    closed = client.get(address)
    assert closed.status_code == 302 and closed["Location"].endswith(f"/{holder.membership_id}")
    place = market.shop.place
    operations.set_aside(holder_id=holder.id, place_id=place, cents=5_00, by=OFFICE, id=new_id())
    told = client.post(address, {"place_id": place, "cents": "", "operation": show_id(new_id())})
    assert told.status_code == 422 and "5,00 €" not in told.content.decode()
    registering.open_file(membership_id=holder.membership_id, by=Actor("salif"))
    assert "5,00 €, Halle" in read(client, address)


def test_without_a_good_card_or_without_the_article_there_is_no_such_page(
    market: Market, client: Client
) -> None:
    sit(client, "nadia", "desk")
    address, holder = aside_of(market)
    assert client.get(address).status_code == 200
    operations.block_card(holder_id=holder.id, by=OFFICE)
    assert client.get(address).status_code == 404
    sit(client, "leila", "treasurer")
    assert client.get(address).status_code == 403


@pytest.mark.django_db
def test_a_member_reads_what_is_set_aside_and_where_it_went(client: Client, home: Home) -> None:
    code, now, paid = "reserve:00000000000000aa", clock.now_ms(), new_id()
    Reserve.objects.create(
        key=code[8:], wallet=home.joined.wallet_id, place_id=home.place, cents=20_00, since=now,
        until=now + 48 * 3_600_000, public_key=bytes(32), cause=new_id(),
    )  # fmt: skip
    ledger.open_accounts([code])
    with transaction.atomic():
        cause = events.record("test.moved", subject=home.wallet, by=OFFICE)
        aside = Transfer(derived_id(cause, "reserve"), home.wallet, code, 20_00, "reserve", cause)
        sale = Transfer(
            paid, code, f"place:{home.place}", 12_40, "payment", cause, method="member_qr",
            made_at=now,
        )  # fmt: skip
        ledger.post([aside])
        ledger.post([sale])
    come_in(client, home)
    said = read(client, reverse("wallet"))
    assert "il vous reste 80" in said
    assert "7,60 MonA pour « Épicerie du Figuier », jusqu’au dimanche 12 février" in said
    assert "12,40 déjà de côté, Épicerie du Figuier" in said and "Pour payer sans réseau" in said
    receipt = read(client, reverse("my_receipt", args=[show_id(paid)]))
    assert "Lieu Épicerie du Figuier" in receipt and "12,40 MonA" in receipt
    assert "Il restait ensuite" not in receipt and "Les trois mots du reçu" in receipt
    month = read(client, reverse("my_month", args=["2023-02"]))
    assert "12,40 déjà de côté" in month


def test_where_the_article_is_off_the_page_says_what_it_would_cost_and_where_to_decide(
    market: Market, leila: Client
) -> None:
    ledger.prepare(Month(2023, 3))
    article = Amend("payment.offline", False, Month(2023, 3))
    decisions.decide(title="Fini", text="", body="comité", effects=[article], by=OFFICE)
    clock.travel(clock.instant(date(2023, 3, 1), 9))
    said = read(leila, reverse("offline"))
    assert "Le comité peut le décider, et la caisse perdrait 60,00 € au plus." in said
    assert "remplissez la réserve, et prévenez les lieux" in said
    assert reverse("article", args=["payment.offline"]) in page(leila, reverse("offline"))


def test_an_empty_reserve_is_said_and_a_place_that_left_is_not_counted(leila: Client) -> None:
    ground(0)
    Shop("Halle")
    gone = Shop("Étal")
    said = read(leila, reverse("offline"))
    assert "La caisse peut perdre 120,00 € au plus : 60,00 € dans chacun des 2 lieux." in said
    assert "la réserve est vide" in said
    leaves = WithdrawPlace(gone.place)
    decisions.decide(title="Retrait", text="", body="comité", effects=[leaves], by=OFFICE)
    assert "La caisse peut perdre 60,00 € au plus" in read(leila, reverse("offline"))


def test_while_the_reserve_is_empty_no_card_and_no_slip_for_anywhere_is_offered(
    client: Client,
) -> None:
    ground(0)
    awa, shop = Member(1, 100_00), Shop("Halle")
    shop.open()
    offered = queries.asides_screen(awa.wallet, phone_id=0)
    assert offered["anywhere_cents"] == 0 and offered["places"]
    row = people.holder_numbered(awa.holder)
    assert row is not None
    registering.open_file(membership_id=row.membership_id, by=Actor("salif"))
    address = reverse("card_aside", args=[row.membership_id, row.id])
    salif = sit(client, "salif", "desk")
    assert "Aucune carte ne passe sans réseau" in read(salif, address)
    assert "Faites-le la veille" not in read(salif, address)
    post(
        ("bank:caisse", "fund:caisse", 60_00, "opening_bank"),
        ("fund:caisse", "fund:offline", 60_00, "offline_room"),
    )
    assert queries.asides_screen(awa.wallet, phone_id=0)["anywhere_cents"] == 20_00
    assert "Faites-le la veille" in read(salif, address)
