"""Our side: waiting clients that pay through the ledger's `submit`, in a process of their own.

`python -m bench.stand.drive CLIENTS PLACES SECONDS WARM_S chains|threads` prints one JSON line. A
waiting client is a chain in flight: when its answer has come, it sends the next one. `threads` are
as many Python threads, each blocked in `submit`.
"""

import gc
import json
import queue
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from django.db import connection

import bench.stand.ready  # noqa: F401
from bench.stand.rounds import Run
from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.ledger.models import Account
from caisse.ledger.operations import stop, submit, submit_later
from caisse.ledger.rules import Outcome, Transfer
from caisse.ledger.writer.driver import connector

MOST_PER_SECOND = (7_000, 60_000)  # payments to make ready: by client, and in all
TOO_MUCH_CENTS = 500_000_000
KINDS = {1: "exists", 2: "insufficient"}  # by a draw of 1 to 100; all others are posted
DURABLE = {
    "sqlite": {"PRAGMA synchronous": "2", "PRAGMA journal_mode": "wal"},
    "postgresql": {
        "SHOW fsync": "on", "SHOW synchronous_commit": "on", "SHOW full_page_writes": "on",
    },
}  # fmt: skip


@dataclass(slots=True)
class Client:
    """A closed loop: at most one chain in flight, and the last one that was to be posted."""

    last: list[Transfer] = field(default_factory=list)
    expected: str = ""
    started_ns: int = 0


class Payments:
    """The next chain of a client: 1 % repeats of its last, 1 % for more than the wallet holds.

    They are made before the clock starts: a till makes its payments in its own time, not in ours.
    """

    def __init__(self, wallets: int, places: int, number: int) -> None:
        draw, cause = random.Random(1), new_id()
        self.made = [_payment(draw, wallets, places, cause) for _ in range(number)]
        self.made.reverse()  # taken from the end, and forgotten, as in a server

    def next(self, client: Client) -> list[Transfer]:
        """Its chain; the answer that must come is noted on the client."""
        if not self.made:
            raise RuntimeError("more payments were answered than made ready: MOST_PER_SECOND")
        client.expected, chain = self.made.pop()
        if client.expected == "exists" and client.last:
            return client.last
        if client.expected != "insufficient":
            client.expected, client.last = "posted", chain
        return chain


def _payment(
    draw: random.Random, wallets: int, places: int, cause: bytes
) -> tuple[str, list[Transfer]]:
    kind, now = KINDS.get(draw.randint(1, 100), "posted"), clock.now_ms()
    cents = TOO_MUCH_CENTS if kind == "insufficient" else draw.randint(100, 5000)
    wallet, place = f"wallet:{draw.randint(1, wallets)}", f"place:{draw.randint(1, places)}"
    return kind, [
        Transfer(new_id(now), wallet, place, cents, "payment", cause, method="code", made_at=now)
    ]


class Tally:
    """What the clients were told: counts for the books, latencies of the measured seconds."""

    def __init__(self, seconds: float, warm_s: float) -> None:
        self.from_ns = time.perf_counter_ns() + int(warm_s * 1e9)
        self.until_ns = self.from_ns + int(seconds * 1e9)
        self.seconds = seconds
        self.answers: Counter[str] = Counter()
        self.unexpected = 0
        self.latencies_ns: list[int] = []

    def add(self, client: Client, outcomes: list[Outcome]) -> bool:
        """Note an answer; False when the time is over."""
        now = time.perf_counter_ns()
        answer = outcomes[0].answer
        self.answers[answer] += 1
        self.unexpected += answer != client.expected
        if self.from_ns <= now < self.until_ns:
            self.latencies_ns.append(now - client.started_ns)
        return now < self.until_ns

    def run(self) -> Run:
        """Figures of the run."""
        p50, p99 = np.percentile(np.array(self.latencies_ns) / 1e6, [50, 99])
        unexpected = f"{self.unexpected} answers were not the expected ones"
        return Run(
            per_second=len(self.latencies_ns) / self.seconds,
            p50_ms=float(p50),
            p99_ms=float(p99),
            posted=self.answers["posted"],
            mistakes=(unexpected,) if self.unexpected else (),
        )


def run_chains(clients: int, payments: Payments, tally: Tally) -> None:
    """All clients in one thread: answers come back through a queue, each brings the next chain."""
    answered: queue.SimpleQueue[tuple[Client, list[Outcome]]] = queue.SimpleQueue()

    def send(client: Client) -> None:
        chain = payments.next(client)
        client.started_ns = time.perf_counter_ns()
        submit_later(chain, lambda outcomes: answered.put((client, outcomes)))

    for _ in range(clients):
        send(Client())
    waiting = clients
    while waiting:
        client, outcomes = answered.get()
        if tally.add(client, outcomes):
            send(client)
        else:
            waiting -= 1


def run_threads(clients: int, payments: Payments, tally: Tally) -> None:
    """Each client is a Python thread that is blocked in `submit`."""
    lock = threading.Lock()

    def live() -> None:
        client, goes_on = Client(), True
        while goes_on:
            with lock:
                chain = payments.next(client)
            client.started_ns = time.perf_counter_ns()
            outcomes = submit(chain)
            with lock:
                goes_on = tally.add(client, outcomes)

    threads = [threading.Thread(target=live) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def demand_durable() -> None:
    """A connection opened like the writer's keeps what was acknowledged; raises if it does not."""
    own: Any = connector(connection)()
    wanted = DURABLE[connection.vendor]
    shown = {question: str(own.raw.execute(question).fetchone()[0]) for question in wanted}
    own.close()
    if shown != wanted:
        raise RuntimeError(f"not durable: {shown}")


def main(clients: int, places: int, seconds: float, warm_s: float, how: str) -> None:
    """Run, and print the figures as JSON."""
    by_client, in_all = MOST_PER_SECOND
    wallets = Account.objects.filter(code__startswith="wallet:").count()
    number = round(min(clients * by_client, in_all) * (seconds + warm_s))
    payments = Payments(wallets, places, number)
    demand_durable()
    gc.collect()
    gc.freeze()  # what was made ready is not looked through again and again
    tally = Tally(seconds, warm_s)
    {"chains": run_chains, "threads": run_threads}[how](clients, payments, tally)
    stop()
    print(json.dumps(asdict(tally.run())))


if __name__ == "__main__":
    asked = sys.argv[1:]
    main(int(asked[0]), int(asked[1]), float(asked[2]), float(asked[3]), asked[4])
