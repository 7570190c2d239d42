"""Lost telephones, stopped devices, invented requests: what they take without network, and not."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from caisse.kernel import clock, events
from caisse.kernel.ids import new_id
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import formats, operations
from caisse.payments.models import Licence, OfflineStop, Reserve
from caisse.payments.offline.licences import tag_of
from caisse.payments.operations import syncing, twice
from caisse.payments.operations.opening import Opened
from caisse.payments.operations.tills import tries_account
from caisse.payments.queries import Receipt
from caisse.payments.tests.market import KEY, awa, balance, later, nonce, refused
from tests.offline.real import DESK, Member, Phone, Shop

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

OVER = "offline_member_limit"


def copies(*sales: Any) -> list[str]:
    """What a telephone hears of its copies."""
    return [one.answer for one in operations.sync_phone(key=KEY, records=sales)]


def late_sales(place: int) -> int:
    return len(events.history(names=("sale.late",), subject=f"place:{place}"))


def test_a_late_sale_takes_no_more_than_its_slip_has_left(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 1_00))
    later(1)
    shop.open()
    later(1)
    shop.close()
    assert copies(phone.pay(0, 7, shop.request(90_00, nonce(1)))) == [OVER]
    assert copies(phone.pay(0, 7, shop.request(60, nonce(2)))) == ["posted"]
    assert copies(phone.pay(0, 8, shop.request(60, nonce(3)))) == [OVER], "40 cents are left"
    assert copies(phone.pay(0, 8, shop.request(40, nonce(4)))) == ["posted"]
    assert balance(f"place:{shop.place}") == 1_00 and late_sales(shop.place) == 0


def test_a_copied_counter_hides_nothing_of_what_a_slip_has_paid(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    later(1)
    shop.open()
    later(1)
    shop.close()
    sales = [phone.pay(0, 1, shop.request(8_00, nonce(n))) for n in range(3)]
    sales += [phone.pay(0, 1, shop.request(3_00, nonce(3 + n))) for n in range(2)]
    told = [copies(one)[0] for one in sales]
    assert told == ["posted", "posted", OVER, "posted", OVER], "19 of 20 €"
    assert [row.wallet for row in OfflineStop.objects.all()] == [awa.wallet]


def test_late_copies_that_race_take_no_more_than_their_slip(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((0, 10_00))
    later(1)
    shop.open()
    later(1)
    shop.close()
    sales = [phone.pay(0, n, shop.request(4_00, nonce(n))) for n in range(8)]

    def send(n: int) -> list[str]:
        try:
            return copies(*sales[2 * n : 2 * n + 2])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as phones:
        told = [one for answers in phones.map(send, range(4)) for one in answers]
    assert sorted(told) == [OVER] * 6 + ["posted"] * 2
    assert balance(f"place:{shop.place}") == 8_00


def test_a_slip_that_was_struck_before_a_licence_takes_nothing_under_it(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((0, 20_00), (shop.place, 20_00))
    shop.open()
    later(1)
    operations.strike_slips(wallet_id=awa.wallet, by=DESK)
    held = phone.pay(0, 1, shop.request(5_00, nonce(1)))
    assert shop.sync(held) == ["posted"], "a till without network could not know"
    shop.close()
    later(1)
    shop.open()
    again = [phone.pay(n, 2, shop.request(5_00, nonce(2 + n))) for n in (0, 1)]
    assert shop.sync(*again) == ["means_unavailable"] * 2
    assert shop.sync(held) == ["posted"], "what stands is told again"
    shop.close()
    assert shop.sync(*again) == ["means_unavailable"] * 2, "nor when it comes late"
    assert balance(f"place:{shop.place}") == 5_00


def test_a_slip_takes_nothing_after_its_hours_under_a_licence_to_come(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((0, 20_00))
    later(24 * 20)
    operations.sweep_offline()
    shop.open()
    assert shop.sync(phone.pay(0, 1, shop.request(5_00, nonce(1)))) == ["means_unavailable"]
    assert balance(f"wallet:{awa.wallet}") == 100_00


def test_copies_of_telephones_alone_leave_the_room_to_the_till(awa: Member) -> None:
    shop, poor = Shop("Halle"), [Member(n, 0) for n in range(5, 8)]
    zoe = Member(2, 20_00)
    phone = Phone(zoe)
    phone.ask((0, 15_00))
    shop.open()
    invented = phone.pay(0, 1, shop.request(20_00, nonce(1)))
    assert copies(invented) == ["posted"], "5 € of her wallet"
    more = phone.pay(0, 2, shop.request(20_00, nonce(2)))
    assert copies(more) == ["offline_member_limit"]
    other = Phone(Member(3, 20_00))
    other.ask((0, 20_00))
    spent = Shop("Vrac")
    spent.open()
    assert copies(other.pay(0, 1, spent.request(20_00, nonce(3)))) == ["posted"]
    uncovered = other.pay(0, 2, shop.request(20_00, nonce(4)))
    assert copies(uncovered, uncovered) == ["checking"] * 2
    assert balance(f"loss:{shop.place}") == 0
    trusted = [shop.code_sale(one.card, one.wrong_pin, 20_00) for one in poor]
    assert shop.sync(*trusted) == ["posted"] * 3, "the till is paid within its room"
    shop.close()
    assert copies(uncovered) == [OVER], "her slip has paid all that it was for, elsewhere"
    assert late_sales(shop.place) == 0


def test_a_till_that_has_the_sale_is_paid_what_its_copy_waits_for(awa: Member) -> None:
    one, other, phone = Shop("Halle"), Shop("Vrac"), Phone(Member(2, 20_00))
    phone.ask((0, 20_00))
    one.open()
    other.open()
    sales = [phone.pay(0, n, shop.request(20_00, nonce(n))) for n, shop in enumerate((one, other))]
    assert one.sync(sales[0]) == ["posted"] and copies(sales[1]) == ["checking"]
    assert other.sync(sales[1]) == ["posted"] and balance(f"loss:{other.place}") == -20_00
    assert copies(sales[1]) == ["posted"]


def test_who_signs_more_than_a_slip_for_anywhere_holds_sets_nothing_aside(awa: Member) -> None:
    shops, phone = [Shop(f"Lieu {n}") for n in range(3)], Phone(awa)
    phone.ask((0, 20_00), (shops[0].place, 5_00))
    for shop in shops:
        shop.open()
    assert shops[0].sync(phone.pay(1, 0, shops[0].request(6_00, nonce(9)))) != ["posted"]
    for n, shop in enumerate(shops):
        sale = phone.pay(0, n, shop.request(10_00, nonce(n)))
        assert shop.sync(sale, sale) == ["posted"] * 2
        assert OfflineStop.objects.exists() == (n == 2), "30 € are signed, 20 € were set aside"
    assert [one.name for one in events.history(names=("phone.copied",))] == ["phone.copied"]


def test_no_code_is_looked_at_under_a_licence_that_is_closed_or_overdue(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    typed = [shop.code_sale(awa.handle, code, 1_00, method="pin") for code in ("1", awa.pin)]
    posted = shop.code_sale(awa.card, awa.pin, 1_00)
    assert shop.sync(posted) == ["posted"]
    shop.close()
    operations.suspend_device(device_id=shop.device, by=OFFICE)
    assert shop.sync(*typed, posted) == ["late", "late", "posted"]
    assert books.held(f"tries:{awa.wallet}:u") == 0 and late_sales(shop.place) == 2
    assert balance(f"wallet:{awa.wallet}") == 99_00
    other = Shop("Vrac")
    other.open()
    over = other.code_sale(awa.card, awa.pin, 1_00)
    later(48 + 7 * 24 + 1)
    assert other.sync(over) == ["late"] and balance(f"wallet:{awa.wallet}") == 99_00


def test_wrong_codes_count_at_the_till_and_past_ten_they_are_nobodys_tries(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    others = [Member(n, 50_00) for n in range(2, 8)]
    wrong = [
        shop.code_sale(one.handle, f"{(int(one.pin) + n) % 10**6:06d}", 10, method="pin")
        for one in others for n in (1, 2)
    ]  # fmt: skip
    assert shop.sync(*wrong, *wrong) == ["posted"] * 24
    till = bytes(Licence.objects.get(pk=shop.licence).till)
    assert books.held(tries_account(till)) == 10
    tried = [books.held(f"tries:{one.wallet}:u") for one in others]
    assert tried == [2, 2, 2, 2, 2, 0]
    right = shop.code_sale(others[5].handle, others[5].pin, 10, method="pin")
    assert shop.sync(right) == ["posted"] and balance(f"wallet:{others[5].wallet}") == 50_00
    assert balance(f"loss:{shop.place}") == -13 * 10
    later(2)
    right = shop.code_sale(others[5].handle, others[5].pin, 10, method="pin")
    assert shop.sync(right) == ["posted"] and balance(f"wallet:{others[5].wallet}") == 49_90


def test_a_device_undoes_its_own_sales_only_and_while_their_licence_is_open(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    online, mine = new_id(), shop.code_sale(awa.card, awa.pin, 5_00)
    operations.pay(
        payment_id=online, wallet_id=awa.wallet, place_id=shop.place, cents=30_00, method="pin",
        by=DESK,
    )  # fmt: skip
    false = shop.code_sale("x", "123456", 30_00, id=online, method="pin")
    assert shop.sync(mine, false._replace(cancelled=new_id())) == ["posted", "id_reused"]
    dated = mine._replace(made_at=mine.made_at + 1, cancelled=new_id())
    assert shop.sync(dated) == ["id_reused"]
    undone = mine._replace(cancelled=new_id())
    assert shop.sync(undone, undone) == ["posted"] * 2
    assert balance(f"wallet:{awa.wallet}") == 70_00
    kept = shop.code_sale(awa.card, awa.pin, 6_00)
    assert shop.sync(kept) == ["posted"]
    shop.close()
    assert shop.sync(kept._replace(cancelled=new_id()), undone) == ["refund_too_late", "posted"]
    assert balance(f"wallet:{awa.wallet}") == 64_00


def test_a_refund_that_cannot_be_is_answered_for_good(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    sales = [shop.code_sale(awa.card, awa.pin, 1_00) for _n in range(3)]
    assert shop.sync(*sales) == ["posted"] * 3
    refund, old = new_id(), new_id(clock.now_ms() - 40 * clock.DAY_MS)
    asked = (refund, refund, old)
    undone = [one._replace(cancelled=id) for one, id in zip(sales, asked, strict=True)]
    assert shop.sync(*undone) == ["posted", "id_reused", "refund_too_late"]
    shop.close()
    assert balance(f"wallet:{awa.wallet}") == 98_00


def test_a_request_is_paid_with_network_or_without_and_never_twice(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    first, then = shop.request(6_00, nonce(1)), shop.request(5_00, nonce(2))
    paid = operations.pay_request(wallet_id=awa.wallet, request=first)  # its answer is lost
    assert isinstance(paid, Receipt)
    sale = phone.pay(0, 1, first)
    assert shop.sync(sale, sale) == ["posted"] * 2 and copies(sale) == ["posted"]
    assert balance(f"place:{shop.place}") == 6_00 and balance(f"wallet:{awa.wallet}") == 74_00
    assert shop.sync(phone.pay(0, 2, then)) == ["posted"]
    told = operations.pay_request(wallet_id=awa.wallet, request=then)
    assert isinstance(told, Receipt) and told.again and told.cents == 5_00
    strange = operations.pay_request(wallet_id=Member(2, 50_00).wallet, request=then)
    assert isinstance(strange, operations.Declined) and strange.reason == "qr_used"
    assert shop.sync(phone.pay(0, 3, then)) == ["posted"], "nor by another signature of it"
    assert balance(f"place:{shop.place}") == 11_00
    shop.close()


def test_a_request_that_was_paid_with_network_comes_back_when_the_till_undid_it(
    awa: Member,
) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    request = shop.request(6_00, nonce(1))
    operations.pay_request(wallet_id=awa.wallet, request=request)
    undone = phone.pay(0, 1, request, cancelled=new_id())
    assert shop.sync(undone, undone) == ["posted"] * 2
    assert balance(f"wallet:{awa.wallet}") == 80_00 and balance(f"place:{shop.place}") == 0


def test_both_ways_of_paying_a_request_race_and_one_of_them_moves_money(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    asked = [shop.request(1_00, nonce(n)) for n in range(6)]
    sales = [phone.pay(0, n, request) for n, request in enumerate(asked)]

    def act(turn: int) -> list[Any]:
        try:
            if turn % 2:
                return shop.sync(*sales)
            return [operations.pay_request(wallet_id=awa.wallet, request=one) for one in asked]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as both:
        told = [one for answers in both.map(act, range(4)) for one in answers]
    assert all(one == "posted" or isinstance(one, Receipt) for one in told)
    assert balance(f"place:{shop.place}") == 6_00
    shop.close()


def test_a_request_that_the_till_gave_up_is_paid_if_the_till_says_so(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    given_up, kept = shop.request(6_00, nonce(1)), shop.request(5_00, nonce(2))
    till = bytes(Licence.objects.get(pk=shop.licence).till)
    for request in (given_up, kept):
        operations.abandon(payment_id=formats.request_id(request), till=till)
    copy, sale = phone.pay(0, 1, given_up), phone.pay(0, 2, kept)
    assert copies(copy, sale) == ["checking"] * 2
    assert shop.sync(sale, sale, phone.pay(0, 3, kept)) == ["posted"] * 3
    assert balance(f"place:{shop.place}") == 5_00
    later(1)
    shop.close()
    assert copies(copy, sale) == ["abandoned", "posted"]


def test_a_copy_of_a_telephone_undoes_nothing(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    sale = phone.pay(0, 1, shop.request(5_00, nonce(1)))
    assert copies(sale._replace(cancelled=new_id())) == ["posted"]
    assert shop.sync(sale) == ["posted"]
    assert copies(sale._replace(cancelled=new_id())) == ["posted"]
    assert balance(f"place:{shop.place}") == 5_00


def test_each_slip_has_a_key_of_its_own(awa: Member) -> None:
    one, other = Shop("Halle"), Shop("Vrac")
    key = Phone(awa).fresh()
    ask: dict[str, Any] = {"wallet_id": awa.wallet, "by": DESK}
    both = [operations.Wanted(shop.place, 5_00, key) for shop in (one, other)]
    assert refused(operations.issue_slips, wanted=both, id=new_id(), **ask) == "slip"
    operations.issue_slips(wanted=both[:1], id=new_id(), **ask)
    assert refused(operations.issue_slips, wanted=both[1:], id=new_id(), **ask) == "slip"


def test_a_card_stands_in_one_open_licence(awa: Member) -> None:
    first = Shop("Comptoir")
    second = Shop("Marché", first.place)
    said: dict[str, Any] = {"place_id": first.place, "cents": 20_00, "by": DESK}
    operations.set_aside(holder_id=awa.holder, id=new_id(), **said)
    token = formats.from_base45(awa.card.removeprefix("CA"))[2:18]

    def named(shop: Shop) -> bool:
        told = json.loads(shop.open().text)
        tags = [tag for tag, _cents in told["cards"]]
        return tag_of(bytes.fromhex(told["nonce"]), token) in tags

    assert named(first)
    clock.travel(Licence.objects.get().until - 1)
    Reserve.objects.update(until=clock.now_ms() + 2 * 3_600_000)  # as if set aside again since
    later(1)
    assert not named(second), "the first till may have taken it"


@pytest.mark.parametrize("when", ["number_used", "given_up"])
def test_a_request_that_is_burnt_while_its_sale_is_posted(
    awa: Member, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Its own till burns the number in one tab and sends the sale in another: it is paid once."""
    shop, phone = Shop("Halle"), Phone(awa)
    shop.open()
    phone.ask((shop.place, 20_00))
    requests = [shop.request(5_00 + n, nonce(n)) for n in range(2)]
    sale, copy = (phone.pay(0, 1 + n, request) for n, request in enumerate(requests))
    till = bytes(Licence.objects.get(place_id=shop.place).till)
    module = syncing if when == "number_used" else twice
    before = getattr(module, when)

    def burns(opened: Opened) -> Any:
        said = before(opened)
        operations.abandon(payment_id=formats.request_id(opened_request(opened)), till=till)
        return said

    def opened_request(opened: Opened) -> bytes:
        return requests[0] if opened.id == sale_id else requests[1]

    sale_id = formats.offline_id(
        formats.read_offline_payment(sale.payment).slip.slip_id, 1, requests[0]
    )
    monkeypatch.setattr(module, when, burns)
    assert shop.sync(sale) == ["posted"]
    assert copies(copy) in (["checking"], ["posted"])
    monkeypatch.undo()
    assert shop.sync(sale, copy) == ["posted", "posted"]
    assert balance(f"place:{shop.place}") == 10_01
