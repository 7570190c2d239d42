"""A costly value: counted once per state of the books; a slow one makes nobody wait twice."""

import threading
from typing import NamedTuple

from caisse.site.keeping import Kept


class Key(NamedTuple):
    """One state of the books of one caisse on one day."""

    founding: str
    at: int
    seq: int


def wait_for(kept: Kept[str], key: Key, wanted: str) -> None:
    for thread in threading.enumerate():
        if thread.name == "figures":
            thread.join(60)
    assert kept.of(key, lambda: "too late") == wanted


def test_the_same_key_is_counted_once() -> None:
    kept: Kept[str] = Kept(slow_s=1.0, fresh_s=60.0)
    counted: list[int] = []

    def count() -> str:
        counted.append(1)
        return "one"

    for _ in range(3):
        assert kept.of(Key("a", 1, 1), count) == "one"
    assert len(counted) == 1


def test_a_quick_value_is_always_the_right_one() -> None:
    kept: Kept[str] = Kept(slow_s=1.0, fresh_s=60.0)
    for number in range(5):
        assert kept.of(Key("a", 1, number), lambda n=number: f"v{n}") == f"v{number}"  # type: ignore[misc]


def test_a_slow_value_is_shown_while_it_is_counted_anew_once() -> None:
    kept: Kept[str] = Kept(slow_s=0.0, fresh_s=60.0)
    assert kept.of(Key("a", 1, 1), lambda: "old") == "old"
    counted, may_go = [], threading.Event()

    def slowly() -> str:
        counted.append(1)
        may_go.wait(5)
        return "new"

    for _ in range(4):
        assert kept.of(Key("a", 1, 2), slowly) == "old"
    may_go.set()
    wait_for(kept, Key("a", 1, 2), "new")
    assert len(counted) == 1


def test_another_caisse_or_another_day_never_gets_it() -> None:
    kept: Kept[str] = Kept(slow_s=0.0, fresh_s=60.0)
    kept.of(Key("a", 1, 1), lambda: "old")
    assert kept.of(Key("b", 1, 1), lambda: "other") == "other"
    assert kept.of(Key("b", 2, 1), lambda: "later") == "later"


def test_an_old_value_is_not_shown() -> None:
    kept: Kept[str] = Kept(slow_s=0.0, fresh_s=0.0)
    kept.of(Key("a", 1, 1), lambda: "old")
    assert kept.of(Key("a", 1, 2), lambda: "new") == "new"


def test_what_cannot_be_counted_leaves_the_value_of_before() -> None:
    kept: Kept[str] = Kept(slow_s=0.0, fresh_s=60.0)
    kept.of(Key("a", 1, 1), lambda: "old")

    def fail() -> str:
        raise ValueError

    assert kept.of(Key("a", 1, 2), fail) == "old"
    assert kept.of(Key("a", 1, 1), fail) == "old"
