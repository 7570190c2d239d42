"""Payments that a server's loop answers itself: which they are, and what it leaves to threads."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import digest
from typing import Any

import pytest
from django.db import connection, connections

from caisse.kernel import looks, looping
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.tests.looped import run
from caisse.ledger.models import Transfer
from caisse.ledger.writer.loop import LoopWriter
from caisse.payments import operations
from caisse.payments.api import in_loop
from caisse.payments.api.messages import Asked
from caisse.payments.operations import beginning, cashiers
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests import loops
from caisse.payments.tests.device import PhoneTill
from caisse.payments.tests.loops import Loop
from caisse.payments.tests.test_api import HANDLE, OFFICE, World

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


class Served(World):
    """A world behind a loop, and that loop; its till has paid, and is remembered."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self.loop = loop
        self.pay(cents=1)

    def threads(self, **said: Any) -> tuple[int, str, int]:
        """A payment: its status, the reason of a refusal, and how many threads it took."""
        before = self.loop.threads.asked
        answer = self.pay(**said)
        return answer.status, answer.said.get("reason", ""), self.loop.threads.asked - before


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    BRAKE.release()
    loops.remember_cashiers(monkeypatch)
    with loops.serving() as loop:
        yield Served(loop)
    BRAKE.release()


def test_what_is_asked_thousands_of_times_takes_no_thread(world: Served) -> None:
    id = show_id(new_id())
    assert world.threads(id=id, cents=2) == (201, "", 0)
    assert world.threads(id=id, cents=2) == (200, "", 0)
    assert world.threads(id=id, cents=2, pin=world.wrong) == (200, "", 0), "it is paid already"
    assert world.threads(cents=200_00) == (422, "funds_short", 0)
    assert world.threads(cents=3, tell=True) == (201, "", 0)


def test_what_needs_more_looks_has_a_thread(world: Served) -> None:
    operations.make_card(holder_id=1, by=OFFICE, id=new_id())
    number = operations.make_card(holder_id=1, by=OFFICE, id=new_id()).number
    assert world.threads(pin=world.wrong) == (422, "code_wrong", 1)
    assert world.threads(cents=2, handle=number) == (201, "", 1)
    assert world.threads(cents=500_00, up_to=True) == (201, "", 1)
    assert world.threads(method="none") == (400, "request", 1)
    assert world.threads(cents=0) == (400, "request", 1)
    other = PhoneTill()
    assert world.threads(till=other, cents=1) == (401, "till_unknown", 1)


def test_a_refusal_is_said_in_the_language_of_who_asks(world: Served) -> None:
    said = {
        "id": show_id(new_id()), "cents": 200_00, "method": "pin", "handle": HANDLE,
        "pin": world.pin, "attempt": 1,
    }  # fmt: skip
    french = world.till.send("POST", "payments", said).said
    english = world.till.send("POST", "payments", said, HTTP_ACCEPT_LANGUAGE="en-GB").said
    assert french["reason"] == english["reason"] == "funds_short"
    assert "euros" in french["member"] and french["member"] != english["member"]
    assert "Ce montant" not in english["member"]


def test_a_device_that_was_stopped_is_refused_at_once(world: Served) -> None:
    operations.suspend_device(device_id=world.device, by=OFFICE)
    assert world.threads(cents=1) == (403, "till_suspended", 1)
    operations.resume_device(device_id=world.device, by=OFFICE)
    assert world.pay(cents=1).status == 201


def test_what_nobody_has_read_is_read_in_a_thread(world: Served) -> None:
    """A loop looks at nothing by itself: who cashes at the place is known there, or asked."""
    assert world.threads(cents=2) == (201, "", 0)
    cashiers._known.clear()
    assert world.threads(cents=2) == (201, "", 1)
    assert world.threads(cents=2) == (201, "", 0)


def test_fifty_at_once_are_one(world: Served) -> None:
    id = show_id(new_id())

    def pay(_n: int) -> tuple[int, bytes]:
        answer = world.pay(id=id, cents=5)
        return answer.status, answer.body

    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(pay, range(50)))
    assert sorted(status for status, _body in told) == [200] * 49 + [201]
    assert len({body for _status, body in told}) == 1
    assert Transfer.objects.filter(reason="payment", cents=5).count() == 1
    assert world.left == 100_00 - 1 - 5


def request(world: Served, size: int = 0) -> tuple[bytes, dict[str, str]]:
    said = {
        "id": show_id(new_id()), "cents": 7, "method": "pin", "handle": HANDLE,
        "pin": world.pin, "attempt": 1,
    }  # fmt: skip
    body = json.dumps(said).encode().ljust(size)
    proven = b"POST|/api/v1/payments|" + sha256(body).digest()
    till = f"{world.till.till}.{world.till.generation}"
    return body, {
        "Caisse-Till": till,
        "Caisse-Mac": digest(world.till.key, proven, "sha256").hex(),
    }


def test_a_request_may_come_in_pieces_and_may_stop_in_the_middle(world: Served) -> None:
    body, headers = request(world)
    pieces = [body[at : at + 9] for at in range(0, len(body), 9)]
    status, told, fields = world.loop.send("POST", "/api/v1/payments", pieces, headers)
    assert status == 201 and json.loads(told)["cents"] == 7
    assert fields["Content-Length"] == str(len(told)) and fields["Cache-Control"] == "no-store"
    large, headers = request(world, size=5_000)
    status, told, _fields = world.loop.send("POST", "/api/v1/payments", [large], headers)
    assert status == 400 and "4096 bytes" in json.loads(told)["cashier"]
    assert world.left == 100_00 - 1 - 7


def test_all_other_addresses_have_a_thread(world: Served) -> None:
    before = world.loop.threads.asked
    answer = world.till.send("GET", "tills/self")
    assert answer.status == 200 and answer.said["state"] == "active"
    assert world.loop.threads.asked == before + 1
    assert world.loop.send("GET", "/api/v1/payments", [b""], {})[0] == 401
    assert world.loop.send("POST", "/api/v1/payments/", [b""], {})[0] == 401


def test_a_loop_without_a_database_says_that_it_checks(
    world: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> Any:
        raise RuntimeError("no look")

    with monkeypatch.context() as patched:
        patched.setattr(beginning, "_look", broken)
        assert world.threads(cents=1)[:2] == (500, "checking")
    assert world.threads(cents=1) == (201, "", 0)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a file does not go away")
def test_connections_that_were_cut_are_made_anew_and_nobody_hears_of_it(world: Served) -> None:
    assert world.pay(cents=1).status == 201
    for kept in (looks._Own, LoopWriter):

        def number(kept: type = kept) -> int:
            mine: Any = looping.kept(kept, lambda: None)
            raw = mine._raw if kept is looks._Own else mine._connection.raw
            return int(raw.info.backend_pid)

        pid = world.loop.run(number)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(loops.cut, pid).result()
        assert world.pay(cents=1).status == 201
        assert world.loop.run(number) != pid


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a file does not go away")
def test_a_thread_whose_connection_was_cut_has_another_one(world: Served) -> None:
    """The first request finds out, and is to be sent again; no other one does."""
    body, headers = request(world)
    till, mac = headers["Caisse-Till"], "0" * 64
    asked = Asked("POST", in_loop.PATH, body, till, mac, "fr")

    def pid() -> int:
        connection.ensure_connection()
        return int(connection.connection.info.backend_pid)

    def told() -> int:
        return run(in_loop.respond_in_loop(asked, pool)).status

    with ThreadPoolExecutor(1) as pool, ThreadPoolExecutor(1) as other:
        other.submit(loops.cut, pool.submit(pid).result()).result()
        assert [told(), told(), told()] == [503, 401, 401]
        pool.submit(connections.close_all).result()
