"""Identifier and PIN at a till: right, wrong, used up, attacked, in parallel, under another key."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.models import Account, Transfer
from caisse.merchants.tests.ground import OFFICE, approved, founded, go
from caisse.payments import operations
from caisse.payments.models import Pin
from caisse.payments.operations import draw_pin, pay_with_code
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.tills import tries_account
from caisse.payments.queries import Receipt
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

DESK = Actor("accueil", frozenset({"desk"}))
DAY = date(2023, 2, 6)


@dataclass
class World:
    """A member with 100 € and a PIN, and two places with a till each."""

    wallet: int
    holder: int
    pin: str
    places: list[int]
    tills: list[Id]
    entries: int = 0

    @property
    def wrong(self) -> str:
        """A PIN that is not hers, another one each time."""
        self.entries += 1
        return f"{(int(self.pin) + self.entries) % 10**6:06d}"

    def pay(self, digits: str, *, at: int = 0, handle: str = "moineau-radis", **said: Any) -> str:
        """`posted`, or the reason why not."""
        answer = pay_with_code(
            payment_id=said.get("id") or new_id(), method="pin", who=handle, digits=digits,
            attempt=said.get("attempt", 1), place_id=self.places[at],
            cents=said.get("cents", 1_00), till=self.tills[at],
        )  # fmt: skip
        return "posted" if isinstance(answer, Receipt) else answer.reason


@pytest.fixture
def world() -> Iterator[World]:
    founded(DAY, wallets=1, admission__capacity=None)
    joined = people.join(
        household=NewHousehold(holders=(NewHolder("Zoé", "Moulin", "moineau-radis"),)),
        joined_on=DAY, by=OFFICE,
    )  # fmt: skip
    found = registry.holder("moineau-radis")
    assert found is not None
    places = [approved("Halle"), approved("Vrac")]
    tills = [operations.open_till(place_id=place, by=OFFICE) for place in places]
    BRAKE.release()
    yield World(joined.wallet_id, found.id, draw_pin(holder_id=found.id, by=DESK), places, tills)
    BRAKE.release()


def test_right_is_paid_wrong_is_not_and_the_third_wrong_closes_the_way(world: World) -> None:
    assert world.pay(world.pin) == "posted"
    assert world.pay(world.pin, handle=" Moineau-Radis ") == "posted"
    assert [world.pay(world.wrong, at=1) for _ in range(3)] == ["code_wrong"] * 3
    assert world.pay(world.wrong, at=1) == "code_paused"
    assert world.pay(world.pin, at=1) == "code_paused", "right and wrong meet the same words"
    assert world.pay(world.pin) == "posted", "at a usual place she pays on"
    assert [world.pay(world.wrong) for _ in range(3)] == ["code_wrong"] * 3
    assert world.pay(world.pin) == "code_paused"
    assert books.balance(f"wallet:{world.wallet}") == 100_00 - 3_00


def test_after_31_days_all_is_as_before(world: World) -> None:
    for _each in range(3):
        world.pay(world.wrong, at=1)
    assert world.pay(world.pin, at=1) == "code_paused"
    go(DAY + timedelta(days=32))
    ledger.prepare(Month.of(clock.today()))
    ledger.void_expired()
    world.tills = [operations.open_till(place_id=place, by=OFFICE) for place in world.places]
    assert world.pay(world.pin, at=1) == "posted"


def test_an_identifier_of_nobody_is_answered_alike(world: World) -> None:
    assert world.pay("123456", handle="radis-moineau") == "code_wrong"
    assert world.pay(world.pin, handle="") == "code_wrong"


def test_sent_again_it_is_one_try_and_other_digits_are_another(world: World) -> None:
    id, digits = new_id(), world.wrong
    assert [world.pay(digits, id=id) for _ in range(5)] == ["code_wrong"] * 5
    assert held(world) == 1
    assert world.pay(world.wrong, id=id) == "code_wrong"
    assert world.pay(world.wrong, id=id, attempt=2) == "code_wrong"
    assert held(world) == 3
    assert world.pay(digits, id=id) == "code_wrong", "it was judged before the bucket was full"


def held(world: World, bucket: str = "u") -> int:
    account = books.account(f"tries:{world.wallet}:{bucket}")
    assert account is not None
    return account.held


def test_the_receipt_of_a_payment_is_found_again_whatever_was_typed(world: World) -> None:
    id = new_id()
    assert world.pay(world.pin, id=id) == "posted"
    assert world.pay("000000", id=id) == "posted"
    assert held(world) == 0


def test_fifty_different_pins_at_once_are_three_judged_tries(world: World) -> None:
    digits = [world.wrong for _ in range(49)] + [world.pin]
    random.Random(5).shuffle(digits)
    world.tills = [operations.open_till(place_id=world.places[1], by=OFFICE) for _ in range(50)]
    world.places = [world.places[1]] * 50

    def enter(n: int) -> str:
        try:
            return world.pay(digits[n], at=n)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(enter, range(50)))
    assert held(world) == 3
    paid = answers.count("posted")  # once the right one was paid here, three more are judged
    assert paid <= 1 and answers.count("code_wrong") in ((3, 4, 5, 6) if paid else (3,))
    assert answers.count("code_paused") == 50 - paid - answers.count("code_wrong")
    assert {answers[n] for n in range(50) if digits[n] == world.pin} <= {"posted", "code_paused"}


def test_who_knows_the_code_meets_the_same_words_as_who_guesses(world: World) -> None:
    """Past the third try nothing that a till can read or count tells right from wrong."""
    for _each in range(3):
        world.pay(world.wrong, at=1)
    counted = []
    for digits in (world.pin, world.wrong):
        world.tills[1] = operations.open_till(place_id=world.places[1], by=OFFICE)
        assert world.pay(digits, at=1) == "code_paused"
        account = books.account(tries_account(world.tills[1]))
        assert account is not None
        counted.append(account.held)
    assert counted == [1, 1]


@pytest.mark.parametrize(
    "late_ms", [-40 * clock.DAY_MS, -31 * clock.DAY_MS, 9.5 * 60_000, 3 * 3_600_000]
)
def test_an_id_of_another_time_tells_no_code(world: World, late_ms: float) -> None:
    """The ledger judges the instant of a payment before the bucket, and not that of a try."""
    for _each in range(3):
        world.pay(world.wrong, at=1)
    for at in (0, 1):
        answers = {
            world.pay(digits, at=at, id=new_id(clock.now_ms() + int(late_ms)))
            for digits in (world.pin, world.wrong)
        }
        assert answers == {"device_clock"}
    assert held(world) == 3


def test_a_receipt_is_told_again_whenever_it_is_asked_for(world: World) -> None:
    """A till that was in a drawer for 40 days sends what it had sent."""
    id = new_id()
    assert world.pay(world.pin, id=id) == "posted"
    go(DAY + timedelta(days=40))
    ledger.prepare(Month.of(clock.today()))
    assert world.pay(world.pin, id=id) == "posted"
    assert world.pay(world.wrong, id=id) == "posted", "whatever was typed"
    assert books.balance(f"wallet:{world.wallet}") == 99_00


def test_the_same_digits_for_many_are_counted_at_the_till_each_time(world: World) -> None:
    """One number, one attempt, the same digits under other identifiers: ten, and the till waits."""
    id = new_id()
    said = [world.pay("123456", id=id, handle=f"radis-{n}") for n in range(11)]
    assert said == ["code_wrong"] * 10 + ["till_code_paused"]


def test_one_entry_that_is_repeated_is_one_for_the_brake(world: World) -> None:
    id, digits = new_id(), world.wrong
    assert {world.pay(digits, id=id, at=1) for _ in range(30)} == {"code_wrong"}
    assert not BRAKE.strict


def test_an_identifier_of_nobody_spends_as_somebodys_does(world: World) -> None:
    def lines() -> int:
        return Transfer.objects.filter(reason="try").count()

    before = lines()
    world.pay("123456", handle="radis-moineau", at=1)
    nobodys = lines() - before
    world.pay(world.wrong, at=1)
    assert nobodys == lines() - before - nobodys == 2


def test_a_till_that_errs_ten_times_in_an_hour_takes_no_pin(world: World) -> None:
    for _each in range(10):
        assert world.pay("123456", handle="radis-moineau") == "code_wrong"
    assert world.pay(world.pin) == "till_code_paused"
    assert world.pay(world.pin, at=1) == "posted"
    answer = pay_with_code(
        payment_id=new_id(), method="pin", who="moineau-radis", digits=world.pin, attempt=1,
        place_id=world.places[0], cents=1_00, till=world.tills[0],
    )  # fmt: skip
    assert not isinstance(answer, Receipt)
    assert answer.cashier == (
        "Cet appareil ne prend plus de code jusqu’à 10\u00a0h\u00a000. "
        "Téléphone ou bon à scanner acceptés."
    )
    clock.travel(clock.instant(DAY, 10, 1))
    ledger.void_expired()
    assert world.pay(world.pin) == "posted"


def test_what_does_not_depend_on_the_pin_is_said_before(world: World) -> None:
    from caisse.merchants import operations as merchants

    merchants.suspend_place(place_id=world.places[0], by=OFFICE)
    assert world.pay(world.wrong) == "place_closed"
    assert held(world) == 0
    operations.close_till(till=world.tills[1], by=OFFICE)
    assert world.pay(world.wrong, at=1) == "till_suspended"
    assert held(world) == 0


def test_many_wrong_codes_everywhere_close_the_way_of_strangers_only(world: World) -> None:
    assert world.pay(world.pin) == "posted"
    for n in range(21):
        till = operations.open_till(place_id=world.places[1], by=Actor(f"c{n}", frozenset()))
        pay_with_code(
            payment_id=new_id(), method="pin", who="radis-moineau", digits="123456", attempt=1,
            place_id=world.places[1], cents=1_00, till=till,
        )  # fmt: skip
    assert BRAKE.strict
    world.tills[1] = operations.open_till(place_id=world.places[1], by=OFFICE)
    assert world.pay(world.pin, at=1) == "code_paused"
    assert world.pay(world.pin, at=1, handle="radis-moineau") == "code_paused", "nobody's alike"
    assert world.pay(world.pin) == "posted"


def test_what_the_brake_keeps_out_does_not_keep_it_in_force(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it a wrong code of the till: who has paid there before still types hers."""
    now = time.monotonic_ns()
    monkeypatch.setattr(time, "monotonic_ns", lambda: now)
    for _each in range(21):
        BRAKE.saw(right=False)
    for handle in ("moineau-radis", "radis-moineau"):
        for digits in (world.pin, world.wrong):
            for _each in range(6):
                assert world.pay(digits, at=1, handle=handle) == "code_paused"
    counted = books.account(tries_account(world.tills[1]))
    assert counted is not None and counted.held == 0
    monkeypatch.setattr(time, "monotonic_ns", lambda: now + 61 * 60 * 10**9)
    assert not BRAKE.strict and world.pay(world.pin, at=1) == "posted"


def test_a_new_pin_replaces_the_old_one_and_keeps_the_count(world: World) -> None:
    world.pay(world.wrong)
    old, world.pin = world.pin, draw_pin(holder_id=world.holder, by=DESK)
    while world.pin == old:  # once in a million
        world.pin = draw_pin(holder_id=world.holder, by=OFFICE)
    assert world.pay(old) == "code_wrong"
    assert held(world) == 2
    assert world.pay(world.pin) == "posted"


def test_resets_are_few_without_a_coordinator(world: World) -> None:
    for _each in range(2):
        draw_pin(holder_id=world.holder, by=DESK)
    with pytest.raises(Refusal) as refusal:
        draw_pin(holder_id=world.holder, by=DESK)
    assert refusal.value.reason == "pin_resets"
    draw_pin(holder_id=world.holder, by=OFFICE)
    with pytest.raises(Refusal, match="titulaire"):
        draw_pin(holder_id=10**6, by=OFFICE)


def test_the_pin_stands_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = "caisse.payments.operations.pins.secrets.randbelow"
    monkeypatch.setattr(drawn, lambda _most: 918_273)  # no instant and no article holds these
    world.pin = draw_pin(holder_id=world.holder, by=DESK)
    assert world.pin == "918273"
    row = Pin.objects.get(pk=world.holder)
    assert world.pin.encode() not in bytes(row.salt) + bytes(row.verifier)
    assert len(world.pin) == row.length == 6 and world.pin.isdecimal()
    world.pay(world.pin)
    told = [one for one in events.history(limit=1_000) if world.pin in str(one.data)]
    assert told == []
    assert not any(world.pin in str(row) for row in Transfer.objects.values_list())


def test_another_key_changes_nothing_for_her_and_the_next_entry_lays_it_flat(world: World) -> None:
    assert operations.change_pin_key(by=OFFICE) == 2
    assert operations.change_pin_key(by=OFFICE) == 3
    assert Pin.objects.get(pk=world.holder).layers == "1 2 3"
    assert world.pay(world.wrong) == "code_wrong"
    assert Pin.objects.get(pk=world.holder).layers == "1 2 3"
    assert world.pay(world.pin) == "posted"
    assert Pin.objects.get(pk=world.holder).layers == "3"
    assert world.pay(world.pin) == "posted"


def test_what_is_no_entry_is_a_fault_before_anybody_looks_at_the_pin(world: World) -> None:
    """An attempt or an amount that nothing can hold must not tell right from wrong."""
    for digits in (world.pin, world.wrong):
        odd: list[dict[str, Any]] = [
            {"attempt": -1}, {"attempt": 2**32}, {"cents": 0}, {"cents": 2**54}
        ]  # fmt: skip
        for said in odd:
            with pytest.raises(ValueError):
                world.pay(digits, **said)
    assert held(world) == 0


def test_one_try_spent_tells_nothing_of_other_wallets(world: World) -> None:
    """The same payment, attempt and digits under another identifier is a try on that wallet."""
    other = people.join(
        household=NewHousehold(holders=(NewHolder("Ada", "Roux", "radis-rose"),)),
        joined_on=DAY, by=OFFICE,
    )  # fmt: skip
    found = registry.holder("radis-rose")
    assert found is not None
    pin = draw_pin(holder_id=found.id, by=DESK)
    id, digits = new_id(), f"{(int(pin) + 7) % 10**6:06d}"
    digits = digits if digits != world.pin else world.wrong
    assert world.pay(digits, id=id) == "code_wrong"
    assert world.pay(digits, id=id, handle="radis-rose") == "code_wrong"
    assert held(world) == 1
    account = books.account(f"tries:{other.wallet_id}:u")
    assert account is not None and account.held == 1


def test_a_try_judged_at_a_usual_place_is_found_again(world: World) -> None:
    assert world.pay(world.pin) == "posted"
    for _each in range(3):
        world.pay(world.wrong, at=1)
    id, digits = new_id(), world.wrong
    assert [world.pay(digits, id=id) for _ in range(2)] == ["code_wrong"] * 2
    assert (held(world), held(world, "h")) == (3, 1)


def test_the_same_number_for_another_amount_is_no_payment(world: World) -> None:
    id = new_id()
    assert world.pay(world.pin, id=id, cents=1_00) == "posted"
    assert world.pay(world.pin, id=id, cents=2_00) == "id_reused"


def test_a_shorter_pin_has_fewer_tries(world: World) -> None:
    longer = Amend("instrument.pin_length", 8, Month(2023, 1))
    bylaws.decide(title="Huit", text="", body="comité", effects=[longer], by=OFFICE)
    world.pin = draw_pin(holder_id=world.holder, by=OFFICE)
    assert (len(world.pin), ceiling(world)) == (8, 333)
    shorter = Amend("instrument.pin_length", 6, Month(2023, 1))
    bylaws.decide(title="Six", text="", body="comité", effects=[shorter], by=OFFICE)
    draw_pin(holder_id=world.holder, by=OFFICE)
    assert ceiling(world) == 3


def ceiling(world: World) -> int | None:
    account = books.account(f"tries:{world.wallet}:u")
    return None if account is None else account.ceiling


def test_a_key_that_is_missing_is_not_made_anew(world: World, settings: Any, tmp_path: Any) -> None:
    settings.KEYS = tmp_path
    with pytest.raises(RuntimeError, match="missing"):
        world.pay(world.pin)
    with pytest.raises(RuntimeError, match="missing"):
        draw_pin(holder_id=world.holder, by=OFFICE)
    assert held(world) == 0


def test_a_till_of_before_there_were_codes_counts_too(world: World) -> None:
    Account.objects.filter(code__startswith="tries:till:").delete()
    assert world.pay(world.wrong) == "code_wrong"
    assert Account.objects.get(code__startswith="tries:till:").held == 1
