"""The key of the PINs (own room: a file outside the database and its copies).

Whoever holds database and key holds every PIN; so the key is never in the same backup. It lies in
`CAISSE_KEYS` (`keys` in the caisse's folder when nobody says), a line per key: number, 64 figures.
"""

import os
import secrets
from functools import cache
from pathlib import Path

from django.conf import settings

NAME = "pin.keys"
KEY_BYTES = 32


def pin_keys() -> dict[int, bytes]:
    """The keys by number, the newest last; the first one is made when there is none."""
    path = _path()
    if not path.exists():
        _write(path, {1: secrets.token_bytes(KEY_BYTES)})
    return dict(_read(path, path.stat().st_mtime_ns))


def add_pin_key() -> int:
    """Make one key more; its number. New PINs lie under it alone."""
    known = pin_keys()
    number = max(known) + 1
    _write(_path(), {**known, number: secrets.token_bytes(KEY_BYTES)})
    return number


def _path() -> Path:
    folder = Path(settings.KEYS) if settings.KEYS else Path(settings.HOME) / "keys"
    return folder / NAME


@cache
def _read(path: Path, _changed: int) -> tuple[tuple[int, bytes], ...]:
    lines = path.read_text(encoding="ascii").split("\n")
    pairs = [line.split(" ") for line in lines if line]
    return tuple((int(number), bytes.fromhex(key)) for number, key in pairs)


def _write(path: Path, keys: dict[int, bytes]) -> None:
    """All of it or nothing: a half-written key would lock every member out."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write("".join(f"{number} {key.hex()}\n" for number, key in sorted(keys.items())))
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
