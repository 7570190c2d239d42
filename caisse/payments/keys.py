"""The keys of PINs, tills and printed papers (own room: files outside the database and its copies).

Whoever holds database and key holds every PIN; so the key is never in the same backup. They lie in
`CAISSE_KEYS` (`keys` in the caisse's folder when nobody says), a line per key: number, 64 figures.
"""

import secrets
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from caisse.kernel.keyfiles import alone, kept, path, write

NAME = "pin.keys"
TILLS = "till.keys"
ROOT = "root.keys"
SIGNS = "sign.keys"
NEXT_SIGN = "sign.next"
KEY_BYTES = 32


def pin_keys() -> dict[int, bytes]:
    """The keys by number, the newest last.

    Raises RuntimeError when there is none: made anew, it would turn every right PIN into a wrong
    one. The file has to be brought back.
    """
    return kept(NAME, "PINs")


def make_pin_key() -> None:
    """Make the first key, before the first PIN is drawn; nothing when there is one."""
    with alone():
        _make(NAME)


def add_pin_key() -> int:
    """Make one key more; its number. New PINs lie under it alone."""
    with alone():
        return _add(NAME, "PINs")


def till_key() -> ec.EllipticCurvePrivateKey:
    """The caisse's half of every key that it shares with a device: P-256.

    Raises RuntimeError when there is none: made anew, no device would be known any more. The file
    has to be brought back.
    """
    return _curve(max(kept(TILLS, "tills").items())[1])


def make_till_key() -> None:
    """Make the key of tills and telephones; nothing where there is one."""
    with alone():
        if not path(TILLS).exists():
            made = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
            write(TILLS, {1: made.to_bytes(KEY_BYTES, "big")})


def card_keys() -> list[bytes]:
    """What cards are sealed under, today's first: HKDF of each root key, 32 bytes. Raises as
    `till_key` does."""
    return _all_derived("cards", b"card")


def ticket_keys() -> list[bytes]:
    """What the tickets of phones are sealed under, today's first. Raises as `till_key` does."""
    return _all_derived("phones", b"ticket")


def make_root_key() -> None:
    """Make the root key; nothing where there is one."""
    with alone():
        _make(ROOT)


def voucher_keys() -> list[bytes]:
    """What vouchers are known by: HKDF of each root key, the newest first. Raises as above."""
    return _all_derived("vouchers", b"voucher")


def add_root_key() -> int:
    """Make one root key more; its number. What the keys before it have sealed is read as before."""
    with alone():
        return _add(ROOT, "cards")


def sign_key() -> tuple[int, Ed25519PrivateKey]:
    """What the caisse signs with today, and its number. Raises as `till_key` does."""
    number, secret = max(kept(SIGNS, "signatures").items())
    return number, _signing(secret)


def sign_keys() -> dict[int, Ed25519PublicKey]:
    """What the caisse's signatures are known by: that of today, those that are good still, and the
    one that is prepared, so that tills know it before anything bears it."""
    known = kept(SIGNS, "signatures") | _prepared()
    return {number: _signing(secret).public_key() for number, secret in known.items()}


def prepared_sign_key() -> int | None:
    """The number of the key that will sign next; None when none is prepared."""
    return max(_prepared(), default=None)


def prepare_sign_key() -> int:
    """Make the key that will sign next, and tell it; its number. The same while it waits."""
    with alone():
        known = kept(SIGNS, "signatures")
        if not _prepared():
            write(NEXT_SIGN, {max(known) + 1: secrets.token_bytes(KEY_BYTES)})
        return max(_prepared())


def begin_sign_key() -> None:
    """Sign with the prepared key from now on. Killed in between, it signs, and waits no more."""
    with alone():
        write(SIGNS, kept(SIGNS, "signatures") | _prepared())
        path(NEXT_SIGN).unlink(missing_ok=True)


def end_sign_key(number: int) -> None:
    """Know what this key has signed no more; never the one of today."""
    with alone():
        known = kept(SIGNS, "signatures")
        write(SIGNS, {one: secret for one, secret in known.items() if one != number})


def make_sign_key() -> None:
    """Make the key of signatures; nothing where there is one."""
    with alone():
        _make(SIGNS)


def _all_derived(whose: str, use: bytes) -> list[bytes]:
    """A key of each root key, the newest first: paper lives longer than a key is new."""
    known = sorted(kept(ROOT, whose).items(), reverse=True)
    return [_derived(root, use) for _number, root in known]


@cache
def _derived(root: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=use).derive(root)


@cache
def _signing(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


@cache
def _curve(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())


def _prepared() -> dict[int, bytes]:
    """The key that signs next by its number, or nothing."""
    if not path(NEXT_SIGN).exists():
        return {}
    known = kept(SIGNS, "signatures")
    waits = kept(NEXT_SIGN, "signatures").items()
    return {number: secret for number, secret in waits if number > max(known)}


def _add(name: str, whose: str) -> int:
    """One key more in a file that is there; its number."""
    known = kept(name, whose)
    number = max(known) + 1
    write(name, {**known, number: secrets.token_bytes(KEY_BYTES)})
    return number


def _make(name: str) -> None:
    """A first key in this file; nothing when there is one."""
    if not path(name).exists():
        write(name, {1: secrets.token_bytes(KEY_BYTES)})
