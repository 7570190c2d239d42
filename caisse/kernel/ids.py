"""128-bit ids that are ordered by time: UUIDv7 chosen by a sender, UUIDv8 derived from a cause.

Inside the house an id is `bytes` of length 16; UUID text only at the edge.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable
from typing import TypeAlias

from caisse.kernel import clock

Id: TypeAlias = bytes
SHORT = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U
PAIRS = [f"{first}{second}" for first in SHORT for second in SHORT]


def new_id(ms: int | None = None) -> Id:
    """A UUIDv7: 48 bits of milliseconds, then chance."""
    instant = clock.now_ms() if ms is None else ms
    chance = bytearray(os.urandom(10))
    chance[0] = 0x70 | (chance[0] & 0x0F)
    chance[2] = 0x80 | (chance[2] & 0x3F)
    return instant.to_bytes(6, "big") + bytes(chance)


def derived_id(cause: Id, position: str) -> Id:
    """A UUIDv8: the instant of `cause`, then a hash of (cause, position). Same cause, same id."""
    digest = bytearray(hashlib.sha256(cause + position.encode()).digest()[:10])
    digest[0] = 0x80 | (digest[0] & 0x0F)
    digest[2] = 0x80 | (digest[2] & 0x3F)
    return cause[:6] + bytes(digest)


def derived_ids(cause: Id, kind: str, keys: Iterable[object]) -> list[Id]:
    """`derived_id(cause, f"{kind}:{key}")` for each key, in order."""
    prefix = cause + f"{kind}:".encode()
    head, sha = cause[:6], hashlib.sha256
    ids = []
    for key in keys:
        d = sha(prefix + str(key).encode()).digest()
        ids.append(head + bytes((0x80 | d[0] & 0x0F, d[1], 0x80 | d[2] & 0x3F, *d[3:10])))
    return ids


def instant_of(id_: Id) -> int:
    """The milliseconds that lead an id."""
    return int.from_bytes(id_[:6], "big")


def first_id(ms: int) -> Id:
    """The smallest id whose instant is `ms`: a bound for look-ups and partitions."""
    return ms.to_bytes(6, "big") + bytes(10)


def parse_id(text: str) -> Id:
    """From UUID text; raises ValueError with a French sentence when it is not 128 bits."""
    try:
        return uuid.UUID(text.strip()).bytes
    except ValueError:
        raise ValueError(f"« {text.strip()[:40]} » n’est pas un numéro d’opération.") from None


def show_id(id_: Id) -> str:
    """UUID text of an id."""
    if len(id_) != 16:
        raise ValueError(f"an id has 16 bytes, not {len(id_)}")
    told = bytes(id_).hex()
    return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:]}"


def short_id(id_: Id) -> str:
    """Eight signs that people read out, « 7F3K-92Q4 »: of a receipt, and of nothing but its id."""
    number = int.from_bytes(hashlib.sha256(b"short:" + bytes(id_)).digest()[:5], "big")
    first, second, third, last = (PAIRS[number >> shift & 1023] for shift in (30, 20, 10, 0))
    return f"{first}{second}-{third}{last}"
