"""The kill matrix: every operation, killed after every statement, started again, ends the same.

By default the kill is an exception that nothing catches, in this process, and the connection is
dropped; at ten drawn points, and at all of them with --long, it is SIGKILL in a child. "The same" is
the dump of all tables: whoever was killed leaves nothing behind, and nothing is done twice.
"""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import connection, connections

from caisse.accounting import checks
from caisse.kernel import clock
from caisse.kernel.refusal import Refusal
from conftest import LONG
from tests.crash.acts import ACTS, Act, small_chunks
from tests.crash.copies import Shelf, drop_connection, shelf, wind_sequences_back
from tests.crash.dumping import Dump, differences, dump
from tests.crash.killing import Killed, counted, kill_process

__all__ = ["shelf"]

SEED = int(os.environ.get("CAISSE_SEED", "20230205"))
SAMPLE = 2  # points of one operation on PostgreSQL, where each copy of a database costs time
CHILDREN = 10


@dataclass(frozen=True, slots=True)
class Built:
    """The caisse before an act, where its clock stands, and what comes of it undisturbed."""

    act: Act
    name: str
    at: int
    statements: tuple[str, ...]
    whole: Dump


class Yard:
    """Builds the caisse of each act at its first use, and gives copies of it."""

    def __init__(self, shelf: Shelf) -> None:  # noqa: F811
        self.shelf = shelf
        self.built: dict[str, Built] = {}

    def of(self, word: str) -> Built:
        """The caisse of the act `word`."""
        if word not in self.built:
            self.built[word] = self._build(word)
        return self.built[word]

    @contextmanager
    def copy(self, name: str, at: int) -> Iterator[None]:
        """Inside the block this process is in a fresh copy of `name`, the clock standing at `at`."""
        trial = self.shelf.copy(name, "trial")
        with small_chunks(), self.shelf.on(trial):
            clock.travel(at)
            yield
        self.shelf.drop(trial)

    def _build(self, word: str) -> Built:
        act = ACTS[word]
        name = self.shelf.copy(self.shelf.empty, f"before_{word}")
        with small_chunks(), self.shelf.on(name):
            act.prepare()
            at = clock.now_ms()
        with self.copy(name, at):
            wind_sequences_back()
            with counted() as count:
                act.do()
            whole = dump()
            assert red() == act.red
        return Built(act, name, at, tuple(count.texts), whole)


@pytest.fixture(scope="module")
def yard(shelf: Shelf) -> Yard:  # noqa: F811
    return Yard(shelf)


def red() -> set[str]:
    """The lines of the check that fail."""
    return {line.code for line in checks.run() if not line.ok}


def points(count: int, draw: random.Random) -> list[int]:
    """After which statements to kill: all of them, or a few where that would take long."""
    every = list(range(1, count + 1))
    if LONG or connection.vendor == "sqlite":
        return every
    return sorted(draw.sample(every, min(SAMPLE, count)))


def again(act: Act) -> None:
    """Start the act again; done already, it may say so."""
    try:
        act.do()
    except Refusal as refusal:
        assert refusal.reason in act.over, refusal.sentence


def same(built: Built, last: int) -> None:
    """The caisse of this process is as if nobody had been killed after the statement `last`."""
    found = differences(built.whole, dump())
    where = f"killed after statement {last}, {built.statements[last - 1]!r} (seed {SEED})"
    assert not found, "\n".join([where, *found[:20]])
    assert red() == built.act.red, where


@pytest.mark.parametrize("word", ACTS)
def test_killed_after_any_statement_and_started_again_it_ends_the_same(
    word: str, yard: Yard
) -> None:
    built = yard.of(word)
    assert "COMMIT" in built.statements
    left: list[Dump] = []
    for last in points(len(built.statements), random.Random(f"{SEED} {word}")):
        with yard.copy(built.name, built.at):
            with pytest.raises(Killed), counted(last):
                built.act.do()
            drop_connection()
            # Kills that leave the same database behind go on alike: each database once, or LONG.
            left.append(dump())
            if LONG or left[-1] not in left[:-1]:
                again(built.act)
                same(built, last)
    print(word, len(built.statements), len({str(d) for d in left}))


def test_killed_by_the_system_at_drawn_points_it_ends_the_same(yard: Yard) -> None:
    draw = random.Random(f"{SEED} children")
    every = [(word, last) for word in ACTS for last in range(1, len(yard.of(word).statements) + 1)]
    for word, last in every if LONG else draw.sample(every, CHILDREN):
        built = yard.of(word)
        with yard.copy(built.name, built.at):
            assert child_killed(built.act, last) == signal.SIGKILL, (word, last)
            wind_sequences_back()
            again(built.act)
            same(built, last)


def child_killed(act: Act, last: int) -> int:
    """Do the act in a child that dies after its statement `last`; the signal that ended it."""
    connections["default"].close()  # a child may not use what its parent is connected with
    child = os.fork()
    if child == 0:
        try:
            with counted(last, kill_process):
                act.do()
        finally:
            os._exit(0)  # not killed: the parent will say so
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status)
