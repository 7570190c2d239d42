"""What is computed of a PIN (own room: pure): its verifier, its limits, the id of a try.

Source: payments.md section 2. A thief of the database learns nothing without the 256-bit key; a
guess costs microseconds here, so it is the number of judged guesses that protects a wallet.
"""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256

from caisse.kernel.ids import SHORT, Id
from caisse.kernel.macs import mac

SALT_BYTES, VERIFIER_BYTES = 8, 16
GUESSES_BP = 100_000  # a wallet and month must resist better than one in so many
BUCKETS = 3  # U, H and C share what a month allows
SHORTEST, LONGEST = 4, 8
RESET_HALF = 5  # signs of each referent: 25 bits


def verifier(key: bytes, holder_id: int, salt: bytes, digits: str) -> bytes:
    """HMAC-SHA256(key, "pin1" | holder 16 | salt 8 | digits), its first 16 bytes."""
    said = b"pin1" + holder_id.to_bytes(16, "big") + salt + digits.encode()
    return mac(key, said)[:VERIFIER_BYTES]


def covered(key: bytes, known: bytes) -> bytes:
    """A verifier under one key more: how keys are changed without knowing a PIN."""
    return hmac.digest(key, known, sha256)[:VERIFIER_BYTES]


def matches(
    keys: Mapping[int, bytes], layers: Sequence[int], holder_id: int, salt: bytes, digits: str,
    known: bytes,
) -> bool:  # fmt: skip
    """Whether these digits are the PIN behind `known`, which lies under the keys `layers`."""
    found = verifier(keys[layers[0]], holder_id, salt, digits)
    for layer in layers[1:]:
        found = covered(keys[layer], found)
    return hmac.compare_digest(found, known)


def guesses(length: int) -> int:
    """K(d): the wrong tries that a wallet may see in a month, at a PIN of `length` drawn digits.

    The largest number with K / 10^d below one in 100,000: 9 for six digits, 99 for seven.
    """
    return max(0, -(-(10**length) // GUESSES_BP) - 1)


def tries_of_a_bucket(length: int) -> int:
    """The share of one bucket (U, H or C): 3 for six digits, 33 for seven, 333 for eight."""
    return guesses(length) // BUCKETS


def try_id(key: bytes, payment_id: Id, attempt: int, digits: str, whose: str) -> Id:
    """The id of a wrong try, UUIDv8 with the instant of the payment's id.

    Keyed: what was typed, also when it was wrong, must not be found by trying all PINs against the
    ledger. The same digits of the same attempt on the same bucket (`whose`) are the same try: typed
    for another wallet they are another one, which counts against that wallet.
    """
    said = b"try1" + payment_id + attempt.to_bytes(4, "big") + f"{digits}|{whose}".encode()
    digest = bytearray(hmac.digest(key, said, sha256)[:10])
    digest[0] = 0x80 | (digest[0] & 0x0F)
    digest[2] = 0x80 | (digest[2] & 0x3F)
    return payment_id[:6] + bytes(digest)


def reset_code(key: bytes, act: Id) -> str:
    """Ten signs of base 32: the first 50 bits of HMAC-SHA256(key, "reset1" | act 16)."""
    number = int.from_bytes(hmac.digest(key, b"reset1" + act, sha256)[:8], "big") >> 14
    return "".join(SHORT[number >> shift & 31] for shift in range(45, -1, -5))


def halves(code: str) -> tuple[str, str]:
    """The half of each referent."""
    return code[:RESET_HALF], code[RESET_HALF:]


def tidy_reset(typed: str) -> str:
    """A code as it was typed, in its own signs; O, I and L are read as 0, 1 and 1."""
    signs = typed.upper().translate(str.maketrans("OIL", "011"))
    return "".join(sign for sign in signs if sign in SHORT)
