"""The figures of a sale agreed by telephone, and those of a cashier (own room: pure).

Computed of a key outside the database, so that they are stored nowhere, and nobody who lacks the
key can tell them from chance. A guess meets one in 10^6 for each agreement that is open.
"""

import hmac
import re
from hashlib import sha256

from caisse.kernel.ids import Id
from caisse.payments.pins import guesses

LENGTH, SHORT = 6, 4
FIRST_SET = 5  # wrong entries that kill a set of figures
IN_ALL = guesses(LENGTH)  # and those that one agreement bears, whatever sets it had: 9


def figures(key: bytes, sale: Id, turn: int) -> str:
    """The figures of the set `turn`: the first 8 bytes of HMAC-SHA256(key, …), modulo 10^6.

    « … » is "paper1" | sale 16 | turn 2.
    """
    return _drawn(key, b"paper1" + sale + turn.to_bytes(2, "big"), LENGTH)


def code(key: bytes, cashier: Id, turn: int) -> str:
    """The four figures of a cashier: "cashier1" | cause 16 | turn 2, modulo 10^4."""
    return _drawn(key, b"cashier1" + cashier + turn.to_bytes(2, "big"), SHORT)


def _drawn(key: bytes, said: bytes, length: int) -> str:
    number = int.from_bytes(hmac.digest(key, said, sha256)[:8], "big")
    return f"{number % 10**length:0{length}d}"


def readable(typed: str) -> bool:
    """Whether what was typed can be a set of figures at all."""
    return re.fullmatch(rf"[0-9]{{{LENGTH}}}", typed) is not None


def bears(wrong: int, wrong_before: int) -> bool:
    """Whether a set still opens its agreement after so many wrong entries."""
    return wrong < FIRST_SET and wrong + wrong_before < IN_ALL
