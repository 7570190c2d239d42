"""Statements on one libpq connection, binary both ways.

psycopg's cursors cost 40 µs of Python a statement, as much as a small statement itself; libpq's own
calls cost 6, and leave the GIL to others while they wait.
"""

from typing import Any, TypeAlias

from psycopg import Connection, errors, pq
from psycopg.abc import Buffer
from psycopg.adapt import Loader, Transformer
from psycopg.raw_cursor import RawCursor

Row: TypeAlias = tuple[Any, ...]
INT8_ARRAY = 1016


class BytesLoader(Loader):
    """A uuid as its 16 bytes, an int8[] as the bytes of the binary format."""

    format = pq.Format.BINARY

    def load(self, data: Buffer) -> bytes:
        """The bytes as they come."""
        return bytes(data)


class Wire:
    """Asks one question at a time; `prepare` keeps each text prepared for the connection's life."""

    def __init__(self, connection: Connection[Any], *, prepare: bool) -> None:
        if not prepare and connection.info.transaction_status == pq.TransactionStatus.IDLE:
            connection.execute("SELECT 1")  # begins the transaction that Django has promised
        self._pgconn = connection.pgconn
        self._prepare = prepare
        self._names: dict[str, bytes] = {}
        context = RawCursor(connection)  # carries the loaders
        context.adapters.register_loader("uuid", BytesLoader)
        context.adapters.register_loader(INT8_ARRAY, BytesLoader)
        self._rows = Transformer(context)

    def ask(self, question: str, *params: bytes) -> list[Row]:
        """The rows that answer; `params` are in the binary format of the types $1, $2 … have.

        Raises psycopg's errors.
        """
        formats = [pq.Format.BINARY] * len(params)
        if self._prepare:
            name = self._names.get(question) or self._prepared(question)
            result = self._pgconn.exec_prepared(name, params, formats, pq.Format.BINARY)
        else:
            text = question.encode()
            result = self._pgconn.exec_params(text, params, None, formats, pq.Format.BINARY)
        return self._read(result)

    def commit(self) -> None:
        """COMMIT, and be sure of it: a transaction that failed answers it by rolling back."""
        result = self._pgconn.exec_(b"COMMIT")
        self._read(result)
        if result.command_status != b"COMMIT":
            raise errors.InFailedSqlTransaction("COMMIT rolled back")

    def _prepared(self, question: str) -> bytes:
        name = b"q%d" % len(self._names)
        self._read(self._pgconn.prepare(name, question.encode()))
        self._names[question] = name
        return name

    def _read(self, result: pq.abc.PGresult) -> list[Row]:
        if result.status == pq.ExecStatus.TUPLES_OK:
            self._rows.set_pgresult(result)
            return self._rows.load_rows(0, result.ntuples, tuple)
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise errors.error_from_result(result)
        return []
