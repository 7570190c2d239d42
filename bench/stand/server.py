"""A durable PostgreSQL, its fresh copies of the town, and what the machine says of itself."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).parents[2]
# The server of script/bench, for who starts a program of bench/ by itself.
ALONE = """
source script/environment && source script/postgresql
home=$(mktemp -d)
trap 'postgresql_stop; rm -rf "$home"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
postgresql_start durable
PATH=${pg_bin:+$pg_bin:}$PATH CAISSE_HOME=$home CAISSE_DATABASE=$pg_url "$python" -m "$@"
"""
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def with_server(module: str) -> None:
    """Return when the environment names a database; else run `module` with a server, and exit."""
    if not os.environ.get("CAISSE_DATABASE"):
        command = ["bash", "-c", ALONE, "bench", module, *sys.argv[1:]]
        sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


def here() -> str:
    """The URL of the database that the environment names: the town is founded there."""
    return os.environ["CAISSE_DATABASE"]


def beside(name: str) -> str:
    """The URL of another database on the same server."""
    return urlsplit(here())._replace(path=f"/{name}").geturl()


def ask(url: str, *statements: str) -> tuple[Any, ...]:
    """Run statements, each in its own transaction; the last one's first row, or ()."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return (cursor.fetchone() or ()) if cursor.description else ()


@contextmanager
def fresh_copy(name: str = "caisse_bench_run") -> Iterator[str]:
    """The URL of a new copy of the town, vacuumed and analysed as it is, after a checkpoint."""
    town = urlsplit(here()).path.strip("/")
    desk, drop = beside("postgres"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    ask(desk, drop, f"CREATE DATABASE {name} TEMPLATE {town} STRATEGY file_copy", "CHECKPOINT")
    try:
        yield beside(name)
    finally:
        ask(desk, drop)


def demand_durable(url: str) -> None:
    """The settings that keep what was acknowledged are on; raises RuntimeError when one is not."""
    shown = {name: str(ask(url, f"SHOW {name}")[0]) for name in DURABLE}
    if set(shown.values()) != {"on"}:
        raise RuntimeError(f"not durable: {shown}")


def syncs_per_second(seconds: int = 2) -> float:
    """fdatasync of 8 kB, a second, as pg_test_fsync finds it in the folder of temporary files."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pg_test_fsync", "-s", str(seconds), "-f", f"{folder}/file"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            for line in running.stdout or ():
                words = line.split()
                if words[:1] == ["fdatasync"] and "ops/sec" in words:
                    running.terminate()
                    return float(words[1])
    raise RuntimeError("pg_test_fsync said nothing of fdatasync")


def introduce() -> None:
    """Print what the figures depend on: the load before, the disk, the server and its settings."""
    demand_durable(here())
    names = ("server_version", *DURABLE, "shared_buffers", "max_wal_size")
    shown = ", ".join(f"{name} = {ask(here(), f'SHOW {name}')[0]}" for name in names)
    print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")
    print(f"fdatasync of 8 kB: {syncs_per_second():,.0f} a second")
    print(f"PostgreSQL: {shown}")
