"""A caisse with a till, for a server that is killed while the till asks it; and such a server."""

import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import call_command
from django.db import connection

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.tests.ports import free_port
from caisse.merchants.tests.ground import OFFICE, approved, founded
from caisse.payments import operations, wire
from caisse.payments.tests.device import PhoneTill
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold
from tests.crash.home import ROOT, Home
from tests.crash.nursery import tell

MEMBERS = 6
SERVE = "import sys; from caisse.site.command import main; sys.exit(main())"
READY_S = 60
WAIT_S = 20  # for one answer


class Till(NamedTuple):
    """What a till knows, and who pays at it: identifiers, codes and the texts of cards."""

    till: int
    generation: int
    key: str
    payers: list[list[str]]
    place: int


def found() -> None:
    """Members with 100 € and a code, a place, a device that cashes; tells what the till knows."""
    call_command("migrate", verbosity=0)
    today = clock.today()
    founded(today, wallets=MEMBERS, demo=False, admission__capacity=None)
    payers = []
    for number in range(MEMBERS):
        handle = f"hibou-{'abcdefghij'[number] * 4}"
        holders = (NewHolder("Zoé", f"Moulin {number}", handle),)
        people.join(household=NewHousehold(holders=holders), joined_on=today, by=OFFICE)
        holder = registry.holder(handle)
        assert holder is not None
        pin = operations.draw_pin(holder_id=holder.id, by=OFFICE)
        card = operations.make_card(holder_id=holder.id, by=OFFICE, id=new_id()).text
        payers.append([handle, pin, card])
    place, till = approved("Halle"), PhoneTill()
    device = operations.invite_device(place_id=place, label="Comptoir", by=OFFICE, id=new_id())
    till.link(operations.give_invitation(device_id=device, by=OFFICE))
    operations.confirm_device(device_id=device, words=till.words, by=OFFICE)
    connection.close()
    tell(till=till.till, generation=till.generation, key=till.key.hex(), payers=payers, place=place)


class Server:
    """`caisse serve` in a home, on a port of its own; one may kill it and start it again."""

    def __init__(self, home: Home) -> None:
        self.home, self.port = home, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.ahead_ms = 0
        self.processes = 2 if home.vendor == "postgresql" else 1
        self.said = home.folder / "server.log"

    @property
    def now_ms(self) -> int:
        """The caisse's time, as a till knows it from the last answer."""
        return int(time.time() * 1000) + self.ahead_ms

    def start(self) -> None:
        """Serve, and wait until it answers."""
        self.process = subprocess.Popen(
            [
                sys.executable, "-c", SERVE, "serve", "--port", str(self.port),
                "--processes", str(self.processes),
            ],
            cwd=ROOT, env={**self.home.environment, "CAISSE_INSECURE": "1"}, start_new_session=True,
            stdout=self.said.open("ab"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self._ask("GET", "/api/v1/openapi.json", b"", {})[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server does not answer: {self.said.read_text()[-2000:]}")

    def kill_one(self, chance: random.Random) -> None:
        """SIGKILL to one of the processes that answer; the others go on, and another is born."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        born = [int(pid) for pid in children.read_text().split()]
        if len(born) > 1:  # the last one is not killed: the server would end with it
            os.kill(chance.choice(born), signal.SIGKILL)

    def kill(self) -> None:
        """SIGKILL to the server and to its worker, at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)

    def send(self, till: Till, said: dict[str, Any]) -> tuple[int, bytes] | None:
        """A payment asked for as a till does; None when no answer came."""
        path, body = "/api/v1/payments", json.dumps(said).encode()
        headers = {
            "Caisse-Till": f"{till.till}.{till.generation}",
            "Caisse-Mac": wire.proof(bytes.fromhex(till.key), "POST", path, body),
        }
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self._ask("POST", path, body, headers)
        return None

    def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            asking.request(method, path, body or None, headers)
            answer = asking.getresponse()
            self.ahead_ms = int(answer.headers["Caisse-Time"]) - int(time.time() * 1000)
            return answer.status, answer.read()
        finally:
            asking.close()
