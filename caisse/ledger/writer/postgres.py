"""The ledger's statements on PostgreSQL, on any psycopg connection inside a transaction.

LOCK and SEEN are two statements on purpose: under READ COMMITTED the look-up of ids must have its
own snapshot, taken after the account locks, or it would miss what another batch just committed.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from caisse.kernel.arrays import column_of, int8, int8_column, int8s, texts, uuids
from caisse.kernel.ids import Id
from caisse.kernel.wire import Row, Wire
from caisse.ledger.rules import Account, Entry, Posted, Transfer
from caisse.ledger.writer.reading import (
    ACCOUNT_COLUMNS,
    POSTED_COLUMNS,
    TRANSFER_COLUMNS,
    Columns,
    Lines,
    Read,
    Tip,
    turn_of_month,
)

TIP = "SELECT seq, at, from_ms, until_ms FROM ledger_tip WHERE id = 1"
LOCK = f"""
SELECT {ACCOUNT_COLUMNS} FROM ledger_account WHERE code = ANY($1)
ORDER BY code COLLATE "C" FOR UPDATE"""
LOCK_COLUMNS = f"""
SELECT array_agg(id), array_agg(credits - debits),
       array_agg(CASE guard WHEN 'credit' THEN credits - debits - held - floor
                 ELSE {1 << 62} END),
       array_agg(CASE state WHEN 'open' THEN 0::bigint WHEN 'closed' THEN 1 ELSE 2 END),
       array_agg(coalesce(ceiling, {1 << 62}))
FROM (SELECT * FROM ledger_account WHERE code = ANY($1)
      ORDER BY code COLLATE "C" FOR UPDATE) locked"""
SEEN = f"""
SELECT {POSTED_COLUMNS} FROM ledger_transfer
WHERE id = ANY($1) AND id BETWEEN $2 AND $3"""
NAMED = f"""
WITH referring AS (SELECT {POSTED_COLUMNS} FROM ledger_transfer
                   WHERE of = ANY($1) AND id >= $2)
SELECT {POSTED_COLUMNS} FROM ledger_transfer WHERE id = ANY($1) AND id BETWEEN $3 AND $4
UNION ALL SELECT {POSTED_COLUMNS} FROM referring
UNION ALL SELECT {POSTED_COLUMNS} FROM ledger_transfer
          WHERE of IN (SELECT id FROM referring) AND phase = 'reverse' AND id >= $2"""
ADVANCE = """
tip AS (UPDATE ledger_tip SET seq = seq + $1::bigint, at = GREATEST(at, $2::bigint) WHERE id = 1
        RETURNING seq - $1::bigint AS base, at, from_ms, until_ms)"""
PUT = f"""
WITH {ADVANCE},
moved AS (UPDATE ledger_account a SET debits = v.debits, credits = v.credits, held = v.held
          FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
               AS v(id, debits, credits, held) WHERE a.id = v.id),
put AS (INSERT INTO ledger_transfer ({TRANSFER_COLUMNS})
        SELECT v.id, debit, credit, cents, unit, reason, phase, expires_at, of, chain,
               coalesce(for_month, CASE WHEN tip.at < $24::bigint THEN $25::bigint ELSE $26 END),
               cause, unless, method, made_at, tip.at, tip.base + n, debit_after, credit_after
        FROM tip, unnest(
            $7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::text[],
            $13::text[], $14::bigint[], $15::uuid[], $16::uuid[], $17::bigint[], $18::uuid[],
            $19::bigint[], $20::text[], $21::bigint[], $22::bigint[], $23::bigint[]
        ) WITH ORDINALITY AS v(id, debit, credit, cents, unit, reason, phase, expires_at, of, chain,
            for_month, cause, unless, method, made_at, debit_after, credit_after, n))
SELECT base, at, from_ms, until_ms FROM tip"""


def _lines(one: str, many: str, pair: str, after: str) -> str:
    return f"""
WITH {ADVANCE},
one AS (UPDATE ledger_account SET {one} = {one} + $4::bigint WHERE id = $3::bigint),
many AS (UPDATE ledger_account a SET {many} = a.{many} + v.cents
         FROM unnest($5::bigint[], $6::bigint[]) AS v(id, cents) WHERE a.id = v.id),
put AS (INSERT INTO ledger_transfer (id, {pair}, cents, unit, reason, phase, for_month, cause, at,
                                     seq, {after})
        SELECT v.id, $3::bigint, v.account, v.cents, $7::text, $8::text, 'posted', $9::bigint,
               $10::uuid, tip.at, tip.base + n,
               v.one_after, v.many_after
        FROM tip, unnest($11::uuid[], $5::bigint[], $6::bigint[], $12::bigint[], $13::bigint[])
            WITH ORDINALITY AS v(id, account, cents, one_after, many_after, n))
SELECT base, at, from_ms, until_ms FROM tip"""


SPREAD = _lines("debits", "credits", "debit, credit", "debit_after, credit_after")
GATHER = _lines("credits", "debits", "credit, debit", "credit_after, debit_after")
# For thousands of rows at once the planner would read whole tables; the indexes are right.
CHUNK_PLANS = (
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_seqscan', 'off', true),"
    " set_config('enable_mergejoin', 'off', true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true)"
)


class PostgresDoor:
    """One connection inside a transaction; accounts are locked in code order, the tip last."""

    def __init__(self, wire: Wire) -> None:
        self._ask, self._ask_all = wire.ask, wire.ask_all

    def tip(self) -> Tip:
        """The row `tip`, not locked."""
        return Tip(*self._ask(TIP)[0])

    def read(self, codes: Sequence[str], ids: Sequence[Id]) -> Read:
        """What a batch begins with: three statements, each with a snapshot of its own; in one
        flight, behind the BEGIN that waits for it, where the connection is the writer's own."""
        tip, accounts, posted = self._ask_all(
            [(TIP, ()), (LOCK, (texts(codes),)), (SEEN, (uuids(ids), min(ids), max(ids)))]
        )
        return Read(Tip(*tip[0]), _by_code(accounts), [Posted(*row) for row in posted])

    def lock(self, codes: Sequence[str]) -> dict[str, Account]:
        """The accounts that exist among `codes`, by code, locked in code order."""
        return _by_code(self._ask(LOCK, texts(codes)))

    def lock_columns(self, one: str, many: Sequence[str]) -> tuple[Account | None, Columns]:
        """The account `one`, and the accounts `many` as columns; all locked in one statement."""
        codes = sorted({one, *many})
        self._ask(CHUNK_PLANS)
        row = self._ask(LOCK_COLUMNS, texts(codes))[0]
        columns = np.stack([column_of(cell or b"") for cell in row])
        account = self.lock([one]).get(one)
        if columns.shape[1] < len(codes):
            there = {code for (code,) in self._ask(
                "SELECT code FROM ledger_account WHERE id = ANY($1)", int8_column(columns[0])
            )}  # fmt: skip
            full = np.zeros((5, len(codes)), dtype=np.int64)
            full[:, [code in there for code in codes]] = columns
            columns = full
        place = {code: n for n, code in enumerate(codes)}
        return account, Columns(*columns[:, [place[code] for code in many]])

    def seen(self, ids: Sequence[Id]) -> list[Posted]:
        """The transfers that exist among `ids`; the bounds spare the other partitions."""
        return self._posted(SEEN, uuids(ids), min(ids), max(ids))

    def named(self, ofs: Sequence[Id], from_id: Id) -> list[Posted]:
        """The transfers `ofs`, those that refer to them, and the reversals of these."""
        return self._posted(NAMED, uuids(ofs), from_id, min(ofs), max(ofs))

    def put(self, entries: Sequence[Entry], accounts: Sequence[Account], now: int) -> Tip:
        """Insert the entries, move their accounts, advance the tip; returns the tip before.

        `at` is known only when the tip is locked; the month of posting follows it.
        """
        # Each field as a column of the batch: Transfer and Entry of tuples.
        judged: Any = Entry._make(zip(*entries, strict=True))
        asked: Any = Transfer._make(zip(*judged.transfer, strict=True))
        months = [None if month is None else month.number for month in asked.for_month]
        turn = turn_of_month(now)
        return Tip(
            *self._ask(
                PUT,
                int8(len(entries)),
                int8(now),
                int8s([a.id for a in accounts]),
                int8s([a.debits for a in accounts]),
                int8s([a.credits for a in accounts]),
                int8s([a.held for a in accounts]),
                uuids(asked.id),
                int8s(judged.debit),
                int8s(judged.credit),
                int8s(asked.cents),
                texts(asked.unit),
                texts(asked.reason),
                texts(asked.phase),
                int8s(asked.expires_at),
                uuids(asked.of),
                uuids(judged.chain),
                int8s(months),
                uuids(asked.cause),
                int8s(judged.unless),
                texts(asked.method),
                int8s(asked.made_at),
                int8s(judged.debit_after),
                int8s(judged.credit_after),
                int8(turn.next_ms),
                int8(turn.number),
                int8(turn.next_number),
            )[0]
        )

    def put_lines(self, lines: Lines, now: int) -> Tip:
        """Insert the lines between one account and many; returns the tip before."""
        sign = -1 if lines.side == "debit" else 1
        running = lines.one.balance + sign * np.cumsum(lines.cents)
        return Tip(
            *self._ask(
                SPREAD if sign < 0 else GATHER,
                int8(len(lines.ids)),
                int8(now),
                int8(lines.one.id),
                int8(int(lines.cents.sum())),
                int8_column(lines.many),
                int8_column(lines.cents),
                lines.one.unit.encode(),
                lines.reason.encode(),
                int8(lines.for_month),
                lines.cause,
                uuids(lines.ids),
                int8_column(running),
                int8_column(lines.before - sign * lines.cents),
            )[0]
        )

    def touch(self) -> None:
        """Write something, so that this COMMIT has to reach the disk."""
        self._ask("UPDATE ledger_tip SET seq = seq WHERE id = 1 RETURNING seq")

    def _posted(self, query: str, *params: bytes) -> list[Posted]:
        return [Posted(*row) for row in self._ask(query, *params)]


def _by_code(rows: Sequence[Row]) -> dict[str, Account]:
    return {row[1]: Account(*row) for row in rows}
