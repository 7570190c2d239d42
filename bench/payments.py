"""How fast a payment is over HTTP: the API's way against the same payment by Django's ORM.

64 tills with keys of their own pay by identifier and PIN, each waiting for its answer, on
PostgreSQL and on SQLite, at 55 places and all at one. Beside it, in the same rounds, the same
payment by a Django view (a) with row locks and (b) with one PL/pgSQL call, and (c) answers without
any payment. `script/bench payments` plays 3 rounds of 4 s, `--long` 5 of 20 s. Exit code 1 when a
floor is not reached or the books of a run are wrong.
"""

import http.client
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.stand import books, references, server
from bench.stand.child import run_child
from bench.stand.rounds import Rounds, Run, Target, Variants, line, table

HOUSEHOLDS, PLACES, CLIENTS = 10_000, 55, 64
SHORT, LONG = (3, 4), (5, 20)  # rounds, seconds
WARM_S = 2
NATIONAL_BURST = 3_355  # payments a second, domain.md section 4
LEAST_TEMPLATE = "VACUUM (ANALYZE, FREEZE)"
SERVE = "import sys; from caisse.site.command import main; sys.exit(main())"

OURS, HOT = "the API's way", "the API's way, one place"
ROW_LOCKS, ROW_LOCKS_HOT = "(a) ORM, row locks", "(a) ORM, row locks, one place"
CALL = "(b) one look, one PL/pgSQL call"
OURS_SQLITE, ROW_LOCKS_SQLITE = "the API's way on SQLite", "(a) ORM on SQLite"
FUNCTION, VIEW = "(c) the server's loop, no payment", "(c) a Django view, no payment"

# Worker processes and threads at which each reference is at its best here
TWO, ONE = (2, 8), (1, 16)


def main() -> int:
    """Found the towns, play the rounds, print the table."""
    rounds_count, seconds = LONG if "--long" in sys.argv[1:] else SHORT
    server.introduce()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _found_towns(home)
        rounds = Rounds()
        print(f"{rounds_count} rounds of {seconds} s, {WARM_S} s of warming up before each run")
        rounds.play(_variants(home, seconds), rounds_count)
    return _tell(rounds)


def _found_towns(home: Path) -> None:
    """The same town on both engines; every run starts from a copy."""
    for name, url in (("postgresql", server.here()), ("sqlite", "")):
        run_child("bench.stand.market", [str(HOUSEHOLDS)], url, home / name)
    server.ask(server.here(), LEAST_TEMPLATE)
    with sqlite3.connect(home / "sqlite" / "caisse.sqlite3") as connection:
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _variants(home: Path, seconds: float) -> Variants:
    """Every variant of a round, in the order of the first."""
    pg, lite = partial(_on_postgresql, home, seconds), partial(_on_sqlite, home, seconds)
    return {
        ROW_LOCKS_HOT: partial(pg, ("row_locks", *TWO), 1),
        HOT: partial(pg, ("ours",), 1),
        OURS: partial(pg, ("ours",), PLACES),
        ROW_LOCKS: partial(pg, ("row_locks", *TWO), PLACES),
        CALL: partial(pg, ("one_call", *TWO), PLACES),
        FUNCTION: partial(lite, ("function", *ONE), PLACES),
        VIEW: partial(lite, ("nothing", *TWO), PLACES),
        OURS_SQLITE: partial(lite, ("ours",), PLACES),
        ROW_LOCKS_SQLITE: partial(lite, ("row_locks", *ONE), PLACES),
    }


def _on_postgresql(home: Path, seconds: float, what: tuple[str, ...], places: int) -> Run:
    with server.fresh_copy() as url:
        server.demand_durable(url)
        last = references.last_seq(url)
        server.ask(url, f"CREATE SEQUENCE bench_seq START {last + 1}")
        server.ask(url, (references.SQL / "function.sql").read_text())
        run = _measured(home / "postgresql", url, what, places, seconds)
        return _counted(run, last, partial(server.ask, url))


def _on_sqlite(home: Path, seconds: float, what: tuple[str, ...], places: int) -> Run:
    run_home = home / "run"
    shutil.rmtree(run_home, ignore_errors=True)
    shutil.copytree(home / "sqlite", run_home)
    with sqlite3.connect(run_home / "caisse.sqlite3") as connection:

        def ask(question: str) -> tuple[int, ...]:
            return tuple(connection.execute(question).fetchone())

        last = ask(books.ROWS)[0]
        return _counted(_measured(run_home, "", what, places, seconds), last, ask)


def _counted(run: Run, before: int, ask: Callable[[str], tuple[int, ...]]) -> Run:
    """The run with what is wrong with its books."""
    return run.with_mistakes(books.mistakes(ask, before + run.posted))


def _measured(home: Path, url: str, what: tuple[str, ...], places: int, seconds: float) -> Run:
    """Serve, let the tills pay, stop."""
    name = what[0]
    how = "noop" if name in ("function", "nothing") else "pay"
    with _served(what, url, home) as (port, pid):
        arguments = [port, pid, home, CLIENTS, places, seconds, WARM_S, how]
        told = run_child("bench.stand.tills", [str(one) for one in arguments], url, home)
    return Run(**json.loads(told))


@contextmanager
def _served(what: tuple[str, ...], url: str, home: Path) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: the caisse, or a reference; its port and its process."""
    port = _free_port()
    environment = {
        **os.environ, "CAISSE_DATABASE": url, "CAISSE_HOME": str(home), "CAISSE_INSECURE": "1",
    }  # fmt: skip
    if what[0] == "ours":
        command = [sys.executable, "-c", SERVE, "serve", "--port", str(port), *what[1:]]
    else:
        name, workers, threads = what[0], *map(str, what[1:])
        module = ["-m", "bench.stand.answering"]
        command = [sys.executable, *module, name, str(port), workers, threads]
    with (home / "log").open("w") as log:
        running = subprocess.Popen(
            command, cwd=server.ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait(port, running)
        yield port, running.pid
    finally:
        running.terminate()
        running.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    """Until something answers at `port`, a minute at most."""
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/api/v1/openapi.json")
            connection.getresponse().read()
            return
        except OSError:
            if running.poll() is not None:
                break
            time.sleep(0.2)
    raise RuntimeError(f"nobody answers at port {port}")


def _tell(rounds: Rounds) -> int:
    """Print medians and ratios; 1 when something is not as it must be."""
    print("\nmedians of the rounds; « server »: its CPU time for each answer, all its processes")
    for name, runs in rounds.runs.items():
        print(f"  {line(name, runs)}")
    ratios = rounds.ratios
    for name, reference in (("loop", FUNCTION), ("Django view", VIEW)):
        share = statistics.median(ratios(OURS, reference))
        print(f"  {OURS} / (c) no-op {name}: {share:.2f}")
    for name in (OURS, HOT, OURS_SQLITE):
        speed = statistics.median(run.per_second for run in rounds.runs[name])
        print(f"  {name} / national burst of {NATIONAL_BURST:,}/s: {speed / NATIONAL_BURST:.2f}")
    targets = [
        Target("a payment / (a)", ratios(OURS, ROW_LOCKS), 8, 10),
        Target("a payment / (b)", ratios(OURS, CALL), 1.8, 2.5),
        Target("a payment / (a), all at one place", ratios(HOT, ROW_LOCKS_HOT), 15, 20),
        Target("a payment on SQLite / (a)", ratios(OURS_SQLITE, ROW_LOCKS_SQLITE), 7, 10),
    ]
    return table(targets, rounds.mistakes())


if __name__ == "__main__":
    server.with_server("bench.payments")
    sys.exit(main())
