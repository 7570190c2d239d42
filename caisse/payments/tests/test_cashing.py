"""A voucher is cashed once: by its QR or its code, on its last day, whoever shows it with it."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from caisse.kernel import clock
from caisse.kernel.ids import new_id, parse_id, show_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE, go
from caisse.payments import api, formats, keys, operations, queries, vouchers
from caisse.payments.api.payments import WAYS
from caisse.payments.models import VoucherSheet
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests.device import PhoneTill
from caisse.payments.tests.test_api import DAY, Described
from caisse.payments.tests.vouchers import VoucherWorld, at_once, forged, wrong_in_the_books

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

VOUCHER_BYTES = 20  # before its signature


@pytest.fixture
def world() -> Iterator[VoucherWorld]:
    BRAKE.release()
    yield VoucherWorld()
    BRAKE.release()


# cashed


def test_a_scanned_voucher_pays_its_value_once(world: VoucherWorld) -> None:
    text, id = world.one(), show_id(new_id())
    first = world.cash(text, 12_40, id=id)
    assert (first.status, first.said["cents"], first.said["kind"]) == (201, 5_00, "payment")
    again = world.cash(text, 12_40, id=id)
    asked = world.till.send("GET", f"payments/{id}")
    assert (again.status, asked.status) == (200, 200)
    assert first.body == again.body == asked.body and len(first.body) % 256 == 0
    other = world.cash(text, 12_40)
    assert (other.status, other.said["reason"]) == (422, "voucher_used")
    assert (world.left, world.circulating) == (95_00, 0)
    assert books.balance(f"place:{world.place}") == 5_00
    movement = books.transfer(parse_id(id))
    assert movement is not None and movement.method == "voucher"
    kept = queries.receipt(parse_id(id))
    assert kept is not None and kept.wallet_id == world.wallet
    assert json.loads(kept.for_member())["left_cents"] is None, "the wallet paid before"
    assert wrong_in_the_books() == []


def test_a_typed_code_pays_as_well(world: VoucherWorld) -> None:
    paper = world.issue(10_00).papers[0]
    typed = vouchers.shown(paper.code).lower()
    assert world.cash(typed, 10_00).said["cents"] == 10_00
    assert world.reason(paper.text, 10_00) == "voucher_used"


def test_a_purchase_smaller_than_the_voucher_moves_nothing(world: VoucherWorld) -> None:
    text = world.one(10_00)
    answer = world.cash(text, 9_99)
    assert (answer.status, answer.said["reason"]) == (422, "voucher_whole")
    assert "10,00" in answer.said["cashier"] and "10,00" in answer.said["member"]
    assert world.circulating == 10_00
    assert world.cash(text, 10_00).status == 201


def test_what_is_altered_or_anothers_is_not_known(world: VoucherWorld) -> None:
    text = world.one()
    assert world.reason(forged(text, cents=100_00), 100_00) == "voucher_unknown"
    assert world.reason(forged(text, last_day=9_999)) == "voucher_unknown"
    _number, sign = keys.sign_key()
    ours: list[dict[str, Any]] = [
        {"cents": 1_00},
        {"last_day": 9_999},
        {"secret": b"another!"},
        {"serial": b"other"},
    ]
    for changed in ours:  # somebody has the key that signs, and no other
        assert world.reason(forged(text, sign, **changed)) == "voucher_unknown"
    message = formats.message_of(text) or b""
    chance = random.Random(5)
    for _each in range(60):  # any bit but those of the kind and of the key's number
        other = bytearray(message)
        other[chance.randrange(2, VOUCHER_BYTES)] ^= 1 << chance.randrange(8)
        assert world.reason(formats.text_of(bytes(other))) == "voucher_unknown"
    assert world.cash(formats.text_of(message[:VOUCHER_BYTES] + bytes(64))).status == 201
    assert world.reason(text) == "voucher_used", "with network its drawn bits prove it alone"


def test_another_kind_of_qr_is_said_to_be_one(world: VoucherWorld) -> None:
    assert world.reason("A" * 13) == "voucher_unknown", "no sheet was ever made: no keys to ask"
    operations.make_card(holder_id=1, by=OFFICE, id=new_id())
    card = operations.printed_card(1).text
    for said in (card, "CA" + formats.base45(b"A" * 84), "https://example.org/" + "a" * 40):
        answer = world.cash(said)
        assert answer.said["reason"] == "qr_unreadable" and "bon" in answer.said["cashier"]
    for said in ("", "a\0b", "\ud800", "bonjour", "12345"):
        assert world.reason(said) == "voucher_unknown"
    for odd in ({"voucher": 5}, {"voucher": "x" * 161}, {"pin": "123456"}, {"up_to": True}):
        assert world.cash("x", **odd).status == 400
    assert world.tries() == 1, "only what could be a code counts"


def test_a_voucher_pays_on_its_last_day_and_not_after(world: VoucherWorld) -> None:
    go(date(2023, 8, 31))
    texts = [paper.text for paper in world.issue(5_00, 5_00).papers]
    assert {row.last_day for row in VoucherSheet.objects.all()} == {date(2024, 2, 29)}
    clock.travel(clock.instant(date(2024, 3, 1)) - 1)
    ledger.prepare(Month(2024, 2))
    assert operations.expire_sheets() == 0
    assert world.cash(texts[0]).status == 201
    clock.travel(clock.instant(date(2024, 3, 1)))
    ledger.prepare(Month(2024, 6))
    answer = world.cash(texts[1])
    assert answer.said["reason"] == "voucher_expired"
    assert world.left == 90_00, "it is refused before it is swept"
    assert [operations.expire_sheets() for _each in range(2)] == [1, 0]
    assert (world.left, world.circulating) == (95_00, 0)
    assert world.reason(texts[1]) == "voucher_expired"
    assert world.reason(texts[0]) == "voucher_used"
    view = queries.sheets(world.wallet)[0]
    assert (view.cashed, view.back_cents, view.ended_on) == (1, 5_00, date(2024, 3, 1))
    assert wrong_in_the_books() == []


def test_a_till_or_place_that_does_not_cash_takes_no_voucher(world: VoucherWorld) -> None:
    text, id = world.one(), show_id(new_id())
    ledger.set_state([f"place:{world.vrac}"], "closed")
    assert world.reason(text, till=world.other) == "place_closed"
    assert world.cash(text, 8_00, id=id).status == 201
    operations.suspend_device(device_id=world.device, by=OFFICE)
    again = world.cash(text, 8_00, id=id)
    assert again.status == 200 and again.said["cents"] == 5_00, "a stopped till still learns of it"
    assert world.cash(text, 4_00, id=id).said["reason"] == "id_reused"
    assert world.reason(text) == "till_suspended"


def test_a_suspended_wallet_keeps_what_it_printed(world: VoucherWorld) -> None:
    text = world.one()
    ledger.set_state([f"wallet:{world.wallet}"], "closed")
    assert world.cash(text).status == 201


def test_a_number_stands_for_one_payment(world: VoucherWorld) -> None:
    one, other, id = world.one(), world.one(), show_id(new_id())
    first = world.cash(one, id=id)
    assert world.cash(other, id=id).body == first.body, "the number is paid: its receipt is told"
    assert world.circulating == 5_00
    paid = show_id(new_id())
    world.pay(id=paid, cents=12_40)
    assert world.reason(other, id=paid) == "id_reused"
    burnt = show_id(new_id())
    world.till.send("POST", f"payments/{burnt}/abandon", {})
    assert world.reason(other, id=burnt) == "abandoned"
    assert world.reason(other, id=show_id(new_id(1))) == "device_clock"
    assert world.circulating == 5_00


def test_what_is_written_of_vouchers_is_what_is_answered(world: VoucherWorld) -> None:
    described = Described(PhoneTill())
    text, id = world.one(10_00), show_id(new_id())
    asked: list[tuple[str, dict[str, Any]]] = [
        (text, {"cents": 9_00}), (text, {"id": id}), (text, {"id": id}), (text, {}),
        ("0" * 13, {}), ("x" * 50, {}), (text, {"id": "x"}), (text, {"id": id, "cents": 1}),
    ]  # fmt: skip
    answers = [world.cash(said, **{"cents": 10_00, **more}) for said, more in asked]
    assert [one.status for one in answers] == [422, 201, 200, 422, 422, 422, 400, 409]
    for answer in answers:
        described.fits(answer, "POST", "/payments")


def test_each_way_of_paying_is_written_with_what_it_says() -> None:
    post = json.loads(api.DESCRIBED.read_bytes())["paths"]["/payments"]["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    written = {
        one["properties"]["method"]["const"]: set(one["required"]) for one in schema["oneOf"]
    }
    assert written == {method: set(way.says) for method, way in WAYS.items()}
    said = {name for way in WAYS.values() for name in (*way.says, *way.may)}
    assert set(schema["properties"]) == said | {"id", "cents", "method", "cashier", "lines"}
    assert sorted(schema["properties"]["method"]["enum"]) == sorted(WAYS)


# attacked


def test_of_fifty_who_show_the_same_voucher_at_two_places_one_is_paid(world: VoucherWorld) -> None:
    paper = world.issue(5_00).papers[0]

    def show(n: int) -> Callable[[], str]:
        till, said = (world.till, world.other)[n % 2], (paper.text, paper.code)[n // 2 % 2]
        return lambda: str(world.cash(said, till=till).said.get("reason", "paid"))

    told = Counter(at_once([show(n) for n in range(50)]))
    assert told == {"paid": 1, "voucher_used": 49}
    assert world.circulating == 0
    places = [books.balance(f"place:{place}") for place in (world.place, world.vrac)]
    assert sorted(places) == [0, 5_00]


def test_the_same_payment_sent_fifty_times_at_once_is_one_receipt(world: VoucherWorld) -> None:
    text, id = world.one(), show_id(new_id())
    told = at_once([lambda: world.cash(text, 7_00, id=id)] * 50)
    assert len({one.body for one in told}) == 1
    assert sorted(one.status for one in told)[-1] == 201 and {one.status for one in told} <= {
        200,
        201,
    }
    assert books.balance(f"place:{world.place}") == 5_00


def test_cashed_or_withdrawn_never_both(world: VoucherWorld) -> None:
    for turn in range(6):
        sheet = world.issue(5_00)
        text = sheet.papers[0].text
        acts: list[Callable[[], Any]] = [
            lambda text=text: world.cash(text).said.get("reason", "paid"),  # type: ignore[misc]
            lambda n=sheet.number: operations.withdraw_sheet(number=n, by=OFFICE, id=new_id()),  # type: ignore[misc]
        ]
        paid, back = at_once(acts if turn % 2 else acts[::-1])[:: 1 if turn % 2 else -1]
        assert (paid, back) in {("paid", 0), ("voucher_expired", 5_00)}
    assert world.circulating == 0
    assert world.left + books.balance(f"place:{world.place}") == 100_00


def test_cashed_or_expired_never_both(world: VoucherWorld) -> None:
    """Sheets of ten days; the clock passes the midnight of each while one is shown and swept."""
    texts = []
    for day in range(10):
        go(DAY + timedelta(day))
        texts.append(world.one())
    ledger.prepare(Month(2023, 9))
    sheets, paid = list(VoucherSheet.objects.order_by("pk")), 0
    for turn, (text, sheet) in enumerate(zip(texts, sheets, strict=True)):
        midnight = clock.instant(sheet.last_day + timedelta(1))
        clock.travel(midnight - 2 * turn, runs=True)
        cashed, _swept = at_once(
            [lambda text=text: world.cash(text).status, operations.expire_sheets]  # type: ignore[misc]
        )
        clock.travel(midnight + 1)
        operations.expire_sheets()
        paid += cashed == 201
        assert world.circulating == 5_00 * (9 - turn), "once the day is over nothing is left of it"
    assert books.balance(f"place:{world.place}") == paid * 5_00
    assert world.left == 100_00 - paid * 5_00


def test_wrong_codes_are_counted_at_the_till_and_pause_typing_alone(world: VoucherWorld) -> None:
    sheet = world.issue(5_00, 5_00)
    one, other = sheet.papers
    wrong = [one.code[:8] + f"{n:05d}" for n in range(12)]
    id = show_id(new_id())
    assert [world.reason(wrong[0], id=id) for _each in range(3)] == ["voucher_unknown"] * 3
    assert world.tries() == 1, "sent again it is one entry"
    assert [world.reason(code) for code in wrong[1:10]] == ["voucher_unknown"] * 9
    assert world.tries() == 10
    told = world.cash(wrong[10])
    right = world.cash(one.code)
    assert told.said["reason"] == "till_code_paused" and told.body == right.body
    assert world.reason("bonjour") == "voucher_unknown"
    assert world.cash(other.text).status == 201, "what is scanned cannot be guessed"
    assert world.cash(one.code, till=world.other).status == 201, "another till is not touched"


def test_a_burst_of_guesses_is_ten_judged_ones(world: VoucherWorld) -> None:
    code = world.issue(5_00).papers[0].code
    guesses = [said for n in range(50) if (said := code[:8] + f"{n:05d}") != code][:49]
    told = Counter(at_once([lambda said=said: world.reason(said) for said in guesses]))  # type: ignore[misc]
    assert told == {"voucher_unknown": 10, "till_code_paused": 39}
    assert world.tries() == 10


def test_what_was_typed_wrong_is_not_to_be_found_in_the_books(world: VoucherWorld) -> None:
    code = world.issue(5_00).papers[0].code
    slip = code[:-1] + ("2" if code[-1] != "2" else "3")
    ids = [show_id(new_id()) for _each in "ab"]
    for id in ids:
        world.cash(slip, id=id)
    rows = books.since(0, 10_000)
    tried = [row.id for row in rows if row.reason == "try"]
    assert len(set(tried)) == 2 and len({id[6:] for id in tried}) == 2
