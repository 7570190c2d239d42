"""Sales made without network arrive: twice, at once, copied, undone, too late, from elsewhere."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from caisse.kernel import clock, events
from caisse.kernel.ids import new_id
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations
from caisse.payments.models import Licence, OfflineSale, OfflineStop
from caisse.payments.offline.licences import tag_of
from caisse.payments.operations import syncing
from caisse.payments.tests.market import HOUR_MS, KEY, awa, balance, later, nonce, refused
from tests.offline.real import DESK, Member, Phone, Shop

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def test_the_copy_of_the_phone_alone_suffices(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    sale = phone.pay(0, 1, shop.request(12_40, nonce(1)))
    assert [one.answer for one in operations.sync_phone(key=KEY, records=[sale])] == ["posted"]
    assert shop.sync(sale) == ["posted"] and balance(f"place:{shop.place}") == 12_40


def test_two_sendings_of_one_queue_at_once_pay_it_once(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00), (0, 20_00))
    shop.open()
    others = [Member(n, 5_00) for n in (2, 3)]
    queue: list[Any] = [phone.pay(0, n, shop.request(1_00, nonce(n))) for n in range(8)]
    queue += [phone.pay(1, n, shop.request(2_00, nonce(50 + n))) for n in range(8)]
    queue += [shop.code_sale(one.card, one.pin, 9_00) for one in others]
    queue += [shop.code_sale(one.handle, one.wrong_pin, 3_00, method="pin") for one in others]

    def tab(turn: int) -> list[str]:
        try:
            return shop.sync(*(queue if turn % 2 else queue[::-1]))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as tabs:
        answers = list(tabs.map(tab, range(4)))
    settled = shop.sync(*queue)
    assert settled == ["posted"] * len(queue)
    assert {one for told in answers for one in told} <= {"posted", "checking"}
    assert balance(f"place:{shop.place}") == 8_00 + 16_00 + 18_00 + 6_00
    assert balance(f"loss:{shop.place}") == -(4_00 * 2 + 6_00)
    row = Licence.objects.get()
    assert row.used_cents == 48_00 and OfflineSale.objects.filter(posted=True).count() == 20


def test_tills_that_race_for_the_last_of_a_wallet_never_pass_their_rooms(awa: Member) -> None:
    zoe, shops = Member(2, 50_00), [Shop(f"Lieu {n}") for n in range(4)]
    sales = []
    for shop in shops:
        shop.open()
        sales.append([shop.code_sale(zoe.card, zoe.pin, 20_00) for _ in range(4)])

    def send(n: int) -> list[str]:
        try:
            return shops[n].sync(*sales[n])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as tills:
        told = list(tills.map(send, range(4)))
    for answers in told:
        assert sorted(answers) == ["offline_member_limit"] * 3 + ["posted"]
    lost = [-balance(f"loss:{shop.place}") for shop in shops]
    assert all(balance(f"place:{shop.place}") == 20_00 for shop in shops)
    assert sum(lost) == 30_00 and balance(f"wallet:{zoe.wallet}") == 0
    assert balance("fund:offline") == 3_300_00 - 30_00


def test_a_copied_telephone_pays_each_place_once_and_is_found_by_its_counter(
    awa: Member,
) -> None:
    one, other, phone = Shop("Halle"), Shop("Vrac"), Phone(awa)
    phone.ask((0, 20_00))
    one.open(), other.open()
    first = phone.pay(0, 1, one.request(20_00, nonce(1)))
    copy = phone.pay(0, 1, other.request(20_00, nonce(2)))
    assert one.sync(first) == ["posted"] and not OfflineStop.objects.exists()
    assert other.sync(copy) == ["posted"], "the shop could not know"
    assert [row.wallet for row in OfflineStop.objects.all()] == [awa.wallet]
    assert [one_.name for one_ in events.history(names=("phone.copied",))] == ["phone.copied"]
    ask = {"wallet_id": awa.wallet, "by": DESK, "id": new_id(), "wanted": []}
    assert refused(operations.issue_slips, **ask) == "offline_stopped"
    other.close()
    said = json.loads(other.open().text)
    struck = tag_of(bytes.fromhex(said["nonce"]), phone.slips[0][1].slip_id)
    assert struck in said["struck"]


def test_a_copied_till_sends_the_same_sales_and_is_paid_once(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    queue = [phone.pay(0, n, shop.request(5_00, nonce(n))) for n in range(4)]
    copy = phone.pay(0, 9, shop.request(5_00, nonce(9)))
    assert shop.sync(*queue) == ["posted"] * 4
    assert shop.sync(*queue, copy) == ["posted"] * 4 + ["offline_member_limit"]
    assert balance(f"place:{shop.place}") == 20_00


def test_a_licence_that_is_never_closed_is_swept_and_what_comes_then_is_late(
    awa: Member,
) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00), (0, 20_00))
    shop.open()
    signed = phone.pay(0, 1, shop.request(12_00, nonce(1)))
    typed = shop.code_sale(awa.card, awa.wrong_pin, 5_00)
    later(48 + 7 * 24 - 1)
    operations.sweep_offline()
    assert balance(f"wallet:{awa.wallet}") == 60_00, "a till may still hold a sale"
    later(2)
    assert operations.sweep_offline() and not operations.sweep_offline()
    assert balance(f"wallet:{awa.wallet}") == 100_00
    assert Licence.objects.get().closed_at is not None
    assert shop.sync(typed) == ["late"] and balance(f"loss:{shop.place}") == 0
    assert shop.sync(signed) == ["posted"], "she signed, and has it"
    assert balance(f"wallet:{awa.wallet}") == 88_00
    dearer = phone.pay(0, 2, shop.request(99_00, nonce(2)))
    assert shop.sync(dearer) == ["late"] and balance(f"place:{shop.place}") == 12_00


def test_a_sale_that_was_undone_before_it_was_sent_moves_and_comes_back_in_one_chain(
    awa: Member,
) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    undone = phone.pay(0, 1, shop.request(12_00, nonce(1)), cancelled=new_id())
    wrong = shop.code_sale(awa.card, awa.wrong_pin, 5_00)._replace(cancelled=new_id())
    for _again in range(2):
        assert shop.sync(undone, wrong) == ["posted", "posted"]
        assert balance(f"place:{shop.place}") == 0 and balance(f"loss:{shop.place}") == 0
    assert balance("fund:offline") == 3_300_00
    assert balance(f"wallet:{awa.wallet}") == 92_00, "12 € are back, 8 € still set aside"


def test_when_the_copy_of_the_phone_came_first_the_refund_follows(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    sale = phone.pay(0, 1, shop.request(12_00, nonce(1)))
    operations.sync_phone(key=KEY, records=[sale])
    undone = sale._replace(cancelled=new_id())
    for _again in range(2):
        assert shop.sync(undone) == ["posted"]
    assert balance(f"place:{shop.place}") == 0 and balance(f"wallet:{awa.wallet}") == 92_00


def test_a_record_that_we_cannot_judge_holds_up_no_other(
    awa: Member, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours: it is asked again, without a proof, and the others are answered."""
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open()
    sales = [phone.pay(0, n, shop.request(n * 1_00, nonce(n))) for n in (1, 2, 3)]
    watch = syncing.watch

    def failing(opened: Any) -> None:
        if opened.cents == 2_00:
            raise ZeroDivisionError
        watch(opened)

    with monkeypatch.context() as fault:
        fault.setattr(syncing, "watch", failing)
        assert shop.sync(*sales) == ["posted", "checking", "posted"]
        told = operations.sync_phone(key=KEY, records=sales)
        assert [one.answer for one in told] == ["posted", "checking", "posted"]
        assert [bool(one.proof) for one in told] == [True, False, True]
    assert "could not be judged" in caplog.text
    assert shop.sync(*sales) == ["posted"] * 3 and balance(f"place:{shop.place}") == 6_00


def test_a_device_sends_under_its_own_licences_only(awa: Member) -> None:
    one, other = Shop("Halle"), Shop("Vrac")
    one.open(), other.open()
    sale = other.code_sale(awa.card, awa.pin, 5_00, licence=one.licence)
    assert other.sync(sale, licence=one.licence) == ["offline_licence_old"]
    assert books.account(f"tries:card:{awa.wallet}.{awa.holder}.1").held == 0  # type: ignore[union-attr]
    close = operations.close_licence
    said: dict[str, Any] = {"device_id": other.device, "licence_id": one.licence, "by": OFFICE}
    assert refused(close, **said) == "unknown_licence"


def test_a_request_that_another_till_has_shown_is_not_this_ones(awa: Member) -> None:
    one, phone = Shop("Comptoir"), Phone(awa)
    other = Shop("Marché", one.place)
    phone.ask((one.place, 20_00))
    one.open()
    sale = phone.pay(0, 1, other.request(5_00, nonce(1)))
    assert one.sync(sale) == ["qr_unreadable"] and balance(f"place:{one.place}") == 0


def test_a_till_whose_clock_is_ahead_waits_until_its_time_has_come(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    sale = shop.code_sale(awa.card, awa.pin, 5_00, id=new_id(clock.now_ms() + 5 * HOUR_MS))
    assert shop.sync(sale) == ["checking"]
    later(5)
    assert shop.sync(sale) == ["posted"] and balance(f"wallet:{awa.wallet}") == 95_00
