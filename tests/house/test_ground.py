"""The ground that all tests stand on (conftest.py): emptied tables, triggers, the clock."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from caisse.kernel import clock, events, triggers
from caisse.kernel.actor import SYSTEM
from caisse.kernel.models import Event


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_its_tables_empty(turn: int) -> None:
    assert Event.objects.count() == 0
    with transaction.atomic():
        events.record("house.tested", subject=turn, by=SYSTEM)
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_the_triggers_survive_the_emptying(turn: int) -> None:
    assert triggers.damage(connection) == []
    with transaction.atomic():
        events.record("house.tested", subject=turn, by=SYSTEM)
    with pytest.raises(DatabaseError, match="insert-only"):
        Event.objects.all().delete()


@pytest.mark.parametrize("turn", [1, 2])
def test_the_clock_is_the_machine_s_before_each_test(
    turn: int, travelling: Callable[..., None]
) -> None:
    assert not clock.travelling()
    travelling(date(2023, 2, 3), 8, 30)
    assert clock.today() == date(2023, 2, 3)
    assert clock.local(clock.now_ms()).hour == 8


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_played_year_of_its_own(turn: int, played: str) -> None:
    assert clock.local(clock.now_ms()).isoformat() == "2024-02-01T09:00:00+01:00"
    assert Event.objects.filter(name="month.frozen").count() >= 12
    assert not Event.objects.filter(name="house.tested").exists()
    with transaction.atomic():
        events.record("house.tested", subject=turn, by=SYSTEM)
