"""A member with money to sell to without network, and what tests of it ask for again and again."""

from collections.abc import Iterator
from typing import Any

import pytest

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from tests.offline.real import Member, ground

KEY = bytes(32)  # of the telephone that sends
HOUR_MS = 3_600_000
OTHER = Actor("tresor", frozenset({"treasurer"}))


@pytest.fixture
def awa() -> Iterator[Member]:
    """A member with 100 €, in a caisse with 3,300 € for losses."""
    ground(3_300_00)
    yield Member(1, 100_00)


def later(hours: int) -> None:
    clock.travel(clock.now_ms() + hours * HOUR_MS)


def nonce(n: int) -> bytes:
    return n.to_bytes(8, "big")


def refused(act: Any, **said: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        act(**said)
    return refusal.value.reason


def balance(code: str) -> int:
    return books.balance(code)
