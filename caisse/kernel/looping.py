"""Functions that wait for the database, run in the one thread of a server's loop.

A thread for each payment costs more than the payment: all of them want the interpreter at the same
moment. `run` lets a function that is written for threads run in the loop's own thread; where it
would wait, it goes aside (a greenlet) and others go on. What is written once runs in both ways.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from greenlet import getcurrent, greenlet

T = TypeVar("T")
_kept: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[object, Any]] = WeakKeyDictionary()


class _Guest(greenlet):
    """A function that runs in the loop's thread."""


async def run(act: Callable[..., T], *args: Any) -> T:
    """What `act` returns or raises; while it waits by this module, the loop goes on."""
    guest = _Guest(act)
    asked = guest.switch(*args)
    while not guest.dead:
        try:
            told = await asked
        except BaseException as error:  # it is raised where the function waits
            asked = guest.throw(error)
        else:
            asked = guest.switch(told)
    result: T = asked
    return result


def is_guest() -> bool:
    """Whether this is run by a loop: whoever waits does it by this module."""
    return isinstance(getcurrent(), _Guest)


def wait(awaitable: Awaitable[T]) -> T:
    """What it brings or raises; for a guest."""
    host = getcurrent().parent
    assert host is not None, "only who is run by a loop waits like this"
    told: T = host.switch(awaitable)
    return told


def sleep(seconds: float) -> None:
    """Sleep, as a guest or in a thread."""
    if is_guest():
        wait(asyncio.sleep(seconds))
    else:
        time.sleep(seconds)


def in_a_thread(act: Callable[[], T]) -> T:
    """What `act` returns or raises; for a guest it runs in a thread, so that the loop goes on."""
    if not is_guest():
        return act()
    return wait(asyncio.get_running_loop().run_in_executor(None, act))


def kept(key: object, make: Callable[[], T]) -> T:
    """What the running loop keeps under `key`, made at first use: a connection of its own."""
    mine = _kept.setdefault(asyncio.get_running_loop(), {})
    if key not in mine:
        mine[key] = make()
    found: T = mine[key]
    return found


def leave() -> None:
    """Close all that the running loop has kept; the next use makes it anew."""
    for one in _kept.pop(asyncio.get_running_loop(), {}).values():
        one.close()


class Readable:
    """Waits until something can be read from a socket: `select.poll()`, for a guest."""

    def __init__(self, number: int) -> None:
        self._number = number

    def poll(self) -> None:
        """Wait."""
        loop = asyncio.get_running_loop()
        there = loop.create_future()
        loop.add_reader(self._number, partial(_tell, there))
        try:
            wait(there)
        finally:
            loop.remove_reader(self._number)


def _tell(there: asyncio.Future[None]) -> None:
    if not there.done():
        there.set_result(None)
