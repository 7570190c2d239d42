"""Fields: 128 bits and months come back as they were, on both databases."""

import uuid
from typing import Any, cast

import pytest
from django.db import connection

from caisse.kernel import ids
from caisse.kernel.fields import Id16Field, MonthField, OptionalId16Field, OptionalMonthField
from caisse.kernel.models import Event
from caisse.kernel.month import Month


@pytest.mark.django_db
def test_an_id_is_16_bytes_in_python_and_compact_in_the_table() -> None:
    id_ = ids.new_id()
    Event.objects.create(id=id_, name="x", subject="x", by="x", at=1, data="{}")
    for asked in (id_, uuid.UUID(bytes=id_)):
        assert Event.objects.get(pk=asked).id == id_
    assert Event.objects.filter(pk__in=[id_]).values_list("pk", flat=True)[0] == id_
    expected = {"sqlite": "blob", "postgresql": "uuid"}[connection.vendor]
    assert Event._meta.pk.db_type(connection) == expected


@pytest.mark.django_db
def test_ids_sort_by_time_in_the_database() -> None:
    told = [ids.new_id(ms) for ms in (5, 1 << 40, 3, (1 << 47) + 1)]
    Event.objects.bulk_create(
        Event(id=id_, name="x", subject="x", by="x", at=1, data="{}") for id_ in told
    )
    assert list(Event.objects.order_by("id").values_list("id", flat=True)) == sorted(told)


@pytest.mark.parametrize("value", [b"", b"x" * 15, b"x" * 17])
def test_what_has_not_16_bytes_never_reaches_the_database(value: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Id16Field().get_db_prep_value(value, connection)


def test_months_and_nothing() -> None:
    month = Month(2024, 2)
    assert MonthField().get_prep_value(month) == 202402
    optional_month, optional_id = cast(Any, OptionalMonthField()), cast(Any, OptionalId16Field())
    assert optional_month.from_db_value(202402, None, None) == month
    assert optional_month.from_db_value(None, None, None) is None
    assert MonthField().to_python(202402) == MonthField().to_python(month) == month
    assert optional_id.get_db_prep_value(None, connection) is None
