"""Codes typed without network, sealed for the caisse alone: no till can read one again.

A fresh P-256 pair for each, ECDH with the caisse's key, HKDF-SHA256, AES-256-GCM. The key serves
once, so the nonce is zero. `bound` is what the code was typed for; it opens nothing else.
"""

from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from caisse.payments.wire import POINT_BYTES, public_point, read_point

NONCE = bytes(12)
TAG_BYTES = 16
LONGEST = POINT_BYTES + 200 + TAG_BYTES


class Typed(NamedTuple):
    """Who was said to pay (an identifier, or the text of a card), and the code."""

    who: str
    digits: str


def seal(typed: Typed, bound: bytes, *, point: bytes) -> bytes:
    """What a till keeps of a code: 65 bytes of a fresh public key, then the sealed text."""
    ours = ec.generate_private_key(ec.SECP256R1())
    mine = public_point(ours)
    key = _key(ours, point, mine)
    return mine + AESGCM(key).encrypt(NONCE, f"{typed.digits}\n{typed.who}".encode(), bound)


def unseal(sealed: bytes, bound: bytes, *, key: ec.EllipticCurvePrivateKey) -> Typed | None:
    """What was typed; None for what is not sealed for this key, or for another sale."""
    if not POINT_BYTES + TAG_BYTES < len(sealed) <= LONGEST:
        return None
    mine = sealed[:POINT_BYTES]
    try:
        opened = AESGCM(_key(key, mine, mine)).decrypt(NONCE, sealed[POINT_BYTES:], bound)
        digits, _, who = opened.decode().partition("\n")
    except (InvalidTag, ValueError):
        return None
    plain = digits.isdecimal() and digits.isascii() and 4 <= len(digits) <= 8
    return Typed(who, digits) if plain and who.isprintable() else None


def _key(ours: ec.EllipticCurvePrivateKey, theirs: bytes, fresh: bytes) -> bytes:
    secret = ours.exchange(ec.ECDH(), read_point(theirs))
    return HKDF(SHA256(), length=32, salt=None, info=b"sealed1" + fresh).derive(secret)
