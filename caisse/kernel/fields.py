"""Model fields of the house (own room: models, migrations and the ledger all need them)."""

import uuid
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import models

from caisse.kernel.month import Month

if TYPE_CHECKING:
    _Bytes: TypeAlias = models.Field[bytes | uuid.UUID, bytes]
    _OptionalBytes: TypeAlias = models.Field[bytes | uuid.UUID | None, bytes | None]
    _Month: TypeAlias = models.Field[Month | int, Month]
    _OptionalMonth: TypeAlias = models.Field[Month | int | None, Month | None]
else:
    _Bytes = _OptionalBytes = _Month = _OptionalMonth = models.Field


def _db_type(connection: Any) -> str:
    return "uuid" if connection.vendor == "postgresql" else "blob"


def _to_database(value: Any, connection: Any) -> Any:
    if value is None:
        return None
    raw = value.bytes if isinstance(value, uuid.UUID) else bytes(value)
    if len(raw) != 16:
        raise ValueError(f"an id has 16 bytes, not {len(raw)}")
    return uuid.UUID(bytes=raw) if connection.vendor == "postgresql" else raw


def _from_database(value: Any, *_: Any) -> Any:
    return value.bytes if isinstance(value, uuid.UUID) else value


class Id16Field(_Bytes):
    """128 bits: uuid on PostgreSQL, a 16-byte blob on SQLite, `bytes` in Python."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return _db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """bytes -> what the driver wants."""
        return _to_database(value, connection)

    def from_db_value(self, value: Any, *rest: Any) -> Any:
        """What the driver gives -> bytes."""
        return _from_database(value)

    def to_python(self, value: Any) -> Any:
        """bytes, also from a UUID."""
        return _from_database(value)


class OptionalId16Field(_OptionalBytes):
    """An `Id16Field` that may be null (a class of its own so that types say so)."""

    db_type = Id16Field.db_type
    get_db_prep_value = Id16Field.get_db_prep_value
    from_db_value = Id16Field.from_db_value
    to_python = Id16Field.to_python


class MonthField(_Month):
    """A `Month`, stored as the integer 202302."""

    def get_internal_type(self) -> str:
        """Stored as an integer."""
        return "IntegerField"

    def get_prep_value(self, value: Any) -> Any:
        """Month -> 202302."""
        return value.number if isinstance(value, Month) else value

    def from_db_value(self, value: Any, *rest: Any) -> Any:
        """202302 -> Month."""
        return None if value is None else Month.from_number(value)

    def to_python(self, value: Any) -> Any:
        """Month, also from its number."""
        return Month.from_number(value) if isinstance(value, int) else value


class OptionalMonthField(_OptionalMonth):
    """A `MonthField` that may be null."""

    get_internal_type = MonthField.get_internal_type
    get_prep_value = MonthField.get_prep_value
    from_db_value = MonthField.from_db_value
    to_python = MonthField.to_python
