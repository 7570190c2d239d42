"""PostgreSQL arrays built by hand in its binary format: twice as fast as the driver's lists."""

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from caisse.kernel.one_or_many import Array

UUID, INT8, TEXT = 2950, 20, 25
HEAD = struct.Struct(">iiIii").pack  # dimensions, has nulls, element oid, length, lower bound
LENGTH = struct.Struct(">i").pack
NULL = b"\xff\xff\xff\xff"
SIXTEEN = b"\0\0\0\x10"
CELL = np.dtype([("length", ">i4"), ("value", ">i8")])


def int8(value: int) -> bytes:
    """int8."""
    return value.to_bytes(8, "big", signed=True)


def uuids(ids: Sequence[bytes | None]) -> bytes:
    """uuid[]; an array of only None is empty, and unnest pads it with NULL."""
    if not any(ids):
        return HEAD(1, 0, UUID, 0, 1)
    head = HEAD(1, int(None in ids), UUID, len(ids), 1)
    return head + b"".join([NULL if id is None else SIXTEEN + id for id in ids])


def int8s(values: Sequence[int | None]) -> bytes:
    """int8[]; an array of only None is empty, and unnest pads it with NULL."""
    missing = values.count(None)
    if missing == 0:
        flat = [8] * (2 * len(values))
        flat[1::2] = values  # type: ignore[assignment]
        return HEAD(1, 0, INT8, len(values), 1) + _packing(len(values))(*flat)
    if missing == len(values):
        return HEAD(1, 0, INT8, 0, 1)
    cells = [NULL if v is None else struct.pack(">iq", 8, v) for v in values]
    return HEAD(1, 1, INT8, len(values), 1) + b"".join(cells)


@lru_cache(maxsize=128)
def _packing(number: int) -> Callable[..., bytes]:
    """Packs lengths and values in turn; read from its format, it takes longer than the packing."""
    return struct.Struct(f">{'iq' * number}").pack


def int8_column(values: Array) -> bytes:
    """int8[] of a NumPy column."""
    cells = np.empty(len(values), dtype=CELL)
    cells["length"] = 8
    cells["value"] = values
    return HEAD(1, 0, INT8, len(values), 1) + cells.tobytes()


def texts(values: Sequence[str | None]) -> bytes:
    """text[]; an array of only None is empty, and unnest pads it with NULL."""
    missing = values.count(None)
    if missing == len(values):
        return HEAD(1, 0, TEXT, 0, 1)
    head = HEAD(1, int(missing > 0), TEXT, len(values), 1)
    if len(set(values)) == 1:
        return head + _text_cell(values[0]) * len(values)
    return head + b"".join([_text_cell(value) for value in values])


def _text_cell(value: str | None) -> bytes:
    if value is None:
        return NULL
    raw = value.encode()
    return LENGTH(len(raw)) + raw


def column_of(raw: bytes) -> Array:
    """A NumPy column of an int8[] without nulls, as it comes in the binary format."""
    if not raw or int.from_bytes(raw[:4], "big") == 0:
        return np.zeros(0, dtype=np.int64)
    return np.frombuffer(raw, dtype=CELL, offset=20)["value"].astype(np.int64)
