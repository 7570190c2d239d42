"""All that a caisse holds, so that two databases can be compared row by row.

Ids chosen by chance differ between two runs of the same thing; each is replaced by what it stands
for: the transfer of that number, or the event of that name, subject and content. The numbers of
accounts have gaps where PostgreSQL was asked for one that was there; they are replaced by the code.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

Dump = dict[str, list[str]]
Row = tuple[Any, ...]
ACCOUNTS = {"ledger_account": ("id",), "ledger_transfer": ("debit", "credit", "unless")}
EVENT = ("at", "name", "subject", "by", "data")


def dump() -> Dump:
    """The rows of every table of the caisse, as text, sorted."""
    held = {table: _read(table) for table in _tables()}
    labels = dict(_labels(held["ledger_transfer"], held["kernel_event"]))
    names, rows = held["ledger_account"]
    codes = {row[names.index("id")]: row[names.index("code")] for row in rows}
    return {
        table: sorted(
            str(_plain(row, names, labels, ACCOUNTS.get(table, ()), codes)) for row in rows
        )
        for table, (names, rows) in held.items()
    }


def differences(one: Dump, other: Dump) -> list[str]:
    """What stands in one dump and not in the other, to be read by a human."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        rows, others = Counter(one.get(table, [])), Counter(other.get(table, []))
        found += [f"- {table}: {row}" for row in (rows - others).elements()]
        found += [f"+ {table}: {row}" for row in (others - rows).elements()]
    return found


@cache
def _tables() -> tuple[str, ...]:
    models = apps.get_models(include_auto_created=True)
    return tuple(m._meta.db_table for m in models if m.__module__.startswith("caisse."))


def _read(table: str) -> tuple[Sequence[str], list[Row]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description or ()]
        return names, [tuple(map(_id, row)) for row in cursor.fetchall()]


def _labels(
    transfers: tuple[Sequence[str], list[Row]], events: tuple[Sequence[str], list[Row]]
) -> Iterator[tuple[bytes, str]]:
    """What each id of a transfer or of an event stands for."""
    names, rows = transfers
    for row in rows:
        yield row[names.index("id")], f"transfer {row[names.index('seq')]}"
    names, rows = events
    times: Counter[Row] = Counter()
    for row in rows:
        told = tuple(row[names.index(name)] for name in EVENT)
        times[told] += 1
        yield row[names.index("id")], f"event {told} ({times[told]})"


def _plain(
    row: Row, names: Sequence[str], labels: dict[bytes, str], accounts: Sequence[str],
    codes: dict[int, str],
) -> dict[str, Any]:  # fmt: skip
    told = dict(zip(names, row, strict=True))
    for name, value in told.items():
        if isinstance(value, bytes):
            told[name] = labels.get(value, "an id of its own")
        elif name in accounts:
            told[name] = codes.get(value)
    return told


def _id(value: Any) -> Any:
    return value.bytes if isinstance(value, UUID) else value
