"""What the database itself refuses (own room: every package with insert-only tables declares here).

A trigger is declared once, beside its model, with a condition in SQL that both engines read. They
are created after every migration, because SQLite drops them silently whenever Django rebuilds a
table; `damage` compares what is there with what was declared, for the start-up check and `check`.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.db import connections

Change = Literal["INSERT", "UPDATE", "DELETE"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """Before `change` on `table`, a row for which `when` holds is refused with `message`.

    `when` is SQL over NEW and OLD, subqueries allowed; `message` is English, for logs.
    """

    name: str
    table: str
    change: Change
    message: str
    when: str = "1 = 1"

    def sqlite(self) -> str:
        """The statement as SQLite stores it in sqlite_master."""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.change} ON {self.table} FOR EACH ROW "
            f"WHEN {self.when} BEGIN SELECT RAISE(ABORT, {_quoted(self.message)}); END"
        )

    def body(self) -> str:
        """The body of PostgreSQL's function; a WHEN clause there takes no subquery."""
        row = "OLD" if self.change == "DELETE" else "NEW"
        return (
            f"BEGIN IF {self.when} THEN RAISE EXCEPTION USING MESSAGE = {_quoted(self.message)}, "
            f"ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END"
        )

    def head(self) -> str:
        """What follows CREATE [OR REPLACE] for PostgreSQL, as pg_get_triggerdef says it."""
        return (
            f"TRIGGER {self.name} BEFORE {self.change} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        )

    def postgresql(self) -> str:
        """The two statements for PostgreSQL; partitions attached later inherit the trigger."""
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $body${self.body()}$body$; CREATE OR REPLACE {self.head()}"
        )


DECLARED: dict[str, Trigger] = {}


def refuse(*, name: str, table: str, change: Change, message: str, when: str = "1 = 1") -> None:
    """Declare one trigger, at the import of the model; the same name twice keeps the last."""
    DECLARED[name] = Trigger(name, table, change, message, when)


def refuse_changes(table: str) -> None:
    """Declare `table` insert-only: `<table>_no_update` and `<table>_no_delete`."""
    changes: tuple[Change, ...] = ("UPDATE", "DELETE")
    for change in changes:
        refuse(
            name=f"{table}_no_{change.lower()}",
            table=table,
            change=change,
            message=f"{table} is insert-only: no {change}",
        )


def expected() -> frozenset[str]:
    """The names of all declared triggers."""
    return frozenset(DECLARED)


def install(connection: Any) -> None:
    """Create every declared trigger whose table exists and that is missing or different."""
    tables = set(connection.introspection.table_names())
    for name in damage(connection):
        trigger = DECLARED[name]
        if trigger.table not in tables:
            continue
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(trigger.postgresql())
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(trigger.sqlite())


def damage(connection: Any) -> list[str]:
    """The declared triggers that are missing, disabled or not as declared, sorted."""
    found = _found(connection)
    postgresql = connection.vendor == "postgresql"
    return sorted(
        name
        for name, trigger in DECLARED.items()
        if found.get(name)
        != (f"CREATE {trigger.head()} {trigger.body()}" if postgresql else trigger.sqlite())
    )


def drop(connection: Any) -> None:
    """Drop every declared trigger: before SQLite rebuilds tables, and in tests that do damage."""
    with connection.cursor() as cursor:
        for name in _found(connection):
            if name in DECLARED:
                on = f" ON {DECLARED[name].table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _found(connection: Any) -> dict[str, str]:
    """What the database holds: trigger name -> text to compare.

    One that is switched off, also on a single partition, or stands on a table that it was not
    declared for, is left out.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, pg_get_triggerdef(t.oid, true) || ' ' || p.prosrc "
                "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgparentid = 0 AND t.tgenabled IN ('O', 'A') "
                "AND pg_table_is_visible(c.oid) AND (t.tgname, c.relname) IN "
                "(SELECT * FROM unnest(%s::text[], %s::text[])) AND NOT EXISTS (SELECT FROM "
                "pg_trigger part WHERE part.tgparentid = t.oid "
                "AND part.tgenabled NOT IN ('O', 'A'))",
                [list(DECLARED), [trigger.table for trigger in DECLARED.values()]],
            )
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def before_migrate(*, using: str, plan: list[Any], **_: Any) -> None:
    """SQLite renames rebuilt tables, and refuses to while a trigger names one that is away."""
    if plan and connections[using].vendor == "sqlite":
        drop(connections[using])


def after_migrate(*, using: str, **_: Any) -> None:
    """Create what is missing; `migrate` and `flush` both end here."""
    install(connections[using])
