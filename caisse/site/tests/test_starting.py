"""What stops the start: weak settings, old schemas, missing locks, a chain that is not ours."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from caisse.kernel import clock
from caisse.kernel.tests.ports import free_port
from caisse.ledger import operations as ledger
from caisse.site import starting, timekeeping
from caisse.site.operations import copying
from caisse.site.tests.conftest import Caisse, Run

DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
MAIN = "from caisse.site.command import main; raise SystemExit(main())"


@pytest.fixture
def sound(begun: Run, settings: Any) -> list[str]:
    """A caisse that may start, but for a test server that runs without fsync: that is named."""
    settings.INSECURE = True
    return weaknesses()


def weaknesses() -> list[str]:
    """What is to be said of the tests' own PostgreSQL: it may run without fsync, to be fast."""
    if connection.vendor == "sqlite":
        return []
    said = []
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        with connection.cursor() as cursor:
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] == "off":
                said.append(f"PostgreSQL : {name} vaut off, il faut on.")
    return said


@DATABASE
def test_a_sound_caisse_starts(sound: list[str]) -> None:
    assert starting.problems() == sound


@DATABASE
def test_a_database_that_may_lose_payments_is_named(sound: list[str]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=NORMAL")
            said = "SQLite : synchronous vaut 1, il faut 2 (FULL)."
        else:
            cursor.execute("SET synchronous_commit = off")
            said = "PostgreSQL : synchronous_commit vaut off, il faut on."
    try:
        assert set(starting.problems()) == {*sound, said}
    finally:
        connection.close()


@DATABASE
def test_a_weak_database_is_not_served(
    caisse: Caisse, sound: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "DURABLE", {"fsync": "never"})
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.execute("PRAGMA synchronous=OFF")
    told = caisse("serve", "--port", "8799")
    connection.close()
    assert told.code == 1 and "il faut" in told.err and told.out == ""


@DATABASE
def test_a_missing_lock_of_the_database_is_named(sound: list[str]) -> None:
    on = " ON ledger_transfer" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER ledger_transfer_no_update{on}")
    try:
        (said,) = set(starting.problems()) - set(sound)
        assert said.startswith("Contrôle « triggers »") and "ledger_transfer_no_update" in said
    finally:
        call_command("migrate", verbosity=0)
    assert starting.problems() == sound


@DATABASE
def test_a_schema_behind_the_program_is_named_and_brought_up(
    caisse: Caisse, sound: list[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'funding'")
    try:
        assert starting.pending() and starting.problems() == [*sound, starting.BEHIND]
        told = caisse("check")
        assert (told.code, told.err) == (4, starting.BEHIND + "\n")
    finally:
        call_command("migrate", fake=True, verbosity=0)
    assert starting.problems() == sound
    assert caisse("upgrade").out == "0 changement fait.\n"


@DATABASE
def test_a_schema_ahead_of_the_program_is_named(sound: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('ledger', '9999_later', CURRENT_TIMESTAMP)"
        )
    try:
        assert starting.problems() == [*sound, starting.NEWER]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


@DATABASE
def test_a_clock_beside_a_caisse_that_is_no_demo_is_named(sound: list[str], home: Path) -> None:
    (home / "clock.json").write_text('{"now_ms": 1}')
    assert starting.problems() == [
        *sound, "clock.json est réservé à une démonstration. Retirez ce fichier."
    ]  # fmt: skip


@DATABASE
def test_a_chain_that_does_not_continue_the_anchor_is_named(
    sound: list[str], home: Path, travelling: Callable[..., None]
) -> None:
    travelling(date(2024, 1, 10))
    ledger.anchor(date(2024, 1, 9))
    assert starting.problems() == sound
    path = home / "anchors.jsonl"
    last = json.loads(path.read_text().splitlines()[-1])
    path.write_text(path.read_text() + json.dumps({**last, "link": "0" * 64}) + "\n")
    (said,) = set(starting.problems()) - set(sound)
    assert "l’ancre du 2024-01-09 n’est pas dans la chaîne" in said


@DATABASE
def test_http_is_for_this_machine_only(sound: list[str], settings: Any) -> None:
    settings.INSECURE = False
    (said,) = set(starting.problems()) - set(sound)
    assert "CAISSE_INSECURE=1" in said
    settings.ALLOWED_HOSTS = ["caisse.example.org"]
    assert starting.problems() == sound


@DATABASE
def test_a_caisse_that_slept_for_months_starts_again(
    sound: list[str], travelling: Callable[..., None]
) -> None:
    """The ids of the months ahead are prepared before the check asks for them."""
    travelling(date(2024, 9, 1))
    (said,) = set(starting.problems()) - set(sound)
    assert said.startswith("Contrôle « partitions »")
    starting.prepare()
    assert starting.problems() == sound


@DATABASE
def test_python_without_assertions_is_named(sound: list[str], home: Path) -> None:
    line = (
        "import django; django.setup()\n"
        "from caisse.site import starting\n"
        "print(starting.problems()[0])"
    )
    ran = subprocess.run(
        [sys.executable, "-O", "-c", line],
        env={
            **os.environ, "CAISSE_HOME": str(home), "CAISSE_DATABASE": "",
            "DJANGO_SETTINGS_MODULE": "caisse.settings",
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stdout == "Python tourne avec -O, sans ses contrôles internes. Relancez-le sans.\n"


@pytest.fixture
def demo_home(played: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a served demo: a copy of the played year, its clock as it was left."""
    home = tmp_path / "demo"
    (home / "static").mkdir(parents=True)
    (home / "clock.json").write_text(json.dumps({"now_ms": clock.now_ms()}))
    environment = {**os.environ, "CAISSE_HOME": str(home), "CAISSE_INSECURE": "1"}
    environment |= {"CAISSE_DATABASE": "", "CAISSE_LANGUAGE": "fr"}
    connection.close()
    if connection.vendor == "sqlite":
        Path(played).rename(home / "caisse.sqlite3")
    else:
        environment["CAISSE_DATABASE"] = copying._address(played)
    yield environment


class Served:
    """A server in a process of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAIN, "serve", "--port", str(self.port)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                self.page()
                return
            except OSError:
                assert time.monotonic() < until and self.process.poll() is None, self.stop()
                time.sleep(0.1)

    def page(self) -> str:
        """The page `/`."""
        url = f"http://127.0.0.1:{self.port}/"
        with urllib.request.urlopen(url, timeout=20) as answer:  # our own process
            return str(answer.read().decode())

    def stop(self) -> tuple[int, str]:
        """SIGTERM; the exit code and all that was told."""
        self.process.send_signal(signal.SIGTERM)
        told, _ = self.process.communicate(timeout=30)
        return self.process.returncode, told


def verb(environment: dict[str, str], *words: str) -> tuple[int, str, str]:
    ran = subprocess.run(
        [sys.executable, "-c", MAIN, *words], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return ran.returncode, ran.stdout, ran.stderr


def stands_at(environment: dict[str, str]) -> int:
    return int(json.loads((Path(environment["CAISSE_HOME"]) / "clock.json").read_text())["now_ms"])


def test_the_demo_is_served_and_its_clock_runs_only_then(
    demo_home: dict[str, str], caisse: Caisse, settings: Any
) -> None:
    begun, weak = stands_at(demo_home), weaknesses()
    connection.close()
    if weak:
        code, _, err = verb(demo_home, "serve", "--port", "8799")
        assert (code, err.splitlines()) == (1, weak)
        return
    served = Served(demo_home)
    try:
        assert "Montpellier" in served.page()
        time.sleep(2)
        assert begun < stands_at(demo_home) < begun + 600_000
        busy = "La caisse est servie par un autre processus. Arrêtez-le d’abord.\n"
        code, _, err = verb(demo_home, "serve", "--port", "8799")
        assert (code, err) == (4, busy)
        settings.HOME = Path(demo_home["CAISSE_HOME"])  # the lock is a matter of the home alone
        assert caisse("demo", "--to", "2024-02-05") == (4, "", busy)
        assert caisse("restore", __file__, "--replace", "--by", "x") == (4, "", busy)
        assert caisse("upgrade") == (4, "", busy)
        file = Path(demo_home["CAISSE_HOME"]) / "copy"
        assert verb(demo_home, "backup", str(file))[0] == 0
    finally:
        code, told = served.stop()
    assert code == 0 and "Traceback" not in told and "WARNING" not in told.upper(), told
    left = stands_at(demo_home)
    time.sleep(2)
    assert stands_at(demo_home) == left
    assert verb(demo_home, "check")[0] == 0
    served = Served(demo_home)
    try:
        time.sleep(2)
        assert left < stands_at(demo_home) < left + 600_000
    finally:
        assert served.stop()[0] == 0
    assert verb(demo_home, "demo", "--to", "2024-02-06")[0] == 0
    assert verb(demo_home, "check")[0] == 0
    assert clock.day_of(stands_at(demo_home)) == date(2024, 2, 6)


def test_the_clock_of_a_demo_never_goes_back_before_its_books(played: str, home: Path) -> None:
    last = clock.now_ms()
    for kept in ('{"now_ms": 5}', "not json", "[]", '{"other": 1}'):
        (home / "clock.json").write_text(kept)
        timekeeping.resume(runs=False)
        assert last - 86_400_000 * 2 < clock.now_ms() <= last, kept
    clock.travel(last + 5000)
    timekeeping.keep()
    clock.travel(None)
    timekeeping.resume(runs=False)
    assert clock.now_ms() == last + 5000 and home == settings.HOME


def test_the_demo_is_not_played_backwards_nor_beyond_its_world(
    caisse: Caisse, played: str, home: Path
) -> None:
    timekeeping.keep()
    before = stands_at({"CAISSE_HOME": str(home)})
    for words in (("demo",), ("demo", "--to", "2023-05-01")):
        told = caisse(*words)
        assert (told.code, told.out) == (0, "La caisse de démonstration en est au 01/02/2024.\n")
        assert stands_at({"CAISSE_HOME": str(home)}) == before
    told = caisse("demo", "--to", "2099-01-01")
    assert told.code == 3 and "pas au-delà" in told.err
    assert caisse("found", "X", "--preset", "montpellier_2023", "--by", "ana").code == 3
