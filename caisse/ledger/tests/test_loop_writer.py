"""The writer of a server's loop: what it is told, when it fails, beside the thread's."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from caisse.kernel import looping
from caisse.kernel.tests.looped import run
from caisse.ledger import writer
from caisse.ledger.rules import Outcome, Transfer
from caisse.ledger.tests.books import balances, found, pay, recount, submit
from caisse.ledger.writer import loop
from caisse.ledger.writer.driver import connector
from caisse.ledger.writer.loop import LoopWriter

pytestmark = pytest.mark.django_db(transaction=True)


def handed(chains: Sequence[Transfer], connect: Callable[[], Any] | None = None) -> list[str]:
    """The answers to chains of one transfer each, handed to a writer of a loop in one piece."""

    async def hand() -> list[str]:
        mine = LoopWriter(connect or connector(connection))
        left, told = asyncio.Event(), dict[bytes, str]()

        def done(outcomes: list[Outcome]) -> None:
            told[outcomes[0].id] = outcomes[0].answer
            if len(told) == len({one.id for one in chains}):
                left.set()

        mine.enqueue([([one], done) for one in chains])
        await asyncio.wait_for(left.wait(), 60)
        mine.close()
        return [told[one.id] for one in chains]

    return run(hand())


def test_it_posts_what_it_is_handed_and_knows_it_again() -> None:
    found()
    before = balances()
    chains = [pay(cents=n) for n in range(1, 41)]
    assert handed(chains) == ["posted"] * 40
    assert handed(chains) == ["exists"] * 40
    assert balances() != before and not recount()
    assert submit(pay()) == "posted", "the thread's writer goes on beside it"


def test_a_commit_that_fails_is_done_again_and_nobody_is_told_before() -> None:
    found()
    fails = ["before", "before"]

    def connect() -> Any:
        real: Any = connector(connection)()
        if fails:
            fails.pop()
            real.transaction = broken
        return real

    def broken() -> Any:
        raise OSError("the disk is full")

    one = pay()
    assert handed([one], connect) == ["posted"] and not fails
    assert handed([one]) == ["exists"]


def test_what_never_commits_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    found()
    monkeypatch.setattr(loop, "PAUSES_S", (0.0, 0.001, 0.001))

    def connect() -> Any:
        raise OSError("no such server")

    assert handed([pay(), pay()], connect) == ["uncertain", "uncertain"]


def test_only_a_loop_on_postgresql_has_one_of_its_own() -> None:
    """SQLite's disk is waited for by a thread: the loop would stand still meanwhile."""
    found()

    async def kind() -> type:
        mine = await looping.run(writer.writer)
        looping.leave()
        return type(mine)

    own = connection.vendor != "sqlite"
    assert run(kind()) is (LoopWriter if own else writer.Writer)
    assert isinstance(writer.writer(), writer.Writer)
