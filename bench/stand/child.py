"""Programs of the bench as processes of their own: each has its database and its own Django."""

import os
import subprocess
import sys
from pathlib import Path

from bench.stand.server import ROOT


def run_child(module: str, arguments: list[str], database: str, home: Path) -> str:
    """What `module` prints when it runs on `database` ("" is SQLite) with $CAISSE_HOME `home`.

    Raises RuntimeError with the end of what it complained of.
    """
    environment = {**os.environ, "CAISSE_DATABASE": database, "CAISSE_HOME": str(home)}
    command = [sys.executable, "-m", module, *arguments]
    told = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise RuntimeError(f"{module}: {told.stderr[-2000:]}")
    return told.stdout
