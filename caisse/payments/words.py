"""Three words of a payment, the same on both screens and on every receipt (own room: pure).

Source: payments.md section 5. They follow from the id alone, which is a secret until it is posted.
The list is our own and never changes: an old receipt would get other words.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from caisse.kernel.ids import Id

LIST = Path(__file__).with_name("words.txt")
BITS = 11  # of 2,048 words


def indexes(id: Id) -> tuple[int, int, int]:
    """The first 33 bits of SHA-256("w1" | id), as three numbers below 2,048."""
    number = int.from_bytes(sha256(b"w1" + id).digest()[:5], "big") >> 7
    return number >> 2 * BITS, number >> BITS & 2047, number & 2047


def words(id: Id) -> tuple[str, str, str]:
    """« citron », « panier », « vélo »."""
    first, second, third = indexes(id)
    known = _known()
    return known[first], known[second], known[third]


@cache
def _known() -> tuple[str, ...]:
    return tuple(LIST.read_text(encoding="utf-8").split())
