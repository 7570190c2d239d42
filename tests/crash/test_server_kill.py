"""The whole server killed while tills pay: each acknowledged receipt is there, each sale once.

`caisse serve` itself, over HTTP, with proofs and codes; on PostgreSQL its own processes are killed
too, which sends every connection away and the server into its recovery. A till that got no answer
sends the same bytes again, until it has one.
"""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from caisse.kernel.ids import new_id, parse_id, show_id
from caisse.ledger.tests.books import recount
from conftest import LONG
from tests.crash.home import Home, Nursery
from tests.crash.tills import Server, Till

FOUND = "tests.crash.tills:found"
LIVES = 100 if LONG else 10
TILLS = 4
ENOUGH = 30  # receipts of a life that nobody kills


@pytest.fixture
def shop(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Home, Server, Till]]:
    """A caisse with a till in a home of its own; its server is not started."""
    with django_db_blocker.unblock():
        home = Home(tmp_path_factory.mktemp("shop"), "shop")
        home.create()
        nursery, server = Nursery(home), Server(home)
        try:
            told, code = nursery.live(FOUND)
            assert code == 0
            with home.durable():
                yield home, server, Till(**told[0])
        finally:
            nursery.close()
            server.kill()
            home.drop()


class Queue:
    """Customers at some tills: each sale has its number, and is asked for until it is answered."""

    def __init__(self, server: Server, till: Till) -> None:
        self.server, self.till = server, till
        self.lock = threading.Lock()
        self.asked: dict[str, dict[str, object]] = {}
        self.told: dict[str, bytes] = {}
        self.wrong: list[str] = []
        self.over = threading.Event()

    def stand(self, number: int) -> None:
        """One till: a sale after the other, each sent until it is answered."""
        chance = random.Random(number)
        while not self.over.is_set():
            said = self._sale(chance)
            while not self._answered(said) and not self.over.is_set():
                time.sleep(0.05)

    def _sale(self, chance: random.Random) -> dict[str, object]:
        handle, pin = chance.choice(self.till.payers)
        id = show_id(new_id(self.server.now_ms))
        said: dict[str, object] = {
            "id": id, "cents": chance.randint(1, 9), "method": "pin", "handle": handle, "pin": pin,
            "attempt": 1,
        }  # fmt: skip
        with self.lock:
            self.asked[id] = said
        return said

    def _answered(self, said: dict[str, object]) -> bool:
        answer = self.server.send(self.till, said)
        if answer is None or answer[0] >= 500:
            return False
        id = str(said["id"])
        with self.lock:
            if answer[0] not in (200, 201) or self.told.setdefault(id, answer[1]) != answer[1]:
                self.wrong.append(f"{id}: {answer}")
        return True

    def settle(self) -> None:
        """Ask for every sale once more, also for those of which the receipt is there."""
        for said in self.asked.values():
            assert self._answered(said)


def backends(home: Home) -> list[int]:
    """The processes of PostgreSQL that serve this caisse."""
    rows = home.rows(
        "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", home.name
    )
    return [int(pid) for (pid,) in rows]


def strike(home: Home, server: Server, chance: random.Random) -> str:
    """Kill: the server with its worker, one of its processes, or one of PostgreSQL's own."""
    drawn = chance.random()
    if server.processes > 1 and drawn < 0.3:
        server.kill_one(chance)
        return "process"
    if home.vendor == "postgresql" and drawn < 0.6:
        with contextlib.suppress(ProcessLookupError, IndexError, PermissionError):
            os.kill(chance.choice(backends(home)), signal.SIGKILL)
            return "postgresql"
    server.kill()
    server.start()
    return "server"


def test_nothing_acknowledged_is_lost_and_every_sale_has_one_receipt(
    shop: tuple[Home, Server, Till],
) -> None:
    home, server, till = shop
    chance, queue = random.Random(7), Queue(server, till)
    server.start()
    tills = [threading.Thread(target=queue.stand, args=(n,), daemon=True) for n in range(TILLS)]
    for one in tills:
        one.start()
    struck = set()
    try:
        for _life in range(LIVES):
            _wait(queue, len(queue.told) + chance.randint(1, ENOUGH))
            struck.add(strike(home, server, chance))
        _wait(queue, len(queue.told) + ENOUGH)
    finally:
        queue.over.set()
    for one in tills:
        one.join()
    queue.settle()
    assert queue.wrong == [] and set(queue.told) == set(queue.asked)
    several = {"server", "process", "postgresql"}
    assert struck == (several if home.vendor == "postgresql" else {"server"})
    rows = home.rows("SELECT id, cents FROM ledger_transfer WHERE reason = 'payment'")
    moved = {bytes(id): cents for id, cents in rows}
    assert len(rows) == len(moved)
    assert moved == {parse_id(id): said["cents"] for id, said in queue.asked.items()}
    assert recount(home.rows) == []


def _wait(queue: Queue, enough: int) -> None:
    """Until so many sales have their receipt."""
    until = time.monotonic() + 180
    while len(queue.told) < enough and not queue.wrong:
        assert time.monotonic() < until, "after a strike nobody pays any more"
        time.sleep(0.001)
