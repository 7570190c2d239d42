"""Looks at many keys at once, as tuples: for what is asked thousands of times a second.

A query of the ORM costs a few hundred microseconds of Python before the database has heard of it.
These keep their text, stay prepared on PostgreSQL, and are the only place of the rule that they
read by: whoever asks for one key asks for a list of one.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from caisse.kernel.ids import Id

Row: TypeAlias = tuple[Any, ...]

SIZES = (1, 4, 16, 64)  # lengths of SQLite's lists: few texts, so that statements stay prepared


class Look:
    """A SELECT with `{keys}` behind the column that is looked up, before any other parameter."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._postgresql = text.replace("{keys}", "= ANY(%s)")

    def rows(self, keys: Sequence[Any], *rest: Any) -> list[Row]:
        """The rows of these keys, in no order; `rest` are the other parameters.

        On Django's connection of this thread, in its transaction if there is one. Raises Django's
        database errors.
        """
        if not keys:
            return []
        ours = connections[DEFAULT_DB_ALIAS]
        ours.ensure_connection()
        with ours.wrap_database_errors:
            if ours.vendor == "postgresql":
                return self._of_postgresql(ours.connection, keys, rest)
            return self._of_sqlite(ours.connection, keys, rest)

    def _of_postgresql(self, raw: Any, keys: Sequence[Any], rest: Row) -> list[Row]:
        from psycopg import Cursor

        cursor = Cursor(raw)
        cursor.execute(self._postgresql.encode(), [list(keys), *rest], prepare=True, binary=True)
        return cursor.fetchall()

    def _of_sqlite(self, raw: Any, keys: Sequence[Any], rest: Row) -> list[Row]:
        rows: list[Row] = []
        for start in range(0, len(keys), SIZES[-1]):
            some = list(keys[start : start + SIZES[-1]])
            size = next(size for size in SIZES if size >= len(some))
            some += some[-1:] * (size - len(some))
            text = _with_marks(self._text, size)
            rows += raw.execute(text, [*some, *rest])
        return rows


def as_keys(ids: Sequence[Id]) -> list[UUID | Id]:
    """Ids as the database of now wants them."""
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        return [UUID(bytes=id) for id in ids]
    return list(ids)


def as_id(told: UUID | Id) -> Id:
    """An id as either database tells it."""
    return told.bytes if isinstance(told, UUID) else told


@cache
def _with_marks(text: str, size: int) -> str:
    return text.replace("{keys}", f"IN ({', '.join('?' * size)})").replace("%s", "?")
