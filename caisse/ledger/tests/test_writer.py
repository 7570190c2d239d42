"""The writer when the database fails: at COMMIT before or after, for a while, for ever."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from django.db import connection, transaction

from caisse.ledger import operations as ledger
from caisse.ledger import writer as writers
from caisse.ledger.rules import Outcome, Transfer
from caisse.ledger.tests.books import (
    START,
    balances,
    found,
    pay,
    recount,
    rows,
    submit,
    waiting,
)
from caisse.ledger.writer import loop

pytestmark = pytest.mark.django_db(transaction=True)
ROOM: Any = writers  # what is put in place of its parts is not of their types
REAL = ROOM.connector
DONE = ("posted", "exists")


class Disk(Exception):
    """What a database says when its COMMIT fails."""


class Faults:
    """The writer's connections, each COMMIT of which goes as the plan says: a word a turn.

    `after`: done, but the answer is lost. `before`: undone, and it fails. `connect`: it cannot be
    opened. `killed`: somebody ends the session just before COMMIT. `aborted`: the transaction has
    failed, and COMMIT rolls back without a word. Anything else: it works.
    """

    def __init__(self) -> None:
        self.plan: list[str] = []
        self.opened = self.touched = self.committed = 0

    def connector(self, django: Any) -> Callable[[], Any]:
        """In place of the driver's own."""
        real = REAL(django)

        def connect() -> "Faulty":
            if self.plan and self.plan[0] == "connect":
                self.plan.pop(0)
                raise Disk("unable to open")
            self.opened += 1
            return Faulty(self, real())

        return connect


class Faulty:
    """One connection of the writer with the faults of the plan."""

    def __init__(self, faults: Faults, real: Any) -> None:
        self.faults, self.real = faults, real

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """The real transaction, and the fault around its COMMIT."""
        word = self.faults.plan.pop(0) if self.faults.plan else ""
        with self.real.transaction() as door:
            yield _Counted(door, self.faults)
            if word == "before":
                raise Disk("disk I/O error")
            if word == "killed":
                self._kill()
            if word == "aborted" and connection.vendor == "postgresql":
                self.real.raw.pgconn.exec_(b"SELECT 1 / 0")
        self.faults.committed += 1
        if word == "after":
            raise Disk("disk I/O error")

    def _kill(self) -> None:
        if connection.vendor == "sqlite":
            self.real.raw.execute("ROLLBACK")  # as after a failed write: COMMIT finds nothing open
        else:
            other: Any = REAL(connection)()
            other.raw.execute("SELECT pg_terminate_backend(%s)", [self.real.raw.info.backend_pid])
            other.close()

    def close(self) -> None:
        """The real one."""
        self.real.close()


class _Counted:
    """A door that counts how often it is asked to write something for nothing."""

    def __init__(self, door: Any, faults: Faults) -> None:
        self._door, self._faults = door, faults

    def touch(self) -> None:
        self._faults.touched += 1
        self._door.touch()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._door, name)


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """The writer of this test goes through them; none are planned yet."""
    planned = Faults()
    ledger.stop()
    monkeypatch.setattr(writers, "connector", planned.connector)
    monkeypatch.setattr(loop, "PAUSES_S", (0.0, 0.0, 0.001, 0.001, 0.001))
    yield planned
    ledger.stop()


def is_posted(payment: Transfer) -> bool:
    id_ = payment.id if connection.vendor == "sqlite" else payment.id.hex()
    return rows("SELECT COUNT(*) FROM ledger_transfer WHERE id = %s", id_) == [(1,)]


@pytest.mark.parametrize("word", ["after", "before", "connect", "killed", "aborted"])
def test_a_commit_that_fails_once_is_settled_by_the_next(faults: Faults, word: str) -> None:
    found()
    payment = pay()
    assert (submit(pay(2)), faults.opened) == ("posted", 1)
    faults.plan = ["before", "connect"] if word == "connect" else [word]
    (first,) = ledger.submit([payment])
    assert faults.opened == 1 + (word != "aborted" or connection.vendor == "postgresql")
    assert first.answer == ("exists" if word == "after" else "posted")
    assert is_posted(payment)
    (again,) = ledger.submit([payment])
    assert again == first._replace(answer="exists")
    assert (first.debit_after, recount()) == (START - 10_00, [])


@pytest.mark.parametrize("word", ["after", "before", "killed"])
def test_a_refusal_is_told_only_by_a_commit_that_succeeded(faults: Faults, word: str) -> None:
    found()
    faults.plan = [word] * 2
    assert submit(pay(cents=START + 1)) == "insufficient"
    assert (faults.plan, faults.committed > 0) == ([], True)


@pytest.mark.parametrize("word", ["after", "before", "connect", "killed"])
def test_what_cannot_be_settled_is_uncertain_and_never_refused(faults: Faults, word: str) -> None:
    found()
    chain = [pay(), pay(2)]
    faults.plan = [word] * 100
    outcomes = ledger.submit(chain)
    assert outcomes == [Outcome("uncertain", t.id) for t in chain]
    assert [is_posted(t) for t in chain] == [word == "after"] * 2
    faults.plan = []
    assert submit(*chain) == ("exists exists" if word == "after" else "posted posted")
    assert (balances()["wallet:1"], recount()) == ((START - 10_00, 0), [])


def test_only_a_commit_that_wrote_something_settles_a_doubt(faults: Faults) -> None:
    """A look-up may see what never reached the disk (lesson 1 of the design)."""
    found()
    payment = pay()
    faults.plan = ["after"]
    assert submit(payment) == "exists"
    assert faults.touched == 1
    assert submit(payment) == "exists"
    assert faults.touched == 1
    faults.plan = ["", *["after"] * 10]
    assert submit(payment) == "exists"
    assert submit(payment) == "uncertain"
    faults.plan = []
    touched = faults.touched
    assert submit(payment) == "exists"
    assert faults.touched == touched + 1


def test_one_bad_chain_does_not_make_the_others_uncertain(
    faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that fails again and again is tried chain by chain."""
    found()
    bad, good = pay(1, cents=666), [pay(n % 4 + 1) for n in range(6)]
    plain = cast(Any, loop).judge

    def judge(book: Any, chains: Any) -> Any:
        if any(t.cents == 666 for chain in chains for t in chain):
            raise Disk("what no test foresaw")
        return plain(book, chains)

    monkeypatch.setattr(loop, "judge", judge)
    assert _together([[bad], *[[t] for t in good]]) == ["uncertain"] + ["posted"] * 6
    assert (is_posted(bad), recount()) == (False, [])


def _together(chains: list[list[Transfer]]) -> list[str]:
    """The answers of chains that arrive while the writer is busy, so that they make one batch."""
    told: dict[int, str] = {}
    all_told = threading.Semaphore(0)
    busy, gate = threading.Event(), threading.Event()

    def hold_up(_: list[Outcome]) -> None:
        busy.set()
        gate.wait(10)

    def keep(n: int, outcomes: list[Outcome]) -> None:
        told[n] = outcomes[0].answer
        all_told.release()

    ledger.submit_later([pay(cents=1)], hold_up)
    assert busy.wait(10)
    for n, chain in enumerate(chains):
        ledger.submit_later(chain, lambda outcomes, n=n: keep(n, outcomes))  # type: ignore[misc]
    gate.set()
    for _ in chains:
        assert all_told.acquire(timeout=30)
    return [told[n] for n in range(len(chains))]


@pytest.mark.parametrize("seed", range(4))
def test_any_faults_in_any_order_lose_and_double_nothing(faults: Faults, seed: int) -> None:
    found()
    chance = random.Random(seed)
    words = ["", "", "", "after", "before", "connect", "killed"]
    faults.plan = [chance.choice(words) for _ in range(300)]
    asked = [
        [pay(chance.randint(1, 4), cents=chance.choice([1, 400_00])) for _ in range(n % 3 + 1)]
        for n in range(30)
    ]
    answers: dict[int, list[str]] = {}
    for n in [*range(30), *chance.sample(range(30), 10)]:
        for _ in range(20):
            told = [outcome.answer for outcome in ledger.submit(asked[n])]
            if "uncertain" not in told:
                break
        before = answers.setdefault(n, told)
        assert (before[0] in DONE) <= (told[0] in DONE), "what was posted stays posted"
        answers[n] = told
        assert [is_posted(t) for t in asked[n]] == [answer in DONE for answer in told]
    assert recount() == []


def test_stopping_answers_those_who_wait() -> None:
    found()
    told: list[str] = []
    for n in range(30):
        ledger.submit_later([pay(n % 4 + 1)], lambda outcomes: told.append(outcomes[0].answer))
    ledger.stop()
    assert told == ["posted"] * 30
    assert submit(pay()) == "posted"


def test_a_batch_is_bounded_and_a_chain_never_split(faults: Faults) -> None:
    found(range(1, 5), [1])
    long = [pay(n % 4 + 1, cents=1) for n in range(loop.MOST_TRANSFERS + 30)]
    before = faults.committed
    assert _together([[pay(cents=1)], long, [pay(cents=1)]]) == ["posted"] * 3
    assert faults.committed - before == 3  # the one that kept it busy, the full batch, the rest
    chains = rows("SELECT COUNT(*) FROM ledger_transfer WHERE chain IS NOT NULL AND method IS NULL")
    assert chains[0][0] >= len(long)
    assert recount() == []


def test_a_child_process_gets_a_writer_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads do not survive a fork."""
    found()
    assert submit(pay()) == "posted"
    here = writers.writer()
    with monkeypatch.context() as fork:
        fork.setattr(os, "getpid", lambda: -1)
        there = writers.writer()
        assert isinstance(there, writers.Writer) and there is not here
        assert submit(pay()) == "posted"
        there.stop()
    assert isinstance(here, writers.Writer) and here.alive and writers.writer() is here


def test_a_writer_that_died_is_replaced() -> None:
    found()
    first = writers.writer()
    assert isinstance(first, writers.Writer)
    first.stop()
    assert submit(pay()) == "posted"
    assert writers.writer() is not first


def test_a_session_ended_while_it_waits_for_a_lock_is_opened_again() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no sessions")
    found()
    assert submit(pay()) == "posted"
    answers: list[str] = []
    payer = threading.Thread(target=lambda: answers.append(submit(pay())))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM ledger_account WHERE code = 'wallet:1' FOR UPDATE")
        payer.start()
        ended: set[int] = set()
        over = time.monotonic() + 20
        while len(ended) < 2:
            assert time.monotonic() < over, "the writer did not come back to wait"
            for session in set(waiting()) - ended:
                cursor.execute("SELECT pg_terminate_backend(%s)", [session])
                ended.add(session)
    payer.join(40)
    assert (answers, recount()) == (["posted"], [])


def test_a_session_ended_while_nothing_happens_is_opened_again() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no sessions")
    found()
    assert submit(pay()) == "posted"
    raw: Any = writers.writer()._connection
    assert rows("SELECT pg_terminate_backend(%s)", raw.raw.info.backend_pid) == [(True,)]
    assert submit(pay()) == "posted"
    assert recount() == []
