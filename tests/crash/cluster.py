"""A PostgreSQL of a test's own, which may be killed whole: its files are durable, its socket is in
its folder, and nobody else's test is on it."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

USER = "caisse-test"  # as `script/postgresql` makes it: PostgreSQL refuses to run as root
READY_S = 60
OPTIONS = "-c listen_addresses= -k {folder} -p 5432 -c max_connections=60"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, Debian's newest or the PATH's; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    known = shutil.which("initdb")
    return found[-1].parent if found else Path(known).parent if known else None


class Cluster:
    """Started when made; `kill` is SIGKILL to its first process, `start` brings it back."""

    def __init__(self, bin_: Path) -> None:
        self.bin = bin_
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self.data = self.folder / "data"
        if os.getuid() == 0:
            os.chown(self.folder, pwd.getpwnam(USER).pw_uid, -1)
        self._run(
            "initdb", "-D", str(self.data), "-U", "caisse", "--auth=trust", "-E", "UTF8",
            "--locale=C",
        )  # fmt: skip
        self.start()
        self._run("createdb", "-h", str(self.folder), "-U", "caisse", "caisse")

    @property
    def url(self) -> str:
        """Where its database is."""
        return f"postgresql://caisse@/caisse?host={self.folder}&port=5432"

    def start(self) -> None:
        """Start it, and wait until it has recovered: what dies last may still hold its memory."""
        options = OPTIONS.format(folder=self.folder)
        log = str(self.folder / "log")
        until = time.monotonic() + READY_S
        while True:
            try:
                self._run("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start")
                return
            except subprocess.CalledProcessError as failure:
                if time.monotonic() > until:
                    raise AssertionError((failure.stdout, Path(log).read_text()[-2000:])) from None
                time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL to the postmaster: its children end when they see that it is gone."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        with contextlib.suppress(ProcessLookupError):
            os.kill(first, signal.SIGKILL)

    def remove(self) -> None:
        """Stop it, and leave nothing."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self.bin / program), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        subprocess.run(
            command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=READY_S,
        )  # fmt: skip
