"""The group-commit writer: one per (process, database), started at first use, never at import."""

import os
import threading
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from caisse.kernel import looping
from caisse.ledger.writer.driver import connector, door_on
from caisse.ledger.writer.loop import Chain, Committing, Done, Handed, LoopWriter, Writer, numbered
from caisse.ledger.writer.reading import Door, Lines, Read, Tip, read_book, touched

__all__ = [
    "Chain",
    "Done",
    "Door",
    "Handed",
    "Lines",
    "Read",
    "Tip",
    "Writer",
    "door_on",
    "numbered",
    "read_book",
    "stop",
    "touched",
    "writer",
]

_writers: dict[tuple[int, Any, Any], Writer] = {}
_lock = threading.Lock()


def writer(ours: BaseDatabaseWrapper | None = None) -> Committing:
    """The writer of this process for the default database; started now if there is none.

    `ours` is Django's connection to it, for a caller that has looked it up already. Keyed by
    process, because threads do not survive a fork, and by the database's name. On PostgreSQL a
    server's loop has one of its own; SQLite lets one write at a time, and its disk is waited for.
    """
    connection = connections[DEFAULT_DB_ALIAS] if ours is None else ours
    if looping.is_guest() and connection.vendor != "sqlite":
        return looping.kept(LoopWriter, lambda: LoopWriter(connector(connection)))
    settings = connection.settings_dict
    key = (os.getpid(), settings["HOST"], settings["NAME"])
    found = _writers.get(key)
    if found is None or not found.alive:
        with _lock:
            found = _writers.get(key)
            if found is None or not found.alive:
                found = _writers[key] = Writer(connector(connection))
    return found


def stop() -> None:
    """Stop every writer of this process; the next `submit` starts one again."""
    with _lock:
        for key, running in list(_writers.items()):
            if key[0] == os.getpid() and running.alive:
                running.stop()
            del _writers[key]
