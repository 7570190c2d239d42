"""The clock of a demo, kept in a file between runs (own room: it belongs to the assembly).

A caisse founded by the demo lives in its own time: it stands where the last run left it, and moves
only while the server runs. A real caisse has no such file.
"""

import json
import os
from pathlib import Path

from django.conf import settings

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.ledger import queries as ledger


def path() -> Path:
    """Where the demo's instant is kept."""
    return Path(settings.HOME) / "clock.json"


def resume(*, runs: bool) -> None:
    """Put the clock where the demo's stood: standing, or running from there (the server).

    Without its file (a restored copy) the demo goes on from the last thing that happened in it.
    """
    founding = bylaws.founding()
    if founding is None or not founding.demo:
        return
    if path().exists():
        now_ms = int(json.loads(path().read_text(encoding="utf-8"))["now_ms"])
    else:
        newest = events.history(limit=1)
        now_ms = max(ledger.tip()[1], newest[0].at)
    clock.travel(now_ms, runs=runs)


def keep() -> None:
    """Write the instant down, whole or not at all."""
    if not clock.travelling():
        return
    scratch = path().with_suffix(".new")
    scratch.write_text(json.dumps({"now_ms": clock.now_ms()}), encoding="utf-8")
    os.replace(scratch, path())
