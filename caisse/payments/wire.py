"""What passes between a device and the caisse (own room: pure): codes, shared keys, proofs.

Source: payments.md section 1. Both sides compute the key that they share from each other's public
one, so that no secret crosses the network; a request is proven by an HMAC under it and needs no
public-key check. It holds no instant: what is sent again is harmless, for every write has an id.
"""

import re
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from caisse.kernel.macs import mac

CODE_SIGNS, SELECTOR_SIGNS = 10, 4  # 50 bits; the first 20 say which invitation is tried
POINT_BYTES = 65
ALIKE = str.maketrans("ILO", "110")


def tidy_code(typed: str) -> str:
    """A code as it was given, whatever the case, the hyphens and the signs that look alike."""
    return re.sub(r"[^0-9A-Z]", "", typed.upper()).translate(ALIKE)


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half of a key, as the browser reads it: 65 bytes, uncompressed."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def read_point(point: bytes) -> ec.EllipticCurvePublicKey:
    """A device's public key; raises ValueError when these bytes are no point of P-256."""
    if len(point) != POINT_BYTES:
        raise ValueError("a public key has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def shared_key(
    ours: ec.EllipticCurvePrivateKey,
    point: bytes,
    device_id: int,
    generation: int,
    kind: bytes = b"till",
) -> bytes:
    """`k_till`: HKDF-SHA256(ECDH, "till" | device 4 | generation 2), 32 bytes.

    `k_device`, of a telephone, has "phone" where that of a till has "till".
    """
    secret = ours.exchange(ec.ECDH(), read_point(point))
    info = kind + device_id.to_bytes(4, "big") + generation.to_bytes(2, "big")
    return HKDF(SHA256(), length=32, salt=None, info=info).derive(secret)


def proof(key: bytes, method: str, path: str, body: bytes) -> str:
    """HMAC-SHA256(key, method | path | SHA-256(body)) in hexadecimal.

    What is asked behind « ? » of an address belongs to its path.
    """
    said = f"{method}|{path}|".encode() + sha256(body).digest()
    return mac(key, said).hex()
