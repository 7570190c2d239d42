"""The writer's own connection, and doors on Django's (own room: two drivers, one shape)."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

from caisse.ledger.writer.reading import Door


class Connection(Protocol):
    """One connection of the writer."""

    def transaction(self) -> AbstractContextManager[Door]: ...
    def close(self) -> None: ...


class SqliteConnection:
    """The caisse's file, opened like Django opens it (WAL, synchronous=FULL)."""

    def __init__(self, path: str, init: str, timeout_s: float) -> None:
        self.raw = sqlite3.connect(
            path, timeout=timeout_s, isolation_level=None, check_same_thread=False
        )
        for pragma in filter(None, init.split(";")):
            self.raw.execute(pragma)

    @contextmanager
    def transaction(self) -> Iterator[Door]:
        """BEGIN IMMEDIATE … COMMIT."""
        from caisse.ledger.writer.sqlite import SqliteDoor

        self.raw.execute("BEGIN IMMEDIATE")
        try:
            yield SqliteDoor(self.raw)
        except BaseException:
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK")
            raise
        self.raw.execute("COMMIT")

    def close(self) -> None:
        """Close; a clean close of the last connection also settles what a failed COMMIT left."""
        self.raw.close()


class PostgresConnection:
    """A psycopg connection whose plans stay generic: prepared once, right for any history (R4)."""

    def __init__(self, params: dict[str, Any]) -> None:
        import psycopg

        from caisse.kernel import looping
        from caisse.kernel.wire import Wire
        from caisse.ledger.writer.postgres import PostgresDoor

        options = "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan"
        merged = {**params, "options": f"{params.get('options', '')} {options}".strip()}
        self.raw = looping.in_a_thread(partial(psycopg.connect, autocommit=True, **merged))
        self._wire = Wire(self.raw, prepare=True)
        self._door = PostgresDoor(self._wire)

    @contextmanager
    def transaction(self) -> Iterator[Door]:
        """BEGIN … COMMIT."""
        self._wire.later("BEGIN")
        try:
            yield self._door
        except BaseException:
            if not self.raw.closed:
                self._wire.ask("ROLLBACK")
            raise
        self._wire.commit()

    def close(self) -> None:
        """Close without cancelling: a late COMMIT goes on, only nobody listens any more."""
        self.raw.close()


def connector(connection: BaseDatabaseWrapper) -> Callable[[], Connection]:
    """How to open the writer's own connection to the database of Django's `connection`.

    Read when the writer starts, never at import: tests rename the database (first-hour.md trap 3).
    """
    settings = dict(connection.settings_dict)
    options = dict(settings["OPTIONS"])
    if connection.vendor == "sqlite":
        name, init = str(settings["NAME"]), str(options.get("init_command", ""))
        timeout_s = float(options.get("timeout", 5))
        return lambda: SqliteConnection(name, init, timeout_s)
    params = connection.get_connection_params()
    for key in ("cursor_factory", "context", "prepare_threshold"):
        params.pop(key, None)
    return lambda: PostgresConnection(params)


def door_on(connection: BaseDatabaseWrapper) -> Door:
    """A door on Django's connection, inside the caller's transaction."""
    if connection.vendor == "sqlite":
        from caisse.ledger.writer.sqlite import SqliteDoor

        return SqliteDoor(connection.connection)
    from caisse.kernel.wire import Wire
    from caisse.ledger.writer.postgres import PostgresDoor

    return PostgresDoor(Wire(connection.connection, prepare=False))
