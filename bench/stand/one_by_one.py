"""Reference (c): one transaction per payment on SQLite, with the standard driver, WAL and FULL.

One thread on one connection, which is its fastest: more of them only wait for the file's lock.
"""

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.stand.rounds import Run
from caisse.kernel import clock
from caisse.kernel.ids import Id, new_id
from caisse.kernel.month import Month

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-20000", "wal_autocheckpoint=4000")
ACCOUNT = (
    "SELECT credits - debits, credits - debits - held - floor, state FROM ledger_account "
    "WHERE id = ?"
)
KNOWN = "SELECT debit, credit, cents FROM ledger_transfer WHERE id = ?"
INSERT = (
    "INSERT INTO ledger_transfer (id, debit, credit, cents, unit, reason, phase, for_month, cause, "
    "method, made_at, at, seq, debit_after, credit_after) "
    "VALUES (?, ?, ?, ?, 'money', 'payment', 'posted', ?, ?, 'code', ?, ?, ?, ?, ?)"
)
DEBIT = "UPDATE ledger_account SET debits = debits + ? WHERE id = ?"
CREDIT = "UPDATE ledger_account SET credits = credits + ? WHERE id = ?"
TOO_MUCH_CENTS = 500_000_000


class Payment(NamedTuple):
    """What is asked; accounts by number."""

    id: Id
    wallet: int
    place: int
    cents: int


class Till:
    """The connection, and what it needs to write a row."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        if self.connection.execute("PRAGMA synchronous").fetchone() != (2,):
            raise RuntimeError("not durable")
        self.seq = self.connection.execute("SELECT max(seq) FROM ledger_transfer").fetchone()[0]
        self.month, self.cause = Month.of(clock.today()).number, new_id()

    def numbers(self, family: str) -> list[int]:
        """The account numbers of wallets or places, by code."""
        rows = self.connection.execute(
            "SELECT id FROM ledger_account WHERE code LIKE ? ORDER BY id", (f"{family}:%",)
        )
        return [number for (number,) in rows]

    def pay(self, payment: Payment) -> str:
        """One payment in its own transaction; the answer after COMMIT."""
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        known = execute(KNOWN, (payment.id,)).fetchone()
        if known is not None:
            answer = "exists" if known == payment[1:] else "differs"
        else:
            answer = self._post(payment)
        execute("COMMIT")
        return answer

    def _post(self, payment: Payment) -> str:
        execute, (id_, wallet, place, cents) = self.connection.execute, payment
        wallet_balance, available, wallet_state = execute(ACCOUNT, (wallet,)).fetchone()
        place_balance, _, place_state = execute(ACCOUNT, (place,)).fetchone()
        if (wallet_state, place_state) != ("open", "open"):
            return "closed"
        if available < cents:
            return "insufficient"
        self.seq += 1
        now = clock.now_ms()
        after = (wallet_balance - cents, place_balance + cents)
        row = (id_, wallet, place, cents, self.month, self.cause, now, now, self.seq, *after)
        execute(INSERT, row)
        execute(DEBIT, (cents, wallet))
        execute(CREDIT, (cents, place))
        return "posted"


def measure(path: Path, *, places: int, seconds: float, warm_s: float) -> Run:
    """Pay one after the other for `warm_s + seconds`; the last `seconds` count."""
    till = Till(path)
    payments = _payments(till.numbers("wallet"), till.numbers("place")[:places])
    latencies_ns, posted, unexpected = [], 0, 0
    start = time.perf_counter_ns()
    from_ns, until_ns = start + int(warm_s * 1e9), start + int((warm_s + seconds) * 1e9)
    ended = start
    while ended < until_ns:
        payment, expected = next(payments)
        started = time.perf_counter_ns()
        answer = till.pay(payment)
        ended = time.perf_counter_ns()
        posted += answer == "posted"
        unexpected += answer != expected
        if started >= from_ns:
            latencies_ns.append(ended - started)
    till.connection.close()
    p50, p99 = np.percentile(np.array(latencies_ns) / 1e6, [50, 99])
    mistakes = (f"{unexpected} answers were not the expected ones",) if unexpected else ()
    return Run(len(latencies_ns) / seconds, float(p50), float(p99), posted, mistakes)


def _payments(wallets: list[int], places: list[int]) -> Iterator[tuple[Payment, str]]:
    """Payments with the answer that each must get: 1 % repeats, 1 % for too much."""
    draw, last = random.Random(1), None
    while True:
        kind = draw.randint(1, 100)
        if kind == 1 and last is not None:
            yield last, "exists"
            continue
        cents = TOO_MUCH_CENTS if kind == 2 else draw.randint(100, 5000)
        payment = Payment(new_id(), draw.choice(wallets), draw.choice(places), cents)
        if kind != 2:
            last = payment
        yield payment, "insufficient" if kind == 2 else "posted"
