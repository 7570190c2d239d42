"""A process that dies between two statements: all that goes to the database is counted, COMMIT too.

Django's statements are seen by `execute_wrapper`; those that the ledger's doors send on the raw
connection by doors that count. After the last statement that is allowed nothing is any more: not
even the rollback of a `with` that is left in a hurry, for a dead process rolls nothing back.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from django.db import connection, connections

Strike = Callable[[], None]


class Killed(BaseException):
    """What nothing catches."""


def raise_killed() -> None:
    """The process is gone, as far as one process can play that."""
    raise Killed


def kill_process() -> None:
    """The process is really gone."""
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """The statements of one act, one after the other; the `last` one is followed by the strike.

    With `last` None all pass and are only counted.
    """

    def __init__(self, last: int | None, strike: Strike) -> None:
        self.last, self.strike = last, strike
        self.passed = 0
        self.texts: list[str] = []

    @property
    def over(self) -> bool:
        """True once the last statement has passed."""
        return self.last is not None and self.passed >= self.last

    def do(self, text: str, execute: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Execute one statement, unless the end has come; strike when it was the last."""
        if self.over:
            raise Killed
        result = execute(*args, **kwargs)
        self.passed += 1
        self.texts.append(" ".join(text.split())[:80])
        if self.over:
            self.strike()
        return result


class CountedCursor:
    """A cursor of SQLite whose statements are counted; reading rows is not a statement."""

    def __init__(self, cursor: Any, count: Countdown) -> None:
        self.__dict__.update(cursor=cursor, count=count)

    def execute(self, sql: str, *params: Any) -> Any:
        """One statement."""
        return self.count.do(sql, self.cursor.execute, sql, *params)

    def executemany(self, sql: str, rows: Any) -> Any:
        """One statement, for many rows."""
        return self.count.do(sql, self.cursor.executemany, sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cursor, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.cursor, name, value)


@contextmanager
def counted(last: int | None = None, strike: Strike = raise_killed) -> Iterator[Countdown]:
    """Count what the default connection of this thread is told; strike after the statement `last`.

    When the block is left by `Killed`, the connection is as it was: drop it.
    """
    count = Countdown(last, strike)
    default = connections["default"]
    default.ensure_connection()

    def wrapper(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        return count.do(sql, execute, sql, params, many, context)

    with ExitStack() as hooks:
        hooks.enter_context(default.execute_wrapper(wrapper))
        for name, text in (("_commit", "COMMIT"), ("_rollback", "ROLLBACK")):
            hooks.enter_context(_counting_method(default, name, text, count))
        hooks.enter_context(_leaving_no_trace(default, count))
        hooks.enter_context(_counting_door(count))
        yield count


def _counting_method(default: Any, name: str, text: str, count: Countdown) -> Any:
    real = getattr(default, name)
    return mock.patch.object(default, name, lambda: count.do(text, real))


def _leaving_no_trace(default: Any, count: Countdown) -> Any:
    """Leaving a transaction, Django switches autocommit on again; a dead process does not."""
    real = default._set_autocommit

    def set_autocommit(on: bool) -> None:
        if count.over:
            raise Killed
        real(on)

    return mock.patch.object(default, "_set_autocommit", set_autocommit)


def _counting_door(count: Countdown) -> Any:
    """The ledger's statements, which go to the raw connection past Django."""
    if connection.vendor == "sqlite":
        from caisse.ledger.writer.sqlite import SqliteDoor

        real_init = SqliteDoor.__init__

        def init(door: SqliteDoor, raw: Any) -> None:
            real_init(door, raw)
            door.cursor = CountedCursor(door.cursor, count)  # type: ignore[assignment]

        return mock.patch.object(SqliteDoor, "__init__", init)
    from caisse.kernel.wire import Wire

    real_ask = Wire.ask

    def ask(wire: Wire, question: str, *params: bytes | None) -> Any:
        return count.do(question, real_ask, wire, question, *params)

    return mock.patch.object(Wire, "ask", ask)
