"""How fast the ledger is: `submit` against the references (a), (b) and (c), in alternating rounds.

`script/bench ledger` plays 3 rounds of 4 s, `--long` 5 rounds of 20 s. Exit code 1 when a floor is
not reached or the books of a run are wrong.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.stand import books, one_by_one, references, server
from bench.stand.child import run_child
from bench.stand.rounds import Rounds, Run, Target, Variants, line, table

WALLETS, PLACES, OPENING_CENTS = 100_000, 55, 1_000_000
OPENING_ROWS = WALLETS + 1
SHORT, LONG = (3, 4), (5, 20)  # rounds, seconds
WARM_S = 3
BEST_OF = (4, 8, 16, 64)  # clients of reference (b)

OURS = "submit, 64 in flight"
HOT = "submit, 64 in flight, one place"
ROW_LOCKS = "(a) row locks, 64 clients"
ROW_LOCKS_HOT = "(a) row locks, 64 clients, one place"
CALL = "(b) one call, {} clients"
BEST_CALL = "(b) one call, at its best"
OURS_SQLITE = "submit on SQLite, 64 in flight"
ONE_BY_ONE = "(c) one by one on SQLite"


def main() -> int:
    """Found the towns, play the rounds, print the table."""
    rounds_count, seconds = LONG if "--long" in sys.argv[1:] else SHORT
    server.introduce()
    print("SQLite: journal_mode = wal, synchronous = 2, checked in every run")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _found_towns(home)
        rounds = Rounds()
        print(f"{rounds_count} rounds of {seconds} s, {WARM_S} s of warming up before each run")
        rounds.play(_variants(home, seconds), rounds_count)
    rounds.best(BEST_CALL, [CALL.format(clients) for clients in BEST_OF])
    return _tell(rounds)


def _found_towns(home: Path) -> None:
    """The same town on both engines; every run starts from a copy."""
    arguments = [str(WALLETS), str(PLACES), str(OPENING_CENTS)]
    run_child("bench.stand.town", arguments, server.here(), home / "seed")
    server.ask(server.here(), "VACUUM (ANALYZE, FREEZE)")
    run_child("bench.stand.town", arguments, "", home / "seed")
    with sqlite3.connect(home / "seed" / "caisse.sqlite3") as connection:
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _variants(home: Path, seconds: float) -> Variants:
    """Every variant of a round, in the order of the first."""
    ours = partial(_ours, home, seconds)
    reference = partial(_reference, seconds)
    return {
        ROW_LOCKS_HOT: partial(reference, "row_locks", 64, 1),
        HOT: partial(ours, 64, 1, "chains"),
        OURS: partial(ours, 64, PLACES, "chains"),
        ROW_LOCKS: partial(reference, "row_locks", 64, PLACES),
        **{
            CALL.format(clients): partial(reference, "one_call", clients, PLACES)
            for clients in BEST_OF
        },
        "submit, 64 threads": partial(ours, 64, PLACES, "threads"),
        "submit, 8 in flight": partial(ours, 8, PLACES, "chains"),
        "submit, 1 in flight": partial(ours, 1, PLACES, "chains"),
        OURS_SQLITE: partial(_ours_on_sqlite, home, seconds),
        ONE_BY_ONE: partial(_one_by_one, home, seconds),
    }


def _ours(home: Path, seconds: float, clients: int, places: int, how: str) -> Run:
    with server.fresh_copy() as url:
        arguments = [str(clients), str(places), str(seconds), str(WARM_S), how]
        run = Run(**json.loads(run_child("bench.stand.drive", arguments, url, home / "run")))
        return _counted(run, partial(server.ask, url))


def _reference(seconds: float, body: str, clients: int, places: int) -> Run:
    with server.fresh_copy() as url:
        server.demand_durable(url)
        run = references.measure(
            body, clients=clients, places=places, seconds=seconds, warm_s=WARM_S, url=url
        )
        return _counted(run, partial(server.ask, url))


def _ours_on_sqlite(home: Path, seconds: float) -> Run:
    path = _fresh_file(home)
    arguments = ["64", str(PLACES), str(seconds), str(WARM_S), "chains"]
    run = Run(**json.loads(run_child("bench.stand.drive", arguments, "", path.parent)))
    return _counted_file(run, path)


def _one_by_one(home: Path, seconds: float) -> Run:
    path = _fresh_file(home)
    return _counted_file(
        one_by_one.measure(path, places=PLACES, seconds=seconds, warm_s=WARM_S), path
    )


def _fresh_file(home: Path) -> Path:
    """A new copy of the town on SQLite."""
    shutil.rmtree(home / "run", ignore_errors=True)
    (home / "run").mkdir()
    return Path(shutil.copy(home / "seed" / "caisse.sqlite3", home / "run" / "caisse.sqlite3"))


def _counted_file(run: Run, path: Path) -> Run:
    with sqlite3.connect(path) as connection:
        return _counted(run, lambda question: connection.execute(question).fetchone())


def _counted(run: Run, ask: Callable[[str], tuple[int, ...]]) -> Run:
    """The run with what is wrong with its books."""
    return run.with_mistakes(books.mistakes(ask, OPENING_ROWS + run.posted))


def _tell(rounds: Rounds) -> int:
    """Print medians and ratios; 1 when something is not as it must be."""
    print("\nmedians of the rounds")
    for name, runs in rounds.runs.items():
        print(f"  {line(name, runs)}")
    ratios = rounds.ratios
    targets = [
        Target("submit / (a)", ratios(OURS, ROW_LOCKS), 4, 5),
        Target("submit / (b) at its best", ratios(OURS, BEST_CALL), 1.5, 2.2),
        Target("submit / (a), all on one place", ratios(HOT, ROW_LOCKS_HOT), 20, 30),
        Target("submit on one place / spread", ratios(HOT, OURS), 0.8, 1),
        Target(
            "p99 of submit / of (a)", ratios(OURS, ROW_LOCKS, of="p99_ms"), 0.33, 0.15,
            below=True,
        ),
        Target("submit on SQLite / (c)", ratios(OURS_SQLITE, ONE_BY_ONE), 7, 10),
    ]  # fmt: skip
    return table(targets, rounds.mistakes())


if __name__ == "__main__":
    server.with_server("bench.ledger")
    sys.exit(main())
