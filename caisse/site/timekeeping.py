"""The clock of a demo, kept in a file between runs (own room: it belongs to the assembly).

A caisse founded by the demo lives in its own time: it stands where the last run left it, and moves
only while the server runs. A real caisse has no such file.
"""

import json
import os
from pathlib import Path

from django.conf import settings

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock


def path() -> Path:
    """Where the demo's instant is kept."""
    return Path(settings.HOME) / "clock.json"


def resume(*, runs: bool) -> None:
    """Put the clock where the demo's stood: standing, or running from there (the server)."""
    founding = bylaws.founding()
    if founding is not None and founding.demo and path().exists():
        kept = json.loads(path().read_text(encoding="utf-8"))
        clock.travel(int(kept["now_ms"]), runs=runs)


def keep() -> None:
    """Write the instant down, whole or not at all."""
    if not clock.travelling():
        return
    scratch = path().with_suffix(".new")
    scratch.write_text(json.dumps({"now_ms": clock.now_ms()}), encoding="utf-8")
    os.replace(scratch, path())
