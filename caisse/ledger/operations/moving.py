"""Post in the caller's transaction; submit through the group-commit writer."""

import functools
import queue
import time
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from django.db import (
    DEFAULT_DB_ALIAS,
    IntegrityError,
    OperationalError,
    connection,
    connections,
    transaction,
)

from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.ledger.rules import DONE, Outcome, Refused, Transfer, judge_chain, well_formed
from caisse.ledger.writer import Done, Handed, door_on, numbered, read_book, stop, touched, writer

__all__ = ["outcome", "post", "repeatable", "stop", "submit", "submit_all_later", "submit_later"]

P = ParamSpec("P")
R = TypeVar("R")

WAIT_S = 30.0
TRIES = 6
# Deadlock, serialization failure, and the same id inserted at the same time by another connection.
TRANSIENT = frozenset({"40P01", "40001", "23505"})


def post(transfers: Sequence[Transfer]) -> list[Outcome]:
    """Post a chain in the caller's transaction, all or none; returns one outcome each.

    The caller has written the cause event in the same transaction. One `post` a transaction: two
    would lock accounts out of order. Raises Refused when an answer is not `posted` or `exists`,
    ValueError for a transfer that no row could hold, RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("post needs the caller's transaction, with its cause event")
    _demand_form(transfers)
    if not transfers:
        return []
    with connection.wrap_database_errors:  # `repeatable` knows Django's errors
        door = door_on(connection)
        book, tip = read_book(door, [transfers], clock.now_ms())
        outcomes, entries = judge_chain(book, transfers)
        if any(outcome.answer not in DONE for outcome in outcomes):
            raise Refused(outcomes)
        if not entries:
            return outcomes
        before = door.put(entries, touched(book, entries), max(book.now, tip.at))
    return numbered([outcomes], before.seq, before.at)[0]


def submit(chain: Sequence[Transfer]) -> list[Outcome]:
    """The hot path: hand a whole chain to the writer and return its answers after COMMIT.

    Never raises for a refusal. Answers `uncertain` when COMMIT failed and no later one settled it:
    ask again with the same ids. Raises RuntimeError inside a transaction, where it would wait for
    itself, and ValueError for an empty chain or a transfer that no row could hold.
    """
    told: queue.SimpleQueue[list[Outcome]] = queue.SimpleQueue()
    submit_later(chain, told.put)
    try:
        return told.get(timeout=WAIT_S)
    except queue.Empty:
        return [Outcome("uncertain", transfer.id) for transfer in chain]


def submit_later(chain: Sequence[Transfer], done: Done) -> None:
    """As `submit`, without waiting: `done(outcomes)` is called from the writer's thread."""
    submit_all_later([(chain, done)])


def submit_all_later(handed: Sequence[Handed]) -> None:
    """The same for several chains, each with its own `done`: they are judged one after the other.

    They reach the writer in one piece, so that it wakes once for all of them. Raises as `submit`,
    before any of them is handed over.
    """
    ours = connections[DEFAULT_DB_ALIAS]  # looked up once: the proxy looks up each time
    if ours.in_atomic_block:
        raise RuntimeError("submit runs its own transaction: not inside another one")
    for chain, _done in handed:
        if not chain:
            raise ValueError("an empty chain moves nothing")
        _demand_form(chain)
    if handed:
        writer(ours).enqueue(handed)


def outcome(id: Id) -> Movement | None:
    """What became of a transfer: answered after every commit that was under way, and committed.

    A look that only reads may miss what stands before it in the writer's turn, or believe a commit
    that the disk then refuses; this one takes its turn at the tip and has to reach the disk itself.
    None when nothing stands under `id`. Raises RuntimeError inside a transaction.
    """
    if connection.in_atomic_block:
        raise RuntimeError("outcome runs its own transaction: not inside another one")
    return _settled(id)


def _demand_form(chain: Sequence[Transfer]) -> None:
    for transfer in chain:
        if not well_formed(transfer):
            raise ValueError("ids have 16 bytes, texts are short and printable, times not negative")


def repeatable(operation: Callable[P, R]) -> Callable[P, R]:
    """Run an operation in one transaction, again when the database asks for it.

    Inside a transaction already begun it runs in a savepoint, so that a refusal leaves nothing of
    it behind when the caller goes on; the outermost one is tried again.
    """

    @functools.wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with transaction.atomic():
                return operation(*args, **kwargs)
        for turn in range(TRIES):
            try:
                with transaction.atomic():
                    return operation(*args, **kwargs)
            except (OperationalError, IntegrityError) as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state not in TRANSIENT or turn == TRIES - 1:
                    raise
                time.sleep(0.01 * 2**turn)
        raise AssertionError("unreachable")

    return run


@repeatable
def _settled(id: Id) -> Movement | None:
    with connection.wrap_database_errors:
        door_on(connection).touch()
    return books.transfer(id)
