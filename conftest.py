"""What all tests share. pytest runs once per engine: CAISSE_DATABASE says which (script/test)."""

import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.core.management import call_command
from django.db import connection, connections

# the module .operations alone is a circular import
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql import base as postgresql
from django.db.backends.sqlite3 import base as sqlite3
from django.db.models.signals import post_migrate
from django.middleware import csrf
from django.test import TransactionTestCase
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from caisse.kernel import clock, triggers
from caisse.site.keeping import Kept

LONG = os.environ.get("CAISSE_LONG") == "1"
os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "1"
)  # Playwright keeps a loop in the main thread

settings.PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # a strong one is slow

csrf.CSRF_ALLOWED_CHARS = "zQ"  # no word and no figure that a page may not say is drawn in a token

hypothesis.settings.register_profile("short", max_examples=60, deadline=None, print_blob=True)
hypothesis.settings.register_profile("long", max_examples=2_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("long" if LONG else "short")

CHROMIUM = [
    "--no-sandbox",  # it refuses to start as root with one; it only meets pages of ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


OF_A_DATABASE = {"db", "transactional_db", "django_db_setup"}  # a test has one of these fixtures


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests marked `long` to script/test --long, and those without a database to SQLite.

    Of walks in a browser PostgreSQL has the first of each file, and all with --long or where a file
    is named: what their pages ask of a database is tested on both without one (decision 0017).
    """
    here = [item for item in items if LONG or not item.get_closest_marker("long")]
    if connection.vendor != "sqlite":
        here = [item for item in here if _has_a_database(item)]
        if not LONG and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
            here = _with_first_walks(here)
    config.hook.pytest_deselected(items=list(set(items) - set(here)))
    items[:] = here


def _with_first_walks(items: list[pytest.Item]) -> list[pytest.Item]:
    """These without the walks of a file behind its first one."""
    seen: set[Path] = set()
    here = []
    for item in items:
        walks = "browser" in getattr(item, "fixturenames", ())
        if not walks or item.path not in seen:
            here.append(item)
        if walks:
            seen.add(item.path)
    return here


def _has_a_database(item: pytest.Item) -> bool:
    asked = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(OF_A_DATABASE & asked)


def _emptying(
    engine: type[BaseDatabaseOperations],
    before: Callable[[Any], None],
    instead: Callable[[Any], Sequence[str]] | None = None,
) -> None:
    """Let the flush between tests empty tables that nothing else may empty."""
    flush = engine.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
        before(self.connection)
        flush(self, instead(self.connection) if instead else sql_list)
        triggers.install(self.connection)

    engine.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign, assignment]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Half of each flush was to write what Django's own admin asks for, and nothing of ours."""
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


LARGE = 200_000  # bytes: a larger table is truncated, a smaller one keeps its file


def _with_rows(connection: Any) -> list[str]:
    """Empty what has rows: PostgreSQL makes new files for each table and index it truncates.

    The triggers that refuse a DELETE sleep meanwhile, where the role of the tests may say so.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = (
        f"SELECT '{name}', pg_table_size('{name}') WHERE EXISTS (SELECT FROM \"{name}\")"
        for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        may_sleep = cursor.fetchone() == ("on",)
        cursor.execute(" UNION ALL ".join(asked))
        sizes = dict(cursor.fetchall())
    small = [name for name, size in sizes.items() if may_sleep and size < LARGE]
    said = [f"DELETE FROM {name}" for name in small]
    if small:
        said.insert(0, "SET LOCAL session_replication_role = replica")
        said.append("SET LOCAL session_replication_role = origin")
    large = [name for name in sizes if name not in small]
    return said + ([f"TRUNCATE {', '.join(large)} CASCADE"] if large else [])


def _rewind(cls: type[TransactionTestCase], db_name: str) -> None:
    """Each sequence of a model that has counted begins anew; Django would ask for all of them."""
    with connections[db_name].cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) "
            "FROM pg_sequences WHERE last_value IS NOT NULL "
            "AND sequencename <> 'django_migrations_id_seq'"  # its rows stay
        )


if connection.vendor == "postgresql":
    TransactionTestCase._reset_sequences = classmethod(_rewind)  # type: ignore[attr-defined]


def _drop_partitions(connection: Any) -> None:
    """The row that knows which partitions exist is emptied with the rest, so they go with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class p ON p.oid = inhparent "
            "WHERE p.relkind = 'p' AND inhrelid::regclass::text !~ '_idx|_pkey'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


# on SQLite the triggers that refuse a DELETE are dropped, on PostgreSQL they sleep
_emptying(sqlite3.DatabaseWrapper.ops_class, triggers.drop)
_emptying(postgresql.DatabaseWrapper.ops_class, _drop_partitions, _with_rows)


@pytest.fixture(scope="session", autouse=True)
def _home_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a caisse writes beside its database goes to a folder of the tests'."""
    before = settings.HOME
    settings.HOME = tmp_path_factory.mktemp("home")
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing
    yield
    settings.HOME = before


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The test database, dropped only after the ledger's writer has let go of it."""
    yield
    _stop_writer()


def _stop_writer() -> None:
    from caisse.ledger import writer  # apps are loaded only after this file

    writer.stop()


@pytest.fixture(autouse=True)
def _clock_comes_back() -> Iterator[None]:
    yield
    clock.travel(None)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Forget the pages of another test: its books may have stood at the same last event; and what
    its tills refused."""
    from caisse.messages.operations import remarks  # apps are loaded only after this file
    from caisse.payments import reaching

    remarks._WAITING.clear()
    reaching.forget()
    for name, module in list(sys.modules.items()):
        if name.startswith("caisse.") and ".pages." in name:
            for value in list(vars(module).values()):
                if isinstance(value, Kept):
                    value.forget()
                elif isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


@pytest.fixture
def travelling() -> Callable[..., None]:
    """`travelling(day, hour=9)` puts the caisse's clock there until the test ends, standing."""

    def travel(day: date, hour: int = 9, minute: int = 0, *, runs: bool = False) -> None:
        clock.travel(clock.instant(day, hour, minute), runs=runs)

    return travel


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium, started once."""
    with sync_playwright() as playwright:
        path = os.environ.get("CAISSE_CHROMIUM") or shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own context, in French, in the caisse's time zone."""
    context = browser.new_context(locale="fr-FR", timezone_id=settings.TIME_ZONE)
    yield context.new_page()
    context.close()


class PlayedYear:
    """The demo's year, played once per run into a database of its own, and copies of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.copies = folder, 0
        self.test_name = connection.settings_dict["NAME"]
        self.name = self._new_name("played")
        self._create(self.name)
        with self.on(self.name), clock.travelled(clock.now_ms()):
            call_command("migrate", verbosity=0)
            self.until = self._play()
        if connection.vendor == "sqlite" and Path(f"{self.name}-wal").exists():
            raise RuntimeError("somebody still has the played year open: a copy would miss its log")

    def copy(self) -> str:
        """The name of a fresh copy, for one test."""
        self.copies += 1
        name = self._new_name(f"copy_{self.copies}")
        if connection.vendor == "sqlite":
            shutil.copyfile(self.name, name)
        else:
            self._server(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database of ours."""
        if connection.vendor == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(name + suffix).unlink(missing_ok=True)
        else:
            self._server(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Inside the block, all connections of this process go to the database `name`."""
        self._go_to(name)
        try:
            yield
        finally:
            _stop_writer()
            self._go_to(self.test_name)

    def _play(self) -> int:
        from caisse.demo import operations as demo
        from tests.year.watching import Watch

        self.watch = Watch(thorough=LONG)  # tests/year says what it must have seen
        demo.play(until=demo.end_of_the_year(), progress=self.watch.day)
        return clock.now_ms()

    def _new_name(self, word: str) -> str:
        if connection.vendor == "sqlite":
            return str(self.folder / f"{word}.sqlite3")
        return f"{self.test_name}_{word}"

    def _create(self, name: str) -> None:
        if connection.vendor == "postgresql":
            self._server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self._server(f'CREATE DATABASE "{name}"')

    def _go_to(self, name: str) -> None:
        """Threads make their connections from the same dictionary: one change reaches them all."""
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = name

    def _server(self, statement: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def played_year(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PlayedYear]:
    """The database from which `played` is copied; tests take `played`."""
    with django_db_blocker.unblock():
        year = PlayedYear(tmp_path_factory.mktemp("played"))
        yield year
        year.drop(year.name)


@pytest.fixture
def played(played_year: PlayedYear, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The default connection is on a copy of the played year, the test's own to damage.

    The clock stands at the demo's last instant. Takes the place of the mark `django_db`.
    """
    with django_db_blocker.unblock():
        name = played_year.copy()
        with played_year.on(name):
            clock.travel(played_year.until)
            yield name
        played_year.drop(name)
