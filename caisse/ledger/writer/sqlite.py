"""The ledger's statements on SQLite, on any connection of the standard library's driver."""

import json
import sqlite3
from collections.abc import Sequence

import numpy as np

from caisse.kernel.ids import Id
from caisse.ledger.rules import Account, Entry, Posted
from caisse.ledger.writer.reading import (
    ACCOUNT_COLUMNS,
    POSTED_COLUMNS,
    STATES,
    TRANSFER_COLUMNS,
    Columns,
    Lines,
    Tip,
    row_of,
)

NO_BOUND = 1 << 62
SIZES = (1, 8, 64, 512)  # lengths of IN lists: few texts, so that statements stay prepared
PUT = f"INSERT INTO ledger_transfer ({TRANSFER_COLUMNS}) VALUES ({', '.join('?' * 19)})"
MOVE = "UPDATE ledger_account SET debits = ?, credits = ?, held = ? WHERE id = ?"
TIP = "SELECT seq, at, from_ms, until_ms FROM ledger_tip WHERE id = 1"
LOCK = (
    f"SELECT {', '.join('a.' + c.strip() for c in ACCOUNT_COLUMNS.split(','))} "
    "FROM json_each(?) j CROSS JOIN ledger_account a ON a.code = j.value"
)
SEEN = f"SELECT {POSTED_COLUMNS} FROM ledger_transfer WHERE id IN "
REFERRING = f"SELECT {POSTED_COLUMNS} FROM ledger_transfer WHERE of IN "


class SqliteDoor:
    """One connection inside BEGIN IMMEDIATE: the write lock of the file is the lock of all rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.cursor = connection.cursor()
        self.cursor.row_factory = None

    def tip(self) -> Tip:
        """The row `tip`."""
        return Tip(*self.cursor.execute(TIP).fetchone())

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
        """The transfers that exist among `ids`."""
        return self._in(SEEN, ids)

    def named(self, ofs: Sequence[Id], from_id: Id) -> list[Posted]:
        """The transfers `ofs`, those that refer to them, and the reversals of these."""
        referring = self._in(REFERRING, ofs)
        again = self._in(REFERRING, [row.id for row in referring])
        return [*self._in(SEEN, ofs), *referring, *(r for r in again if r.phase == "reverse")]

    def put(self, entries: Sequence[Entry], accounts: Sequence[Account], now: int) -> Tip:
        """Insert the entries, move their accounts, advance the tip; returns the tip before."""
        before = self.tip()
        at = max(before.at, now)
        rows = [row_of(e, at, before.seq + n) for n, e in enumerate(entries, 1)]
        self.cursor.executemany(PUT, rows)
        self.cursor.executemany(MOVE, [(a.debits, a.credits, a.held, a.id) for a in accounts])
        self._advance(before.seq + len(rows), at)
        return before._replace(at=at)

    def put_lines(self, lines: Lines, now: int) -> Tip:
        """Insert the lines between one account and many; returns the tip before."""
        before = self.tip()
        at = max(before.at, now)
        sign = -1 if lines.side == "debit" else 1
        running = lines.one.balance + sign * np.cumsum(lines.cents)
        after = lines.before - sign * lines.cents
        rows = []
        columns = zip(
            lines.ids, lines.many.tolist(), lines.cents.tolist(), running.tolist(),
            after.tolist(), strict=True,
        )  # fmt: skip
        for n, (id, many, cents, one_after, many_after) in enumerate(columns, 1):
            pair = (lines.one.id, many) if sign < 0 else (many, lines.one.id)
            afters = (one_after, many_after) if sign < 0 else (many_after, one_after)
            rows.append(
                (id, *pair, cents, lines.one.unit, lines.reason, "posted", None, None, None,
                 lines.for_month, lines.cause, None, None, None, at, before.seq + n, *afters)
            )  # fmt: skip
        self.cursor.executemany(PUT, rows)
        one, many = ("debits", "credits") if sign < 0 else ("credits", "debits")
        self.cursor.executemany(
            f"UPDATE ledger_account SET {many} = {many} + ? WHERE id = ?",
            zip(lines.cents.tolist(), lines.many.tolist(), strict=True),
        )
        self.cursor.execute(
            f"UPDATE ledger_account SET {one} = {one} + ? WHERE id = ?",
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

    def _in(self, select: str, ids: Sequence[Id]) -> list[Posted]:
        rows: list[Posted] = []
        for start in range(0, len(ids), SIZES[-1]):
            some = list(ids[start : start + SIZES[-1]])
            size = next(size for size in SIZES if size >= len(some))
            some += some[-1:] * (size - len(some))
            found = self.cursor.execute(f"{select}({', '.join('?' * size)})", some)
            rows += [Posted(*row) for row in found]
        return rows


def _available(account: Account) -> int:
    if account.guard != "credit":
        return NO_BOUND
    return account.balance - account.held - account.floor
