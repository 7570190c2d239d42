"""The clients of the payments' bench: tills that pay over HTTP, each waiting for its answer.

`python -m bench.stand.tills PORT PID HOME CLIENTS PLACES SECONDS WARM_S pay|noop` prints one JSON
line. One thread and epoll, on raw sockets that stay open; requests and their proofs are made before
the clock starts, as a till makes them in its own time. The CPU time of the process PID and of its
children is read at both ends of the seconds that count.
"""

import gc
import json
import os
import random
import select
import socket
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import digest
from pathlib import Path

import numpy as np

from bench.stand import world
from bench.stand.rounds import Run
from bench.stand.world import Payer, Till
from caisse.kernel import clock
from caisse.kernel.ids import new_id, show_id

PATH = "/api/v1/payments"
KINDS = {1: "again", 2: "refused"}  # by a draw of 1 to 100; all others are posted
STATUS = {"posted": 201, "again": 200, "refused": 422, "noop": 200}
TOO_MUCH_CENTS = 900_000_00
MOST_PER_SECOND = {"pay": 8_000, "noop": 400_000}
IDS_A_MS = 8
SILENCE_S = 30.0
HEAD = (
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\nCaisse-Till: {till}\r\nCaisse-Mac: {mac}\r\n\r\n"
)


@dataclass(slots=True)
class Client:
    """A closed loop: one request in flight on its socket, and the last that was to be posted."""

    link: socket.socket
    expected: str = ""
    last: bytes = b""
    receipt: bytes = b""
    got: bytes = b""
    started_ns: int = 0


def requests(payers: list[Payer], tills: list[Till], number: int) -> list[tuple[str, bytes]]:
    """So many payments: 1 % repeats, 1 % of more than any wallet holds. Ids rise with time."""
    draw, now = random.Random(1), clock.now_ms()
    made = []
    for n in range(number):
        kind = KINDS.get(draw.randint(1, 100), "posted")
        cents = TOO_MUCH_CENTS if kind == "refused" else draw.randint(1, 100)
        payer, till = draw.choice(payers), draw.choice(tills)
        said = {
            "id": show_id(new_id(now + n // IDS_A_MS)), "method": "pin", "cents": cents,
            "handle": payer.handle, "pin": payer.pin, "attempt": 1,
        }  # fmt: skip
        made.append((kind, _bytes(json.dumps(said).encode(), till)))
    made.reverse()  # taken from the end
    return made


def _bytes(body: bytes, till: Till) -> bytes:
    proven = f"POST|{PATH}|".encode() + sha256(body).digest()
    mac = digest(bytes.fromhex(till.key), proven, sha256).hex()
    head = HEAD.format(path=PATH, length=len(body), till=till.said, mac=mac)
    return head.encode() + body


class Market:
    """All clients, what they ask next, and what they were told."""

    def __init__(self, made: list[tuple[str, bytes]], seconds: float, warm_s: float) -> None:
        self.made = made
        self.seconds, self.warm_s = seconds, warm_s
        self.answers: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.latencies_ns: list[int] = []

    def ask(self, client: Client) -> None:
        """Send the next request of a client."""
        if not self.made:
            raise RuntimeError("more payments were answered than made ready: MOST_PER_SECOND")
        client.expected, request = self.made.pop()
        if client.expected == "again":
            request = client.last or request
            client.expected = "again" if client.last else "posted"
        if client.expected == "posted":
            client.last = request
        client.started_ns = time.perf_counter_ns()
        client.link.sendall(request)

    def hear(self, client: Client) -> bool:
        """Read what has come; whether the answer is there as a whole."""
        client.got += client.link.recv(65_536)
        head, found, body = client.got.partition(b"\r\n\r\n")
        if not found:
            return False
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return False
        self._note(client, int(head[9:12]), body)
        client.got = b""
        return True

    def _note(self, client: Client, status: int, body: bytes) -> None:
        expected = client.expected
        self.answers[expected] += 1
        if status != STATUS[expected]:
            self.wrong[f"{status} for {expected}: {body[:80]!r}"] += 1
        elif expected == "posted":
            client.receipt = body
        elif expected == "again" and body != client.receipt:
            self.wrong["another receipt for the same payment"] += 1

    def run(self, clients: list[Client], pid: int) -> Run:
        """Ask and hear until the time is over; the last answers are waited for."""
        ready, by_number = select.epoll(), {one.link.fileno(): one for one in clients}
        for number in by_number:
            ready.register(number, select.EPOLLIN)
        from_ns = time.perf_counter_ns() + int(self.warm_s * 1e9)
        until_ns = from_ns + int(self.seconds * 1e9)
        for client in clients:
            self.ask(client)
        waiting, spent_us, begun_us = len(clients), 0, 0
        while waiting:
            events = ready.poll(SILENCE_S)
            if not events:
                raise RuntimeError("the server is silent")
            for number, _ in events:
                client = by_number[number]
                if not self.hear(client):
                    continue
                now = time.perf_counter_ns()
                if from_ns <= now < until_ns:
                    self.latencies_ns.append(now - client.started_ns)
                    begun_us = begun_us or cpu_us(pid)
                elif now >= until_ns:
                    spent_us = spent_us or cpu_us(pid) - begun_us
                    waiting -= 1
                    continue
                self.ask(client)
        return self._told(spent_us)

    def _told(self, spent_us: int) -> Run:
        p50, p99 = np.percentile(np.array(self.latencies_ns) / 1e6, [50, 99])
        answered = len(self.latencies_ns)
        return Run(
            per_second=answered / self.seconds,
            p50_ms=float(p50),
            p99_ms=float(p99),
            posted=self.answers["posted"],
            mistakes=tuple(f"{count} × {what}" for what, count in self.wrong.items()),
            cpu_us=spent_us / answered,
        )


def cpu_us(pid: int) -> int:
    """The CPU time that a process and its children have taken, in microseconds."""
    ticks = sum(_ticks(each) for each in _family(pid))
    return ticks * 1_000_000 // os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in told for each in _family(int(child)))]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def main(
    port: int, pid: int, home: Path, clients: int, places: int, seconds: float, warm_s: float,
    how: str,
) -> None:  # fmt: skip
    """Run, and print the figures as JSON."""
    payers, tills = world.read(home)
    number = round(MOST_PER_SECOND[how] * (seconds + warm_s))
    if how == "pay":
        made = requests(payers, tills[:places], number)
    else:
        made = [("noop", one) for _kind, one in requests(payers, tills, 100)] * (number // 100)
    gc.collect()
    gc.freeze()
    links = [socket.create_connection(("127.0.0.1", port)) for _ in range(clients)]
    for link in links:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    market = Market(made, seconds, warm_s)
    print(json.dumps(asdict(market.run([Client(link) for link in links], pid))))


if __name__ == "__main__":
    said = sys.argv[1:]
    main(
        int(said[0]), int(said[1]), Path(said[2]), int(said[3]), int(said[4]), float(said[5]),
        float(said[6]), said[7],
    )  # fmt: skip
