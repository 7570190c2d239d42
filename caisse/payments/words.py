"""Three words that two screens show alike: of a payment, of the keys of a device (own room: pure).

Source: payments.md sections 1 and 5. A payment's follow from its id alone, a secret until it is
posted; they stand on every receipt.
The list is our own and never changes: an old receipt would get other words.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from caisse.kernel.ids import Id

LIST = Path(__file__).with_name("words.txt")
BITS = 11  # of 2,048 words


def indexes(said: bytes) -> tuple[int, int, int]:
    """The first 33 bits of SHA-256(said), as three numbers below 2,048."""
    return of_digest(sha256(said).digest())


def of_digest(digest: bytes) -> tuple[int, int, int]:
    """The first 33 bits of a digest, as three numbers below 2,048."""
    number = int.from_bytes(digest[:5], "big") >> 7
    return number >> 2 * BITS, number >> BITS & 2047, number & 2047


def words(id: Id) -> tuple[str, str, str]:
    """Those of a payment, of "w1" | id: « citron », « panier », « vélo »."""
    return _words(b"w1" + id)


def words_of_keys(ours: bytes, theirs: bytes) -> str:
    """Those of the public keys of the caisse and of a device, « citron · panier · vélo ».

    The same on both screens, or somebody is in between.
    """
    return " · ".join(_words(b"keys" + ours + theirs))


def word(number: int) -> str:
    """The word of this number, from 0 to 2,047."""
    return _known()[number]


def _words(said: bytes) -> tuple[str, str, str]:
    first, second, third = indexes(said)
    known = _known()
    return known[first], known[second], known[third]


@cache
def _known() -> tuple[str, ...]:
    return tuple(LIST.read_text(encoding="utf-8").split())
