"""A value that is costly to count, kept while its key stays the same (own room: pages share it)."""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from django.db import connections

log = logging.getLogger("caisse.site")
V = TypeVar("V")


class Key(Protocol):
    """What a value is kept under: `founding` tells one caisse from another, `at` the day told."""

    @property
    def founding(self) -> Hashable: ...
    @property
    def at(self) -> Hashable: ...


class Kept(Generic[V]):
    """The last value counted, of one caisse and one day.

    Another key means that the books have changed: it is counted anew. A value that took longer than
    `slow_s` to count, and is younger than `fresh_s`, is given all the same while a thread counts.
    """

    def __init__(self, *, slow_s: float, fresh_s: float) -> None:
        self._slow_s, self._fresh_s = slow_s, fresh_s
        self._lock = threading.Lock()
        self._key: Key | None = None
        self._value: V | None = None
        self._took_s, self._counted_at = 0.0, 0.0
        self._counting = False

    def of(self, key: Key, count: Callable[[], V]) -> V:
        """The value under `key`, counted now unless a young one of a slow caisse will do."""
        value = self._value
        if value is not None and self._key == key:
            return value
        if value is not None and self._will_do(key):
            self._count_apart(key, count)
            return value
        return self._count(key, count)

    def forget(self) -> None:
        """Count anew at the next question."""
        with self._lock:
            self._key = self._value = None

    def _will_do(self, key: Key) -> bool:
        same = self._key is not None and (self._key.founding, self._key.at) == (
            key.founding,
            key.at,
        )
        young = time.monotonic() - self._counted_at < self._fresh_s
        return same and young and self._took_s > self._slow_s

    def _count(self, key: Key, count: Callable[[], V]) -> V:
        begun = time.monotonic()
        value = count()
        with self._lock:
            self._key, self._value = key, value
            self._counted_at = time.monotonic()
            self._took_s = self._counted_at - begun
        return value

    def _count_apart(self, key: Key, count: Callable[[], V]) -> None:
        """Count in a thread of its own, one at a time."""
        with self._lock:
            if self._counting:
                return
            self._counting = True

        def run() -> None:
            try:
                self._count(key, count)
            except Exception:  # the value of before stays; the next reader counts
                log.exception("figures could not be counted")
            finally:
                self._counting = False
                connections.close_all()

        threading.Thread(target=run, name="figures", daemon=True).start()
