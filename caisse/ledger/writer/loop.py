"""Group commit: one connection, all waiting chains in one transaction; in a thread, or in a loop.

The commit time of one batch is the collecting window of the next: no timer. Nobody is answered
before COMMIT has returned; when COMMIT fails, nobody is told "refused": the same chains are
submitted again on a new connection, and only what a later COMMIT answered is told, else
`uncertain`.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence

from caisse.kernel import clock, looping
from caisse.ledger.rules import Outcome, Transfer, judge
from caisse.ledger.rules.records import make
from caisse.ledger.writer.driver import Connection
from caisse.ledger.writer.reading import read_book, touched

log = logging.getLogger("caisse.ledger")

Chain = Sequence[Transfer]
Done = Callable[[list[Outcome]], None]
Handed = tuple[Chain, Done]

MOST_TRANSFERS = 512  # of one batch, but that what was handed over together is never split
PAUSES_S = (0.0, 0.02, 0.1, 0.5, 1.0)  # before each further try of a batch that failed
STOP = None


class Committing(ABC):
    """Commits what it is handed, batch after batch, on a connection of its own."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        # After a failed COMMIT a look-up may lie; only a COMMIT that wrote something settles it. So
        # also at the start: whoever wrote before us may have died of one.
        self._in_doubt = True

    @abstractmethod
    def enqueue(self, handed: Sequence[Handed]) -> None:
        """Hand chains over; each `done` is called with its outcomes, from where it commits."""

    def _settle(self, batch: list[tuple[Chain, Done]]) -> None:
        """Commit the batch and answer; after failures each chain alone, at last `uncertain`."""
        chains = [chain for chain, _ in batch]
        outcomes = self._try(chains)
        if outcomes is None and len(batch) > 1:
            for one in batch:
                self._settle([one])
            return
        if outcomes is None:
            outcomes = [[Outcome("uncertain", transfer.id) for transfer in chains[0]]]
        for (_, done), answer in zip(batch, outcomes, strict=True):
            try:
                done(answer)
            except Exception:  # one caller's mistake must not leave all the others without answer
                log.exception("a caller failed on its answer")

    def _try(self, chains: list[Chain]) -> list[list[Outcome]] | None:
        """The answers of a COMMIT that succeeded, or None when none of the tries did."""
        pauses = PAUSES_S if len(chains) > 1 else PAUSES_S[:3]
        for pause_s in pauses:
            if pause_s:  # sleeping for no time gives the interpreter away
                looping.sleep(pause_s)
            try:
                return self._commit(chains)
            except Exception as error:  # whatever the database says, the chains may have moved
                log.warning("a batch of %d chains failed: %s", len(chains), type(error).__name__)
                self._in_doubt = True
                self._close()
        return None

    def _commit(self, chains: list[Chain]) -> list[list[Outcome]]:
        if self._connection is None:
            self._connection = self._connect()
        connection = self._connection
        with connection.transaction() as door:
            book, tip = read_book(door, chains, clock.now_ms())
            answers, entries = judge(book, chains)
            if entries:
                before = door.put(entries, touched(book, entries), max(book.now, tip.at))
            elif self._in_doubt:
                door.touch()
        self._in_doubt = False
        return numbered(answers, before.seq, before.at) if entries else answers

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # it is already broken
                connection.close()


class Writer(Committing):
    """The thread that submits payments of this process to one database.

    `alive` is false once the thread has ended.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        super().__init__(connect)
        self.alive = True
        self._waiting: queue.SimpleQueue[Sequence[Handed] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ledger-writer", daemon=True)
        self._thread.start()

    def enqueue(self, handed: Sequence[Handed]) -> None:
        """Hand chains over; each `done` is called with its outcomes, from the writer's thread."""
        self._waiting.put(handed)

    def stop(self) -> None:
        """Settle what is waiting, close the connection, end the thread."""
        self._waiting.put(STOP)
        self._thread.join()

    def _work(self) -> None:
        open_ = True
        try:
            while open_:
                batch, open_ = self._gather()
                if batch:
                    self._settle(batch)
            self._close()
        finally:
            self.alive = False

    def _gather(self) -> tuple[list[tuple[Chain, Done]], bool]:
        """Everything that is waiting, until MOST_TRANSFERS are reached; blocks for the first."""
        batch: list[tuple[Chain, Done]] = []
        item = self._waiting.get()
        size = 0
        while item is not STOP:
            batch += item
            size += sum(len(chain) for chain, _ in item)
            if size >= MOST_TRANSFERS:
                return batch, True
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False


class LoopWriter(Committing):
    """The same for the payments that a server's loop answers, in the loop's own thread.

    It is one more writer beside the thread's, as that of another process is.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        super().__init__(connect)
        self._waiting: deque[Handed] = deque()
        self._task: asyncio.Task[None] | None = None

    def enqueue(self, handed: Sequence[Handed]) -> None:
        """Hand chains over; each `done` is called with its outcomes, from the loop."""
        self._waiting.extend(handed)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def close(self) -> None:
        """Close the connection; what is under way may have moved, and is not told."""
        if self._task is not None:
            self._task.cancel()
        self._close()

    async def _work(self) -> None:
        try:
            while self._waiting:
                number = min(MOST_TRANSFERS, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(number)]
                await looping.run(self._settle, batch)
        finally:
            self._task = None


def numbered(answers: list[list[Outcome]], base: int, at: int) -> list[list[Outcome]]:
    """The answers with seq and at of what was just posted, in the order of the entries.

    A repeat inside the same batch (`exists` without seq) gets those of its first.
    """
    first: dict[bytes, Outcome] = {}
    told = []
    for outcomes in answers:
        chain = []
        for outcome in outcomes:
            answer, id, seq, _, debit_after, credit_after = outcome
            if answer == "posted":
                base += 1
                outcome = make(Outcome, ("posted", id, base, at, debit_after, credit_after))
                first[id] = outcome
            elif answer == "exists" and seq == 0:
                outcome = first[id]._replace(answer="exists")
            chain.append(outcome)
        told.append(chain)
    return told
