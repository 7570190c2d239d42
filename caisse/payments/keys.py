"""The keys of PINs, tills and cards (own room: files outside the database and its copies).

Whoever holds database and key holds every PIN; so the key is never in the same backup. They lie in
`CAISSE_KEYS` (`keys` in the caisse's folder when nobody says), a line per key: number, 64 figures.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NAME = "pin.keys"
TILLS = "till.keys"
ROOT = "root.keys"
SIGNS = "sign.keys"
KEY_BYTES = 32


def pin_keys() -> dict[int, bytes]:
    """The keys by number, the newest last.

    Raises RuntimeError when there is none: made anew, it would turn every right PIN into a wrong
    one. The file has to be brought back.
    """
    return _kept(NAME, "PINs")


def make_pin_key() -> None:
    """Make the first key, before the first PIN is drawn; nothing when there is one."""
    with _alone():
        _make(NAME)


def add_pin_key() -> int:
    """Make one key more; its number. New PINs lie under it alone."""
    with _alone():
        known = pin_keys()
        number = max(known) + 1
        _write({**known, number: secrets.token_bytes(KEY_BYTES)})
    return number


def till_key() -> ec.EllipticCurvePrivateKey:
    """The caisse's half of every key that it shares with a device: P-256.

    Raises RuntimeError when there is none: made anew, no device would be known any more. The file
    has to be brought back.
    """
    return _curve(max(_kept(TILLS, "tills").items())[1])


def make_till_key() -> None:
    """Make the key of tills and telephones; nothing where there is one."""
    with _alone():
        if not _path(TILLS).exists():
            made = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
            _write({1: made.to_bytes(KEY_BYTES, "big")}, TILLS)


def card_key() -> bytes:
    """What cards are sealed under: HKDF of the root key, 32 bytes. Raises as `till_key` does."""
    return _derived(max(_kept(ROOT, "cards").items())[1], b"card")


def ticket_key() -> bytes:
    """What the tickets of phones are sealed under. Raises as `till_key` does."""
    return _derived(max(_kept(ROOT, "phones").items())[1], b"ticket")


def make_root_key() -> None:
    """Make the root key; nothing where there is one."""
    with _alone():
        _make(ROOT)


def sign_key() -> tuple[int, Ed25519PrivateKey]:
    """What the caisse signs with today, and its number. Raises as `till_key` does."""
    number, secret = max(_kept(SIGNS, "signatures").items())
    return number, _signing(secret)


def sign_keys() -> dict[int, Ed25519PublicKey]:
    """What the caisse's signatures are known by: that of today, and those that are good still."""
    known = _kept(SIGNS, "signatures")
    return {number: _signing(secret).public_key() for number, secret in known.items()}


def make_sign_key() -> None:
    """Make the key of signatures; nothing where there is one."""
    with _alone():
        _make(SIGNS)


@cache
def _derived(root: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=use).derive(root)


@cache
def _signing(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


@cache
def _curve(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())


def _path(name: str = NAME) -> Path:
    folder = Path(settings.KEYS) if settings.KEYS else Path(settings.HOME) / "keys"
    return folder / name


def _kept(name: str, whose: str) -> dict[int, bytes]:
    path = _path(name)
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise RuntimeError(f"the key of the {whose} is missing: {path}") from None
    return dict(_read(path, changed))


@cache
def _read(path: Path, _changed: int) -> tuple[tuple[int, bytes], ...]:
    lines = path.read_text(encoding="ascii").split("\n")
    pairs = [line.split(" ") for line in lines if line]
    return tuple((int(number), bytes.fromhex(key)) for number, key in pairs)


def _make(name: str) -> None:
    """A first key in this file; nothing when there is one."""
    if not _path(name).exists():
        _write({1: secrets.token_bytes(KEY_BYTES)}, name)


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else changes the file meanwhile."""
    folder = _path().parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(keys: dict[int, bytes], name: str = NAME) -> None:
    """All of it or nothing: a half-written key would lock every member out."""
    path = _path(name)
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write("".join(f"{number} {key.hex()}\n" for number, key in sorted(keys.items())))
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name too: rows under a lost key could never be read again
    finally:
        os.close(folder)
