"""Copies of telephones that come too late: what a person hears of them, and how much of it."""

from typing import Any

import pytest

from caisse.kernel import clock, events
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import formats, operations
from caisse.payments.models import LateSale
from caisse.payments.tests.market import KEY, awa, balance, later, nonce
from tests.offline.real import Member, Phone, Shop, post

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def copies(*sales: Any) -> list[str]:
    """What a telephone hears of its copies."""
    return [one.answer for one in operations.sync_phone(key=KEY, records=sales)]


def noted(shop: Shop) -> int:
    return len(events.history(names=("sale.late",), subject=f"place:{shop.place}", limit=500))


def emptied(who: Member) -> None:
    """What the wallet has goes elsewhere."""
    left = balance(f"wallet:{who.wallet}")
    if left:
        post((f"wallet:{who.wallet}", "fund:caisse", left, "leaving"))


def closed(shop: Shop) -> int:
    """A licence of an hour, closed an hour ago by its till; a minute within it."""
    shop.open()
    minute = formats.minute_of(clock.now_ms()) + 30
    later(1)
    shop.close()
    later(1)
    return minute


def test_invented_requests_take_nothing_of_what_tills_have_written_down(awa: Member) -> None:
    shop, other, phone = Shop("Halle"), Shop("Vrac"), Phone(awa)
    phone.ask((0, 1))
    minute, there = closed(shop), closed(other)
    emptied(awa)
    invented = [
        phone.pay(0, n, one.request(5_00, nonce(n), minute=at))
        for one, at in ((shop, minute), (other, there))
        for n in range(100)
    ]
    assert set(copies(*invented)) == {"offline_member_limit"}
    assert noted(shop) == noted(other) == 0
    shop.open()
    honest = shop.code_sale("personne", "123456", 50_00, method="pin")
    shop.close()
    assert shop.sync(honest) == ["late"] and noted(shop) == 1


def test_cheap_copies_of_one_wallet_are_few_and_leave_the_tills_their_hundred(awa: Member) -> None:
    """Each is within its slip, so any of them may be of a sale."""
    shop = Shop("Halle")
    members = [awa, *(Member(n, 20_00) for n in (2, 3, 4))]
    phones = [Phone(one) for one in members]
    for phone in phones:
        phone.ask((0, 20_00))
    minute = closed(shop)
    for one in members:
        emptied(one)
    later(24 * 20)
    operations.sweep_offline()
    for one in members:
        emptied(one)
    for phone, known in zip(phones, (10, 20, 20, 20), strict=True):
        cheap = [phone.pay(0, n, shop.request(1, nonce(n), minute=minute)) for n in range(30)]
        assert set(copies(*cheap)) == {"late"} and noted(shop) == known
    shop.open()
    sales = [shop.code_sale("personne", "123456", 1, method="pin") for _each in range(101)]
    shop.close()
    assert set(shop.sync(*sales)) == {"late"} and noted(shop) == 120


def test_an_honest_copy_too_late_waits_for_a_person_and_its_till_hears_the_same(
    awa: Member,
) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((0, 20_00))
    shop.open()
    first, second = (phone.pay(0, n, shop.request(9_00, nonce(n))) for n in (1, 2))
    over = phone.pay(0, 3, shop.request(9_00, nonce(3)))
    later(24 * 10)
    operations.sweep_offline()
    shop.open()  # its next licence is not the one under which it has sold
    emptied(awa)
    assert copies(first, second, first) == ["late"] * 3 and noted(shop) == 2
    assert copies(over) == ["offline_member_limit"] and noted(shop) == 2
    (row, _other) = LateSale.objects.order_by("pk")
    operations.refuse_late_sale(sale_id=row.pk, by=OFFICE, id=new_id())
    assert copies(over) == ["offline_member_limit"], "what was refused was signed all the same"
    assert shop.sync(over, licence=row.licence_id) == ["late"], "its till knows what it has sold"
    assert noted(shop) == 3


def test_a_copy_is_of_the_place_and_the_hours_of_slip_and_licence(awa: Member) -> None:
    shop, other, phone = Shop("Halle"), Shop("Vrac"), Phone(awa)
    phone.ask((other.place, 10_00), (0, 20_00))
    minute = closed(shop)
    emptied(awa)
    asked = [shop.request(30_00, nonce(9), minute=minute + n) for n in (-300, 0, 100, 3000)]
    assert copies(phone.pay(0, 1, asked[1])) == ["offline_other_place"]
    told = copies(*(phone.pay(1, n, one) for n, one in enumerate(asked)))
    assert told == ["qr_unreadable", "offline_member_limit", "qr_unreadable", "qr_unreadable"]
    assert noted(shop) == 0


def test_numbers_of_times_to_come_do_not_switch_the_count_off(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    ahead = clock.now_ms() + 400 * clock.DAY_MS
    sales = [
        shop.code_sale("personne", "123456", 1, method="pin", id=new_id(ahead + n))
        for n in range(120)
    ]
    shop.close()
    assert set(shop.sync(*sales)) == {"late"} and noted(shop) == 120
    later(24 * 32)
    ledger.prepare(Month.of(clock.today()))
    shop.open()
    more = [shop.code_sale("personne", "123456", 1, method="pin") for _each in range(121)]
    shop.close()
    assert set(shop.sync(*more)) == {"late"} and noted(shop) == 240
