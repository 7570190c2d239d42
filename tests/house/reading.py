"""What a block of code writes: for the promise that a GET never does."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

WRITES = re.compile(
    r"\A[\s(]*(?:INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|COPY|CREATE|ALTER|DROP)\b"
    r"|\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b"
    r"|\A\s*WITH\b.*\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\b",
    re.IGNORECASE | re.DOTALL,
)


@contextmanager
def writing() -> Iterator[list[str]]:
    """Inside the block, collect every statement that writes or locks, also the ledger writer's."""
    found: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.search(sql):
            found.append(sql)
        return execute(sql, params, many, context)

    before = _last_transfer()
    with connection.execute_wrapper(watch):
        yield found
    if _last_transfer() != before:
        found.append("transfers by the ledger's own connection")


def _last_transfer() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM ledger_tip WHERE id = 1")
        row = cursor.fetchone()
    return 0 if row is None else int(row[0])
