"""Triggers: created by the migration, noticed when they are gone, changed or switched off."""

import pytest
from django.db import DatabaseError, connection, transaction

from caisse.kernel import clock, events, ids, triggers
from caisse.kernel.actor import SYSTEM
from caisse.kernel.models import Event
from caisse.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


def an_event() -> bytes:
    with transaction.atomic():
        return events.record("trigger.tried", subject="x", by=SYSTEM)


def sql(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def test_after_migrating_every_declared_trigger_is_there() -> None:
    assert "kernel_event_no_update" in triggers.expected()
    assert triggers.damage(connection) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE kernel_event SET name = 'other'", "DELETE FROM kernel_event"]
)
def test_raw_sql_cannot_change_an_event(statement: str) -> None:
    an_event()
    with pytest.raises(DatabaseError, match="kernel_event is insert-only"):
        sql(statement)
    assert Event.objects.get().name == "trigger.tried"


def test_a_dropped_trigger_is_damage_and_is_mended() -> None:
    triggers.drop(connection)
    assert set(triggers.damage(connection)) == triggers.expected()
    an_event()
    assert sql("UPDATE kernel_event SET name = 'other'") == 1
    triggers.install(connection)
    assert triggers.damage(connection) == []
    with pytest.raises(DatabaseError, match="insert-only"):
        sql("DELETE FROM kernel_event")


def test_a_trigger_that_was_weakened_is_damage_though_its_name_is_there() -> None:
    name = "kernel_event_no_update"
    weak = triggers.Trigger(name, "kernel_event", "UPDATE", "never", "1 = 0")
    if connection.vendor == "postgresql":
        sql(weak.postgresql())
    else:
        sql(f"DROP TRIGGER {name}")
        sql(weak.sqlite())
    assert triggers.damage(connection) == [name]
    triggers.install(connection)
    assert triggers.damage(connection) == []


def test_on_postgresql_a_disabled_trigger_is_damage() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot switch a trigger off, only drop it")
    sql("ALTER TABLE kernel_event DISABLE TRIGGER kernel_event_no_delete")
    assert triggers.damage(connection) == ["kernel_event_no_delete"]
    triggers.install(connection)
    assert triggers.damage(connection) == []


def test_an_event_stays_as_it_was_written_the_first_time() -> None:
    id_ = ids.new_id(clock.now_ms())
    with transaction.atomic():
        events.record("first.told", subject="x", by=SYSTEM, id=id_, cents=1)
        with pytest.raises(Refusal, match="autre chose"):
            events.record("then.told", subject="y", by=SYSTEM, id=id_, cents=2)
    told = events.happened(id_)
    assert told is not None and (told.name, told.data) == ("first.told", {"cents": 1})


@pytest.mark.parametrize(
    "hollow", ["BEFORE UPDATE {on} WHEN (false)", "BEFORE INSERT {on}", "AFTER UPDATE {on}"]
)
def test_on_postgresql_a_hollowed_trigger_is_damage(hollow: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite the trigger's text is one piece, compared as a whole")
    name = "kernel_event_no_update"
    how = hollow.format(on="ON kernel_event FOR EACH ROW")
    sql(f"CREATE OR REPLACE TRIGGER {name} {how} EXECUTE FUNCTION {name}()")
    assert triggers.damage(connection) == [name]
    triggers.install(connection)
    assert triggers.damage(connection) == []


def test_a_trigger_set_on_another_table_does_not_count() -> None:
    name = "kernel_event_no_update"
    astray = triggers.Trigger(name, "kernel_done", "UPDATE", triggers.DECLARED[name].message)
    if connection.vendor == "postgresql":
        sql(f"DROP TRIGGER {name} ON kernel_event")
        sql(astray.postgresql())
    else:
        sql(f"DROP TRIGGER {name}")
        sql(astray.sqlite())
    assert triggers.damage(connection) == [name]
