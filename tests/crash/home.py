"""A caisse of its own for child processes, and what the parent needs to watch and kill them."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

import pytest
from django.db import OperationalError, connection

ROOT = Path(__file__).parents[2]
FOUND, PAY = "tests.crash.jobs:found", "tests.crash.jobs:pay"
T = TypeVar("T")
LONGEST_S = 300
Told = dict[str, Any]


def _recovered(act: Callable[[], T]) -> T:
    """What `act` returns, once PostgreSQL has recovered from the death of one of its processes."""
    import psycopg

    until = time.monotonic() + LONGEST_S
    while True:
        try:
            return act()
        except (psycopg.OperationalError, OperationalError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


class Home:
    """A folder, and a database: the file in it, or one of its own on the tests' PostgreSQL.

    With `url` it is that database, which somebody else has made and will remove.
    """

    def __init__(self, folder: Path, word: str, url: str = "") -> None:
        self.folder, self.vendor, self.url = folder, connection.vendor, url
        folder.mkdir(exist_ok=True)
        self.name = f"{connection.settings_dict['NAME']}_{word}"
        self.file = folder / "caisse.sqlite3"

    @property
    def environment(self) -> dict[str, str]:
        """What a child needs to find it."""
        found = {"CAISSE_HOME": str(self.folder), "DJANGO_SETTINGS_MODULE": "caisse.settings"}
        found["CAISSE_LOG"] = "CRITICAL"
        found["CAISSE_DATABASE"] = "" if self.vendor == "sqlite" else self._url()
        return {**os.environ, **found}

    def _url(self) -> str:
        if self.url:
            return self.url
        known = connection.settings_dict
        user = ":".join(quote(known[key], safe="") for key in ("USER", "PASSWORD") if known[key])
        query = urlencode({"host": known["HOST"], **known["OPTIONS"]})
        port = f":{known['PORT']}" if known["PORT"] else ""
        if known["HOST"].startswith("/"):
            query, port = urlencode({"host": known["HOST"], "port": known["PORT"]}), ""
        return f"postgresql://{user}@{port}/{self.name}?{query}"

    def create(self) -> None:
        """An empty database."""
        if self.vendor == "postgresql" and not self.url:
            self.drop()
            self._server(f'CREATE DATABASE "{self.name}"')

    def drop(self) -> None:
        """Remove the database, whoever still uses it."""
        if self.vendor == "postgresql" and not self.url:
            self._server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _server(self, statement: str) -> None:
        def act() -> None:
            with connection._nodb_cursor() as cursor:
                cursor.execute(statement)

        _recovered(act)

    @contextmanager
    def durable(self) -> Iterator[None]:
        """The tests' PostgreSQL, which is made fast, keeps what it promises meanwhile."""
        names = ("fsync", "synchronous_commit", "full_page_writes")
        shared = self.vendor == "postgresql" and not self.url
        if shared:
            self._set([f"ALTER SYSTEM SET {name} = on" for name in names])
            if self.rows("SELECT current_setting('fsync')") != [("on",)]:
                pytest.skip("this PostgreSQL cannot be made durable: a caisse is not served on it")
        try:
            yield
        finally:
            if shared:
                self._set([f"ALTER SYSTEM RESET {name}" for name in names])

    def _set(self, statements: list[str]) -> None:
        for statement in (*statements, "SELECT pg_reload_conf()"):
            self._server(statement)

    def rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """What plain SQL says, on a connection of its own; ids as bytes on both databases."""
        if self.vendor == "sqlite":
            raw: Any = sqlite3.connect(self.file)
            with closing(raw):
                found = raw.execute(query, params).fetchall()
        else:
            found = _recovered(lambda: self._found(query, params))
        return [tuple(getattr(cell, "bytes", cell) for cell in row) for row in found]

    def _found(self, query: str, params: Sequence[object]) -> list[tuple[Any, ...]]:
        import psycopg

        with closing(psycopg.connect(self.environment["CAISSE_DATABASE"])) as raw:
            return raw.execute(query.encode(), params).fetchall()

    def copy(self, folder: Path) -> "Home":
        """The same caisse in another folder (SQLite only)."""
        other = Home(folder, "copy")
        with (
            closing(sqlite3.connect(self.file)) as here,
            closing(sqlite3.connect(other.file)) as to,
        ):
            here.backup(to)
        return other

    def once(self, job: str, *arguments: Any, before: Sequence[str] = ()) -> list[Told]:
        """One whole life in a process of its own, behind the command `before`; what it told."""
        done = subprocess.run(
            [*before, *_python(), "--once", json.dumps([job, *arguments])],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def _python() -> list[str]:
    return [sys.executable, "-m", "tests.crash.nursery"]


class Nursery:
    """A process in a home whose forks live and are killed; leave it by `close`.

    Whoever takes longer than LONGEST_S for one life is killed with it: no test waits for ever.
    """

    def __init__(self, home: Home) -> None:
        self.process = subprocess.Popen(
            _python(), cwd=ROOT, env=home.environment, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def live(
        self, job: str, *arguments: Any, kill: Callable[[Told], bool] = lambda told: False
    ) -> tuple[list[Told], int]:
        """One life: what it told, and how it ended (0, or −9 when it was killed).

        It is killed with SIGKILL as soon as `kill` says so of what it has just told.
        """
        self._say(json.dumps([job, *arguments]))
        patience = threading.Timer(LONGEST_S, os.killpg, [self.process.pid, signal.SIGKILL])
        patience.start()
        try:
            return self._watch(kill)
        finally:
            patience.cancel()

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _watch(self, kill: Callable[[Told], bool]) -> tuple[list[Told], int]:
        assert self.process.stdout is not None
        told: list[Told] = []
        pid, killed = 0, False
        for line in self.process.stdout:
            words = json.loads(line)
            if "born" in words:
                pid = words["born"]
            elif "ended" in words:
                self._say("")
            elif "died" in words:
                return told, words["died"]
            else:
                told.append(words)
                if not killed and kill(words):
                    assert pid > 0, "it told something before it was born"
                    os.kill(pid, signal.SIGKILL)
                    killed = True
        raise AssertionError("the nursery ended")

    def close(self) -> None:
        """No more lives."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


Crash: TypeAlias = tuple[Home, Nursery]


@contextmanager
def founded(folder: Path, word: str) -> Iterator[Crash]:
    """A home with a small caisse in it, and a nursery for it."""
    home = Home(folder, word)
    home.create()
    nursery = Nursery(home)
    try:
        told, code = nursery.live(FOUND)
        assert (told, code) == ([{"founded": True}], 0)
        yield home, nursery
    finally:
        nursery.close()
        home.drop()
