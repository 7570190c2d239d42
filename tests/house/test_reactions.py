"""What a package does by itself is declared when the application starts, not when a test looks."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTED = "import django, sys; django.setup(); print(*sys.modules)"
TIMETABLE = "import django; django.setup(); from caisse.kernel import work; print(*work.TIMETABLE)"


def started(program: str) -> set[str]:
    """The words that `program` prints in a process that only starts the application."""
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "caisse.settings"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    return set(done.stdout.decode().split())


def test_every_reactions_room_is_imported_at_start() -> None:
    rooms = [*ROOT.glob("caisse/*/reactions.py"), *ROOT.glob("caisse/*/reactions/__init__.py")]
    wanted = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in rooms
    }
    assert len(wanted) > 3
    assert wanted - started(STARTED) == set()


def test_the_timetable_has_what_the_reactions_declare() -> None:
    wanted = {"work.purge", "ledger.void_expired", "contributions.call", "month.freeze"}
    assert wanted - started(TIMETABLE) == set()
