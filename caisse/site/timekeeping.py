"""The clock of a demo, kept in a file between runs (own room: it belongs to the assembly).

A caisse founded by the demo lives in its own time: it stands where the last run left it, and moves
only while the server runs. A real caisse has no such file.
"""

import json
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

    Without its file (a restored copy) the demo goes on from the last thing that happened in it, and
    it never goes back before that.
    """
    founding = bylaws.founding()
    if founding is None or not founding.demo:
        return
    newest = events.history(limit=1)
    last = max(ledger.tip()[1], newest[0].at)  # a copy of the file may be older than the books
    clock.travel(max(_kept(), last), runs=runs)


def _kept() -> int:
    """The instant in the file, 0 when there is none that can be read."""
    try:
        return int(json.loads(path().read_text(encoding="utf-8"))["now_ms"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def keep() -> None:
    """Write the instant down, whole or not at all."""
    if not clock.travelling():
        return
    scratch = path().with_suffix(".new")
    scratch.write_text(json.dumps({"now_ms": clock.now_ms()}), encoding="utf-8")
    scratch.replace(path())
