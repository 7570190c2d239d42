"""A till that erred ten times in an hour: its pause lasts that hour, whatever the worker does."""

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date

import pytest

from caisse.kernel import clock
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.payments import operations
from caisse.payments.operations import cashing
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests import loops
from caisse.payments.tests.market import awa
from caisse.payments.tests.test_api import DAY
from caisse.payments.tests.vouchers import VoucherWorld, at_once
from caisse.site import working
from tests.offline.real import Member, Shop

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

__all__ = ["awa"]  # a fixture
MINUTE_MS = 60_000
NINE = clock.instant(DAY, 9)
UNTIL = "10\u00a0h\u00a000"  # an hour after the first of the ten


@pytest.fixture(params=["threads", "loop"])
def world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VoucherWorld]:
    BRAKE.release()
    loops.remember_cashiers(monkeypatch)
    with loops.serving() if request.param == "loop" else nullcontext():
        yield VoucherWorld()
    BRAKE.release()


def at(minute: float, *, worked: bool = True) -> None:
    """So many minutes after nine; unless it stands still, the worker has had its turn."""
    clock.travel(NINE + int(minute * MINUTE_MS))
    if worked:
        ledger.trace()
        working.turn()


def err(world: VoucherWorld, times: int = 10) -> None:
    """Wrong codes of nobody, one a minute from nine o'clock on."""
    for n in range(times):
        at(n, worked=False)
        assert world.pay("123456", handle=f"radis-{n}").said["reason"] == "code_wrong"


def test_a_pause_of_codes_lasts_its_hour_whatever_the_worker_has_followed(
    world: VoucherWorld,
) -> None:
    world.pay(cents=1)
    err(world)
    for minute in (9, 10, 11, 30, 59):
        at(minute)
        for pin in (world.pin, world.wrong):
            told = world.pay(pin)
            assert told.said["reason"] == "till_code_paused" and UNTIL in told.said["cashier"]
    assert world.pay(till=world.other, cents=1).status == 201
    at(61)
    assert world.pay(cents=1).status == 201
    assert world.tries() == 8, "two of the ten are older than an hour"


def test_a_pause_ends_with_its_hour_also_when_the_worker_stands_still(world: VoucherWorld) -> None:
    """And what is typed wrong from then on counts as ever."""
    err(world)
    at(59.9, worked=False)
    assert world.pay().said["reason"] == "till_code_paused"
    at(60.5, worked=False)
    assert world.pay(cents=1).status == 201
    assert world.pay("123456", handle="radis-late").said["reason"] == "code_wrong"
    told = world.pay()
    assert told.said["reason"] == "till_code_paused" and "10\u00a0h\u00a001" in told.said["cashier"]


def test_a_pause_of_typed_vouchers_is_the_same_one(world: VoucherWorld) -> None:
    one, other, last = world.issue(5_00, 5_00, 5_00).papers
    wrong = [said for n in range(13) if (said := one.code[:8] + f"{n:05d}") != one.code][:12]
    for n, code in enumerate(wrong[:10]):
        at(n, worked=False)
        assert world.reason(code) == "voucher_unknown"
    for minute in (10, 59):
        at(minute)
        for code in (one.code, wrong[10]):
            told = world.cash(code)
            assert told.said["reason"] == "till_code_paused" and UNTIL in told.said["cashier"]
    assert world.cash(other.text).status == 201, "what is scanned is no code"
    at(60.5, worked=False)
    assert world.cash(one.code).status == 201
    at(60.6, worked=False)
    assert [world.reason(code) for code in wrong[10:]] == ["voucher_unknown", "till_code_paused"]
    at(61.1, worked=False)
    assert world.cash(last.code).status == 201


def test_a_till_in_pause_spends_nobodys_tries_by_what_it_sends_later(awa: Member) -> None:
    clock.travel(NINE)
    shop = Shop("Halle")
    shop.open()
    for n in range(10):
        sale = shop.code_sale(f"personne-{n}", "123456", 1_00, method="pin")
        assert shop.sync(sale) == ["posted"]
    anywhere = f"tries:{awa.wallet}:u"
    for minute in (1, 59):
        at(minute)
        wrong = shop.code_sale(awa.handle, awa.wrong_pin, 1_00, method="pin")
        right = shop.code_sale(awa.handle, awa.pin, 1_00, method="pin")
        assert shop.sync(wrong, right) == ["posted"] * 2
        assert books.held(anywhere) == 0, "its codes are not looked at"
        assert books.balance(f"wallet:{awa.wallet}") == 100_00, "a right one counts as wrong"
    at(61)
    wrong = shop.code_sale(awa.handle, awa.wrong_pin, 1_00, method="pin")
    right = shop.code_sale(awa.handle, awa.pin, 1_00, method="pin")
    assert shop.sync(wrong, right) == ["posted"] * 2
    assert books.held(anywhere) == 1 and books.balance(f"wallet:{awa.wallet}") == 99_00


class Late:
    """All who type have seen a till without a pause; the right ones are judged after the wrong."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, wrong: int, right: int) -> None:
        self.mine, self.left = threading.local(), wrong
        self.lock, self.judged = threading.Lock(), threading.Event()
        everybody, real = threading.Barrier(wrong + right), cashing.paused_until

        def paused_until(till: Id) -> str:
            seen = real(till)
            if not hasattr(self.mine, "seen"):
                self.mine.seen = True
                everybody.wait(60)
                assert not self.mine.right or self.judged.wait(60)
            return seen

        monkeypatch.setattr(cashing, "paused_until", paused_until)

    def types(self, world: VoucherWorld, code: str, cents: int, *, right: bool) -> str:
        self.mine.right = right
        answer = world.cash(code, cents)
        if not right:
            with self.lock:
                self.left -= 1
                if not self.left:
                    self.judged.set()
        return "paid" if answer.status == 201 else str(answer.said["reason"])


@pytest.mark.parametrize("stands", ["used", "whole", "expired", "back", "nothing"])
def test_in_a_burst_a_right_code_is_told_from_a_wrong_one_ten_times_at_most(
    stands: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty at once, ten of them right: what stands against one of these is no answer either."""
    world = VoucherWorld()
    sheet = world.issue(*[5_00] * 10)
    right = [paper.code for paper in sheet.papers]
    wrong = [said for n in range(41) if (said := right[0][:8] + f"{n:05d}") != right[0]][:40]
    cents = 4_99 if stands == "whole" else 5_00
    if stands == "used":
        assert [world.cash(paper.text).status for paper in sheet.papers] == [201] * 10
    if stands in ("expired", "back"):
        expire(sheet_swept=stands == "back")
    before = books.balance(f"place:{world.place}"), world.circulating
    late = Late(monkeypatch, wrong=40, right=10)
    acts = [lambda code=code: late.types(world, code, cents, right=False) for code in wrong]
    acts += [lambda code=code: late.types(world, code, cents, right=True) for code in right]
    told = at_once(acts)  # type: ignore[arg-type]
    assert sorted(told[:40]) == ["till_code_paused"] * 30 + ["voucher_unknown"] * 10
    assert told[40:] == ["till_code_paused"] * 10, "right ones are told as the eleventh wrong one"
    assert (books.balance(f"place:{world.place}"), world.circulating) == before
    assert world.tries() == 10


def expire(*, sheet_swept: bool) -> None:
    """The day after the last one of what was printed on DAY."""
    clock.travel(clock.instant(date(2023, 9, 15), 9))
    ledger.prepare(Month(2023, 9))
    if sheet_swept:
        assert operations.expire_sheets() == 1


def test_what_stands_against_a_typed_code_is_said_and_moves_nothing(world: VoucherWorld) -> None:
    one, other = world.issue(5_00, 5_00).papers
    assert world.cash(one.text).status == 201
    assert world.reason(one.code) == "voucher_used"
    assert world.reason(other.code, 4_99) == "voucher_whole"
    assert (world.tries(), world.circulating, world.left) == (0, 5_00, 90_00)
    assert world.cash(other.code, 5_00).status == 201


@pytest.mark.parametrize("late_ms", [-40 * clock.DAY_MS, 3 * 60 * MINUTE_MS])
def test_an_id_of_another_time_tells_no_code_of_a_voucher(
    late_ms: int, world: VoucherWorld
) -> None:
    """The ledger judges the instant of a payment before the limit, and not that of a try."""
    code = world.issue(5_00).papers[0].code
    for said in (code, code[:8] + "00000"):
        id = show_id(new_id(clock.now_ms() + late_ms))
        assert world.reason(said, id=id) == "device_clock"
    assert world.tries() == 0
