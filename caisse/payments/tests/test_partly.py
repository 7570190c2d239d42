"""A part in MonA, the rest in euros: all that one has is taken on her own key press alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from caisse.kernel.ids import new_id, show_id
from caisse.ledger.models import Transfer
from caisse.payments import formats
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests.device import Answer
from caisse.payments.tests.test_limits import DAILY, Limited
from caisse.payments.tests.test_phones import amended, reason

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
ALL: dict[str, Any] = {"cents": 60_00, "up_to": True}


@pytest.fixture
def world() -> Iterator[Limited]:
    """A member who has 40 € left."""
    BRAKE.release()
    made = Limited()
    assert made.pay(cents=60_00).status == 201
    yield made
    BRAKE.release()


def scanned(world: Limited, request: bytes, **said: Any) -> Answer:
    return world.phone.send("POST", "phones/requests/pay", {"request": request.hex(), **said})


def test_a_till_alone_takes_nobodys_whole_balance(world: Limited) -> None:
    """A QR, or a card that pays small amounts without its code: neither says that she wants it."""
    amended(f"payment.{DAILY}", 200_00)
    amended("payment.pin_free_below_cents", 50_00)
    qr = world.phone.qr()
    assert reason(world.show(qr, **ALL)) == "code_needed"
    assert reason(world.by_card(45_00, up_to=True)) == "code_needed"
    assert world.left == 40_00
    assert not Transfer.objects.filter(reason__in=("claim", "try")).exists()
    assert world.by_card(1_00).status == 201, "a small amount is paid without"
    assert world.show(qr, cents=1_00).status == 201, "the QR is not used up"


@pytest.mark.parametrize("way", ["member_qr", "card", "pin"])
def test_with_her_code_all_that_she_has_is_taken(world: Limited, way: str) -> None:
    ways: dict[str, Callable[..., Answer]] = {
        "member_qr": lambda **said: world.show(world.phone.qr(), **ALL, **said),
        "card": lambda **said: world.by_card(60_00, up_to=True, **said),
        "pin": lambda pin, **said: world.pay(pin, **ALL, **said),
    }
    pay = ways[way]
    assert reason(pay(pin=world.wrong, attempt=1)) == "code_wrong"
    paid = pay(pin=world.pin, attempt=2)
    assert paid.said["cents"] == 40_00 and world.left == 0


def test_what_was_taken_is_told_again_without_a_code(world: Limited) -> None:
    id, qr = show_id(new_id()), world.phone.qr()
    paid = world.show(qr, id=id, pin=world.pin, attempt=1, **ALL)
    again = world.show(qr, id=id, **ALL)
    assert (paid.status, again.status) == (201, 200) and again.body == paid.body


def test_she_pays_a_till_with_all_that_she_has_on_her_telephone(world: Limited) -> None:
    request = world.request(60_00)
    assert reason(scanned(world, request)) == "funds_short" and world.left == 40_00
    paid = scanned(world, request, up_to=True)
    assert paid.status == 201 and paid.said["cents"] == 40_00 and paid.said["left_cents"] == 0
    again = scanned(world, request, up_to=True)
    assert again.status == 200 and again.body == paid.body
    shop = world.till.send("GET", f"payments/{show_id(formats.request_id(request))}/paid")
    assert shop.said["cents"] == 40_00 and "left_cents" not in shop.said
    assert scanned(world, request, up_to=1).status == 400
    proof = world.phone.send("POST", "phones/requests/prove", {"request": request.hex()})
    assert proof.status == 404, "a till without network would read the whole amount in it"


def test_a_request_for_less_than_she_has_is_paid_whole(world: Limited) -> None:
    assert scanned(world, world.request(12_40), up_to=True).said["cents"] == 12_40
    assert reason(scanned(world, world.request(60_01), up_to=True)) == "amount_limit"


@pytest.mark.parametrize("way", ["member_qr", "card", "pin"])
def test_a_till_reads_the_same_of_one_cent_too_much_and_of_an_empty_wallet(
    world: Limited, way: str
) -> None:
    """It must not learn whose wallet is empty by asking for one cent too much."""
    too_much = world.ways()[way](40_01)
    assert world.pay(cents=40_00).status == 201
    empty = world.ways()[way](40_01)
    assert reason(empty) == "funds_short" and empty.body == too_much.body


def test_her_own_telephone_says_that_nothing_is_left(world: Limited) -> None:
    some = scanned(world, world.request(60_00)).said
    assert "une partie" in some["member"] and "empty" not in some
    assert world.pay(cents=40_00).status == 201
    for none in (scanned(world, world.request(60_00)).said, world.by_poster(5_00).said):
        assert none["reason"] == "funds_short" and none["empty"] is True
        assert "une partie" not in none["member"]


def test_an_empty_wallet_pays_nothing_of_it(world: Limited) -> None:
    assert world.pay(cents=40_00).status == 201
    assert reason(scanned(world, world.request(5_00), up_to=True)) == "funds_short"
    assert reason(world.show(world.phone.qr(), pin=world.pin, attempt=1, **ALL)) == "funds_short"


def test_where_the_bylaws_want_it_whole_nobody_pays_a_part(world: Limited) -> None:
    id = show_id(new_id())
    before = world.pay(id=id, cents=45_00, up_to=True)
    amended("payment.partial_allowed", False)
    right, wrong = world.pay(cents=5_00, up_to=True), world.pay(world.wrong, cents=5_00, up_to=True)
    assert right.body == wrong.body and reason(right) == "means_unavailable"
    assert not Transfer.objects.filter(reason="try").exists()
    assert reason(scanned(world, world.request(5_00), up_to=True)) == "means_unavailable"
    assert world.pay(id=id, cents=45_00, up_to=True).body == before.body
    for screen in (world.till.send("GET", "tills/self"), world.phone.send("GET", "phones/self")):
        assert screen.said["partial_allowed"] is False


def test_where_nobody_has_decided_a_part_may_be_in_euros(world: Limited) -> None:
    assert world.till.send("GET", "tills/self").said["partial_allowed"] is True
