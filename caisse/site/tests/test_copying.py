"""Back up, restore, move: figures equal, books green, nothing replaced by what is damaged."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.month import operations as months
from caisse.payments import operations as payments
from caisse.payments.operations import Receipt
from caisse.site import operations, timekeeping
from caisse.site.operations import copying
from caisse.site.tests.conftest import Caisse, Run

BEN = Actor("ben", frozenset({"coordinator", "treasurer"}))
DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
HEAD_BYTES = 8192


def figures(caisse: Caisse) -> Any:
    """All figures at the end of February 2024, 0.01 € of difference shows."""
    told = caisse("figures", "--at", "2024-02-29", "--json")
    assert told.code == 0, told
    return json.loads(told.out)


@pytest.fixture
def small(begun: Run, travelling: Callable[..., None]) -> Callable[[], None]:
    """A small caisse with a credited month; the result makes something happen in it: a purchase."""
    travelling(date(2024, 1, 16))
    begun("month", "freeze", "2024-02")
    begun("month", "check", "2024-02")
    months.approve(month=Month(2024, 2), by=BEN)
    travelling(date(2024, 2, 5))
    begun("grant", "receive", "1")
    begun("call", "2024-02")
    begun("receive", "1", "60", "--month", "2024-02", "--kind", "debit")
    begun("month", "credit", "2024-02")
    begun("pay", "moineau-radis", "1", "12,34")

    def happen() -> None:
        paid = payments.pay(
            payment_id=ids.new_id(), wallet_id=2, place_id=1, cents=1, method="pin", by=BEN
        )
        assert isinstance(paid, Receipt), paid

    return happen


def unreadable(file: Path) -> None:
    """Spoil a file behind its head: pages of SQLite, the data of a dump.

    All of them: a database that was emptied has pages that nobody reads.
    """
    content = bytearray(file.read_bytes())
    content[HEAD_BYTES:] = b"\xff" * (len(content) - HEAD_BYTES)
    file.write_bytes(content)


@DATABASE
def test_a_backup_is_counted_again_and_restored(
    caisse: Caisse, small: Callable[[], None], tmp_path: Path
) -> None:
    file, before, tip = tmp_path / "copy", figures(caisse), books.tip()
    told = caisse("backup", file)
    assert told.code == 0 and told.out.count(" ok ") == 26
    assert file.stat().st_mode & 0o077 == 0  # it holds names
    assert list(tmp_path.glob("copy*")) == [file]
    small()
    assert books.tip() != tip
    refused = caisse("restore", file, "--by", "ana")
    assert refused.code == 3 and "--replace" in refused.err and books.tip() != tip
    told = caisse("restore", file, "--replace", "--by", "ana")
    assert told.code == 0, told
    assert books.tip() == tip and figures(caisse) == before
    assert caisse("check").code == 0
    epoch = events.history(names=["caisse.restored"])[0]
    assert (epoch.by, epoch.data["seq"]) == ("ana", tip[0])
    if connection.vendor == "sqlite":
        replaced = Path(f"{connection.settings_dict['NAME']}.replaced")
        assert replaced.exists()
        replaced.unlink()


def test_a_restored_demo_goes_on_in_its_own_time(
    caisse: Caisse, played: str, tmp_path: Path
) -> None:
    """The whole year, and the clock of a demo that had gone on when the backup came back."""
    before = figures(caisse)
    assert caisse("backup", tmp_path / "copy").code == 0
    clock.travel(clock.instant(date(2024, 2, 20), 9))
    timekeeping.keep()
    assert caisse("restore", tmp_path / "copy", "--replace", "--by", "ana").code == 0
    assert clock.today() <= date(2024, 2, 1)
    assert timekeeping.path().exists() and figures(caisse) == before
    assert caisse("check").code == 0


@DATABASE
def test_a_file_that_is_there_is_not_overwritten(
    caisse: Caisse, begun: Run, tmp_path: Path
) -> None:
    file = tmp_path / "copy"
    file.write_text("mine")
    told = caisse("backup", file)
    assert told.code == 3 and "existe déjà" in told.err and file.read_text() == "mine"
    missing = caisse("backup", tmp_path / "nowhere" / "copy")
    assert missing.code == 2
    assert caisse("restore", tmp_path / "nothing", "--replace", "--by", "ana").code == 3


@DATABASE
def test_a_damaged_copy_replaces_nothing(
    caisse: Caisse, small: Callable[[], None], tmp_path: Path
) -> None:
    file = tmp_path / "copy"
    assert caisse("backup", file).code == 0
    small()
    tip = books.tip()
    half, noise, spoilt = tmp_path / "half", tmp_path / "noise", tmp_path / "spoilt"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    noise.write_bytes(os.urandom(100_000))
    shutil.copy(file, spoilt)
    unreadable(spoilt)
    for bad in (half, noise, spoilt):
        told = caisse("restore", bad, "--replace", "--by", "ana")
        assert told.code == 3 and told.err, bad
        assert books.tip() == tip and caisse("check").code == 0


@DATABASE
def test_a_caisse_that_does_not_pass_the_check_is_no_good_copy(
    caisse: Caisse, begun: Run, tmp_path: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET credits = credits + 1 WHERE code = 'wallet:1'")
    told = caisse("backup", tmp_path / "copy")
    assert told.code == 3 and "contrôle" in told.err
    assert list(tmp_path.glob("copy*")) == []


@DATABASE
def test_what_is_no_caisse_is_not_restored(caisse: Caisse, begun: Run, tmp_path: Path) -> None:
    file, count = tmp_path / "other", len(events.history(limit=1000))
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    told = caisse("restore", file, "--replace", "--by", "ana")
    assert told.code == 3 and told.err
    assert len(events.history(limit=1000)) == count


@DATABASE
def test_a_backup_is_consistent_while_others_pay(
    caisse: Caisse, small: Callable[[], None], tmp_path: Path
) -> None:
    stopping, paid, failed = threading.Event(), [0], []

    def pay() -> None:
        try:
            while not stopping.is_set() and paid[0] < 5_000:  # the wallet has 10,000 cents
                small()
                paid[0] += 1
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=pay)
    thread.start()
    try:
        operations.backup(tmp_path / "copy")
    finally:
        stopping.set()
        thread.join()
        ledger.stop()
    assert failed == [] and paid[0] > 3


@DATABASE
def test_where_no_database_may_be_created_the_dump_is_read_to_its_end(
    caisse: Caisse, begun: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        return  # a file can always be copied

    @contextmanager
    def nowhere() -> Iterator[str]:
        yield ""

    monkeypatch.setattr(copying, "_own_database", nowhere)
    told = caisse("backup", tmp_path / "copy")
    assert told.code == 0 and "n’est pas recomptée" in told.out
    restored = caisse("restore", tmp_path / "copy", "--replace", "--by", "ana")
    assert restored.code == 0 and restored.out.count(" ok ") == 26


@DATABASE
def test_a_program_that_is_missing_is_named(
    caisse: Caisse, begun: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        return  # nothing but Python is needed
    monkeypatch.setenv("PATH", str(tmp_path))
    told = caisse("backup", tmp_path / "copy")
    assert told.code == 3 and "pg_dump" in told.err and not list(tmp_path.glob("copy*"))


def run(home: Path, database: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A verb in a process of its own, on the home and the database given."""
    line = "from caisse.site.command import main; raise SystemExit(main())"
    return subprocess.run(
        [sys.executable, "-c", line, *words],
        env={
            **os.environ,
            "CAISSE_HOME": str(home),
            "CAISSE_DATABASE": database,
            "CAISSE_LANGUAGE": "fr",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def round_trip(caisse: Caisse, home: Path) -> None:
    """To the SQLite file of `home`, from there to a new database of the server; figures equal."""
    if connection.vendor == "sqlite":
        pytest.skip("the round trip begins on PostgreSQL, where both engines are there")
    before, ours = figures(caisse), copying._address(str(connection.settings_dict["NAME"]))
    connection.close()
    told = run(home, ours, "move", "--to", "sqlite")
    assert told.returncode == 0 and "lignes copiées et contrôlées" in told.stdout, told
    again = run(home, ours, "move", "--to", "sqlite")
    assert (again.returncode, again.stderr) == (3, "Une caisse est déjà fondée dans cette base.\n")
    there = run(home, "", "figures", "--at", "2024-02-29", "--json")
    assert json.loads(there.stdout) == before
    with copying._own_database() as name:
        server = copying._address(name)
        back = run(home, "", "move", "--to", server)
        assert back.returncode == 0, back
        again = run(home, server, "figures", "--at", "2024-02-29", "--json")
        assert json.loads(again.stdout) == before
        assert run(home, server, "work").returncode == 0
        assert run(home, server, "check").returncode == 0


@DATABASE
def test_a_caisse_moves_to_the_other_engine_and_back(
    caisse: Caisse, small: Callable[[], None], home: Path
) -> None:
    round_trip(caisse, home)


@pytest.mark.long
def test_a_whole_year_moves_to_the_other_engine_and_back(
    caisse: Caisse, played: str, home: Path
) -> None:
    round_trip(caisse, home)


@DATABASE
def test_moving_to_the_same_engine_or_a_damaged_caisse_is_refused(
    caisse: Caisse, begun: Run
) -> None:
    same = "sqlite" if connection.vendor == "sqlite" else "postgresql://nobody@/nowhere"
    told = caisse("move", "--to", same)
    assert told.code == 3 and "déjà sur ce moteur" in told.err
    assert caisse("move", "--to", "postgresql://").code == 2
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET credits = credits + 1 WHERE code = 'wallet:1'")
    other = "postgresql://nobody@/nowhere" if connection.vendor == "sqlite" else "sqlite"
    told = caisse("move", "--to", other)
    assert told.code == 3 and "Rien n’est copié" in told.err
