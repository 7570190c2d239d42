"""When wrong codes come in numbers, identifiers are taken at usual places only (payments.md 2.2).

In memory, each process for itself, counted by minutes: it is a brake on a flood, and no part of
the bound.
"""

import threading
import time
from collections import deque

MINUTE_NS, MINUTES = 60 * 10**9, 60
LEAST_WRONG, EXPECTED = 20, 10  # beyond max(20, 10 times the usual typing errors)
ERRORS_BP = 200  # typing errors in 10,000 right entries


class Brake:
    """Wrong codes of the last hour in this process; too many, and strangers' tries stop for one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: deque[list[int]] = deque()  # of the last hour: number, wrong, right
        self._seen = [0, 0]  # wrong, right
        self._strict_until = 0
        self._began = False

    def saw(self, *, right: bool) -> None:
        """Count one entry."""
        now = time.monotonic_ns()
        minute = now // MINUTE_NS
        with self._lock:
            if not self._minutes or self._minutes[-1][0] != minute:
                self._minutes.append([minute, 0, 0])
            self._minutes[-1][1 + right] += 1
            self._seen[right] += 1
            while self._minutes[0][0] <= minute - MINUTES:
                _minute, wrong, rights = self._minutes.popleft()
                self._seen[0] -= wrong
                self._seen[1] -= rights
            usual = EXPECTED * self._seen[1] * ERRORS_BP // 10_000
            if self._seen[0] > max(LEAST_WRONG, usual):
                self._began = self._began or now >= self._strict_until
                self._strict_until = now + MINUTES * MINUTE_NS

    @property
    def strict(self) -> bool:
        """Whether identifiers are taken at usual places only."""
        return time.monotonic_ns() < self._strict_until

    @property
    def began(self) -> bool:
        """Whether it took hold, and nobody was told of it yet."""
        return self._began

    def told(self) -> None:
        """Somebody was told."""
        self._began = False

    def release(self) -> None:
        """Begin anew."""
        with self._lock:
            self._minutes.clear()
            self._seen = [0, 0]
            self._strict_until = 0
            self._began = False


BRAKE = Brake()
