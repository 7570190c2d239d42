"""The whole server killed while tills pay: each acknowledged receipt is there, each sale once.

`caisse serve` itself, over HTTP, with proofs, codes and cards. On PostgreSQL its first process is
killed too: it is started again, and recovers from what was on the disk. A till that got no answer
sends the same bytes again, until it has one.
"""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from caisse.kernel.ids import new_id, parse_id, show_id
from caisse.ledger.tests.books import recount
from conftest import LONG
from tests.crash.cluster import Cluster, programs
from tests.crash.home import Home, Nursery
from tests.crash.tills import Server, Till

FOUND = "tests.crash.tills:found"
EACH, FEW = 100, 10  # strikes of each kind with --long, of all kinds without
TILLS = 4
ENOUGH = 30  # receipts of a life that nobody kills


class Shop(NamedTuple):
    """A caisse with a till, its server, and on PostgreSQL the database server that is its own;
    None where the tests' server is somebody else's machine."""

    home: Home
    server: Server
    till: Till
    cluster: Cluster | None


@pytest.fixture
def cluster(django_db_setup: None) -> Iterator[Cluster | None]:
    """A PostgreSQL that may be killed whole."""
    found = programs() if connection.vendor == "postgresql" else None
    made = None if found is None else Cluster(found)
    yield made
    if made is not None:
        made.remove()


@pytest.fixture
def shop(
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    cluster: Cluster | None,
) -> Iterator[Shop]:
    """A caisse with a till in a home of its own; its server is not started."""
    with django_db_blocker.unblock():
        home = Home(tmp_path_factory.mktemp("shop"), "shop", cluster.url if cluster else "")
        home.create()
        nursery, server = Nursery(home), Server(home)
        try:
            told, code = nursery.live(FOUND)
            assert code == 0
            with home.durable():
                yield Shop(home, server, Till(**told[0]), cluster)
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
        handle, pin, card = chance.choice(self.till.payers)
        id = show_id(new_id(self.server.now_ms))
        ways = {"method": "pin", "handle": handle}, {"method": "card", "card": card}
        said: dict[str, object] = {
            "id": id, "cents": chance.randint(1, 9), **chance.choice(ways), "pin": pin,
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
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )
    return [int(pid) for (pid,) in rows]


def strike(shop: Shop, kind: str, chance: random.Random) -> None:
    """Kill the server with its worker, one of its processes, one of PostgreSQL's, or all of it."""
    if kind == "process":
        shop.server.kill_one(chance)
    elif kind == "backend":
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(backends(shop.home)), signal.SIGKILL)
    elif kind == "postgresql" and shop.cluster is not None:
        shop.cluster.kill()
        shop.cluster.start()
    else:
        shop.server.kill()
        shop.server.start()


def blows(shop: Shop, chance: random.Random) -> list[str]:
    """What is struck, in which order: 100 times each, or 10 times in all."""
    kinds = ["server"]
    if shop.home.vendor == "postgresql":
        kinds += ["process", "backend"] if shop.cluster is None else ["process", "postgresql"]
    each = EACH if LONG else -(-FEW // len(kinds))
    drawn = kinds * each
    chance.shuffle(drawn)
    return drawn if LONG else drawn[:FEW]


def test_nothing_acknowledged_is_lost_and_every_sale_has_one_receipt(
    shop: Shop,
) -> None:
    home, server, till = shop.home, shop.server, shop.till
    chance, queue = random.Random(7), Queue(server, till)
    server.start()
    tills = [threading.Thread(target=queue.stand, args=(n,), daemon=True) for n in range(TILLS)]
    for one in tills:
        one.start()
    try:
        for kind in blows(shop, chance):
            _wait(queue, len(queue.told) + chance.randint(1, ENOUGH))
            strike(shop, kind, chance)
        _wait(queue, len(queue.told) + ENOUGH)
    finally:
        queue.over.set()
    for one in tills:
        one.join()
    queue.settle()
    assert queue.wrong == [] and set(queue.told) == set(queue.asked)
    assert {str(said["method"]) for said in queue.asked.values()} == {"pin", "card"}
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
