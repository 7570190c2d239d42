"""« May I start again? »: a sale that is abandoned while it is paid has one end, told to both."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from django.db import connections

from caisse.kernel.ids import new_id, show_id
from caisse.ledger import queries as books
from caisse.ledger.models import Transfer
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests.device import Answer
from caisse.payments.tests.test_api import World

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

TIMES = 1_000


@pytest.fixture
def world() -> Iterator[World]:
    BRAKE.release()
    yield World()
    BRAKE.release()


def test_abandon_races_with_pay_a_thousand_times(world: World) -> None:
    """One wins, and both callers hear which: the same receipt, or « abandoned »."""
    chance, ends = Random(12), {"paid": 0, "burnt": 0}
    with ThreadPoolExecutor(2) as pool:
        for _turn in range(TIMES):
            id, start = show_id(new_id()), Barrier(2)

            def pay(id: str = id) -> Answer:
                return world.pay(id=id, cents=1)

            def abandon(id: str = id) -> Answer:
                return world.till.send("POST", f"payments/{id}/abandon", {})

            acts = [pay, abandon] if chance.random() < 0.5 else [abandon, pay]
            asked = [pool.submit(_at_once, act, start) for act in acts]
            said = {act.__name__: one.result() for act, one in zip(acts, asked, strict=True)}
            paid, burnt = said["pay"], said["abandon"]
            if paid.status in (200, 201):
                assert burnt.status == 200 and burnt.body == paid.body
                ends["paid"] += 1
            else:
                assert (paid.status, paid.said["reason"]) == (409, "abandoned")
                assert (burnt.status, burnt.said["reason"]) == (200, "abandoned")
                ends["burnt"] += 1
    assert all(ends.values()), ends
    assert world.left == 100_00 - ends["paid"]
    assert Transfer.objects.filter(reason="abandon").count() == ends["burnt"]
    assert books.balance(f"place:{world.place}") == ends["paid"]


def _at_once(act: Callable[[], Answer], start: Barrier) -> Answer:
    try:
        start.wait(10)
        return act()
    finally:
        connections.close_all()
