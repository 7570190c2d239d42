"""Functions that wait, run in a loop: others go on meanwhile, and what is raised arrives."""

import asyncio
import os
import threading
import time

import pytest

from caisse.kernel import looping
from caisse.kernel.tests.looped import run


def test_what_it_returns_and_what_it_raises() -> None:
    assert run(looping.run(lambda one: one + 1, 2)) == 3
    with pytest.raises(ZeroDivisionError):
        run(looping.run(lambda: 1 / 0))
    assert not looping.is_guest()
    assert run(looping.run(looping.is_guest))


def test_others_go_on_while_one_waits() -> None:
    told = list[str]()

    def act(name: str) -> None:
        for turn in range(3):
            looping.sleep(0.001)
            told.append(f"{name}{turn}")

    async def both() -> None:
        await asyncio.gather(looping.run(act, "a"), looping.run(act, "b"))

    run(both())
    assert sorted(told) == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert told.index("b0") < told.index("a2"), "they took turns"


def test_what_is_waited_for_may_fail_and_be_caught() -> None:
    async def fails() -> None:
        raise KeyError("no")

    def act() -> str:
        try:
            looping.wait(fails())
        except KeyError as error:
            return str(error)
        return "nothing"

    assert run(looping.run(act)) == "'no'"


def test_who_is_cancelled_hears_of_it_where_it_waits() -> None:
    told = list[str]()

    def act() -> None:
        try:
            looping.sleep(60)
        except asyncio.CancelledError:
            told.append("cancelled")
            raise

    async def cancel() -> None:
        task = asyncio.create_task(looping.run(act))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancel())
    assert told == ["cancelled"]


def test_a_socket_is_waited_for() -> None:
    out, into = os.pipe()

    def act() -> bytes:
        looping.Readable(out).poll()
        return os.read(out, 9)

    async def write() -> bytes:
        asyncio.get_running_loop().call_later(0.01, os.write, into, b"here")
        return await looping.run(act)

    assert run(write()) == b"here"
    os.close(out)
    os.close(into)


def test_what_may_not_hold_up_the_loop_runs_in_a_thread() -> None:
    assert looping.in_a_thread(threading.get_ident) == threading.get_ident()
    there = run(looping.run(looping.in_a_thread, threading.get_ident))
    assert there != threading.get_ident()


def test_outside_of_a_loop_one_sleeps_in_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = list[float]()
    monkeypatch.setattr(time, "sleep", slept.append)
    looping.sleep(0.5)
    assert slept == [0.5]


class Thing:
    """What a loop keeps."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_each_loop_keeps_its_own_until_it_leaves() -> None:
    async def two() -> tuple[Thing, Thing, Thing]:
        first, again = looping.kept("thing", Thing), looping.kept("thing", Thing)
        assert first is again
        looping.leave()
        return first, again, looping.kept("thing", Thing)

    first, _again, next_one = run(two())
    assert first.closed and not next_one.closed and first is not next_one
