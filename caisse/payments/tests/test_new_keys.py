"""Keys made anew: what the keys before have sealed and signed is read and taken as before."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import formats, keys, operations, queries
from caisse.payments.offline.licences import tag_of
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.pins import try_pin
from caisse.payments.tests.market import awa, balance, later, nonce, refused
from caisse.payments.tests.test_cards import CardWorld
from caisse.payments.tests.test_phones import Paying
from caisse.payments.tests.vouchers import VoucherWorld
from tests.offline.real import DESK, Member, Phone, Shop

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
ADMIN = Actor("admin", frozenset({"administrator"}))


@pytest.fixture(autouse=True)
def keys_of_its_own(settings: Any, tmp_path: Path) -> Iterator[None]:
    """No test meets the keys of another one."""
    settings.KEYS = tmp_path / "keys"
    BRAKE.release()
    yield
    BRAKE.release()


def test_a_card_pays_under_the_root_key_that_sealed_it_and_so_does_the_next() -> None:
    world = CardWorld()
    old = world.text
    assert operations.add_root_key(by=ADMIN) == 2
    assert world.scan(old).status == 201
    assert world.text != old, "printed again it lies under the new key"
    assert world.scan().status == 201 and world.left == 98_00
    operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id())
    assert world.scan(old).said["reason"] == "card_replaced", "and is known as hers all the same"
    (told,) = events.history(names=("root.key_added",))
    assert told.data == {"key": 2}


def test_a_ticket_of_before_pays_once_and_so_does_one_of_after() -> None:
    world = Paying()
    qr = world.phone.qr()
    operations.add_root_key(by=ADMIN)
    assert world.show(qr).status == 201
    assert world.show(qr).said["reason"] == "qr_used", "once, under the key that sealed it"
    world.phone.tickets[:] = operations.give_tickets(phone_id=world.number)
    assert world.show(world.phone.qr()).status == 201


def test_a_voucher_of_before_and_one_of_after_are_cashed() -> None:
    world = VoucherWorld()
    old = world.one()
    operations.add_root_key(by=ADMIN)
    assert [world.cash(each).status for each in (old, world.one())] == [201, 201]


def test_without_network_a_card_is_known_by_both_and_struck_by_both(awa: Member) -> None:
    shop = Shop("Halle")
    blocks = [formats.from_base45(awa.card.removeprefix("CA"))[2:18]]
    operations.add_root_key(by=ADMIN)
    again = operations.printed_card(awa.holder).text
    blocks.append(formats.from_base45(again.removeprefix("CA"))[2:18])
    operations.set_aside(
        holder_id=awa.holder, place_id=shop.place, cents=20_00, by=DESK, id=new_id()
    )
    said = json.loads(shop.open().text)
    tags = [tag_of(bytes.fromhex(said["nonce"]), block) for block in blocks]
    assert all([tag, 20_00] in said["cards"] for tag in tags)
    assert said["room_cents"] == 20_00, "its part of the room is kept once for each"
    old, new = (shop.code_sale(text, awa.pin, 8_00) for text in (awa.card, again))
    assert shop.sync(old, new) == ["posted"] * 2
    assert balance(f"loss:{shop.place}") == 0 and balance(f"wallet:{awa.wallet}") == 80_00
    shop.close()
    operations.block_card(holder_id=awa.holder, by=DESK)
    said = json.loads(shop.open().text)
    tags = [tag_of(bytes.fromhex(said["nonce"]), block) for block in blocks]
    assert set(tags) <= set(said["struck"])


def test_a_new_signing_key_is_told_before_it_signs_and_the_old_one_stays_good(awa: Member) -> None:
    shop, other, phone = Shop("Halle"), Shop("Vrac"), Phone(awa)
    phone.ask((shop.place, 20_00))
    licence = json.loads(shop.open().text)
    assert licence["key"] == 1 and set(keys.sign_keys()) == {1}
    assert operations.prepare_sign_key(by=ADMIN) == operations.prepare_sign_key(by=ADMIN) == 2
    assert set(keys.sign_keys()) == {1, 2} and keys.sign_key()[0] == 1, "known, not yet signing"
    clock.travel(clock.now_ms() + 1)
    other.open()  # this one has learnt it
    assert refused(operations.begin_sign_key, by=ADMIN) == "too_early"
    shop.close()
    assert operations.begin_sign_key(by=ADMIN) == 2
    assert refused(operations.begin_sign_key, by=ADMIN) == "sign_key"
    phone.ask((other.place, 10_00))
    slips = [slip for _key, slip in phone.slips]
    assert [slip.key_id for slip in slips] == [1, 2]
    known = keys.sign_keys()
    assert all(formats.is_signed(slip, known[slip.key_id]) for slip in slips)
    assert not formats.is_signed(slips[0], known[2])
    assert json.loads(shop.open().text)["key"] == 2
    assert shop.sync(phone.pay(0, 1, shop.request(5_00, nonce(1)))) == ["posted"]


def test_an_old_signing_key_ends_when_nothing_good_bears_it(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    operations.prepare_sign_key(by=ADMIN)
    operations.begin_sign_key(by=ADMIN)
    assert refused(operations.end_sign_key, number=2, by=ADMIN) == "sign_key", "it signs today"
    assert refused(operations.end_sign_key, number=7, by=ADMIN) == "sign_key"
    assert refused(operations.end_sign_key, number=1, by=ADMIN) == "too_early", "a slip bears it"
    later(49)
    operations.end_sign_key(number=1, by=ADMIN)
    assert set(keys.sign_keys()) == {2}
    assert operations.prepare_sign_key(by=ADMIN) == 3, "no number comes again"
    names = ("sign.key_prepared", "sign.key_began", "sign.key_ended")
    told = [(one.name, one.data["key"]) for one in events.history(names=names)]
    assert sorted(told) == [(names[1], 2), (names[2], 1), (names[0], 2), (names[0], 3)]


def test_a_licence_that_an_old_key_signed_keeps_it(awa: Member) -> None:
    shop = Shop("Halle")
    operations.prepare_sign_key(by=ADMIN)
    clock.travel(clock.now_ms() + 1)
    shop.open()
    operations.begin_sign_key(by=ADMIN)
    assert refused(operations.end_sign_key, number=1, by=ADMIN) == "too_early"
    shop.close()
    operations.end_sign_key(number=1, by=ADMIN)


def test_where_no_key_is_there_none_is_replaced(settings: Any, tmp_path: Path) -> None:
    settings.KEYS = tmp_path / "none"
    for act in (
        operations.change_pin_key, operations.add_root_key, operations.prepare_sign_key,
        operations.begin_sign_key,
    ):  # fmt: skip
        assert refused(act, by=ADMIN) == "no_key"
    assert queries.key_numbers() == ((), (), (), ())


def test_killed_while_the_new_key_begins_to_sign_it_signs(awa: Member) -> None:
    operations.prepare_sign_key(by=ADMIN)
    waits = keys.kept(keys.NEXT_SIGN, "signatures")
    operations.begin_sign_key(by=ADMIN)
    keys.write(keys.NEXT_SIGN, waits)  # it was not removed
    assert keys.prepared_sign_key() is None and keys.sign_key()[0] == 2
    assert operations.prepare_sign_key(by=ADMIN) == 3


def test_the_numbers_of_the_keys_are_told(awa: Member) -> None:
    operations.change_pin_key(by=ADMIN)
    operations.add_root_key(by=ADMIN)
    operations.prepare_sign_key(by=ADMIN)
    assert queries.key_numbers() == ((1, 2), (1, 2), (1,), (2,))
    assert try_pin(awa.handle, awa.pin).right
    assert books.balance(f"wallet:{awa.wallet}") == 100_00
