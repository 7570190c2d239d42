"""Each way of paying is there or not, as the bylaws say: at the caisse, in what screens show."""

from collections.abc import Callable, Iterator

import pytest

from caisse.kernel.ids import new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations
from caisse.payments.models import Licence, Reserve
from caisse.payments.operations import Licensed
from caisse.payments.operations.brake import BRAKE
from caisse.payments.rules import KINDS, OFFLINE_KINDS, InstrumentRules
from caisse.payments.tests.device import Answer
from caisse.payments.tests.market import awa, balance, later, nonce, refused
from caisse.payments.tests.test_limits import Limited
from caisse.payments.tests.test_phones import amended, reason
from tests.offline.real import DESK, Member, Phone, Shop

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture
def world() -> Iterator[Limited]:
    BRAKE.release()
    yield Limited()
    BRAKE.release()


def by_way(world: Limited) -> dict[str, Callable[[], Answer]]:
    """A payment of 5 € by each way; what the office does before is done while all are there."""
    sheet = operations.issue_sheet(wallet_id=world.wallet, values=(5_00,), by=OFFICE, id=new_id())
    held = operations.hold_paper_sale(
        holder_id=world.holder, place_id=world.place, cents=5_00, by=OFFICE, id=new_id()
    )
    voucher = {
        "id": show_id(new_id()), "cents": 5_00, "method": "voucher",
        "voucher": sheet.papers[0].text,
    }  # fmt: skip
    ways = world.ways()
    return {
        "pin": lambda: ways["pin"](5_00),
        "card": lambda: ways["card"](5_00),
        "member_qr": lambda: ways["member_qr"](5_00),
        "shop_qr": lambda: ways["request"](5_00),
        "voucher": lambda: world.till.send("POST", "payments", voucher),
        "paper": lambda: world.typed(held.figures, 5_00),
    }


def without(way: str) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if kind != way)


@pytest.mark.parametrize("way", [kind for kind in KINDS if kind != "paper"])
def test_one_way_is_off_and_all_others_pay(world: Limited, way: str) -> None:
    pays = by_way(world)
    amended("instrument.kinds", without(way))
    for name, pay in pays.items():
        answer = pay()
        assert (answer.status == 201) == (name != way), name
    assert reason(pays[way]()) == "means_unavailable"
    if way == "shop_qr":
        assert reason(world.by_poster(5_00)) == "means_unavailable"


def test_without_sales_by_telephone_none_is_agreed_to_and_what_was_agreed_is_paid(
    world: Limited,
) -> None:
    pays = by_way(world)
    amended("instrument.kinds", without("paper"))
    with pytest.raises(Refusal):
        world.by_agreement(5_00)
    assert pays["paper"]().status == 201, "the goods have left"


@pytest.mark.parametrize("kinds", [KINDS, ("card", "pin"), ("voucher",)])
def test_the_screens_say_which_ways_there_are(world: Limited, kinds: tuple[str, ...]) -> None:
    amended("instrument.kinds", kinds)
    assert world.till.send("GET", "tills/self").said["ways"] == list(kinds)
    assert world.phone.send("GET", "phones/self").said["ways"] == list(kinds)


def test_which_ways_need_no_network() -> None:
    assert InstrumentRules().offline_kinds == OFFLINE_KINDS
    assert InstrumentRules(kinds=("voucher", "shop_qr", "paper")).offline_kinds == ()
    assert InstrumentRules(kinds=("voucher", "card")).offline_kinds == ("card",)


def sold(awa: Member, shop: Shop, begin: Callable[[], Licensed], way: str) -> list[str]:
    """What the caisse says of a sale of 5 € without network by this way."""
    if way == "member_qr":
        phone = Phone(awa)
        phone.ask((shop.place, 20_00))
        begin()
        return shop.sync(phone.pay(0, 1, shop.request(5_00, nonce(1))))
    begin()
    who = awa.card if way == "card" else awa.handle
    return shop.sync(shop.code_sale(who, awa.pin, 5_00, method=way))


@pytest.mark.parametrize("way", OFFLINE_KINDS)
def test_what_was_off_before_the_licence_began_is_not_honoured(awa: Member, way: str) -> None:
    shop = Shop("Halle")

    def begin() -> Licensed:
        amended("instrument.kinds", without(way))
        later(1)
        return shop.open()

    assert sold(awa, shop, begin, way) == ["means_unavailable"]
    assert balance(f"place:{shop.place}") == 0 and balance("fund:offline") == 3_300_00
    assert way not in Licence.objects.get().ways.split()


@pytest.mark.parametrize("way", OFFLINE_KINDS)
def test_what_was_turned_off_since_is_honoured(awa: Member, way: str) -> None:
    """An honest till without network cannot know of it, though it is decided for this month."""
    shop = Shop("Halle")

    def begin() -> Licensed:
        got = shop.open()
        later(1)
        amended("instrument.kinds", without(way))
        return got

    assert sold(awa, shop, begin, way) == ["posted"]
    assert balance(f"place:{shop.place}") == 5_00


def test_nobody_looks_at_a_code_that_pays_nothing(awa: Member) -> None:
    shop = Shop("Halle")
    amended("instrument.kinds", without("pin"))
    shop.open()
    wrong = shop.code_sale(awa.handle, awa.wrong_pin, 5_00, method="pin")
    assert shop.sync(wrong) == ["means_unavailable"]
    assert books.total("tries") == 0 and balance(f"loss:{shop.place}") == 0
    late = shop.code_sale(awa.handle, awa.pin, 5_00, method="pin")
    shop.close()
    assert shop.sync(late) == ["means_unavailable"], "late too: no person decides about it"


def test_a_copy_of_a_telephone_is_answered_alike(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    phone.ask((shop.place, 20_00))
    amended("instrument.kinds", without("member_qr"))
    shop.open()
    sale = phone.pay(0, 1, shop.request(5_00, nonce(1)))
    told = operations.sync_phone(key=bytes(32), records=[sale])
    assert [one.answer for one in told] == ["means_unavailable"]
    shop.close()
    assert shop.sync(sale) == ["means_unavailable"], "late too"
    assert balance(f"place:{shop.place}") == 0 and balance(f"wallet:{awa.wallet}") == 80_00


def test_a_licence_of_before_they_were_written_down_takes_each(awa: Member) -> None:
    shop = Shop("Halle")
    shop.open()
    Licence.objects.update(ways="")
    assert shop.sync(shop.code_sale(awa.handle, awa.pin, 5_00, method="pin")) == ["posted"]


def test_without_any_way_that_needs_no_network_there_is_no_licence(awa: Member) -> None:
    shop = Shop("Halle")
    amended("instrument.kinds", ("voucher", "shop_qr", "paper"))
    assert refused(shop.open) == "offline_off" and not Licence.objects.exists()


def test_what_a_way_that_is_off_would_pay_is_not_set_aside(awa: Member) -> None:
    shop, phone = Shop("Halle"), Phone(awa)
    shop.open()
    said = {"holder_id": awa.holder, "place_id": shop.place, "cents": 5_00, "by": DESK}
    amended("instrument.kinds", ("pin",))
    assert refused(operations.set_aside, **said, id=new_id()) == "means_unavailable"
    with pytest.raises(Refusal) as refusal:
        phone.ask((shop.place, 5_00))
    assert refusal.value.reason == "means_unavailable" and not Reserve.objects.exists()


def test_a_licence_names_no_card_where_cards_do_not_pay(awa: Member) -> None:
    shop = Shop("Halle")
    operations.set_aside(
        holder_id=awa.holder, place_id=shop.place, cents=20_00, by=DESK, id=new_id()
    )
    amended("instrument.kinds", without("card"))
    shop.open()
    assert Reserve.objects.get().licence is None
    operations.give_back_reserve(reserve_id=Reserve.objects.get().pk, wallet_id=awa.wallet, by=DESK)
    assert balance(f"wallet:{awa.wallet}") == 100_00
