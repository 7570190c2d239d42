"""Callers that wait together: each gets its own answer, whoever serves, whatever fails."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from caisse.kernel import company, looping
from caisse.kernel.company import Company, LoopCompany, Seat
from caisse.kernel.tests.looped import run

Seats = Sequence[Seat[int, int]]


class Gate:
    """Serves by doubling; the first group waits until it is let through."""

    def __init__(self) -> None:
        self.opened, self.groups = threading.Event(), list[list[int]]()
        self.company: Company[int, int] = Company(self.serve)

    def serve(self, seats: Seats) -> None:
        self.groups.append([seat.question for seat in seats])
        assert self.opened.wait(10)
        for seat in seats:
            seat.tell(2 * seat.question)


def ask_at_once(gate: Gate, number: int) -> list[int]:
    """One asks and serves; `number` more wait behind it, then all go on."""
    with ThreadPoolExecutor(number + 1) as pool:
        first = pool.submit(gate.company.ask, 0)
        while not gate.groups:
            pass
        others = [pool.submit(gate.company.ask, n) for n in range(1, number + 1)]
        while len(gate.company._waiting) < number:
            pass
        gate.opened.set()
        return [one.result(10) for one in (first, *others)]


def test_who_comes_meanwhile_is_served_in_one_group() -> None:
    gate = Gate()
    assert ask_at_once(gate, 20) == [2 * n for n in range(21)]
    assert [len(group) for group in gate.groups] == [1, 20]


def test_a_group_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "MOST", 8)
    gate = Gate()
    assert ask_at_once(gate, 20) == [2 * n for n in range(21)]
    assert [len(group) for group in gate.groups] == [1, 8, 8, 4]


def test_who_is_alone_serves_itself_in_its_own_thread() -> None:
    served = list[int]()

    def serve(seats: Seats) -> None:
        served.append(threading.get_ident())
        seats[0].tell(7)

    assert Company(serve).ask(1) == 7
    assert served == [threading.get_ident()]


def test_answers_may_come_later_and_from_another_thread() -> None:
    def serve(seats: Seats) -> None:
        for seat in seats:
            threading.Timer(0.001, seat.tell, [-seat.question]).start()

    together: Company[int, int] = Company(serve)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(together.ask, range(200))) == [-n for n in range(200)]


def test_what_fails_is_raised_in_all_that_were_not_told_and_the_next_are_served() -> None:
    def serve(seats: Seats) -> None:
        for seat in seats:
            if seat.question == 13:
                raise LookupError("thirteen")
            seat.tell(seat.question)

    together: Company[int, int] = Company(serve)
    with pytest.raises(LookupError):
        together.ask(13)
    assert together.ask(14) == 14


def test_what_fails_for_one_is_raised_in_that_one() -> None:
    def serve(seats: Seats) -> None:
        for seat in seats:
            if seat.question % 2:
                seat.fail(LookupError(str(seat.question)))
            else:
                seat.tell(seat.question)

    together: Company[int, int] = Company(serve)

    def ask(n: int) -> str:
        try:
            return str(together.ask(n))
        except LookupError as error:
            return f"failed {error}"

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(ask, range(100)))
    assert found == [f"failed {n}" if n % 2 else str(n) for n in range(100)]


def test_nobody_is_left_behind_in_a_crowd() -> None:
    """Leaders change at every moment; each of 20,000 questions is answered, by its own answer."""
    later = ThreadPoolExecutor(2)

    def serve(seats: Seats) -> None:
        for seat in seats:
            if seat.question % 3:
                seat.tell(seat.question + 1)
            else:
                later.submit(seat.tell, seat.question + 1)

    together: Company[int, int] = Company(serve)

    def life(seed: int) -> int:
        chance = Random(seed)
        asked = [chance.randrange(10**6) for _ in range(500)]
        return sum(together.ask(n) == n + 1 for n in asked)

    with later, ThreadPoolExecutor(40) as pool:
        assert list(pool.map(life, range(40))) == [500] * 40
    assert not together._led and not together._waiting


@pytest.mark.parametrize("forgotten", [True, False])
def test_who_is_never_answered_hears_so_and_the_next_are_served(
    monkeypatch: pytest.MonkeyPatch, forgotten: bool
) -> None:
    monkeypatch.setattr(company, "WAIT_S", 0.05)
    stuck = threading.Event()

    def serve(seats: Seats) -> None:
        for seat in seats:
            if seat.question == 0:
                forgotten or stuck.wait(0.3)
            else:
                seat.tell(seat.question)

    together: Company[int, int] = Company(serve)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(together.ask, 0)
        while not together._led and not first.done():
            pass
        others = [pool.submit(_told, together.ask, n) for n in (1, 2, 3)]
        with pytest.raises(TimeoutError):
            first.result(5)
        assert {one.result(5) for one in others} <= {1, 2, 3, -1}
    assert together.ask(5) == 5


def _told(ask: Callable[[int], int], n: int) -> int:
    try:
        return ask(n)
    except TimeoutError:
        return -1


def asked_in_a_loop(serve: Callable[[Seats], None], number: int) -> list[object]:
    """What so many hear that ask at once in a loop; an error in place of an answer."""

    async def all_of_them() -> list[object]:
        company: LoopCompany[int, int] = LoopCompany(serve)
        asked = [company.ask(n) for n in range(number)]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    return run(all_of_them())


def test_in_a_loop_those_that_wait_are_served_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "MOST", 8)
    groups = list[int]()

    def serve(seats: Seats) -> None:
        groups.append(len(seats))
        looping.sleep(0.001)
        for seat in seats:
            seat.tell(2 * seat.question)

    assert asked_in_a_loop(serve, 20) == [2 * n for n in range(20)]
    assert groups == [8, 8, 4]


def test_in_a_loop_an_answer_may_come_later_and_from_another_thread() -> None:
    def serve(seats: Seats) -> None:
        def later() -> None:
            for seat in seats:
                seat.tell(seat.question + 1)

        threading.Timer(0.01, later).start()

    assert asked_in_a_loop(serve, 5) == [1, 2, 3, 4, 5]


def test_in_a_loop_what_fails_is_raised_in_all_that_were_not_told() -> None:
    def serve(seats: Seats) -> None:
        seats[0].tell(7)
        seats[1].fail(KeyError("one"))
        raise ZeroDivisionError

    told = asked_in_a_loop(serve, 4)
    assert told[0] == 7 and isinstance(told[1], KeyError)
    assert isinstance(told[2], ZeroDivisionError) and isinstance(told[3], ZeroDivisionError)


def test_in_a_loop_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "WAIT_S", 0.01)
    assert isinstance(asked_in_a_loop(lambda _seats: None, 1)[0], TimeoutError)
