"""Selling without network: licences, slips, sealed codes, who bears what."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from caisse.kernel.ids import new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import formats, keys, operations
from caisse.payments.models import Licence, OfflineSale, Reserve
from caisse.payments.offline.licences import tag_of
from caisse.payments.tests.market import KEY, OTHER, awa, balance, later, nonce, refused
from caisse.people import operations as people
from tests.offline.real import DESK, Member, Phone, Shop, ground

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def test_a_planned_sale_comes_out_of_what_was_set_aside_once_whoever_sends_it(
    awa: Member,
) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00), (0, 20_00))
    shop.open()
    sale = phone.pay(0, 1, shop.request(12_40, nonce(1)))
    assert shop.sync(sale, sale) == ["posted", "posted"]
    assert [one.answer for one in operations.sync_phone(key=KEY, records=[sale])] == ["posted"]
    assert balance(f"place:{shop.place}") == 12_40
    assert balance(f"wallet:{awa.wallet}") == 60_00
    shop.close()
    assert balance(f"wallet:{awa.wallet}") == 67_60
    assert shop.sync(sale) == ["posted"], "a repeat after the closing is told the same"
    assert balance(f"place:{shop.place}") == 12_40 and not OfflineSale.objects.exists()


def test_a_slip_pays_at_its_place_only_and_no_more_than_it_holds(awa: Member) -> None:
    shop, other, phone = Shop("Halle"), Shop("Vrac"), Phone(awa)
    phone.ask((shop.place, 20_00))
    shop.open(), other.open()
    elsewhere = phone.pay(0, 1, other.request(5_00, nonce(1)))
    too_much = phone.pay(0, 2, shop.request(20_01, nonce(2)))
    assert other.sync(elsewhere) == ["offline_other_place"]
    assert shop.sync(too_much) == ["offline_member_limit"]
    assert balance(f"wallet:{awa.wallet}") == 80_00 and not OfflineSale.objects.exists()


def test_nobody_pays_what_her_key_did_not_sign(awa: Member) -> None:
    shop, phone, thief = Shop("Halle"), Phone(awa), Phone(awa)
    phone.ask((shop.place, 20_00))
    thief.ask((0, 20_00))
    shop.open()
    signed = phone.pay(0, 1, shop.request(5_00, nonce(1)))
    dearer = signed._replace(request=shop.request(6_00, nonce(1)))
    swapped = phone.slips[0][1]._replace(public_key=thief.slips[0][1].public_key)
    other_key = formats.offline_payment(swapped, 1, signed.request, thief.slips[0][0])
    assert shop.sync(dearer, signed._replace(payment=other_key)) == ["qr_unreadable"] * 2
    assert shop.sync(signed._replace(payment=b"x"), signed) == ["qr_unreadable", "posted"]


def test_a_right_code_pays_a_wrong_one_costs_the_caisse_and_the_till_hears_the_same(
    awa: Member,
) -> None:
    shop = Shop("Halle")
    shop.open()
    right = shop.code_sale(awa.handle, awa.pin, 8_00, method="pin")
    wrong = shop.code_sale(awa.card, awa.wrong_pin, 7_00)
    nobody = shop.code_sale("personne", "123456", 1_00, method="pin")
    assert shop.sync(right, wrong, nobody) == ["posted"] * 3
    assert balance(f"wallet:{awa.wallet}") == 92_00
    assert balance(f"place:{shop.place}") == 16_00
    assert balance(f"loss:{shop.place}") == -8_00
    assert balance("fund:offline") == 3_300_00 - 8_00
    assert books.held(f"tries:card:{awa.wallet}.{awa.holder}.1") == 1


def test_a_code_opens_the_sale_for_which_it_was_typed_and_no_other(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    typed = shop.code_sale(awa.card, awa.pin, 8_00)
    for altered in (
        typed._replace(id=new_id()),
        typed._replace(cents=80_00),
        typed._replace(sealed=typed.sealed[:-1] + bytes([typed.sealed[-1] ^ 1])),
    ):
        assert shop.sync(altered) == ["qr_unreadable"], altered
    assert shop.sync(typed) == ["posted"] and balance(f"wallet:{awa.wallet}") == 92_00
    assert shop.sync(typed._replace(cents=9_00), typed._replace(made_at=1)) == ["id_reused"] * 2


def test_past_three_wrong_codes_a_right_one_counts_as_wrong(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    digits = [f"{(int(awa.pin) + n) % 10**6:06d}" for n in range(1, 6)]
    tried = [shop.code_sale(awa.card, each, 1_00) for each in digits]
    assert shop.sync(*tried) == ["posted"] * 5
    assert books.held(f"tries:card:{awa.wallet}.{awa.holder}.1") == 3
    assert shop.sync(shop.code_sale(awa.card, awa.pin, 1_00)) == ["posted"]
    assert balance(f"wallet:{awa.wallet}") == 100_00 and balance(f"loss:{shop.place}") == -6_00


def test_money_ready_on_a_card_is_named_in_the_licence_by_a_tag_and_is_there_at_sync(
    awa: Member,
) -> None:
    shop = Shop("Halle")
    operations.set_aside(
        holder_id=awa.holder, place_id=shop.place, cents=20_00, by=DESK, id=new_id()
    )
    got = shop.open()
    said = json.loads(got.text)
    number, _ = keys.sign_key()
    assert keys.sign_keys()[number].verify(got.signature, b"licence1" + got.text.encode()) is None
    token = formats.from_base45(awa.card.removeprefix("CA"))[2:18]
    assert [tag_of(bytes.fromhex(said["nonce"]), token), 20_00] in said["cards"]
    assert len(said["cards"]) == len(said["struck"]) == 32
    assert (said["room_cents"], said["total_cents"]) == (40_00, 400_00), "the card's part is kept"
    assert shop.sync(shop.code_sale(awa.card, awa.pin, 15_00)) == ["posted"]
    assert balance(f"wallet:{awa.wallet}") == 80_00 and balance(f"loss:{shop.place}") == 0
    shop.close()
    assert balance(f"wallet:{awa.wallet}") == 85_00


def test_what_is_lost_is_lost_until_somebody_has_looked(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    others = [Member(n, 0) for n in (2, 3, 4, 5)]
    lost = [shop.code_sale(one.card, one.wrong_pin, 20_00) for one in others]
    assert shop.sync(*lost) == ["posted"] * 3 + ["offline_room_used"]
    assert balance(f"loss:{shop.place}") == -60_00
    shop.close()
    assert json.loads(shop.open().text)["room_cents"] == 0
    review = new_id()
    assert refused(operations.review_losses, place_id=shop.place, by=DESK, id=review) == "role"
    for _again in range(2):
        got = operations.review_losses(place_id=shop.place, by=OFFICE, id=review)
        assert got == 60_00
    assert balance(f"loss:{shop.place}") == 0
    assert json.loads(shop.open(holds_nothing=True).text)["room_cents"] == 60_00
    by, id = OFFICE, new_id()
    assert refused(operations.review_losses, place_id=shop.place, by=by, id=id) == "nothing_lost"


def test_with_an_empty_fund_only_money_that_was_set_aside_passes() -> None:
    ground(0)
    awa, shop = Member(1, 100_00), Shop("Halle")
    phone = Phone(awa)
    phone.ask((shop.place, 20_00), (0, 20_00))
    assert json.loads(shop.open().text)["room_cents"] == 0
    planned = phone.pay(0, 1, shop.request(5_00, nonce(1)))
    signed = phone.pay(1, 1, shop.request(5_00, nonce(2)))
    wrong = shop.code_sale(awa.card, awa.wrong_pin, 5_00)
    assert shop.sync(planned, signed, wrong) == ["posted", "posted", "offline_room_used"]


def test_a_till_that_cheats_cannot_use_up_what_the_fund_holds_for_others() -> None:
    ground(60_00)
    awa, honest, cheat = Member(1, 0), Shop("Halle"), Shop("Vrac")
    assert json.loads(honest.open().text)["room_cents"] == 60_00
    assert json.loads(cheat.open().text)["room_cents"] == 0
    assert cheat.sync(cheat.code_sale(awa.card, awa.wrong_pin, 20_00)) == ["offline_room_used"]
    means = [Member(n, 0) for n in (2, 3, 4)]
    trusted = [honest.code_sale(one.card, one.wrong_pin, 20_00) for one in means]
    assert honest.sync(*trusted) == ["posted"] * 3
    operations.review_losses(place_id=honest.place, by=OFFICE, id=new_id())
    more = honest.code_sale(awa.card, awa.wrong_pin, 20_00)
    assert honest.sync(more) == ["offline_room_used"], "a look refills the next licence"


def test_a_second_licence_gives_the_first_no_room_that_it_has_used() -> None:
    ground(3_300_00)
    means = [Member(n, 0) for n in range(1, 7)]
    first = Shop("Comptoir")
    second = Shop("Marché", first.place)
    first.open()
    lost = [first.code_sale(one.card, one.wrong_pin, 20_00) for one in means]
    assert first.sync(*lost[:2]) == ["posted"] * 2
    later(49)
    assert json.loads(second.open().text)["room_cents"] == 0
    assert first.sync(*lost[2:]) == ["posted"] + ["offline_room_used"] * 3
    assert balance(f"loss:{first.place}") == -60_00


def test_two_people_put_aside_for_losses_and_never_take_back_what_licences_may_lose(
    awa: Member,
) -> None:
    said: dict[str, Any] = {"decision": 2, "by": OFFICE}
    act = operations.prepare_offline_room(cents=-3_300_00, id=new_id(), **said)
    Shop("Halle").open()
    assert refused(people.agree, act_id=act, by=OTHER) == "fund_short"
    part = operations.prepare_offline_room(cents=-3_240_00, id=new_id(), **said)
    people.agree(act_id=part, by=OTHER)
    assert balance("fund:offline") == 60_00
    assert json.loads(Shop("Vrac").open().text)["room_cents"] == 0
    prepare = operations.prepare_offline_room
    assert refused(prepare, cents=0, id=new_id(), **said) == "amount"
    wrong = {"decision": 99, "by": OFFICE}
    assert refused(prepare, cents=1_00, id=new_id(), **wrong) == "unknown_decision"


def test_one_device_of_a_place_at_a_time_and_the_next_one_takes_no_slip_of_the_first(
    awa: Member,
) -> None:
    first = Shop("Comptoir")
    second, phone = Shop("Marché", first.place), Phone(awa)
    phone.ask((first.place, 20_00))
    first.open()
    assert refused(second.open) == "licence_held"
    assert refused(first.open) == "licence_open"
    lost = phone.pay(0, 1, first.request(12_00, nonce(1)))
    later(49)
    got = json.loads(second.open().text)
    assert got["room_cents"] == 0, "the room of the first is still open"
    later(24 * 6)
    assert first.sync(lost) == ["posted"], "within seven days of its end"
    assert balance(f"place:{first.place}") == 12_00


def test_a_slip_of_which_something_was_taken_ends_with_its_licence_the_others_go_on(
    awa: Member,
) -> None:
    shop, phone, other = Shop("Halle"), Phone(awa), Phone(Member(2, 100_00))
    phone.ask((shop.place, 20_00))
    other.ask((shop.place, 20_00))
    shop.open()
    assert shop.sync(phone.pay(0, 1, shop.request(5_00, nonce(1)))) == ["posted"]
    later(1)
    said = json.loads(shop.open(holds_nothing=True).text)
    struck = [
        tag_of(bytes.fromhex(said["nonce"]), one.slips[0][1].slip_id) in said["struck"]
        for one in (phone, other)
    ]
    assert struck == [True, False]
    assert balance(f"wallet:{awa.wallet}") == 95_00
    assert balance(f"wallet:{other.member.wallet}") == 80_00
    assert shop.sync(other.pay(0, 1, shop.request(5_00, nonce(2)))) == ["posted"]


def test_what_is_set_aside_stays_within_the_articles(awa: Member) -> None:
    shops, phone = [Shop(f"Lieu {n}") for n in range(4)], Phone(awa)
    phone.ask((shops[0].place, 20_00), (shops[1].place, 20_00))
    for wanted, reason in (
        ([(shops[2].place, 20_01)], "reserve_limit"),
        ([(shops[2].place, 1_00), (shops[3].place, 1_00)], "places"),
        ([(0, 20_01)], "anywhere_limit"),
        ([(999, 1_00)], "unknown_place"),
        ([(0, 0)], "amount"),
        ([(0, 1_00), (0, 1_00)], "places"),
    ):
        with pytest.raises(Refusal) as refusal:
            phone.ask(*wanted)
        assert refusal.value.reason == reason
    shops[0].open()
    row = Reserve.objects.get(place=shops[0].place)
    give = operations.give_back_reserve
    said: dict[str, Any] = {"wallet_id": awa.wallet, "by": DESK}
    assert refused(give, reserve_id=row.pk, **said) == "funds_reserved"
    free = Reserve.objects.get(place=shops[1].place)
    give(reserve_id=free.pk, **said)
    give(reserve_id=free.pk, **said)
    assert balance(f"wallet:{awa.wallet}") == 80_00
    shops[1].open()
    gone = phone.pay(1, 1, shops[1].request(1_00, nonce(1)))
    assert shops[1].sync(gone) == ["means_unavailable"], "its next licence strikes it"


def test_one_licence_honours_its_sum_and_no_more() -> None:
    ground(3_300_00, payment__offline_day_cents=15_00, payment__offline_member_cents=20_00)
    awa, shop = Member(1, 100_00), Shop("Halle")
    shop.open()
    sales = [shop.code_sale(one, awa.pin, 15_00) for one in (awa.card, awa.card)]
    sales += [shop.code_sale(awa.handle, awa.pin, cents, method="pin") for cents in (16_00, 15_00)]
    told = ["posted", "offline_member_limit", "offline_till_limit", "posted"]
    assert shop.sync(*sales) == told
    assert shop.sync(shop.code_sale(awa.card, awa.pin, 1)) == ["offline_till_limit"]
    assert Licence.objects.get().used_cents == balance(f"place:{shop.place}") == 30_00


def test_a_sale_paid_with_network_is_proven_to_a_till_without(awa: Member) -> None:
    shop = Shop("Halle")
    request, id = shop.request(5_00, nonce(1)), new_id()
    assert operations.prove(request=request, payment_id=id, wallet_id=awa.wallet) is None
    operations.pay(
        payment_id=id, wallet_id=awa.wallet, place_id=shop.place, cents=5_00, method="shop_qr",
        by=DESK,
    )  # fmt: skip
    proven = operations.prove(request=request, payment_id=id, wallet_id=awa.wallet)
    assert proven is not None
    assert formats.is_paid(proven.message, request, shop.key) and len(proven.words) == 3
    assert (
        operations.prove(request=shop.request(6_00, nonce(1)), payment_id=id, wallet_id=awa.wallet)
        is None
    )


def test_where_the_bylaws_do_not_say_so_nobody_sells_without_network() -> None:
    ground(0, payment__offline=False)
    shop, phone = Shop("Halle"), Phone(Member(1, 100_00))
    assert refused(shop.open) == "offline_off"
    with pytest.raises(Refusal) as refusal:
        phone.ask((shop.place, 1_00))
    assert refusal.value.reason == "offline_off"


def test_a_device_gives_a_key_that_is_one(awa: Member) -> None:
    shop = Shop("Halle")
    for key in (b"\x03" + bytes(32), b"\x02" + b"\xff" * 32, b"\x01"):
        said = {"device_id": shop.device, "by": OFFICE, "id": new_id(), "sign": key}
        assert refused(operations.open_licence, **said) == "key"


def test_the_caisse_signs_slips_for_as_long_as_a_licence_lasts(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    slip = phone.slips[0][1]
    assert formats.is_signed(slip, keys.sign_keys()[slip.key_id])
    assert isinstance(keys.sign_keys()[slip.key_id], Ed25519PublicKey)
    assert (slip.cents, slip.hours, slip.place) == (20_00, 48, shop.place.to_bytes(4, "big"))
