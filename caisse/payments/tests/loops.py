"""A server's loop in a thread of the test: what is sent to it passes through no network."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from typing import Any, TypeVar, cast

import pytest
from a2wsgi import WSGIMiddleware
from django.db import connection, connections

from caisse.kernel import looks, looping
from caisse.payments import api
from caisse.payments.api import in_loop
from caisse.payments.operations import cashiers

T = TypeVar("T")
WAIT_S = 60


class Threads(ThreadPoolExecutor):
    """Threads that leave no connection behind; how often one was needed."""

    def __init__(self) -> None:
        super().__init__(60)
        self.asked = 0

    def submit(self, act: Callable[..., T], /, *args: Any, **named: Any) -> Future[T]:
        """As ever."""
        self.asked += 1

        def run() -> T:
            try:
                return act(*args, **named)
            finally:
                connections.close_all()

        return super().submit(run)


class Loop:
    """The loop, and the application that it serves."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.threads = Threads()
        pages: Any = WSGIMiddleware(cast("Any", api.application))
        pages.executor = self.threads
        self.application: Any = in_loop.before(pages, self.threads)
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.context = Context()  # of all tasks, as the server's are of the one that began
        there = threading.Event()
        self.loop.call_soon_threadsafe(looks.refuse_queries, context=self.context)
        self.loop.call_soon_threadsafe(there.set)
        assert there.wait(WAIT_S)

    def run(self, act: Callable[[], Any]) -> Any:
        """What `act` returns as a guest of the loop."""
        return self._task(looping.run(act))

    def send(
        self, method: str, address: str, pieces: list[bytes], headers: dict[str, str]
    ) -> tuple[int, bytes, dict[str, str]]:
        """One request, its body in pieces: status, body and headers of the answer."""
        told: tuple[int, bytes, dict[str, str]] = self._task(
            self._asked(method, address, pieces, headers)
        )
        return told

    def _task(self, what: Coroutine[Any, Any, Any]) -> Any:
        begin = asyncio.run_coroutine_threadsafe
        return self.context.copy().run(begin, what, self.loop).result(WAIT_S)

    async def _asked(
        self, method: str, address: str, pieces: list[bytes], headers: dict[str, str]
    ) -> tuple[int, bytes, dict[str, str]]:
        path, _, query = address.partition("?")
        scope = {
            "type": "http", "method": method, "path": path, "query_string": query.encode(),
            "http_version": "1.1", "server": ("localhost", 80), "client": ("127.0.0.1", 9),
            "headers": [(name.lower().encode(), said.encode()) for name, said in headers.items()],
        }  # fmt: skip
        left = [
            {"type": "http.request", "body": piece, "more_body": n < len(pieces)}
            for n, piece in enumerate(pieces, 1)
        ]
        told: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            await asyncio.sleep(0)
            return left.pop(0) if left else {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            told.append(message)

        await self.application(scope, receive, send)
        if not told:
            return 0, b"", {}
        fields = {name.decode().title(): said.decode() for name, said in told[0]["headers"]}
        return told[0]["status"], b"".join(one.get("body", b"") for one in told[1:]), fields

    def stop(self) -> None:
        """Close what it has kept, end it."""

        async def leave() -> None:
            looping.leave()

        asyncio.run_coroutine_threadsafe(leave(), self.loop).result(WAIT_S)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.threads.shutdown()


here: list[Loop] = []  # the loop that devices send to, or none: to the WSGI function


@contextmanager
def serving() -> Iterator[Loop]:
    """Devices send to a loop until it ends."""
    loop = Loop()
    here.append(loop)
    try:
        yield loop
    finally:
        here.remove(loop)
        loop.stop()


def remember_cashiers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cashes at a place is read once, so that no thread has to read it in the middle."""
    cashiers._known.clear()
    monkeypatch.setattr(cashiers, "REMEMBERED_S", 600)


def cut(pid: int) -> None:
    """End a session of PostgreSQL, from a thread of its own."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        connections.close_all()
