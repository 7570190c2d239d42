"""Back up and restore the whole database; a backup is called good once it was counted again."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from django.db import connection, connections, transaction

from caisse.bylaws import queries as bylaws
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books

CHECK = "from caisse.site.command import main; raise SystemExit(main(['check']))"
PAGES = 2_000  # of SQLite, copied at a time: writers wait no longer than one batch


def backup(file: Path) -> str:
    """Copy the database while it serves, count the copy again; returns what `check` said of it.

    Raises Refusal: `there_already`, `copy_damaged` (the copy is then removed), `no_program`.
    """
    if file.exists():
        raise Refusal("there_already", f"« {file.name} » existe déjà. Choisissez un autre nom.")
    scratch = file.with_name(file.name + ".new")
    scratch.unlink(missing_ok=True)
    if connection.vendor == "sqlite":
        _copy(Path(str(connection.settings_dict["NAME"])), scratch)
        told = _counted(scratch)
    else:
        _dump(scratch)
        told = _listed(scratch)
    os.replace(scratch, file)
    return told


def restore(file: Path, *, replace: bool, by: Actor) -> str:
    """Put the backup in the database's place and count the books; returns what `check` said.

    What was there is kept beside it (SQLite: `caisse.sqlite3.replaced`). The restored chain is
    anchored again and the event says where it stands: a new epoch, whose gap is shown.
    Raises Refusal: `no_file`, `would_replace` without `replace`, `copy_damaged`, `no_program`.
    """
    if not file.exists():
        raise Refusal("no_file", f"« {file.name} » n’existe pas.")
    if _occupied() and not replace:
        raise Refusal(
            "would_replace",
            "Une caisse est déjà là. Pour la remplacer par cette copie, ajoutez --replace.",
        )
    if connection.vendor == "sqlite":
        told = _counted(file)
        _put_in_place(file, Path(str(connection.settings_dict["NAME"])))
    else:
        _listed(file)
        _load(file)
        told = _check(dict(os.environ))
    _begin_epoch(by)
    return told


def _occupied() -> bool:
    """A caisse is founded in the database as it is."""
    with connection.cursor() as cursor:
        if "bylaws_founding" not in connection.introspection.table_names(cursor):
            return False
    return bylaws.founding() is not None


def _copy(source: Path, target: Path) -> None:
    """SQLite's online backup: a consistent copy while others write."""
    with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
        from_.backup(to, pages=PAGES)


def _counted(file: Path) -> str:
    """What `check` says of a copy of the SQLite file, in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        copy = Path(home) / "caisse.sqlite3"
        try:
            _copy(file, copy)
            with closing(sqlite3.connect(copy)) as opened:
                verdict = opened.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.DatabaseError:
            verdict = "not a database"
        if verdict != "ok":
            raise Refusal("copy_damaged", f"« {file.name} » n’est pas une copie entière.")
        return _check({**os.environ, "CAISSE_HOME": home, "CAISSE_DATABASE": ""})


def _check(environment: dict[str, str]) -> str:
    """Run `caisse check` in a process of its own; raises Refusal when a line fails."""
    ran = subprocess.run(
        [sys.executable, "-c", CHECK], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        first = next((line for line in ran.stdout.splitlines() if "!" in line), ran.stderr[-200:])
        raise Refusal("copy_damaged", f"Cette copie ne passe pas le contrôle : {first}")
    return ran.stdout


def _put_in_place(file: Path, target: Path) -> None:
    """Swap the files; the old one stays beside, without its write-ahead log."""
    ledger.stop()
    connections.close_all()
    fresh = target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    _copy(file, fresh)
    if target.exists():
        with closing(sqlite3.connect(target)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.replace(target, target.with_name(target.name + ".replaced"))
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    os.replace(fresh, target)


def _dump(file: Path) -> None:
    _run("pg_dump", "--format=custom", f"--file={file}", *_where())


def _listed(file: Path) -> str:
    """The dump can be read from its first to its last entry."""
    return _run("pg_restore", "--list", str(file))


def _load(file: Path) -> None:
    ledger.stop()
    connections.close_all()
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--single-transaction",
        "--no-owner",
        *_where(),
        str(file),
    )


def _where() -> list[str]:
    """The connection of Django, as PostgreSQL's programs take it; the password by environment."""
    settings_ = connection.settings_dict
    found = [f"--dbname={settings_['NAME']}"]
    for option, key in (("host", "HOST"), ("port", "PORT"), ("username", "USER")):
        if settings_[key]:
            found.append(f"--{option}={settings_[key]}")
    return found


def _run(program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        raise Refusal("no_program", f"Il manque le programme {program} (paquet postgresql-client).")
    password = str(connection.settings_dict["PASSWORD"] or "")
    environment = {**os.environ, "PGPASSWORD": password} if password else dict(os.environ)
    ran = subprocess.run(
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise Refusal("copy_damaged", f"{program} : {ran.stderr.strip()[-300:]}")
    return ran.stdout


@transaction.atomic
def _begin_epoch(by: Actor) -> None:
    """The books say that they were restored, and from where they go on."""
    seq, at = books.tip()
    link = books.last_link()
    events.record(
        "caisse.restored",
        subject="caisse",
        by=by,
        seq=seq,
        at=at,
        day=None if link is None else link[0].isoformat(),
    )
    ledger.anchor_again()
