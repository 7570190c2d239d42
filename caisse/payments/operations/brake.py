"""When wrong codes come in numbers, identifiers are taken at usual places only (payments.md 2.2).

In memory, each process for itself: it is a brake on a flood, and no part of the bound.
"""

import threading
import time
from collections import deque

HOUR_NS = 3600 * 10**9
LEAST_WRONG, EXPECTED = 20, 10  # beyond max(20, 10 times the usual typing errors)
ERRORS_BP = 200  # typing errors in 10,000 right entries


class Brake:
    """Wrong codes of the last hour in this process; too many, and strangers' tries stop for one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._right: deque[int] = deque()
        self._wrong: deque[int] = deque()
        self._strict_until = 0

    def saw(self, *, right: bool) -> None:
        """Count one entry."""
        now = time.monotonic_ns()
        with self._lock:
            (self._right if right else self._wrong).append(now)
            for seen in (self._right, self._wrong):
                while seen and seen[0] < now - HOUR_NS:
                    seen.popleft()
            usual = EXPECTED * len(self._right) * ERRORS_BP // 10_000
            if len(self._wrong) > max(LEAST_WRONG, usual):
                self._strict_until = now + HOUR_NS

    @property
    def strict(self) -> bool:
        """Whether identifiers are taken at usual places only."""
        return time.monotonic_ns() < self._strict_until

    def release(self) -> None:
        """Begin anew."""
        with self._lock:
            self._right.clear()
            self._wrong.clear()
            self._strict_until = 0


BRAKE = Brake()
