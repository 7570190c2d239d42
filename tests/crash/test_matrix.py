"""The kill matrix: every operation, killed after every statement, started again, ends the same.

By default the kill is an exception that nothing catches, in this process, and the connection is
dropped; at ten drawn points, and at all of them with --long, it is SIGKILL in a child. "The same"
is the dump of all tables: whoever was killed leaves nothing behind, and nothing is done twice.
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
from caisse.month.tests import ground
from conftest import LONG
from tests.crash.acts import ACTS, Act, small_chunks
from tests.crash.copies import Shelf, drop_connection, wind_sequences_back
from tests.crash.dumping import Dump, differences, dump
from tests.crash.killing import Killed, counted, kill_process

SEED = int(os.environ.get("CAISSE_SEED", "20230205"))
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

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.built: dict[str, Built] = {}

    def of(self, word: str) -> Built:
        """The caisse of the act `word`."""
        if word not in self.built:
            self.built[word] = self._build(word)
        return self.built[word]

    @contextmanager
    def copy(self, name: str, at: int) -> Iterator[None]:
        """Inside the block this process is in a fresh copy of `name`, the clock stands at `at`."""
        trial = self.shelf.copy(name, "trial")
        with small_chunks(), self.shelf.on(trial):
            clock.travel(at)
            wind_sequences_back()
            yield
        self.shelf.drop(trial)

    def _build(self, word: str) -> Built:
        act = ACTS[word]
        name = self.shelf.copy(self.shelf.empty, f"before_{word}")
        with small_chunks(), self.shelf.on(name):
            act.prepare()
            at = clock.now_ms()
        with self.copy(name, at):
            with counted() as count:
                act.do()
            whole = dump()
            assert red() == act.red
        return Built(act, name, at, tuple(count.texts), whole)


@pytest.fixture(scope="module")
def yard(shelf: Shelf) -> Yard:
    return Yard(shelf)


def red() -> set[str]:
    """The lines of the check that fail."""
    return {line.code for line in checks.run() if not line.ok}


def points(built: Built, draw: random.Random) -> list[int]:
    """After which statements to kill: after each; or, where a copy of a database costs time, after
    one of all and one COMMIT, drawn."""
    every = range(1, len(built.statements) + 1)
    if LONG or connection.vendor == "sqlite":
        return list(every)
    commits = [n for n in every if built.statements[n - 1] == "COMMIT"]
    return sorted({draw.choice(every), draw.choice(commits)})


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


def killed(yard: Yard, built: Built, last: int, left: list[Dump]) -> None:
    """Kill the act after its statement `last`, look at what is left, go on.

    Kills that leave the same database behind go on alike: each one once, or with --long always.
    """
    with yard.copy(built.name, built.at):
        with pytest.raises(Killed), counted(last):
            built.act.do()
        drop_connection()
        wind_sequences_back()
        found = dump()
        if LONG or found not in left:
            left.append(found)
            again(built.act)
            same(built, last)


@pytest.mark.parametrize("word", ACTS)
def test_killed_after_any_statement_and_started_again_it_ends_the_same(
    word: str, yard: Yard
) -> None:
    built = yard.of(word)
    assert "COMMIT" in built.statements
    left: list[Dump] = []
    for last in points(built, random.Random(f"{SEED} {word}")):
        killed(yard, built, last, left)


def test_an_operation_that_is_not_repeatable_is_found_out(yard: Yard) -> None:
    """The matrix can fail: an event of chance, and money under its name, is money twice."""

    def careless() -> None:
        ground.give(10_00)
        ground.give(5_00)

    ACTS["careless"] = Act(ground.found, careless)
    try:
        built = yard.of("careless")
        first = built.statements.index("COMMIT") + 1
        killed(yard, built, first - 1, [])  # nothing was there yet
        with pytest.raises(AssertionError, match=f"killed after statement {first}, 'COMMIT'"):
            killed(yard, built, first, [])
    finally:
        del ACTS["careless"]


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
