"""How fast a month is: crediting 500,000 households on PostgreSQL, in alternating rounds.

`ledger.operations.spread` in transactions of 5,000 against one transaction per member (measured on
5,000 members) and against the bare `INSERT … SELECT` that feeds one `UPDATE`; beside them the whole
operation `month credit`. `script/bench month` plays 3 rounds, `--long` 5. Exit code 1 when a floor
is not reached or the books are wrong.
"""

import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.stand import books, references, server
from bench.stand.child import run_child
from bench.stand.rounds import Rounds, Run, Target, Variants, line, table
from caisse.kernel import clock
from caisse.kernel.ids import derived_ids, new_id, show_id
from caisse.kernel.month import Month

HOUSEHOLDS, CENTS = 500_000, 15_000
FEW = 5_000  # members credited one by one
FOUNDING_ROWS = 2
SHORT, LONG = 3, 5
HOUSEHOLDS_MODULE = "bench.stand.households"

SPREAD = "spread, 5,000 a transaction"
BARE = "bare INSERT … SELECT feeding one UPDATE"
BARE_IN_ORDER = "the same with ids in order of the table"
BY_MEMBER = "one transaction per member"
WHOLE = "month credit, the whole operation"

LOCK = """
SELECT code, id, credits - debits, state FROM ledger_account
WHERE code IN (%(fund)s, %(wallet)s) ORDER BY code FOR UPDATE"""
KNOWN = "SELECT debit, credit, cents FROM ledger_transfer WHERE id = %(id)s"
INSERT = """
INSERT INTO ledger_transfer (id, debit, credit, cents, unit, reason, phase, for_month, cause, at,
    seq, debit_after, credit_after)
VALUES (%(id)s, %(debit)s, %(credit)s, %(cents)s, 'money', 'allocation', 'posted', %(month)s,
    %(cause)s, %(at)s, nextval('bench_seq'), %(debit_after)s, %(credit_after)s)"""
DEBIT = "UPDATE ledger_account SET debits = debits + %s WHERE id = %s"
CREDIT = "UPDATE ledger_account SET credits = credits + %s WHERE id = %s"


def main() -> int:
    """Found the town, play the rounds, print the table."""
    rounds, count = Rounds(), LONG if "--long" in sys.argv[1:] else SHORT
    server.introduce()
    with TemporaryDirectory() as folder:
        home = Path(folder)
        run_child(HOUSEHOLDS_MODULE, ["found", *_size()], server.here(), home)
        server.ask(server.here(), "VACUUM (ANALYZE, FREEZE)")
        print(f"{count} rounds, {HOUSEHOLDS:,} households; figures are households a second")
        rounds.play(_variants(home), count)
    return _tell(rounds)


def _size() -> list[str]:
    return [str(HOUSEHOLDS), str(CENTS)]


def _variants(home: Path) -> Variants:
    """Every variant of a round, in the order of the first."""
    return {
        BARE: partial(_bare, "substr(md5(%(cause)s || a.id), 1, 24)"),
        SPREAD: partial(_ours, home, "spread", HOUSEHOLDS),
        BY_MEMBER: _by_member,
        BARE_IN_ORDER: partial(_bare, "lpad(a.id::text, 24, '0')"),
        WHOLE: partial(_ours, home, "credit", HOUSEHOLDS + 1),  # and the month set apart
    }


def _ours(home: Path, how: str, rows: int) -> Run:
    with server.fresh_copy() as url:
        server.demand_durable(url)
        seconds = float(run_child(HOUSEHOLDS_MODULE, [how, *_size()], url, home))
        return _counted(HOUSEHOLDS / seconds, rows, url)


def _bare(tail: str) -> Run:
    statement = (references.SQL / "bare_month.sql").read_text().replace("{tail}", tail)
    with server.fresh_copy() as url, psycopg.connect(url) as connection:
        server.demand_durable(url)
        values = _values(url)
        started = time.perf_counter()
        connection.execute(statement.encode(), values)
        connection.commit()
        seconds = time.perf_counter() - started
        return _counted(HOUSEHOLDS / seconds, HOUSEHOLDS, url)


def _by_member() -> Run:
    with server.fresh_copy() as url, psycopg.connect(url, prepare_threshold=0) as connection:
        server.demand_durable(url)
        values, cursor = _values(url), connection.cursor()
        ids = derived_ids(new_id(), "allocation", range(1, FEW + 1))
        started = time.perf_counter()
        for number, id_ in enumerate(ids, 1):
            _credit(cursor, {**values, "id": show_id(id_), "wallet": f"wallet:{number}"})
            connection.commit()
        seconds = time.perf_counter() - started
        return _counted(FEW / seconds, FEW, url)


def _credit(cursor: psycopg.Cursor[Any], values: dict[str, Any]) -> None:
    """One member: lock both accounts in order, look up the id, insert, two updates."""
    cursor.execute(LOCK, values)
    accounts = {row[0]: row for row in cursor.fetchall()}
    fund, wallet = accounts[values["fund"]], accounts[values["wallet"]]
    known = cursor.execute(KNOWN, values).fetchone()
    if known is None and wallet[3] == "open" and fund[2] >= CENTS:
        pair = {"debit": fund[1], "credit": wallet[1]}
        after = {"debit_after": fund[2] - CENTS, "credit_after": wallet[2] + CENTS}
        cursor.execute(INSERT, {**values, **pair, **after})
        cursor.execute(DEBIT, (CENTS, fund[1]))
        cursor.execute(CREDIT, (CENTS, wallet[1]))


def _values(url: str) -> dict[str, Any]:
    """What the references know of the town; their ids lie in this minute, as ours do."""
    month, now = Month.of(clock.today()).previous(), clock.now_ms()
    last = server.ask(url, "SELECT max(seq) FROM ledger_transfer")[0]
    server.ask(url, f"CREATE SEQUENCE bench_seq START {last + 1}")
    return {
        "fund": f"fund:month:{month}", "cents": CENTS, "month": month.number, "at": now,
        "cause": show_id(new_id()), "seq": last, "prefix": f"{now:012x}"[:8],
    }  # fmt: skip


def _counted(per_second: float, rows: int, url: str) -> Run:
    mistakes = books.mistakes(partial(server.ask, url), FOUNDING_ROWS + rows)
    return Run(per_second, posted=rows, mistakes=mistakes)


def _tell(rounds: Rounds) -> int:
    """Print medians and ratios; 1 when something is not as it must be."""
    print("\nmedians of the rounds")
    for name, runs in rounds.runs.items():
        print(f"  {line(name, runs)}")
    targets = [
        Target("spread / one transaction per member", rounds.ratios(SPREAD, BY_MEMBER), 50, 150),
        Target("time of spread / of the bare statement", rounds.ratios(BARE, SPREAD), 1.3,
               below=True),
    ]  # fmt: skip
    return table(targets, rounds.mistakes())


if __name__ == "__main__":
    server.with_server("bench.month")
    sys.exit(main())
