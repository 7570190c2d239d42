"""The model's adversaries against the caisse itself, on both databases."""

import random
from typing import Any

import pytest

from caisse.accounting import checks
from caisse.payments.models import OfflineSale
from tests.offline import model, worlds
from tests.offline.model import Articles, Record
from tests.offline.pure import PureCaisse
from tests.offline.real import RealCaisse

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

TOWN = Articles(wallets=10, places=4)
RUNS = [*range(3), *(pytest.param(run, marks=pytest.mark.long) for run in range(3, 40))]
ORDERS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 6))]


@pytest.fixture(autouse=True)
def _judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "JUDGE", RealCaisse)
    monkeypatch.setattr(worlds, "TILL", model.Till)


def books_are_whole() -> None:
    """Every line of the check of the books."""
    assert [(one.code, one.first) for one in checks.run() if one.damaged] == []


@pytest.mark.parametrize("run", RUNS)
def test_no_world_breaks_a_promise(run: int) -> None:
    world = worlds.build(TOWN, random.Random(f"real-{run}"))
    invented = worlds.forty_eight_hours(world, payments=60)
    few = world.rng.sample(invented, min(len(invented), 80))
    loss = worlds.check(world, worlds.deliveries(world, few), late_pays=True)
    assert loss <= TOWN.bound(len(world.dishonest))
    assert not OfflineSale.objects.exists(), "a closed licence keeps rows of its sales"
    books_are_whole()


@pytest.mark.parametrize("order", range(3))
@pytest.mark.parametrize("seed", ORDERS)
def test_each_order_of_arrival_leaves_the_books_of_the_pure_judgement(
    seed: int, order: int
) -> None:
    ours, heap = honest_tills(seed, RealCaisse)
    pure, same = honest_tills(seed, PureCaisse)
    assert same == heap
    shuffled = list(heap)
    random.Random(order).shuffle(shuffled)
    for record in shuffled:
        assert ours.settle(record) == "posted"
    for record in heap:  # in its own order: the books do not depend on it
        assert pure.settle(record) == "posted"
    assert list(ours.balance) == list(pure.balance)
    assert list(ours.paid) == list(pure.paid)
    # whose sale finds the wallet empty is who comes last: the sum alone is the same in any order
    assert sum(ours.loss) == sum(pure.loss)
    assert list(ours.slips) == list(pure.slips)


def honest_tills(seed: int, judge: Any) -> tuple[Any, list[Record]]:
    """A world in which members cheat and tills do not."""
    worlds.JUDGE = judge
    world = worlds.build(TOWN, random.Random(seed))
    world.colluding, world.lost = set(), set()
    worlds.forty_eight_hours(world, 60)
    return world.caisse, [record for till in world.tills for record in till.queue] * 2


@pytest.mark.parametrize("seed", ORDERS)
def test_places_come_back_one_by_one(seed: int) -> None:
    worlds.close_as_you_go(TOWN, seed, 60)


@pytest.mark.parametrize("seed", ORDERS)
def test_two_devices_of_a_place_have_one_room(seed: int) -> None:
    articles = Articles(wallets=12, places=2, bound_places=1, fund_cents=90_00)
    assert worlds.devices_in_turn(articles, seed, 40) <= 90_00
    books_are_whole()


def test_the_bound_is_reached_by_a_planned_attack_and_never_passed() -> None:
    assert worlds.worst_case(Articles(wallets=20, places=2, bound_places=1)) == 2 * 60_00
