"""Move a caisse between SQLite and PostgreSQL, table by table, then count it there."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, models, transaction

from caisse.accounting import queries as accounting
from caisse.bylaws import queries as bylaws
from caisse.kernel import triggers
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.settings import database
from caisse.site import starting
from caisse.site.operations.copying import check

ALIAS = "target"
BATCH = 1_000
# Django fills these by itself when it migrates.
OWN = frozenset({"contenttypes", "auth"})


def move(url: str) -> dict[str, int]:
    """Copy every row into the database `url` ("" is the SQLite file); returns rows by table.

    The source is left as it is. Raises Refusal: `same_engine`, `not_empty` when a caisse is founded
    there, `damaged` when the caisse does not pass the check, `copy_damaged` when the copy does not.
    """
    target = database(url)
    if target["ENGINE"] == connection.settings_dict["ENGINE"]:
        raise Refusal(
            "same_engine", "La caisse est déjà sur ce moteur. Une copie se fait par backup."
        )
    starting.prepare()
    damaged = [line for line in accounting.check() if not line.ok]
    if damaged:
        raise Refusal(
            "damaged",
            f"La caisse ne passe pas le contrôle « {damaged[0].code} » : {damaged[0].first}. "
            "Rien n’est copié.",
        )
    connections.databases[ALIAS] = connections.configure_settings({"default": target})["default"]
    try:
        return _move(url)
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def copy_into(file: Path) -> None:
    """Copy every row of this caisse into a new SQLite file, as `move` does."""
    target = {**database(""), "NAME": str(file)}
    connections.databases[ALIAS] = connections.configure_settings({"default": target})["default"]
    try:
        _copy_all()
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def _move(url: str) -> dict[str, int]:
    copied = _copy_all()
    check(settings.HOME, url)
    return copied


def _copy_all() -> dict[str, int]:
    call_command("migrate", database=ALIAS, verbosity=0, interactive=False)
    if bylaws.founding_exists(using=ALIAS):
        raise Refusal("not_empty", "Une caisse est déjà fondée dans cette base.")
    other = connections[ALIAS]
    copied = {}
    with transaction.atomic(), transaction.atomic(using=ALIAS):
        triggers.drop(other)
        ledger.prepare_as_here(using=ALIAS)
        for model in _models():
            copied[model._meta.db_table] = _copy(model)
        _reset_sequences()
        triggers.install(other)
    return copied


def _models() -> Iterator[type[models.Model]]:
    """The tables to copy, each after those that it points to."""
    waiting = [
        m for m in apps.get_models(include_auto_created=True) if m._meta.app_label not in OWN
    ]
    done: set[type[models.Model]] = set()
    while waiting:
        for model in waiting:
            if not (_points_to(model) - {model} - done) & set(waiting):
                break
        else:
            raise AssertionError("tables point to each other in a circle")
        waiting.remove(model)
        done.add(model)
        yield model


def _points_to(model: type[models.Model]) -> set[type[models.Model]]:
    found = set()
    for field in model._meta.fields:
        if isinstance(field, models.ForeignKey):
            found.add(field.related_model)
    return found


def _copy(model: type[models.Model]) -> int:
    """All rows, in order of their key, in batches."""
    manager = model._base_manager
    manager.using(ALIAS).all().delete()  # what migrating made by itself
    count = 0
    for batch in _batches(manager.using("default").order_by("pk").iterator(BATCH)):
        manager.using(ALIAS).bulk_create(batch, batch_size=BATCH)
        count += len(batch)
    return count


def _batches(rows: Iterable[models.Model]) -> Iterator[list[models.Model]]:
    batch: list[models.Model] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _reset_sequences() -> None:
    """PostgreSQL's counters go on after the highest number copied."""
    target = connections[ALIAS]
    statements = target.ops.sequence_reset_sql(no_style(), list(_models()))
    with target.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
