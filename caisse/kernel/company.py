"""Callers that wait at the same moment are served together, by the first of them or in a loop.

Whoever finds nobody at work serves all that wait, and whoever comes meanwhile, until its own answer
is there; then the next one that waits goes on. The time of one group is the collecting window of
the next: no timer, and who is alone is served at once. An answer may come later and from another
thread, as the ledger's do.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from caisse.kernel import looping

Q = TypeVar("Q")
A = TypeVar("A")

MOST = 64  # of one group
WAIT_S = 30.0


class Seat(Generic[Q, A]):
    """What one caller asks, and where its answer is put."""

    __slots__ = ("_answer", "_error", "_wake", "question", "told")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.told = False
        self._answer: A | None = None
        self._error: BaseException | None = None
        self._wake = threading.Lock()
        self._wake.acquire()

    def tell(self, answer: A) -> None:
        """Answer; from any thread."""
        self._answer = answer
        self.told = True
        self.nudge()

    def fail(self, error: BaseException) -> None:
        """Raise `error` where the caller waits."""
        self._error = error
        self.told = True
        self.nudge()

    def nudge(self) -> None:
        """Wake whoever waits here: there is an answer, or it is its turn to serve."""
        with contextlib.suppress(RuntimeError):  # it was not asleep
            self._wake.release()

    def wait(self, timeout_s: float) -> bool:
        """Sleep until somebody nudges; False when nobody did."""
        return self._wake.acquire(timeout=timeout_s)

    def answer(self) -> A:
        """What was told. Raises what failed."""
        if self._error is not None:
            raise self._error
        return self._answer  # type: ignore[return-value]  # told, and A may be None


class Company(Generic[Q, A]):
    """`serve` is called with the seats of a group, by one thread at a time.

    It tells each of them sooner or later; what it raises is raised in all that it has not told.
    """

    def __init__(self, serve: Callable[[Sequence[Seat[Q, A]]], None]) -> None:
        self._serve = serve
        self._lock = threading.Lock()
        self._waiting: deque[Seat[Q, A]] = deque()
        self._led = False

    def ask(self, question: Q) -> A:
        """The answer to one question. Raises what `serve` raises, TimeoutError after WAIT_S."""
        seat: Seat[Q, A] = Seat(question)
        with self._lock:
            self._waiting.append(seat)
            leads, self._led = not self._led, True
        if leads or self._turn(seat):
            self._lead(seat)
            if not seat.wait(WAIT_S) and not seat.told:
                raise TimeoutError("no answer")
        return seat.answer()

    def _turn(self, seat: Seat[Q, A]) -> bool:
        """Wait; True when it is this one's turn to serve, False when it was answered."""
        if not seat.wait(WAIT_S):
            with self._lock:  # under which turns are given
                if not seat.wait(0):
                    if seat in self._waiting:
                        self._waiting.remove(seat)
                    raise TimeoutError("no answer")
        return not seat.told

    def _lead(self, own: Seat[Q, A]) -> None:
        """Serve group after group, until one's own answer is there or nobody waits."""
        try:
            while group := self._group():
                _serve_all(self._serve, group)
                if own.told:
                    break
        finally:
            self._hand_over()

    def _group(self) -> list[Seat[Q, A]]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]

    def _hand_over(self) -> None:
        with self._lock:
            self._led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].nudge()


def _serve_all(serve: Callable[[Sequence[Seat[Q, A]]], None], group: Sequence[Seat[Q, A]]) -> None:
    """Serve a group; what fails is raised in all that were not told."""
    try:
        serve(group)
    except BaseException as error:
        for seat in group:
            if not seat.told:
                seat.fail(error)
        if not isinstance(error, Exception):
            raise


class _Ordered(Seat[Q, A]):
    """The seat of a caller in a loop: it is called back there."""

    __slots__ = ("_call", "there")

    def __init__(
        self, question: Q, there: "asyncio.Future[None]", call: "Callable[[_Ordered[Q, A]], None]"
    ) -> None:
        self.question, self.there, self.told = question, there, False
        self._answer, self._error, self._call = None, None, call

    def nudge(self) -> None:
        """Its answer is there."""
        self._call(self)


class LoopCompany(Generic[Q, A]):
    """The same for callers in a server's loop: no thread waits, and one group is served at a time.

    `serve` is run as a guest of the loop. An answer may come from another thread.
    """

    def __init__(self, serve: Callable[[Sequence[Seat[Q, A]]], None]) -> None:
        self._serve = serve
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._waiting: deque[_Ordered[Q, A]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._come: deque[_Ordered[Q, A]] = deque()  # answers of other threads
        self._rung = False

    async def ask(self, question: Q) -> A:
        """The answer to one question. Raises what `serve` raises, TimeoutError after WAIT_S."""
        seat: _Ordered[Q, A] = _Ordered(question, self._loop.create_future(), self._answered)
        self._waiting.append(seat)
        if self._task is None:
            self._task = self._loop.create_task(self._live())
        async with asyncio.timeout(WAIT_S):
            await seat.there
        return seat.answer()

    def close(self) -> None:
        """Serve no more."""
        if self._task is not None:
            self._task.cancel()

    async def _live(self) -> None:
        try:
            while self._waiting:
                number = min(MOST, len(self._waiting))
                group = [self._waiting.popleft() for _ in range(number)]
                await looping.run(_serve_all, self._serve, group)
        finally:
            self._task = None

    def _answered(self, seat: _Ordered[Q, A]) -> None:
        if threading.get_ident() == self._thread:
            _go_on(seat)
            return
        self._come.append(seat)
        if not self._rung:  # the loop wakes once for all that come together
            self._rung = True
            self._loop.call_soon_threadsafe(self._all_come)

    def _all_come(self) -> None:
        self._rung = False  # first: who comes now rings again
        while self._come:
            _go_on(self._come.popleft())


def _go_on(seat: _Ordered[Q, A]) -> None:
    if not seat.there.done():
        seat.there.set_result(None)
