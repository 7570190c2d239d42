"""All that a caisse holds, so that two databases can be compared row by row.

Ids chosen by chance differ between two runs of the same thing; each is replaced by what it stands
for: the transfer of that number, or the event of that name, subject and content.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from caisse.kernel.models import Event
from caisse.ledger.models import Transfer

Dump = dict[str, list[str]]
EVENT = ("at", "name", "subject", "by", "data")


def dump() -> Dump:
    """The rows of every table of the caisse, as text, sorted."""
    labels = dict(_labels())
    return {model._meta.db_table: sorted(_rows(model, labels)) for model in _models()}


def differences(one: Dump, other: Dump) -> list[str]:
    """What stands in one dump and not in the other, to be read by a human."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        rows, others = Counter(one.get(table, [])), Counter(other.get(table, []))
        found += [f"- {table}: {row}" for row in (rows - others).elements()]
        found += [f"+ {table}: {row}" for row in (others - rows).elements()]
    return found


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("caisse."):
            yield model


def _labels() -> Iterator[tuple[bytes, str]]:
    for id, seq in Transfer.objects.values_list("id", "seq"):
        yield id, f"transfer {seq}"
    times: Counter[tuple[Any, ...]] = Counter()
    for id, *told in Event.objects.order_by(*EVENT).values_list("id", *EVENT):
        content = tuple(told)
        times[content] += 1
        yield id, f"event {' '.join(map(str, content))} ({times[content]})"


def _rows(model: type[models.Model], labels: dict[bytes, str]) -> Iterator[str]:
    fields = [field.attname for field in model._meta.concrete_fields]
    for row in model._default_manager.values_list(*fields):
        yield " | ".join(
            f"{name}={_plain(value, labels)}" for name, value in zip(fields, row, strict=True)
        )


def _plain(value: Any, labels: dict[bytes, str]) -> Any:
    if isinstance(value, bytes):
        return labels.get(value, "an id of its own")
    return value
