"""The books after a run, counted by the database itself: the same text on both engines."""

from collections.abc import Callable
from typing import Any

SUMS = "SELECT coalesce(sum(debits), 0), coalesce(sum(credits), 0) FROM ledger_account"
ROWS = "SELECT count(*) FROM ledger_transfer"
NUMBERS = "SELECT count(DISTINCT seq), min(seq) FROM ledger_transfer"
REPLAY = """
SELECT count(*) FROM ledger_account a LEFT JOIN (
    SELECT account, sum(d) AS d, sum(c) AS c FROM (
        SELECT debit AS account, cents AS d, 0 AS c FROM ledger_transfer
        UNION ALL SELECT credit, 0, cents FROM ledger_transfer) lines
    GROUP BY account) j ON j.account = a.id
WHERE a.debits <> coalesce(j.d, 0) OR a.credits <> coalesce(j.c, 0) OR a.held <> 0"""
BELOW = "SELECT count(*) FROM ledger_account WHERE guard = 'credit' AND credits - debits < floor"


def mistakes(ask: Callable[[str], Any], expected_rows: int) -> tuple[str, ...]:
    """What is wrong with the books, in words; `ask` runs one query and returns its only row.

    Balances add up to zero, the journal replayed gives the balances, nothing stands below its
    floor, every acknowledged payment is a row and every row was acknowledged, each with its seq.
    """
    debits, credits = ask(SUMS)
    rows = ask(ROWS)[0]
    numbers, first = ask(NUMBERS)
    wrong, below = ask(REPLAY)[0], ask(BELOW)[0]
    found = {
        f"balances add up to {credits - debits}, not 0": debits != credits,
        f"{rows} rows, {expected_rows} expected": rows != expected_rows,
        f"{wrong} accounts differ from the journal's replay": wrong > 0,
        f"{below} accounts below their floor": below > 0,
        f"{rows} rows from seq {first} on have {numbers} numbers": (numbers, first) != (rows, 1),
    }
    return tuple(text for text, is_wrong in found.items() if is_wrong)
