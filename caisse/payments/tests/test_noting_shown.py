"""A card, a QR or a voucher that was shown and not taken is told to its owner, and bounded."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caisse.kernel import clock
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.wording import day, hour
from caisse.merchants.tests.ground import OFFICE, approved, go
from caisse.messages import operations as messages
from caisse.messages import queries as told
from caisse.messages.models import Remark
from caisse.messages.operations import remarks
from caisse.messages.reactions import write
from caisse.payments import operations
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests.device import PhoneTill
from caisse.payments.tests.test_api import DAY, DESK
from caisse.payments.tests.test_cards import CardWorld
from caisse.payments.tests.test_phones import Paying, amended, reason
from caisse.payments.tests.vouchers import VoucherWorld, forged

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

Kinds = list[tuple[str, str, int | None]]


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    """Nothing of another test waits in memory."""
    remarks._WAITING.clear()
    BRAKE.release()
    yield
    remarks._WAITING.clear()
    BRAKE.release()


def kinds(wallet: int) -> Kinds:
    write()
    rows = told.remarks(wallet, until_ms=clock.now_ms() + 1, limit=100)
    return [(row.kind, row.reason, row.cents) for row in rows]


# cards


def test_a_blocked_card_that_is_shown_is_told_with_its_place_and_no_amount() -> None:
    world = CardWorld()
    text = world.text
    operations.block_card(holder_id=world.holder, by=OFFICE)
    assert world.scan(text, cents=9_00).said["reason"] == "means_unavailable"
    assert kinds(world.wallet) == [("card", "means_unavailable", None)]
    (row,) = told.remarks(world.wallet, until_ms=clock.now_ms() + 1, limit=9)
    assert row.place_id == world.place


def test_a_card_that_was_replaced_is_told_whatever_code_goes_with_it() -> None:
    world = CardWorld()
    old = world.text
    operations.make_card(holder_id=world.holder, by=OFFICE, id=new_id())
    assert world.scan(old, pin=world.wrong).said["reason"] == "card_replaced"
    assert kinds(world.wallet) == [("card", "card_replaced", None)]


def test_what_is_no_card_of_ours_tells_nobody() -> None:
    world = CardWorld()
    text = world.text
    operations.block_card(holder_id=world.holder, by=OFFICE)
    altered = text[:12] + ("A" if text[12] != "A" else "B") + text[13:]  # of what it says
    assert world.scan(altered).said["reason"] == "qr_unreadable"
    assert kinds(world.wallet) == []


def test_a_card_that_pays_again_what_it_paid_tells_nothing() -> None:
    world = CardWorld()
    id, text = show_id(new_id()), world.text
    assert world.scan(text, id=id).status == 201
    operations.block_card(holder_id=world.holder, by=OFFICE)
    assert world.scan(text, id=id).status == 200
    assert kinds(world.wallet) == []


def test_who_has_found_a_card_floods_nobody() -> None:
    world = CardWorld()
    text = world.text
    operations.block_card(holder_id=world.holder, by=OFFICE)
    for _minute in range(9):
        clock.travel(clock.now_ms() + 20 * 60_000)
        world.scan(text)
        kinds(world.wallet)
    assert len(kinds(world.wallet)) == 4, "one in an hour"
    for _hour in range(3):
        clock.travel(clock.now_ms() + 60 * 60_000)
        world.scan(text)
        kinds(world.wallet)
    assert len(kinds(world.wallet)) == remarks.MOST_A_DAY[Remark.Kind.CARD]
    go(DAY + timedelta(days=1))
    world.scan(text)
    assert len(kinds(world.wallet)) == remarks.MOST_A_DAY[Remark.Kind.CARD] + 1, "another day"


# refusals after a right code


def test_a_day_of_refusals_is_so_many_and_no_more() -> None:
    world = CardWorld()
    for minute in range(remarks.MOST_A_DAY[Remark.Kind.REFUSED] + 3):
        messages.jot(
            wallet_id=world.wallet, kind="refused", reason="funds_short", place_id=1, cents=minute
        )
        clock.travel(clock.now_ms() + 60_000)
    messages.write_jotted()
    messages.jot(wallet_id=world.wallet, kind="refused", reason="funds_short", place_id=1, cents=1)
    assert messages.write_jotted() == 0
    assert len(kinds(world.wallet)) == remarks.MOST_A_DAY[Remark.Kind.REFUSED]


# QRs


def test_an_old_qr_and_one_that_is_shown_twice_are_told() -> None:
    world = Paying()
    qr, old = world.phone.qr(), world.phone.qr()
    assert world.show(qr).status == 201
    other = PhoneTill()
    world.confirm(other, world.invite(approved("Vrac")))
    wanted = {"id": show_id(new_id()), "cents": 1_00, "method": "member_qr", "qr": qr}
    again = other.send("POST", "payments", wanted)
    assert reason(again) == "qr_used"
    assert f"Ce QR a déjà servi à {hour(clock.local(clock.now_ms()))}." in again.said["member"]
    clock.travel(clock.now_ms() + 60 * 60_000)
    assert reason(world.show(old)) == "qr_expired"
    assert kinds(world.wallet) == [("qr", "qr_expired", None), ("qr", "qr_used", 1_00)]


def test_an_amount_over_that_of_the_qr_is_told_with_what_was_asked() -> None:
    world = Paying()
    answer = world.show(world.phone.qr(), cents=90_00)
    assert reason(answer) == "amount_limit" and "60,00" in answer.said["member"]
    assert kinds(world.wallet) == [("refused", "amount_limit", 90_00)]


def test_the_code_that_a_dear_qr_needs_is_a_step_and_no_refusal() -> None:
    world = Paying()
    amended("payment.qr_pin_above_cents", 10_00)
    assert reason(world.show(world.phone.qr())) == "code_needed"
    assert kinds(world.wallet) == []


def test_a_blocked_telephone_s_qr_is_told_where_it_has_proven_it() -> None:
    world = Paying()
    qr = world.phone.qr()
    operations.block_phone(phone_id=world.number, by=DESK)
    last = "A" if qr[-1] != "A" else "B"
    assert reason(world.show(qr[:-1] + last)) in ("means_unavailable", "qr_unreadable")
    assert kinds(world.wallet) == [], "anybody can write such a text who has seen one"
    assert reason(world.show(qr)) == "means_unavailable"
    assert kinds(world.wallet) == [("qr", "means_unavailable", None)]


def test_what_a_telephone_may_not_pay_is_told_to_the_other_holder_too() -> None:
    world = Paying()
    world.pay(cents=95_00)
    assert reason(world.scan(world.request())) == "funds_short"
    assert kinds(world.wallet) == [("refused", "funds_short", 12_40)]
    assert reason(world.scan(world.request(late_min=11))) == "qr_expired"
    assert kinds(world.wallet) == [("refused", "funds_short", 12_40)], "the shop's QR, not hers"


# vouchers


def test_a_voucher_that_is_not_cashed_is_told_to_who_paid_it() -> None:
    world = VoucherWorld()
    text = world.one(5_00)
    assert world.reason(text, 4_00) == "voucher_whole"
    assert kinds(world.wallet) == [("voucher", "voucher_whole", 5_00)]
    clock.travel(clock.now_ms() + 60 * 60_000)
    assert world.cash(text).status == 201
    again = world.cash(text)
    assert again.said["reason"] == "voucher_used"
    assert f"encaissé le {day(clock.today())}." in again.said["member"]
    assert kinds(world.wallet)[0] == ("voucher", "voucher_used", 5_00)


def test_what_is_no_voucher_of_hers_tells_nobody() -> None:
    world = VoucherWorld()
    text = world.one(5_00)
    assert world.reason(forged(text, cents=50_00), 60_00) == "voucher_unknown"
    assert world.reason("ABCDEFGHJKMNP") == "voucher_unknown"
    assert kinds(world.wallet) == []


# the till


def test_noting_asks_the_database_nothing_of_its_own() -> None:
    world = CardWorld()
    text = world.text
    operations.block_card(holder_id=world.holder, by=OFFICE)
    with CaptureQueriesContext(connection) as asked:
        world.scan(text)
    assert not [one for one in asked if "remark" in one["sql"] or "people_holder" in one["sql"]]
    assert kinds(world.wallet), "and it was noted"
