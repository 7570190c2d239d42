"""Files of keys, outside the database and its copies: a line per key, its number and 64 figures.

They lie in `CAISSE_KEYS` (`keys` in the caisse's folder when nobody says), readable by us only.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings


def path(name: str) -> Path:
    """Where the keys `name` lie, or would."""
    return _path(settings.KEYS, settings.HOME, name)


@cache
def _path(keys: str | None, home: Path, name: str) -> Path:
    """Parsed once: a payment asks for a key, and would take longer for its path than for itself."""
    return (Path(keys) if keys else Path(home) / "keys") / name


def kept(name: str, whose: str) -> dict[int, bytes]:
    """The keys by number. Raises RuntimeError when the file is missing; it has to be brought back.

    `whose` says of what they are the keys.
    """
    file = path(name)
    try:
        seen = file.stat()
    except FileNotFoundError:
        raise RuntimeError(f"the key of the {whose} is missing: {file}") from None
    # two writers within one tick of the clock of files leave one time, but each makes a file anew
    return dict(_read(file, (seen.st_mtime_ns, seen.st_ino, seen.st_size)))


@cache
def _read(file: Path, _changed: tuple[int, int, int]) -> tuple[tuple[int, bytes], ...]:
    lines = file.read_text(encoding="ascii").split("\n")
    pairs = [line.split(" ") for line in lines if line]
    return tuple((int(number), bytes.fromhex(key)) for number, key in pairs)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else changes the files meanwhile."""
    folder = path("lock").parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(name: str, keys: dict[int, bytes]) -> None:
    """All of it or nothing: a half-written key would lock every member out."""
    file = path(name)
    scratch = file.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as opened:
        opened.write("".join(f"{number} {key.hex()}\n" for number, key in sorted(keys.items())))
        opened.flush()
        os.fsync(opened.fileno())
    scratch.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name too: rows under a lost key could never be read again
    finally:
        os.close(folder)
