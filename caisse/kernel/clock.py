"""The time of money, months, timetable and pages. Nothing else asks the machine for the time.

A caisse founded by the demo, and the tests, travel: an instant stands still or runs from where it
was put. Time-outs and sleeping use `time.monotonic`; sessions and log-ins use the real clock.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
QUARTER_MS = 900_000
# What a calendar shows in any zone, from the year 2 to 9999: an instant may be what a device said.
FIRST_MS, LAST_MS = -62_104_060_800_000, 253_402_128_000_000


@dataclass(frozen=True, slots=True)
class _Travel:
    """`ms` is the instant reached; it runs from `since` (monotonic seconds), or stands if None."""

    ms: int
    since: float | None


_state: dict[str, _Travel | None] = {"travel": None}
_zone: dict[str, ZoneInfo] = {"zone": ZoneInfo("Europe/Paris")}
_lock = threading.Lock()


def now_ms() -> int:
    """Milliseconds since 1970 in UTC."""
    travel = _state["travel"]
    if travel is None:
        return time.time_ns() // 1_000_000
    if travel.since is None:
        return travel.ms
    return travel.ms + int((time.monotonic() - travel.since) * 1000)


def now() -> datetime:
    """The instant, aware, in UTC."""
    return at(now_ms())


def today() -> date:
    """The business date: today in the caisse's time zone."""
    return day_of(now_ms())


def zone() -> ZoneInfo:
    """The caisse's time zone."""
    return _zone["zone"]


def set_zone(name: str) -> None:
    """Set the caisse's time zone; settings do it once at start."""
    _zone["zone"] = ZoneInfo(name)


def at(ms: int) -> datetime:
    """The aware UTC instant of `ms`; the last that can be shown for what lies beyond."""
    seconds, rest = divmod(min(max(ms, FIRST_MS), LAST_MS), 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def local(ms: int) -> datetime:
    """The instant `ms` in the caisse's time zone."""
    return at(ms).astimezone(zone())


def day_of(ms: int) -> date:
    """The business date that holds the instant `ms`."""
    return _day(ms // QUARTER_MS, zone()) if ms >= 0 else local(ms).date()


@lru_cache(maxsize=512)
def _day(quarter: int, zone: ZoneInfo) -> date:
    """By quarters of an hour: since 1970 no day begins between two of them."""
    return at(quarter * QUARTER_MS).astimezone(zone).date()


def instant(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """Milliseconds of `day` at `hour:minute` in the caisse's time zone (the first, in autumn)."""
    local_time = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone())
    return int(local_time.timestamp()) * 1000


def travelling() -> bool:
    """True when the time is not the machine's."""
    return _state["travel"] is not None


def travel(ms: int | None, *, runs: bool = False) -> None:
    """Put the clock at `ms`, standing or running from there; None comes back to the machine's time.

    Only tests and a caisse founded by the demo call it.
    """
    with _lock:
        since = time.monotonic() if runs else None
        _state["travel"] = None if ms is None else _Travel(ms, since)


@contextmanager
def travelled(ms: int) -> Iterator[None]:
    """Stand at `ms` inside the block, then be where one was."""
    before = _state["travel"]
    travel(ms)
    try:
        yield
    finally:
        _state["travel"] = before
