"""Statements on one libpq connection, binary both ways.

psycopg's cursors cost 40 µs of Python a statement, as much as a small statement itself; libpq's own
calls cost 6, and leave the GIL to others while they wait.
"""

import select
from collections.abc import Sequence
from typing import Any, TypeAlias

from psycopg import Connection, errors, pq
from psycopg.abc import Buffer
from psycopg.adapt import Loader, Transformer
from psycopg.raw_cursor import RawCursor

from caisse.kernel import looping

Row: TypeAlias = tuple[Any, ...]
Param: TypeAlias = bytes | str
Params: TypeAlias = tuple[Param, ...]
Question: TypeAlias = tuple[str, Params]
INT8_ARRAY = 1016


class BytesLoader(Loader):
    """A uuid as its 16 bytes, an int8[] as the bytes of the binary format."""

    format = pq.Format.BINARY

    def load(self, data: Buffer) -> bytes:
        """The bytes as they come."""
        return bytes(data)


class Wire:
    """Asks one question at a time; `prepare` keeps each text prepared for the connection's life.

    Made by a guest of a loop (`kernel/looping.py`) it lets the loop go on while it waits.
    """

    def __init__(self, connection: Connection[Any], *, prepare: bool) -> None:
        if not prepare and connection.info.transaction_status == pq.TransactionStatus.IDLE:
            connection.execute("SELECT 1")  # begins the transaction that Django has promised
        self._pgconn = connection.pgconn
        self._prepare = prepare
        self._names: dict[str, bytes] = {}
        self._later: list[Question] = []
        self._loops = looping.is_guest()
        self._ready = _ready(connection.pgconn.socket)
        context = RawCursor(connection)  # carries the loaders
        context.adapters.register_loader("uuid", BytesLoader)
        context.adapters.register_loader(INT8_ARRAY, BytesLoader)
        self._rows = Transformer(context)

    def later(self, question: str) -> None:
        """Send it with the next question, in one flight: nobody waits for its answer."""
        self._later.append((question, ()))

    def ask_all(self, questions: Sequence[Question]) -> list[list[Row]]:
        """The rows that answer each question, in order: asked one after the other in one flight.

        Where nothing is kept prepared they are asked one by one. Raises psycopg's errors: of the
        first that failed, when all of the flight has ended.
        """
        if not self._prepare:
            return [self.ask(question, *params) for question, params in questions]
        before, self._later = self._later, []
        named = [(self._name(question), params) for question, params in (*before, *questions)]
        results = self._fly(named)
        return [self._read(result) for result in results][len(before) :]

    def ask(self, question: str, *params: Param) -> list[Row]:
        """The rows that answer; `params` are in the binary format of the types $1, $2 … have.

        A `str` is in the text format. Raises psycopg's errors.
        """
        if self._later or self._loops:
            return self.ask_all([(question, params)])[0]
        told, formats = _in_formats(params)
        if self._prepare:
            name = self._name(question)
            result = self._pgconn.exec_prepared(name, told, formats, pq.Format.BINARY)
        else:
            text = question.encode()
            result = self._pgconn.exec_params(text, told, None, formats, pq.Format.BINARY)
        return self._read(result)

    def _fly(self, named: Sequence[tuple[bytes, Params]]) -> list[pq.abc.PGresult]:
        """Send all of them at once; what came back for each."""
        ours = self._pgconn
        ours.enter_pipeline_mode()
        for name, params in named:
            told, formats = _in_formats(params)
            ours.send_query_prepared(name, told, formats, pq.Format.BINARY)
        ours.pipeline_sync()
        results: list[pq.abc.PGresult] = []
        while True:
            while ours.is_busy():
                self._ready.poll()  # others have the interpreter meanwhile
                ours.consume_input()
            result = ours.get_result()
            if result is None:  # the end of one statement
                if ours.status != pq.ConnStatus.OK:
                    raise errors.OperationalError("the connection is lost")
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                ours.exit_pipeline_mode()
                return results
            results.append(result)
            if result.status == pq.ExecStatus.FATAL_ERROR and ours.status != pq.ConnStatus.OK:
                raise errors.error_from_result(result)

    def commit(self) -> None:
        """COMMIT, and be sure of it: a transaction that failed answers it by rolling back."""
        result = self._told(b"COMMIT") if self._loops else self._pgconn.exec_(b"COMMIT")
        self._read(result)
        if result.command_status != b"COMMIT":
            raise errors.InFailedSqlTransaction("COMMIT rolled back")

    def _told(self, text: bytes) -> pq.abc.PGresult:
        """What came back for one statement; others go on meanwhile."""
        ours = self._pgconn
        ours.send_query(text)
        told: pq.abc.PGresult | None = None
        while True:
            while ours.is_busy():
                self._ready.poll()
                ours.consume_input()
            result = ours.get_result()
            if result is None:
                break
            told = result
        if told is None:
            raise errors.OperationalError("the connection is lost")
        return told

    def _name(self, question: str) -> bytes:
        """The name under which it is prepared; it is now if it was not."""
        known = self._names.get(question)
        if known is not None:
            return known
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


def _ready(socket: int) -> "select.poll | looping.Readable":
    """What waits until the database has answered."""
    if looping.is_guest():
        return looping.Readable(socket)
    ready = select.poll()
    ready.register(socket, select.POLLIN)
    return ready


def _in_formats(params: Params) -> tuple[list[bytes], list[pq.Format]]:
    """The parameters as they are sent, and their formats."""
    told = [param.encode() if isinstance(param, str) else param for param in params]
    formats = [pq.Format.TEXT if isinstance(p, str) else pq.Format.BINARY for p in params]
    return told, formats
