"""The clock: both clock changes of Europe/Paris, business dates, travelling."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel import clock

HOUR_MS = 3_600_000
SPRING, AUTUMN = date(2023, 3, 26), date(2023, 10, 29)


@pytest.fixture(autouse=True)
def _at_home() -> Iterator[None]:
    """Each test starts in the machine's time and in Paris, and leaves both as they were."""
    zone = clock.zone().key
    clock.set_zone("Europe/Paris")
    with clock.travelled(clock.now_ms()):
        clock.travel(None)
        yield
    clock.set_zone(zone)


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * 1000


def test_a_day_has_23_hours_in_spring_and_25_in_autumn() -> None:
    for day, hours in ((SPRING, 23), (AUTUMN, 25), (date(2023, 6, 1), 24)):
        lasts = clock.instant(day + timedelta(1)) - clock.instant(day)
        assert lasts == hours * HOUR_MS


def test_the_hour_that_does_not_exist_and_the_hour_that_comes_twice() -> None:
    assert clock.instant(SPRING, 2, 30) == utc(2023, 3, 26, 1, 30)
    assert clock.local(clock.instant(SPRING, 2, 30)).hour == 3
    assert clock.instant(AUTUMN, 2, 30) == utc(2023, 10, 29, 0, 30)
    again = clock.local(clock.instant(AUTUMN, 2, 30) + HOUR_MS)
    assert (again.hour, again.minute, again.fold) == (2, 30, 1)


@given(st.dates(date(1990, 1, 1), date(2050, 12, 31)))
def test_a_business_day_begins_and_ends_at_midnight(day: date) -> None:
    first = clock.instant(day)
    assert clock.day_of(first) == day
    assert clock.day_of(first - 1) == day - timedelta(1)
    assert clock.day_of(clock.instant(day + timedelta(1)) - 1) == day


def test_the_business_date_is_that_of_the_caisse_not_of_greenwich() -> None:
    late = utc(2023, 6, 30, 22, 30)
    assert clock.day_of(late) == date(2023, 7, 1)
    clock.set_zone("Pacific/Marquesas")
    assert clock.day_of(late) == date(2023, 6, 30)


@given(st.integers(0, 4_102_444_800_000))
def test_instants_keep_their_milliseconds(ms: int) -> None:
    assert int(clock.at(ms).timestamp() * 1000 + 0.5) == ms
    assert clock.local(ms) == clock.at(ms)


def test_a_travelled_clock_stands_and_comes_back() -> None:
    assert not clock.travelling()
    with clock.travelled(clock.instant(date(2024, 2, 29), 23, 59, 59)):
        assert (clock.travelling(), clock.today()) == (True, date(2024, 2, 29))
        assert clock.now_ms() == clock.now_ms()
        with clock.travelled(clock.now_ms() + 1000):
            assert clock.today() == date(2024, 3, 1)
        assert clock.today() == date(2024, 2, 29)
    assert not clock.travelling()
    assert abs(clock.now_ms() - time.time() * 1000) < 5_000


def test_a_travelled_clock_may_run() -> None:
    start = clock.instant(date(2024, 2, 1), 9)
    clock.travel(start, runs=True)
    deadline = time.monotonic() + 5
    while clock.now_ms() == start and time.monotonic() < deadline:
        time.sleep(0.002)
    assert start < clock.now_ms() < start + 10_000
    assert clock.now().tzinfo is UTC


def test_every_thread_travels_together() -> None:
    seen: list[int] = []
    with clock.travelled(123_456):
        thread = threading.Thread(target=lambda: seen.append(clock.now_ms()))
        thread.start()
        thread.join()
    assert seen == [123_456]
