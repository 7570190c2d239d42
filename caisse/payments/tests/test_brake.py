"""The brake on floods of wrong codes: what it counts, what it forgets, how little it keeps."""

from typing import Any

import pytest

from caisse.payments.operations import brake
from caisse.payments.operations.brake import Brake


class Time:
    """The monotonic clock, moved by hand."""

    minutes = 1_000.0

    def monotonic_ns(self) -> int:
        return int(self.minutes * 60 * 10**9)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Time:
    moved: Any = Time()
    monkeypatch.setattr(brake, "time", moved)
    return moved


def saw(counted: Brake, number: int, *, right: bool = False) -> None:
    for _ in range(number):
        counted.saw(right=right)


def test_twenty_wrong_codes_are_usual_and_one_more_is_not(now: Time) -> None:
    counted = Brake()
    saw(counted, 20)
    assert not counted.strict
    saw(counted, 1)
    assert counted.strict
    now.minutes += 59.9
    assert counted.strict
    now.minutes += 0.2
    assert not counted.strict


def test_many_right_codes_make_more_wrong_ones_usual(now: Time) -> None:
    counted = Brake()
    saw(counted, 1_000, right=True)
    saw(counted, 200)
    assert not counted.strict
    saw(counted, 1)
    assert counted.strict


def test_what_is_older_than_an_hour_is_forgotten(now: Time) -> None:
    counted = Brake()
    saw(counted, 1_000, right=True)
    saw(counted, 20)
    now.minutes += 60
    saw(counted, 20)
    assert not counted.strict
    saw(counted, 1)
    assert counted.strict, "the right ones of before count no more"


def test_it_keeps_an_hour_of_numbers_however_many_pay(now: Time) -> None:
    counted = Brake()
    for _ in range(200):
        saw(counted, 50, right=True)
        now.minutes += 1
    assert len(counted._minutes) <= 60
    assert counted._seen == [0, 60 * 50]
