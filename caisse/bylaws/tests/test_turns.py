"""Decisions and seals take turns: no number twice, no amendment that slips under a seal."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from caisse.bylaws import models, operations, queries
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = Actor("office:1", frozenset({"coordinator"}))
FEBRUARY = Month(2023, 2)


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    """It is 10 January 2023, 9:00."""
    with clock.travelled(clock.instant(date(2023, 1, 10), 9)):
        yield


def found(preset: str = "montpellier_2023") -> int:
    return operations.found(
        name="Caisse d’essai", preset=preset, first_month=FEBRUARY, by=OFFICE
    ).number


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run each act in a thread and a connection of its own; a Refusal is an answer."""

    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        except Refusal as refusal:
            return refusal.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def decide(cents: int, since: Month = FEBRUARY) -> int:
    return operations.decide(
        title="Changer",
        text="",
        body="committee",
        by=OFFICE,
        effects=[Amend("allocation.base_cents", cents, since)],
    ).number


def test_decisions_at_the_same_time_get_numbers_of_their_own() -> None:
    found()
    numbers = at_once(*(lambda cents=cents: decide(cents) for cents in range(1, 7)))
    assert sorted(map(str, numbers)) == ["2", "3", "4", "5", "6", "7"]
    assert models.Decision.objects.count() == 7


@pytest.mark.parametrize("turn", range(3))
def test_a_decision_beside_a_seal_comes_before_it_or_is_refused(turn: int) -> None:
    found()
    _, answer = at_once(lambda: operations.seal(month=FEBRUARY), lambda: decide(11_000))
    seal = models.Seal.objects.get()
    amended = models.Amendment.objects.filter(decision_id=2).exists()
    assert queries.sealed_until() == FEBRUARY == seal.month
    assert (answer, amended) in [(2, True), ("sealed", False)]


def test_two_foundings_at_once_found_one_caisse() -> None:
    answers = at_once(found, lambda: found("lyon_calim8"))
    assert sorted(map(str, answers)) == ["1", "founded"]
    assert models.Founding.objects.count() == models.Decision.objects.count() == 1
