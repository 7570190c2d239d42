"""« May I start again? »: a sale that is abandoned while it is paid has one end, told to both.

The payment goes through the server's loop, as all do, with the ledger's writer of that loop on
PostgreSQL; the abandon has a thread, where another writer carries it out. A part of the races is
run in threads alone, as a WSGI server and a payment that needs more looks run them.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from random import Random
from threading import Barrier

import pytest
from django.db import connections

from caisse.kernel.ids import new_id, show_id
from caisse.ledger import queries as books
from caisse.ledger.models import Transfer
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests import loops
from caisse.payments.tests.device import Answer
from caisse.payments.tests.test_api import World

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

TIMES = {"loop": 1_000, "threads": 200}


@pytest.fixture(params=["loop", "threads"])
def world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[World, int]]:
    """A member and her till, and how often they race."""
    BRAKE.release()
    loops.remember_cashiers(monkeypatch)
    with loops.serving() if request.param == "loop" else nullcontext():
        yield World(), TIMES[request.param]
    BRAKE.release()


def test_abandon_races_with_pay_a_thousand_times(world: tuple[World, int]) -> None:
    """One wins, and both callers hear which: the same receipt, or « abandoned »."""
    here, times = world
    assert here.pay(cents=1).status == 201  # the device is remembered, its account is open
    chance, ends, threads = Random(12), {"paid": 0, "burnt": 0}, _threads_asked()
    turns = 0
    with ThreadPoolExecutor(2) as pool:
        # of a busy machine one side wins once in a hundred turns: more of them, until it has
        while turns < times or (turns < 4 * times and not all(ends.values())):
            ends[_race(here, pool, chance)] += 1
            turns += 1
    assert all(ends.values()), ends
    assert here.left == 100_00 - 1 - ends["paid"]
    assert Transfer.objects.filter(reason="abandon").count() == ends["burnt"]
    assert books.balance(f"place:{here.place}") == 1 + ends["paid"]
    # one for each abandon; a payment has one only to say that it was abandoned
    assert not loops.here or turns <= _threads_asked() - threads <= turns + ends["burnt"]


def _race(world: World, pool: ThreadPoolExecutor, chance: Random) -> str:
    """A payment and its abandon at the same moment: which of them was first."""
    id, start = show_id(new_id()), Barrier(2)

    def pay() -> Answer:
        return world.pay(id=id, cents=1)

    def abandon() -> Answer:
        return world.till.send("POST", f"payments/{id}/abandon", {})

    acts = [pay, abandon] if chance.random() < 0.5 else [abandon, pay]
    asked = [pool.submit(_at_once, act, start) for act in acts]
    said = {act.__name__: one.result() for act, one in zip(acts, asked, strict=True)}
    paid, burnt = said["pay"], said["abandon"]
    if paid.status in (200, 201):
        assert burnt.status == 200 and burnt.body == paid.body
        return "paid"
    assert (paid.status, paid.said["reason"]) == (409, "abandoned")
    assert (burnt.status, burnt.said["reason"]) == (200, "abandoned")
    return "burnt"


def _threads_asked() -> int:
    """How often the loop has left something to a thread."""
    return loops.here[0].threads.asked if loops.here else 0


def _at_once(act: Callable[[], Answer], start: Barrier) -> Answer:
    try:
        start.wait(10)
        return act()
    finally:
        connections.close_all()
