"""Who carries an SMS or a call (own room: named by the setting CAISSE_CARRIER).

One interface for every provider. Without one, what would have left lies in a file of the caisse.
"""

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from caisse.kernel import clock

Kind: TypeAlias = Literal["sms", "voice"]

OUTBOX = "outbox"
KEPT_DAYS = 31  # files of the outbox


@dataclass(frozen=True, slots=True)
class Sent:
    """It is on its way; `mark` is what the carrier calls it, "" for nothing."""

    mark: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not leave. `again`: another turn may go better. `why` is one word, never a number.

    `closed`: nobody can be reached that way now, so the others need not try at once.
    """

    why: str
    again: bool = True
    closed: bool = False


class Carrier(Protocol):
    """What a provider's class has: no argument to make it, and `send`."""

    def send(self, *, id: str, kind: Kind, address: str, text: str) -> Sent | Failed:
        """Carry a text to a number ("+33612345678"): as an SMS, or read aloud in a call.

        The same `id` again is the same message: a carrier that can tell sends it once. Raises
        nothing that it can tell: a fault is Failed.
        """


class FileCarrier:
    """Writes a line of JSON per message to a file per day in the folder `outbox` of the caisse."""

    def send(self, *, id: str, kind: Kind, address: str, text: str) -> Sent | Failed:
        """Add the line; readable by us only."""
        folder = Path(settings.HOME) / OUTBOX
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        said = {"id": id, "kind": kind, "address": address, "text": text, "at": clock.now_ms()}
        file = os.open(folder / _name(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as opened:
            opened.write(json.dumps(said, ensure_ascii=False) + "\n")
        return Sent(id)


def carrier() -> Carrier:
    """Whoever carries messages here. Raises ImproperlyConfigured for a name that leads nowhere."""
    return _made(settings.CARRIER)


@cache
def _made(name: str) -> Carrier:
    try:
        made: Carrier = import_string(name)()
    except (ImportError, TypeError) as error:
        raise ImproperlyConfigured(f"CAISSE_CARRIER names a class, not {name!r}") from error
    if not callable(getattr(made, "send", None)):
        raise ImproperlyConfigured(f"CAISSE_CARRIER: {name!r} has no method « send »")
    return made


def forget_old() -> int:
    """Remove the files of the outbox that are older than KEPT_DAYS; how many went."""
    first = clock.day_of(clock.now_ms() - KEPT_DAYS * clock.DAY_MS).isoformat()
    known = (Path(settings.HOME) / OUTBOX).glob("*.jsonl")
    old = [file for file in known if re.match(r"\d{4}-", file.name) and file.stem < first]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _name() -> str:
    return f"{clock.today().isoformat()}.jsonl"
