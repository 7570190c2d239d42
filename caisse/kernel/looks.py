"""Looks at many keys at once, as tuples: for what is asked thousands of times a second.

A query of the ORM costs a few hundred microseconds of Python before the database has heard of it.
These keep their text, stay prepared on PostgreSQL, and are the only place of the rule that they
read by: whoever asks for one key asks for a list of one. Several looks are one flight there.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from django.core.exceptions import SynchronousOnlyOperation
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from caisse.kernel import looping

if TYPE_CHECKING:
    from caisse.kernel.wire import Wire

Row: TypeAlias = tuple[Any, ...]
T = TypeVar("T")

TYPES = {"text": "text", "number": "bigint", "id": "uuid"}  # of keys, on PostgreSQL
SIZES = (1, 4, 16, 64)  # lengths of SQLite's lists: few texts, so that statements stay prepared
_here = threading.local()  # the wire on this thread's connection


class Look:
    """A SELECT with `{keys}` behind the column that is looked up, and {1}, {2} … for dates.

    `kind` is that of the keys: "text", "number" or "id". `bounded` ends the text behind its keys:
    PostgreSQL is told between which two they are, so that other partitions are spared (R4b).
    """

    def __init__(self, text: str, kind: str, *, bounded: bool = False) -> None:
        self.kind, self.text, self.bounded = kind, text.strip(), bounded
        self.sqlite = text
        numbered = {str(n): f"${n + 1}" for n in range(1, 9)}
        self.postgresql = _filled(text, {"keys": f"= ANY($1::{TYPES[kind]}[])", **numbered})
        if bounded:
            column = text.rpartition("{keys}")[0].split()[-1]
            self.postgresql += f" AND {column} BETWEEN $2 AND $3"

    def at(self, keys: Collection[Any], *days: date, read: Callable[[list[Row]], T]) -> "Asked[T]":
        """A look at these keys; `read` makes what is found of its rows, in no order."""
        return Asked(self, list(keys), days, read)


class Asked(Generic[T]):
    """A look, the keys that are asked, and how its rows are read."""

    __slots__ = ("days", "keys", "look", "read")

    def __init__(
        self, look: Look, keys: list[Any], days: Sequence[date], read: Callable[[list[Row]], T]
    ) -> None:
        self.look, self.keys, self.days, self.read = look, keys, days, read

    def found(self) -> T:
        """What is found, looked at alone; raises as `together` does."""
        found: T = together(self)[0]
        return found


def together(*asked: Asked[Any]) -> list[Any]:
    """What each look finds, in order; a look at no key finds no row. On PostgreSQL one flight.

    On Django's connection of this thread, in its transaction if there is one; outside of one, a
    connection that was lost meanwhile is made anew, once. A loop has one of its own. Raises
    Django's database errors.
    """
    ours = connections[DEFAULT_DB_ALIAS]
    if looping.is_guest():
        with ours.wrap_database_errors:
            return looping.kept(_Own, partial(_Own, ours)).together(asked)
    try:
        return _found(ours, asked)
    except DatabaseError:
        if ours.in_atomic_block or ours.vendor == "sqlite" or not ours.connection.closed:
            raise
        ours.close()
        return _found(ours, asked)


def refuse_queries() -> None:
    """Let Django's connection refuse in this loop: who queries here would hold up all others.

    Called before the loop has tasks, which inherit it. It raises SynchronousOnlyOperation, as
    Django does by itself where no setting of the environment says otherwise.
    """

    def refuse() -> None:
        raise SynchronousOnlyOperation("a query in the thread of a loop")

    ours: Any = connections[DEFAULT_DB_ALIAS]
    ours.ensure_connection = refuse


class _Own:
    """The connection of a loop: Django's belong to threads. One look at a time."""

    def __init__(self, ours: BaseDatabaseWrapper) -> None:
        self._open = lambda: ours.get_new_connection(ours.get_connection_params())
        self._is_lite = ours.vendor == "sqlite"
        self._raw: Any = None
        self._wire: Wire | None = None

    def together(self, asked: Sequence[Asked[Any]]) -> list[Any]:
        """As `together` for threads, outside of any transaction. Raises the driver's errors."""
        try:
            rows = self._rows(asked)
        except Exception:
            lost = self._raw is None or (not self._is_lite and self._raw.closed)
            self.close()
            if not lost:
                raise
            rows = self._rows(asked)
        return [one.read(found) for one, found in zip(asked, rows, strict=True)]

    def close(self) -> None:
        """Close it; the next look opens another one."""
        if self._raw is not None:
            self._raw.close()
        self._raw = self._wire = None

    def _rows(self, asked: Sequence[Asked[Any]]) -> list[list[Row]]:
        if self._raw is None:
            self._raw = looping.in_a_thread(self._open)
        if self._is_lite:
            return [_of_sqlite(self._raw, one) for one in asked]
        if self._wire is None:
            from caisse.kernel.wire import Wire

            self._raw.autocommit = True
            self._wire = Wire(self._raw, prepare=True)
        return _of_wire(self._wire, asked)


def _found(ours: BaseDatabaseWrapper, asked: Sequence[Asked[Any]]) -> list[Any]:
    ours.ensure_connection()
    if ours.queries_logged:  # who counts queries counts these as well
        texts = [{"sql": one.look.text, "time": "0.000"} for one in asked if one.keys]
        ours.queries_log.extend(texts)
    with ours.wrap_database_errors:
        if ours.vendor == "sqlite":
            found = [_of_sqlite(ours.connection, one) for one in asked]
        else:
            ours.validate_no_broken_transaction()
            found = _of_postgresql(ours.connection, asked, begins=ours.in_atomic_block)
    return [one.read(rows) for one, rows in zip(asked, found, strict=True)]


def _of_postgresql(raw: Any, asked: Sequence[Asked[Any]], *, begins: bool) -> list[list[Row]]:
    from psycopg.pq import TransactionStatus

    if begins and raw.info.transaction_status == TransactionStatus.IDLE:
        raw.execute("SELECT 1")  # the transaction that Django has promised
    return _of_wire(_wire(raw), asked)


def _of_wire(wire: "Wire", asked: Sequence[Asked[Any]]) -> list[list[Row]]:
    arrays = _arrays()
    full = [one for one in asked if one.keys]
    told = iter(wire.ask_all([
        (one.look.postgresql, (arrays[one.look.kind](one.keys), *_bounds(one), *map(str, one.days)))
        for one in full
    ]))  # fmt: skip
    return [next(told) if one.keys else [] for one in asked]


def _wire(raw: Any) -> "Wire":
    from caisse.kernel.wire import Wire

    if getattr(_here, "raw", None) is not raw:
        _here.raw, _here.wire = raw, Wire(raw, prepare=True)
    wire: Wire = _here.wire
    return wire


def _bounds(one: Asked[Any]) -> tuple[bytes, ...]:
    return (min(one.keys), max(one.keys)) if one.look.bounded else ()


@cache
def _arrays() -> dict[str, Callable[[Sequence[Any]], bytes]]:
    from caisse.kernel.arrays import int8s, texts, uuids

    return {"text": texts, "number": int8s, "id": uuids}


def _of_sqlite(raw: Any, asked: Asked[Any]) -> list[Row]:
    rows: list[Row] = []
    for start in range(0, len(asked.keys), SIZES[-1]):
        some = list(asked.keys[start : start + SIZES[-1]])
        size = next(size for size in SIZES if size >= len(some))
        some += some[-1:] * (size - len(some))
        text = _with_marks(asked.look.sqlite, size)
        rows += raw.execute(text, [*some, *map(str, asked.days)])
    return rows


@cache
def _with_marks(text: str, size: int) -> str:
    numbered = {str(n): f"?{size + n}" for n in range(1, 9)}
    marks = ", ".join(f"?{n}" for n in range(1, size + 1))
    return _filled(text, {"keys": f"IN ({marks})", **numbered})


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
