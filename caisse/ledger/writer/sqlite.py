"""The ledger's statements on SQLite, on any connection of the standard library's driver."""

import json
import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain, count, repeat
from typing import Any, TypeAlias

import numpy as np

from caisse.kernel.ids import Id, first_id, instant_of
from caisse.ledger.rules import Account, Entry, Posted, Transfer
from caisse.ledger.writer.reading import (
    ACCOUNT_COLUMNS,
    POSTED_COLUMNS,
    STATES,
    Columns,
    Lines,
    Read,
    Tip,
    turn_of_month,
)

Row: TypeAlias = tuple[Any, ...]

NO_BOUND = 1 << 62
# Lengths of IN lists, and rows of one INSERT: few texts, so that statements stay prepared.
SIZES = (1, 8, 64, 512)
ROWS = (32, 8)
# The columns that most transfers fill, and the others: NULL and `bytes` pass through the driver's
# adapters, which take as long as inserting; numbers, texts and `bytearray` do not.
FILLED = (
    "id, debit, credit, cents, unit, reason, phase, for_month, cause, method, made_at, at, seq, "
    "debit_after, credit_after"
)
ALL = f"{FILLED}, expires_at, of, chain, unless"
FILLED_WIDTH = FILLED.count(",") + 1
EMPTY = (None,) * 4
MOVE = "UPDATE ledger_account SET debits = ?, credits = ?, held = ? WHERE id = ?"
TIP = "SELECT seq, at, from_ms, until_ms FROM ledger_tip WHERE id = 1"
LOCK = (
    f"SELECT {', '.join('a.' + c.strip() for c in ACCOUNT_COLUMNS.split(','))} "
    "FROM json_each(?) j CROSS JOIN ledger_account a ON a.code = j.value"
)
SEEN = f"SELECT {POSTED_COLUMNS} FROM ledger_transfer WHERE id IN "
NEWEST = "SELECT max(id) FROM ledger_transfer"
REFERRING = f"SELECT {POSTED_COLUMNS} FROM ledger_transfer WHERE of IN "


class SqliteDoor:
    """One connection inside BEGIN IMMEDIATE: the write lock of the file is the lock of all rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.cursor = connection.cursor()
        self.cursor.row_factory = None
        self._tip: Tip | None = None

    def tip(self) -> Tip:
        """The row `tip`; read once, for nobody else can write it meanwhile."""
        if self._tip is None:
            self._tip = Tip(*self.cursor.execute(TIP).fetchone())
        return self._tip

    def read(self, codes: Sequence[str], ids: Sequence[Id]) -> Read:
        """What a batch begins with; the write lock of the file stands before."""
        return Read(self.tip(), self.lock(codes), self.seen(ids))

    def lock(self, codes: Sequence[str]) -> dict[str, Account]:
        """The accounts that exist among `codes`, by code."""
        rows = self.cursor.execute(LOCK, (json.dumps(list(codes)),))
        return {row[1]: Account(*row) for row in rows}

    def lock_columns(self, one: str, many: Sequence[str]) -> tuple[Account | None, Columns]:
        """The account `one`, and the accounts `many` as columns."""
        found = self.lock([one, *many])
        columns = np.zeros((5, len(many)), dtype=np.int64)
        for n, code in enumerate(many):
            account = found.get(code)
            if account is not None:
                columns[:, n] = (
                    account.id,
                    account.balance,
                    _available(account),
                    STATES.index(account.state),
                    NO_BOUND if account.ceiling is None else account.ceiling,
                )
        return found.get(one), Columns(*columns)

    def seen(self, ids: Sequence[Id]) -> list[Posted]:
        """The transfers that exist among `ids`; those younger than all that stand do not.

        Younger by the millisecond: the bits of chance after it must not decide what is asked.
        """
        (newest,) = self.cursor.execute(NEWEST).fetchone()
        if newest is None:
            return []
        younger = first_id(instant_of(newest) + 1)
        return self._in(SEEN, [id for id in ids if id < younger])

    def named(self, ofs: Sequence[Id], from_id: Id) -> list[Posted]:
        """The transfers `ofs`, those that refer to them, and the reversals of these."""
        referring = self._in(REFERRING, ofs)
        again = self._in(REFERRING, [row.id for row in referring])
        return [*self._in(SEEN, ofs), *referring, *(r for r in again if r.phase == "reverse")]

    def put(self, entries: Sequence[Entry], accounts: Sequence[Account], now: int) -> Tip:
        """Insert the entries, move their accounts, advance the tip; returns the tip before."""
        before = self.tip()
        at = max(before.at, now)
        rows = _rows(entries, at, before.seq + 1)
        self._insert(FILLED, [row[:FILLED_WIDTH] for row in rows if row[FILLED_WIDTH:] == EMPTY])
        self._insert(ALL, [row for row in rows if row[FILLED_WIDTH:] != EMPTY])
        self.cursor.executemany(MOVE, [(a.debits, a.credits, a.held, a.id) for a in accounts])
        self._advance(before.seq + len(rows), at)
        return before._replace(at=at)

    def put_lines(self, lines: Lines, now: int) -> Tip:
        """Insert the lines between one account and many; returns the tip before."""
        before = self.tip()
        at = max(before.at, now)
        sign = -1 if lines.side == "debit" else 1
        many, cents = lines.many.tolist(), lines.cents.tolist()
        one_after = (lines.one.balance + sign * np.cumsum(lines.cents)).tolist()
        many_after = (lines.before - sign * lines.cents).tolist()
        one: Any = repeat(lines.one.id)
        pair, after = (one, many), (one_after, many_after)
        if sign > 0:
            pair, after = (many, one), (many_after, one_after)
        rows = list(zip(
            map(bytearray, lines.ids), *pair, cents, repeat(lines.one.unit), repeat(lines.reason),
            repeat("posted"), repeat(lines.for_month), repeat(bytearray(lines.cause)),
            repeat(None), repeat(None), repeat(at), count(before.seq + 1), *after,
        ))  # fmt: skip
        self._insert(FILLED, rows)
        one_side, many_side = ("debits", "credits") if sign < 0 else ("credits", "debits")
        self.cursor.executemany(
            f"UPDATE ledger_account SET {many_side} = {many_side} + ? WHERE id = ?",
            zip(cents, many, strict=True),
        )
        self.cursor.execute(
            f"UPDATE ledger_account SET {one_side} = {one_side} + ? WHERE id = ?",
            (int(lines.cents.sum()), lines.one.id),
        )
        self._advance(before.seq + len(rows), at)
        return before._replace(at=at)

    def touch(self) -> None:
        """Write something, so that this COMMIT has to reach the disk.

        There and back: SQLite leaves a page alone whose new content is what it was.
        """
        self.cursor.execute("UPDATE ledger_tip SET seq = seq + 1 WHERE id = 1")
        self.cursor.execute("UPDATE ledger_tip SET seq = seq - 1 WHERE id = 1")

    def _advance(self, seq: int, at: int) -> None:
        self.cursor.execute("UPDATE ledger_tip SET seq = ?, at = ? WHERE id = 1", (seq, at))
        self._tip = None

    def _insert(self, columns: str, rows: list[Row]) -> None:
        start = 0
        for size in ROWS:
            while start + size <= len(rows):
                cells = list(chain.from_iterable(rows[start : start + size]))
                self.cursor.execute(_insertion(columns, size), cells)
                start += size
        if start < len(rows):
            self.cursor.executemany(_insertion(columns, 1), rows[start:])

    def _in(self, select: str, ids: Sequence[Id]) -> list[Posted]:
        rows: list[Posted] = []
        for start in range(0, len(ids), SIZES[-1]):
            some = [bytearray(id) for id in ids[start : start + SIZES[-1]]]
            size = next(size for size in SIZES if size >= len(some))
            some += some[-1:] * (size - len(some))
            found = self.cursor.execute(f"{select}{_marks(size)}", some)
            rows += [Posted(*row) for row in found]
        return rows


def _rows(entries: Sequence[Entry], at: int, seq: int) -> list[Row]:
    """The columns ALL of each entry, numbered from `seq` on.

    Field by field, each as a column of the batch: no loop of Python makes the rows.
    """
    month = turn_of_month(at).number
    asked, debits, credits, limits, chains, *after = zip(*entries, strict=True)
    columns: Any = Transfer._make(zip(*asked, strict=True))
    months = [month if own is None else own.number for own in columns.for_month]
    return list(zip(
        map(bytearray, columns.id), debits, credits, columns.cents, columns.unit, columns.reason,
        columns.phase, months, map(bytearray, columns.cause), columns.method, columns.made_at,
        repeat(at), count(seq), *after, columns.expires_at, columns.of, chains, limits,
    ))  # fmt: skip


@cache
def _marks(size: int) -> str:
    return f"({', '.join('?' * size)})"


@cache
def _insertion(columns: str, rows: int) -> str:
    marks = _marks(columns.count(",") + 1)
    return f"INSERT INTO ledger_transfer ({columns}) VALUES {', '.join([marks] * rows)}"


def _available(account: Account) -> int:
    if account.guard != "credit":
        return NO_BOUND
    return account.balance - account.held - account.floor
