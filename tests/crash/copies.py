"""Databases that a test may ruin: one is built, and each trial works on a fresh copy of it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from caisse.ledger import writer


class Shelf:
    """Named databases beside the tests' own one: files of SQLite, databases of PostgreSQL.

    Copied whole, so nobody may be connected to the one that is copied: `on` closes what this
    process holds before and after.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = str(connection.creation._get_test_db_name())  # type: ignore[attr-defined]
        self.names: set[str] = set()
        # never the tests' own database: there, numbers go on after those of the tests before
        self.empty = self._migrated("empty")

    def copy(self, source: str, word: str) -> str:
        """A new database like `source`; the one that had this word before is gone."""
        name = self._name(word)
        self.drop(name)
        connections["default"].close()
        if connection.vendor == "sqlite":
            _settle(source)
            shutil.copyfile(source, name)
        else:
            self._server(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        self.names.add(name)
        return name

    def drop(self, name: str) -> None:
        """Remove a database of the shelf; one that is not there is no mistake."""
        self.names.discard(name)
        if connection.vendor == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(name + suffix).unlink(missing_ok=True)
        else:
            self._server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def clear(self) -> None:
        """Remove them all."""
        for name in list(self.names):
            self.drop(name)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Inside the block every connection of this process goes to the database `name`."""
        before = connections["default"].settings_dict["NAME"]
        self._go_to(name)
        try:
            yield
        finally:
            writer.stop()
            self._go_to(before)

    def _name(self, word: str) -> str:
        if connection.vendor == "sqlite":
            return str(self.folder / f"{word}.sqlite3")
        return f"{self.base}_{word}"

    def _migrated(self, word: str) -> str:
        name = self._name(word)
        self.drop(name)
        if connection.vendor == "postgresql":
            self._server(f'CREATE DATABASE "{name}"')
        with self.on(name):
            call_command("migrate", verbosity=0)
        self.names.add(name)
        return name

    def _go_to(self, name: str) -> None:
        """Threads make their connections from the same dictionary: one change reaches them all."""
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = name

    def _server(self, statement: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)


def _settle(path: str) -> None:
    """The log of a SQLite file goes into the file, or its copy would miss it."""
    if Path(f"{path}-wal").exists():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    if Path(f"{path}-wal").exists():
        raise RuntimeError(f"somebody still has {path} open")


def drop_connection() -> None:
    """Close the default connection as a dead process does: no rollback, no goodbye of Django's.

    The next use makes a new one.
    """
    raw = connections["default"].connection
    if raw is not None:
        raw.close()
    del connections["default"]


def wind_sequences_back() -> None:
    """Let every table go on numbering after the last row that it really holds.

    On PostgreSQL the numbers that were given do not come back by themselves; here they do, so that
    what is done again can be compared to the letter.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND is_identity = 'YES' ORDER BY 1"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), "
                f'COALESCE(MAX("{column}"), 0) + 1, false) FROM "{table}"'
            )
