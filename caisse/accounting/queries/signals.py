"""Signals: wallets that nobody uses, places where nobody buys, series that look odd (job E13).

A signal is no accusation: it says where to look, or whom to call. Only pseudonyms: wallets become
the numbers of their households on the page of whoever may read them. Plain SQL on the journal,
bounded by the ids of a stretch of time.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from caisse.kernel.ids import first_id

MOST = 200
SAME, WITHIN_MS = 5, 600_000  # equal amounts, and the time in which they are a series

USED = """
SELECT DISTINCT t.{side} FROM ledger_transfer t
WHERE t.id >= %s AND t.reason IN ('payment', 'voucher_issue') AND t.phase IN ('posted', 'post')
"""
IDLE = f"""
SELECT a.code, a.credits - a.debits FROM ledger_account a
WHERE a.code LIKE '{{family}}:%%' AND a.state = 'open' AND a.id NOT IN ({USED}) {{more}}
ORDER BY a.id LIMIT {MOST}
"""
SERIES = f"""
SELECT debit, credit, cents, MIN(at), COUNT(*) FROM (
    SELECT d.code AS debit, c.code AS credit, t.cents, t.at, t.at - LAG(t.at, {SAME - 1})
        OVER (PARTITION BY t.debit, t.credit, t.cents ORDER BY t.at, t.seq) AS since
    FROM ledger_transfer t JOIN ledger_account d ON d.id = t.debit
        JOIN ledger_account c ON c.id = t.credit
    WHERE t.id >= %s AND t.reason = 'payment' AND t.phase IN ('posted', 'post')
) found WHERE since <= {WITHIN_MS} GROUP BY debit, credit, cents ORDER BY MIN(at) DESC LIMIT {MOST}
"""


@dataclass(frozen=True, slots=True)
class Idle:
    """An account that nobody used since a day: the id of its wallet or place, what is on it."""

    id: int
    cents: int


@dataclass(frozen=True, slots=True)
class Series:
    """Equal amounts from one wallet at one place within ten minutes; `at` is the end of the fifth.

    `more` counts the payments that ended such a run.
    """

    wallet_id: int | None
    place_id: int
    cents: int
    at: int
    more: int


def unused_wallets(*, since_ms: int) -> list[Idle]:
    """Open wallets with money that paid nothing, no voucher either, since then, at most 200."""
    return _idle("wallet", "debit", since_ms, "AND a.credits - a.debits > 0")


def silent_places(*, since_ms: int) -> list[Idle]:
    """Open places where nothing was paid since that instant, at most 200."""
    return _idle("place", "credit", since_ms, "")


def odd_series(*, since_ms: int) -> list[Series]:
    """Five or more equal payments of one payer at one place within ten minutes, newest first."""
    found = []
    for debit, credit, cents, at, count in _rows(SERIES, since_ms):
        family, _, number = debit.partition(":")
        wallet = int(number) if family == "wallet" else None
        found.append(Series(wallet, int(credit.partition(":")[2]), cents, at, count))
    return found


def _idle(family: str, side: str, since_ms: int, more: str) -> list[Idle]:
    rows = _rows(IDLE.format(family=family, side=side, more=more), since_ms)
    return [Idle(int(code.partition(":")[2]), cents) for code, cents in rows]


def _rows(statement: str, since_ms: int) -> list[tuple[Any, ...]]:
    first = first_id(since_ms)
    id_: Any = first if connection.vendor == "sqlite" else first.hex()
    with connection.cursor() as cursor:
        cursor.execute(statement, [id_])
        return list(cursor.fetchall())
