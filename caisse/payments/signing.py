"""Signatures of browsers (own room: pure): Ed25519, or ECDSA on P-256 where there is no other.

A public key is 32 bytes whatever its kind: of a point on P-256 it is x, and y is even (who makes a
pair makes another one until it is). A signature is 64 bytes, r and s of P-256 in 32 each.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

ED25519, P256 = 1, 2
KINDS = (ED25519, P256)
KEY_BYTES, SIGNATURE_BYTES = 32, 64
_EVEN = b"\x02"  # of a compressed point: y is even


def is_key(kind: int, key: bytes) -> bool:
    """Whether these 32 bytes are a public key of that kind."""
    try:
        _key(kind, key)
    except ValueError:
        return False
    return True


def is_signed(kind: int, key: bytes, signature: bytes, said: bytes) -> bool:
    """Whether who holds the secret half of `key` has signed `said`; False for what is no key."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        known = _key(kind, key)
        if isinstance(known, Ed25519PublicKey):
            known.verify(signature, said)
        else:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            known.verify(encode_dss_signature(r, s), said, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _key(kind: int, key: bytes) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
    if len(key) != KEY_BYTES or kind not in KINDS:
        raise ValueError("a key is 32 bytes of a known kind")
    if kind == ED25519:
        return Ed25519PublicKey.from_public_bytes(key)
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _EVEN + key)
