"""Back up and restore the whole database; a copy is called good once it was counted again."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from caisse.bylaws import queries as bylaws
from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.site import starting, timekeeping

CHECK = """
import argparse, os, django, django.core.management
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisse.settings")
django.setup()
django.core.management.call_command("migrate", verbosity=0, interactive=False)
from caisse.bylaws import queries
from caisse.site import starting
from caisse.site.command import books
if queries.founding() is None:
    raise SystemExit("aucune caisse n’y est fondée.")
starting.prepare()
raise SystemExit(books.check(argparse.Namespace(only=[])))
"""  # not by `main`: whoever restores or moves keeps other commands away
DROPPING = """
DO $$ DECLARE one record; BEGIN
FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind IN ('r', 'p') AND NOT relispartition
LOOP EXECUTE format('DROP TABLE public.%I CASCADE', one.relname); END LOOP;
FOR one IN SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    AND prorettype = 'trigger'::regtype
LOOP EXECUTE format('DROP FUNCTION public.%I()', one.proname); END LOOP; END $$;
"""
LOCKED_MS = 60_000  # how long PostgreSQL's programs wait for somebody else's transaction
# What the bank does to a caisse may leave a day uncovered: lawful in a copy as in the books.
LAWFUL = frozenset({"cover"})


def backup(file: Path) -> str:
    """Copy the database while it serves, count the copy again; returns what `check` said of it.

    On PostgreSQL the dump is counted in a database of its own, which is then dropped; where none
    may be created it is read to its end, and the answer is empty.
    Raises Refusal: `there_already`, `copy_damaged` (the copy is then removed), `no_program`.
    """
    if file.exists():
        raise Refusal("there_already", f"« {file.name} » existe déjà. Choisissez un autre nom.")
    scratch = file.with_name(file.name + ".new")
    scratch.unlink(missing_ok=True)
    try:
        scratch.touch(mode=0o600)  # it holds names
        if connection.vendor == "sqlite":
            copy_file(Path(str(connection.settings_dict["NAME"])), scratch)
        else:
            _program("pg_dump", "--format=custom", f"--file={scratch}", *_where())
        told = _counted(scratch)
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)
    return told


def restore(file: Path, *, replace: bool, by: Actor) -> str:
    """Put the backup in the database's place and count the books; returns what `check` said.

    It is counted before anything is replaced. What was there is kept beside it (SQLite:
    `caisse.sqlite3.replaced`). The restored chain is anchored again and the event says where it
    stands: a new epoch, whose gap is shown. A demo goes on from the last thing that happened in it.
    Raises Refusal: `no_file`, `would_replace` without `replace`, `copy_damaged`, `no_program`.
    """
    if not file.is_file():
        raise Refusal("no_file", f"« {file.name} » n’est pas un fichier.")
    if _occupied() and not replace:
        raise Refusal(
            "would_replace",
            "Une caisse est déjà là. Pour la remplacer par cette copie, ajoutez --replace.",
        )
    told = _counted(file)
    if connection.vendor == "sqlite":
        _put_in_place(file, Path(str(connection.settings_dict["NAME"])))
    else:
        ledger.stop()
        connections.close_all()
        _load(file, *_where())
    call_command("migrate", verbosity=0, interactive=False)
    timekeeping.path().unlink(missing_ok=True)
    timekeeping.resume(runs=False)
    _begin_epoch(by)
    timekeeping.keep()
    return told or check(settings.HOME, _address(str(connection.settings_dict["NAME"])))


def _occupied() -> bool:
    """A caisse is founded in the database as it is; one that cannot be read may be."""
    try:
        return not starting.empty() and bylaws.founding() is not None
    except DatabaseError:
        return True


def _counted(file: Path) -> str:
    """What `check` says of a copy in a home or a database of its own; "" when there is none."""
    with tempfile.TemporaryDirectory() as home:
        if connection.vendor == "sqlite":
            _demand_whole(file, Path(home) / "caisse.sqlite3")
            return check(Path(home), "")
        _program("pg_restore", "--list", str(file))
        with _own_database() as name:
            if not name:
                return ""
            _load(file, *_where(name))
            return check(Path(home), _address(name))


def check(home: Path, database: str) -> str:
    """What `caisse check` says of a home and a database (as CAISSE_DATABASE), in its own process.

    The tables are first brought to this program's schema. Raises Refusal(copy_damaged) when a line
    fails.
    """
    environment = {**os.environ, "CAISSE_HOME": str(home), "CAISSE_DATABASE": database}
    environment.pop("CAISSE_DATABASE_FILE", None)  # it would be read first
    ran = subprocess.run(
        [sys.executable, "-c", CHECK], env=environment, capture_output=True, text=True, check=False
    )
    red = [line for line in ran.stdout.splitlines() if line[17:23].endswith("!")]
    damaged = [line for line in red if line.split()[0] not in LAWFUL]
    if damaged or (ran.returncode != 0 and not red):
        first = damaged[0] if damaged else ran.stderr[-200:]
        raise Refusal("copy_damaged", f"Cette copie ne passe pas le contrôle : {first}")
    return ran.stdout


def copy_file(source: Path, target: Path) -> None:
    """SQLite's online backup: a consistent copy while others write."""
    with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
        from_.backup(to)  # in one step: in WAL nobody waits, and it never begins again


def _demand_whole(file: Path, copy: Path) -> None:
    """Copy a file that must be a whole SQLite database; raises Refusal(copy_damaged)."""
    try:
        copy_file(file, copy)
        with closing(sqlite3.connect(copy)) as opened:
            verdict = opened.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError:
        verdict = "not a database"
    if verdict != "ok":
        raise Refusal("copy_damaged", f"« {file.name} » n’est pas une copie entière.")


def _put_in_place(file: Path, target: Path) -> None:
    """Swap the files; the old one stays beside, with what its write-ahead log held."""
    ledger.stop()
    connections.close_all()
    fresh = target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    copy_file(file, fresh)
    if target.exists():
        # a database that cannot be read any more is a reason to restore
        with closing(sqlite3.connect(target)) as old, suppress(sqlite3.DatabaseError):
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target.replace(target.with_name(target.name + ".replaced"))
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    fresh.replace(target)


def _load(file: Path, *where: str) -> None:
    """Load a dump into a database, in place of every table that is there, whole or not at all.

    What `pg_restore --clean` writes cannot drop partitions, so what is there is dropped first, in
    the same transaction.
    """
    with tempfile.TemporaryDirectory() as folder:
        dropping, script = Path(folder) / "dropping.sql", Path(folder) / "script.sql"
        dropping.write_text(DROPPING, encoding="utf-8")
        _program("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(file))
        _program(
            "psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1",
            f"--file={dropping}", f"--file={script}", *where,
        )  # fmt: skip


@contextmanager
def _own_database() -> Iterator[str]:
    """The name of an empty database beside ours, dropped in the end; "" when we may create none."""
    name = f"{connection.settings_dict['NAME']}_copy_{os.getpid()}"
    try:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    except DatabaseError:
        yield ""
        return
    try:
        yield name
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _where(name: str | None = None) -> list[str]:
    """Our connection, or the database `name` there, as PostgreSQL's programs take it."""
    ours = connection.settings_dict
    found = [f"--dbname={name or ours['NAME']}"]
    for option, key in (("host", "HOST"), ("port", "PORT"), ("username", "USER")):
        if ours[key]:
            found.append(f"--{option}={ours[key]}")
    return found


def _address(name: str) -> str:
    """The database `name` of our server, as CAISSE_DATABASE takes it."""
    ours = connection.settings_dict
    user, password = (quote(str(ours[key] or ""), safe="") for key in ("USER", "PASSWORD"))
    query = {"host": ours["HOST"], "port": ours["PORT"], **ours["OPTIONS"]}
    query = {key: value for key, value in query.items() if isinstance(value, str) and value}
    login = f"{user}:{password}" if password else user
    return f"postgresql://{login}@/{name}?{urlencode(query)}"


def _program(program: str, *arguments: str) -> str:
    """What a program of PostgreSQL prints; raises Refusal: `no_program`, `copy_damaged`."""
    if shutil.which(program) is None:
        raise Refusal("no_program", f"Il manque le programme {program} (paquet postgresql-client).")
    password = str(connection.settings_dict["PASSWORD"] or "")
    environment = {**os.environ, "PGOPTIONS": f"-c lock_timeout={LOCKED_MS}"}
    if password:
        environment["PGPASSWORD"] = password
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
