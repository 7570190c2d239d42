"""An honest till without network is paid, whoever asks at once, whatever has changed since."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connections

from caisse.bylaws import operations as decisions
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations
from caisse.payments.models import Licence, Reserve
from caisse.payments.offline.licences import tag_of
from caisse.payments.operations.reserves import release
from caisse.payments.tests.market import awa, balance, later, nonce, refused
from tests.offline.real import DESK, Member, Phone, Shop

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def test_what_goes_home_is_decided_when_it_goes(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    row = Reserve.objects.get()
    later(1)
    shop.open()  # after somebody has found that the slip may go home, and before it goes
    assert release([row.pk], DESK) == 0
    assert shop.sync(phone.pay(0, 1, shop.request(20_00, nonce(1)))) == ["posted"]
    assert balance(f"wallet:{awa.wallet}") == 80_00


def test_a_slip_that_is_given_back_while_a_licence_opens_is_struck_or_stays(awa: Member) -> None:
    shops, phone = [Shop(f"Lieu {n}") for n in range(3)], Phone(awa)
    phone.ask(*((shop.place, 5_00) for shop in shops))
    later(1)
    slips = [one.slip_id for _key, one in phone.slips]

    def act(turn: int) -> str:
        shop, key = shops[turn // 2], slips[turn // 2].hex()
        try:
            if turn % 2:
                return shop.open().text
            operations.give_back_slip(slip=key, wallet_id=awa.wallet, by=DESK)
        except Refusal as refusal:
            return refusal.reason
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(2) as both:
        told = list(both.map(act, range(6)))
    for n, (shop, slip) in enumerate(zip(shops, slips, strict=True)):
        said = json.loads(told[2 * n + 1])
        struck = tag_of(bytes.fromhex(said["nonce"]), slip) in said["struck"]
        assert told[2 * n] == ("" if struck else "funds_reserved")
        answer = shop.sync(phone.pay(n, 1, shop.request(5_00, nonce(n))))
        assert answer == ["means_unavailable" if struck else "posted"]


def test_of_two_devices_that_ask_at_once_one_gets_a_licence(awa: Member) -> None:
    firsts = [Shop(f"Lieu {n}") for n in range(4)]
    shops = [one for first in firsts for one in (first, Shop("Marché", first.place))]

    def ask(shop: Shop) -> str:
        try:
            return shop.open() and "open"
        except Refusal as refusal:
            return refusal.reason
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        told = list(both.map(ask, shops))
    assert all({*told[n : n + 2]} == {"open", "licence_held"} for n in range(0, 8, 2)), told
    assert Licence.objects.count() == 4


def test_a_card_has_one_entry_at_a_place(awa: Member) -> None:
    shop, other = Shop("Halle"), Shop("Vrac")
    said: dict[str, Any] = {"holder_id": awa.holder, "cents": 20_00, "by": DESK}
    id = new_id()
    for _again in range(2):
        operations.set_aside(**said, place_id=shop.place, id=id)
    assert refused(operations.set_aside, **said, place_id=shop.place, id=new_id()) == "places"
    operations.set_aside(**said, place_id=other.place, id=new_id())
    shop.open()
    assert shop.sync(shop.code_sale(awa.card, awa.pin, 40_00)) == ["posted"]
    assert balance(f"wallet:{awa.wallet}") == 40_00


@pytest.mark.parametrize("replaced", [False, True])
def test_a_card_that_a_licence_names_is_honoured_though_it_was_blocked_since(
    awa: Member, replaced: bool
) -> None:
    shop = Shop("Halle")
    operations.set_aside(
        holder_id=awa.holder, place_id=shop.place, cents=20_00, by=DESK, id=new_id()
    )
    shop.open()
    operations.block_card(holder_id=awa.holder, by=DESK)
    if replaced:
        operations.make_card(holder_id=awa.holder, by=DESK, id=new_id())
    sale, more = (shop.code_sale(awa.card, awa.pin, cents) for cents in (35_00, 6_00))
    assert shop.sync(sale, more) == ["posted", "offline_member_limit"]
    assert balance(f"wallet:{awa.wallet}") == 80_00 and balance(f"loss:{shop.place}") == -35_00


def test_a_licence_is_honoured_for_the_days_of_its_opening(awa: Member) -> None:
    shop, poor = Shop("Halle"), Member(7, 0)
    clock.travel(clock.instant(date(2023, 2, 27), 9))
    ledger.prepare(Month(2023, 3))
    shop.open()
    sale = shop.code_sale(poor.card, poor.wrong_pin, 10_00)
    article = Amend("payment.offline_late_days", 1, Month(2023, 3))
    decisions.decide(title="Un jour", text="", body="comité", effects=[article], by=OFFICE)
    clock.travel(clock.instant(date(2023, 3, 4), 9))  # over on 1 March, honoured until the 8th
    assert operations.sweep_offline() == 0
    assert shop.sync(sale) == ["posted"]
    clock.travel(clock.instant(date(2023, 3, 8), 10))
    assert operations.sweep_offline() == 1


def test_closing_in_the_evening_leaves_what_was_set_aside_for_tomorrow(awa: Member) -> None:
    shop, phone, other = Shop("Halle"), Phone(awa), Phone(Member(2, 100_00))
    clock.travel(clock.instant(date(2023, 2, 10), 9))
    other.ask((shop.place, 20_00))
    clock.travel(clock.instant(date(2023, 2, 11), 20))  # a Saturday; the other's are over on Sunday
    phone.ask((shop.place, 20_00))
    shop.open()
    later(1)
    assert shop.sync(other.pay(0, 1, shop.request(5_00, nonce(1)))) == ["posted"]
    shop.close()
    assert balance(f"wallet:{other.member.wallet}") == 95_00, "something of it was taken"
    assert balance(f"wallet:{awa.wallet}") == 80_00
    clock.travel(clock.instant(date(2023, 2, 12), 9))
    said = json.loads(shop.open().text)
    slip = phone.slips[0][1].slip_id
    assert tag_of(bytes.fromhex(said["nonce"]), slip) not in said["struck"]
    assert shop.sync(phone.pay(0, 1, shop.request(20_00, nonce(2)))) == ["posted"]


def test_what_runs_out_today_goes_home_at_closing_and_the_rest_when_it_is_over(
    awa: Member,
) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    clock.travel(clock.instant(date(2023, 2, 9), 9))
    phone.ask((shop.place, 20_00))
    clock.travel(clock.instant(date(2023, 2, 10), 22))
    Phone(awa, number=2).ask((shop.place, 10_00), (0, 5_00))
    clock.travel(clock.instant(date(2023, 2, 11), 8))
    shop.open()
    later(1)
    shop.close()
    assert balance(f"wallet:{awa.wallet}") == 85_00, "its 48 hours end before midnight"
    key = Reserve.objects.get(cents=10_00).key
    operations.give_back_slip(slip=key, wallet_id=awa.wallet, by=DESK)
    assert balance(f"wallet:{awa.wallet}") == 95_00, "no open licence holds a sale of it"
    clock.travel(clock.instant(date(2023, 2, 12), 23))
    operations.sweep_offline()
    assert balance(f"wallet:{awa.wallet}") == 100_00
