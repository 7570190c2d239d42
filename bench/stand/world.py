"""What the clients of the payments' bench know of their town: who types what, which till it is."""

import json
from pathlib import Path
from typing import NamedTuple

FILE = "world.json"


class Till(NamedTuple):
    """A linked device: what it says of itself, the key that it shares (hexadecimal), its place."""

    said: str
    key: str
    place: int


class Payer(NamedTuple):
    """What a member types, and her wallet."""

    handle: str
    pin: str
    wallet: int


def write(home: Path, payers: list[Payer], tills: list[Till]) -> None:
    """Leave it for the clients."""
    (home / FILE).write_text(json.dumps({"payers": payers, "tills": tills}))


def read(home: Path) -> tuple[list[Payer], list[Till]]:
    """Who pays, and at which tills."""
    said = json.loads((home / FILE).read_text())
    return [Payer(*one) for one in said["payers"]], [Till(*one) for one in said["tills"]]
