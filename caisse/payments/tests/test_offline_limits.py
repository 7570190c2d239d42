"""What others learn of sales without network, and how often anybody may ask."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from caisse.bylaws import operations as decisions
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import operation, page, sit
from caisse.ledger import operations as ledger
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import formats, operations, queries
from caisse.payments.models import OfflineStop, Reserve
from caisse.payments.tests.market import awa, balance, later, nonce, refused
from caisse.payments.tests.test_offline_api import Till, as_json, till
from tests.offline.real import DESK, Member, Phone, Shop

__all__ = ["awa", "till"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def lose(shop: Shop, *cents: int) -> list[bytes]:
    """Sales that the caisse pays, under a licence that is closed afterwards; their numbers."""
    shop.open()
    poor = [Member(40 + n, 0) for n in range(len(cents))]
    sales = [shop.code_sale(one.card, one.wrong_pin, c) for one, c in zip(poor, cents, strict=True)]
    assert shop.sync(*sales) == ["posted"] * len(sales)
    later(1)
    shop.close()
    return [one.id for one in sales]


def test_what_is_given_back_after_a_look_is_no_room_more_and_breaks_no_page(
    awa: Member, client: Client
) -> None:
    shop = Shop("Halle")
    lost = lose(shop, 20_00, 20_00, 20_00)
    assert queries.offline_state().lost_cents == 60_00
    operations.review_losses(place_id=shop.place, by=OFFICE, id=new_id())
    for sale in lost:
        operations.refund(refund_id=new_id(), payment_id=sale, cents=20_00, by=DESK)
    assert balance(f"loss:{shop.place}") == 60_00 and queries.offline_state().lost_cents == 0
    assert json.loads(shop.open().text)["room_cents"] == 60_00
    leila = sit(client, "leila", "treasurer")
    for address in (reverse("offline"), reverse("offline_place", args=[shop.place])):
        assert leila.get(address).status_code == 200
    means = [Member(60 + n, 0) for n in range(4)]
    sales = [shop.code_sale(one.card, one.wrong_pin, 20_00) for one in means]
    assert shop.sync(*sales) == ["posted"] * 3 + ["offline_room_used"]


def test_a_look_that_is_sent_twice_is_one(awa: Member, client: Client) -> None:
    shop = Shop("Halle")
    lose(shop, 10_00)
    leila, address = sit(client, "leila", "treasurer"), reverse("offline_place", args=[shop.place])
    said = {"operation": operation(page(leila, address))}
    assert [leila.post(address, said).status_code for _again in range(2)] == [302, 302]


def test_each_household_that_was_stopped_has_its_page(awa: Member, client: Client) -> None:
    for n in range(51):
        OfflineStop.objects.create(wallet=1000 + n, at=n, cause=new_id())
    leila = sit(client, "leila", "treasurer")
    assert leila.get(reverse("offline_wallet", args=[1000])).status_code == 200


def test_the_bound_tells_what_open_licences_may_lose_though_the_article_is_off(
    awa: Member,
) -> None:
    shop = Shop("Halle")
    clock.travel(clock.instant(date(2023, 2, 27), 23))
    ledger.prepare(Month(2023, 3))
    shop.open()
    article = Amend("payment.offline", False, Month(2023, 3))
    decisions.decide(title="Fini", text="", body="comité", effects=[article], by=OFFICE)
    assert queries.offline_state().bound_cents == 60_00
    clock.travel(clock.instant(date(2023, 3, 1), 9))
    assert queries.offline_state().bound_cents == 60_00
    shop.close()
    assert queries.offline_state().bound_cents == 0


def test_a_till_does_not_learn_what_a_member_has(till: Till) -> None:
    awa, member, place = Member(1, 100_00), Member(5, 13_37), till.shop.place

    def sell(digits: str) -> None:
        sale = till.shop.code_sale(member.card, digits, 20_00)
        assert till.sync(as_json(sale, till.shop.licence)).said["answers"][0]["answer"] == "posted"

    till.licence()
    sell(member.wrong_pin)
    last_word = till.last_word(till.shop.licence)
    till.send("POST", "tills/closing", {"licence": till.shop.licence, "last_word": last_word})
    till.licence()  # its room is 40 €, and a look makes 20 € free for the next one
    operations.review_losses(place_id=place, by=OFFICE, id=new_id())
    before = till.facts()
    assert "lost_cents" not in before and before["left_cents"] == 20_00
    sell(member.pin)
    assert balance(f"loss:{place}") == -6_63 and balance(f"wallet:{awa.wallet}") == 100_00
    assert till.facts() == before


@pytest.mark.parametrize("method", ["\ud800", None, 7, [1], {"a": 1}, "", "member_qr", "x" * 999])
def test_a_record_is_paid_by_card_or_by_code(till: Till, method: Any) -> None:
    till.licence()
    sale = as_json(till.shop.code_sale("x", "123456", 1_00, method="pin"), till.shop.licence)
    assert till.sync(sale | {"method": method}).status == 400


def test_a_licence_that_is_closed_is_not_given_again(till: Till) -> None:
    id = show_id(new_id())
    till.licence(id)
    operations.close_licence(
        device_id=till.shop.device, licence_id=till.shop.licence, by=OFFICE,
        last_word=bytes.fromhex(till.last_word(till.shop.licence)),
    )  # fmt: skip
    again = till.licence(id)
    assert again.status == 422 and again.said["reason"] == "unknown_licence"


def test_late_sales_of_another_month_are_written_down_again(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    sales = [shop.code_sale("personne", "123456", 1, method="pin") for _each in range(121)]
    shop.close()
    assert set(shop.sync(*sales)) == {"late"}
    assert len(events.history(names=("sale.late",), limit=500)) == 120
    later(24 * 32)
    ledger.prepare(Month.of(clock.today()))
    shop.open()
    sale = shop.code_sale("personne", "123456", 50_00, method="pin")
    shop.close()
    assert shop.sync(sale) == ["late"]
    assert len(events.history(names=("sale.late",), limit=500)) == 121


def test_a_payment_that_was_given_back_is_proven_no_more(awa: Member) -> None:
    shop = Shop("Halle")
    request = shop.request(10_00, nonce(1))
    operations.pay_request(wallet_id=awa.wallet, request=request)
    id = formats.request_id(request)
    said: dict[str, Any] = {"request": request, "payment_id": id, "wallet_id": awa.wallet}
    for cents, proven in ((4_00, True), (6_00, False)):
        assert operations.prove(**said) is not None
        operations.refund(refund_id=new_id(), payment_id=id, cents=cents, by=DESK)
        assert (operations.prove(**said) is not None) == proven


def test_a_wallet_sets_money_aside_so_many_times_and_no_more(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    for n in range(40):
        Phone(awa, number=n + 1).ask((shop.place, 1))
        row = Reserve.objects.latest("pk")
        if n % 2:
            operations.give_back_reserve(reserve_id=row.pk, wallet_id=awa.wallet, by=DESK)
    with pytest.raises(Refusal) as refusal:
        phone.ask((shop.place, 1))
    assert refusal.value.reason == "places"
    said: dict[str, Any] = {"holder_id": awa.holder, "place_id": shop.place, "cents": 1, "by": DESK}
    assert refused(operations.set_aside, **said, id=new_id()) == "places"
    later(49)
    phone.ask((shop.place, 1))
