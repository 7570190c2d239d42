"""Payments that are looked at together: each is answered as if it were alone."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection, connections

from caisse.kernel import looping
from caisse.kernel.ids import new_id, show_id
from caisse.ledger import queries as books
from caisse.ledger.models import Account, Transfer
from caisse.payments import operations
from caisse.payments.api import proof
from caisse.payments.operations import beginning
from caisse.payments.operations.beginning import Entry, Seen
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.pins import buckets
from caisse.payments.tests import loops
from caisse.payments.tests.device import Answer, PhoneTill
from caisse.payments.tests.test_api import DAY, IN_THREADS, OFFICE, World
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture(params=["threads", "loop"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Asked as a WSGI function asks it, and as the server's loop does."""
    BRAKE.release()
    loops.remember_cashiers(monkeypatch)
    with loops.serving() if request.param == "loop" else nullcontext():
        yield World()
    BRAKE.release()


class Held:
    """The first look waits until so many others stand behind it; the groups that were looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, others: int) -> None:
        self.groups: list[int] = []
        real = beginning._look

        def look(entries: Sequence[Entry]) -> Seen:
            if looping.is_guest() != bool(loops.here):  # what the loop has left to a thread
                return real(entries)
            first = not self.groups
            self.groups.append(len(entries))
            while first and len(entries) + len(_company()._waiting) <= others:
                looping.sleep(0.001)
            return real(entries)

        monkeypatch.setattr(beginning, "_look", look)


def _company() -> Any:
    """The one that this is served by."""
    if looping.is_guest():
        return looping.kept(beginning._serve, lambda: None)
    return beginning._COMPANY


def at_once(world: World, asked: Sequence[dict[str, Any]]) -> list[Answer]:
    """All of them at the same moment, each from a thread of its own."""

    def one(said: dict[str, Any]) -> Answer:
        try:
            return world.pay(**said)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(one, asked))


def word(answer: Answer) -> str:
    return "paid" if answer.status in (200, 201) else str(answer.said["reason"])


def test_each_is_answered_as_if_it_were_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = show_id(new_id())
    world.pay(id=before, cents=1)
    other = PhoneTill()
    world.confirm(other, world.invite())
    assert world.pay(till=other, cents=1).status == 201
    suspended = PhoneTill()
    device = world.invite()
    world.confirm(suspended, device)
    assert world.pay(till=suspended, cents=1).status == 201, "it is remembered as it stood"
    operations.suspend_device(device_id=device, by=OFFICE)
    operations.make_card(holder_id=1, by=OFFICE, id=new_id())
    number = operations.make_card(holder_id=1, by=OFFICE, id=new_id()).number
    asked: list[tuple[str, dict[str, Any]]] = [
        ("paid", {"cents": 2}),
        ("paid", {"cents": 3, "till": other}),
        ("paid", {"cents": 4, "handle": " MOINEAU-Radis "}),
        ("paid", {"cents": 5, "handle": number}),
        ("paid", {"id": before, "cents": 1, "pin": world.wrong}),  # no look at any code
        ("id_reused", {"id": before, "cents": 2}),
        ("code_wrong", {"pin": world.wrong}),
        ("code_wrong", {"handle": "nobody-here"}),
        ("code_wrong", {"handle": "4821903746"}),
        ("funds_short", {"cents": 200_00}),
        ("till_suspended", {"till": suspended}),
        ("device_clock", {"id": show_id(new_id(1_000))}),
    ]
    # a suspended one asks again, alone; in a loop the number of a card has a thread of its own
    held = Held(monkeypatch, len(asked) - 2)
    answers = at_once(world, [said for _word, said in asked])
    assert [word(answer) for answer in answers] == [expected for expected, _said in asked]
    assert word(world.pay(cents=300_00, up_to=True, till=other)) == "paid" and world.left == 0
    assert sum(held.groups[:2]) >= len(asked) - 2, "they were looked at together"
    assert books.held(buckets(world.wallet)[0]) == 1


def test_the_same_payment_many_times_at_once_is_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, other = show_id(new_id()), PhoneTill()
    world.pay(cents=1)
    held = Held(monkeypatch, 49)
    answers = at_once(world, [{"id": id}] * 50)
    assert {answer.body for answer in answers} == {answers[0].body}
    assert sorted(answer.status for answer in answers) == [200] * 49 + [201]
    assert world.left == 100_00 - 1 - 12_40
    assert sum(held.groups[:2]) == 50
    assert other.till == 0


def test_a_number_that_is_only_said_to_stand_pays_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No code is looked at for it: what the ledger does not know it must not post."""
    real, id = beginning._look, show_id(new_id())
    assert world.pay(cents=1).status == 201

    def look(entries: Sequence[Entry]) -> Seen:
        return real(entries)._replace(known={one.purchase.payment_id for one in entries})

    with monkeypatch.context() as patched:
        patched.setattr(beginning, "_look", look)
        assert word(world.pay(world.wrong, id=id)) == "checking"
    assert world.left == 100_00 - 1 and Transfer.objects.filter(reason="payment").count() == 1
    assert world.pay(id=id).status == 201


def test_wrong_codes_tried_at_once_are_judged_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [f"{(int(world.pin) + n) % 10**6:06d}" for n in range(1, 9)]
    world.pay(cents=1)
    Held(monkeypatch, 8)
    answers = at_once(world, [{"pin": pin} for pin in wrong] + [{"cents": 2}])
    said = [word(answer) for answer in answers]
    # U takes three, and here, where she has just paid, H three more
    assert said[:8].count("code_wrong") == 6 and said[:8].count("code_paused") == 2
    assert [books.held(bucket) for bucket in buckets(world.wallet)] == [3, 3]


def test_a_device_that_is_remembered_is_refused_at_once_when_it_is_stopped(world: World) -> None:
    assert world.pay(cents=1).status == 201
    assert (world.till.till, world.till.generation) in proof._remembered
    operations.suspend_device(device_id=world.device, by=OFFICE)
    assert word(world.pay(cents=1)) == "till_suspended"
    operations.resume_device(device_id=world.device, by=OFFICE)
    assert world.pay(cents=1).status == 201
    operations.revoke_device(device_id=world.device, by=OFFICE)
    assert word(world.pay(cents=1)) == "till_suspended"
    assert Transfer.objects.filter(reason="payment").count() == 2


def test_keys_that_were_replaced_are_nobodys_though_they_are_remembered(world: World) -> None:
    assert world.pay(cents=1).status == 201
    fresh = PhoneTill()
    world.confirm(fresh)  # the same device, its next generation
    answer = world.pay(cents=1)
    assert (answer.status, answer.said["reason"]) == (401, "till_unknown")
    assert world.pay(till=fresh, cents=1).status == 201


def test_who_may_spend_no_more_is_nobody_at_once(world: World) -> None:
    assert world.pay(cents=1).status == 201
    holder = registry.holder("moineau-radis")
    assert holder is not None
    people.end_holder(holder_id=holder.id, by=OFFICE)
    assert word(world.pay(cents=1)) == "code_wrong"


def test_a_till_that_is_closed_takes_nothing_at_once(world: World) -> None:
    assert world.pay(cents=1).status == 201
    till = Transfer.objects.filter(reason="payment").values_list("cause", flat=True).get()
    operations.close_till(till=till, by=OFFICE)
    assert word(world.pay(cents=1)) == "till_suspended"


@IN_THREADS
@pytest.mark.skipif(connection.vendor == "sqlite", reason="a file does not go away")
def test_a_connection_that_was_cut_is_made_anew_and_nobody_hears_of_it(world: World) -> None:
    assert world.pay(cents=1).status == 201
    pid = connection.connection.info.backend_pid
    with ThreadPoolExecutor(1) as pool:
        pool.submit(loops.cut, pid).result()
    assert world.pay(cents=1).status == 201


@pytest.mark.parametrize("tills", [1, 10])
def test_fifty_wrong_codes_at_once_are_three_judged(world: World, tills: int) -> None:
    """payments.md 14; one till alone takes no code any more once ten were typed at it."""
    answers = at_once(world, typed(devices(world, tills), wrong_ones(world, 50)))
    said = [word(answer) for answer in answers]
    assert said.count("code_wrong") == 3
    assert said.count("code_paused") + said.count("till_code_paused") == 47
    assert tills == 1 or "till_code_paused" not in said
    assert [books.held(bucket) for bucket in buckets(world.wallet)] == [3, 0]
    assert world.left == 100_00
    assert {answer.body for answer in answers if word(answer) == "code_paused"} == {
        world.pay(till=devices(world, 1)[0]).body
    }, "the right one meets the same words"


@pytest.mark.parametrize("at", [0, 3, 25])
def test_the_right_code_among_fifty_pays_once_before_three_were_wrong_or_not_at_all(
    world: World, at: int
) -> None:
    """Paid, the place is one of hers, and three more are judged there (H)."""
    codes = wrong_ones(world, 49)
    codes.insert(at, world.pin)
    answers = at_once(world, typed(devices(world, 10), codes))
    said = [word(answer) for answer in answers]
    paid = said.count("paid")
    assert paid <= 1 and said[at] in ("paid", "code_paused")
    judged = said.count("code_wrong")
    assert 3 <= judged <= 6 if paid else judged == 3
    assert said.count("code_paused") == 50 - paid - judged
    assert sum(books.held(bucket) for bucket in buckets(world.wallet)) == judged
    assert world.left == 100_00 - 12_40 * paid
    if paid:
        seq = Transfer.objects.filter(reason="payment").values_list("seq", flat=True).get()
        assert tries_before(world, seq) < 3


@pytest.mark.parametrize("before", [0, 9, 10])
def test_a_burst_at_a_fifth_wallet_from_the_till_that_erred_ten_times(
    world: World, before: int
) -> None:
    """Ten wrong codes on four wallets, then fifty at once on a fifth: three judged at most."""
    others = [neighbour(n) for n in range(4)]
    for n in range(before):
        assert word(world.pay("000000", handle=others[n % 4])) == "code_wrong"
    answers = at_once(world, [{"pin": pin} for pin in wrong_ones(world, 50)])
    said = [word(answer) for answer in answers]
    assert set(said) <= {"code_wrong", "code_paused", "till_code_paused"}
    judged = books.held(buckets(world.wallet)[0])
    assert said.count("code_wrong") == judged
    assert judged == 0 if before == 10 else judged <= 3
    assert word(world.pay()) == "till_code_paused", "the right one meets the same words"
    assert world.left == 100_00


def devices(world: World, number: int) -> list[PhoneTill]:
    """More tills of the place, so that none of them errs ten times."""
    tills = [PhoneTill() for _ in range(number)]
    for till in tills:
        world.confirm(till, world.invite())
    return tills


def wrong_ones(world: World, number: int) -> list[str]:
    return [f"{(int(world.pin) + n) % 10**6:06d}" for n in range(1, number + 1)]


def typed(tills: Sequence[PhoneTill], codes: Sequence[str]) -> list[dict[str, Any]]:
    """Each of these codes at one of these tills in turn."""
    return [{"pin": code, "till": tills[n % len(tills)]} for n, code in enumerate(codes)]


def neighbour(number: int) -> str:
    """The identifier of another member who has a code; it is not 000000."""
    handle = f"hibou-{'abcd'[number] * 4}"
    household = NewHousehold(holders=(NewHolder("Léo", f"Faure {number}", handle),))
    people.join(household=household, joined_on=DAY, by=OFFICE)
    holder = registry.holder(handle)
    assert holder is not None
    while operations.draw_pin(holder_id=holder.id, by=OFFICE) == "000000":
        pass
    return handle


def tries_before(world: World, seq: int) -> int:
    """How many wrong codes of her wallet the ledger judged before this transfer."""
    numbers = Account.objects.filter(code__in=buckets(world.wallet)).values_list("pk", flat=True)
    return Transfer.objects.filter(
        reason="try", phase="held", debit__in=list(numbers), seq__lt=seq
    ).count()
