"""The disk fails under a real process: fsync errors, full disks (lessons 1 and 3 of the design).

Only SQLite: there the disk is ours. PostgreSQL answers the same with a PANIC and its own recovery,
seen from here as a session that ends (`caisse/ledger/tests/test_writer.py`).
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from caisse.kernel.ids import derived_id, new_id
from caisse.ledger.tests.books import recount
from tests.crash.home import PAY, Crash, Home, Told
from tests.crash.jobs import ids_of

DONE = ("posted", "exists")
ELSEWHERE = "tests.crash.jobs:elsewhere"
PLAIN = "plain"  # payments that no rule refuses: whatever else is told comes from the disk
STRACE = ("strace", "-f", "-qq", "-o", "/dev/null")


@pytest.fixture
def disk(crash: Crash) -> Crash:
    """Only where the disk is ours."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its own disk")
    return crash


@pytest.fixture
def home(disk: Crash, tmp_path: Path) -> Home:
    """A copy for one test."""
    return disk[0].copy(tmp_path / "home")


@pytest.fixture(scope="module")
def strace() -> None:
    """Skip where processes may not be traced."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    tried = subprocess.run([*STRACE, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"tracing is refused here: {tried.stderr.strip()[:80]}")


def failing(calls: str, error: str, when: str) -> list[str]:
    """The command that lets system calls fail: `when` is the n-th of the thread, n+ from there."""
    return [*STRACE, "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={when}"]


def settled(disk: Crash, home: Home, base: str, told: list[Told], count: int) -> list[str]:
    """Every id asked again on a healthy disk; what each was told first, at last all is posted."""
    first = {line["n"]: line["told"][0] for line in told if "n" in line}
    answers = [first[n][0] for n in range(count)]
    assert set(answers) <= {*DONE, "uncertain"}, "never a refusal for what may have moved"
    file, every = str(home.file), list(range(count))
    lines, code = disk[1].live(ELSEWHERE, file, PAY, base, PLAIN, every, count, 0, 1)
    assert code == 0
    again = {line["n"]: line["told"][0] for line in lines if "n" in line}
    for n, outcome in first.items():
        assert again[n][0] in DONE
        if outcome[0] in DONE:
            assert (again[n][0], again[n][1:]) == ("exists", outcome[1:]), "acknowledged, then lost"
    stored = {bytes(id_) for (id_,) in home.rows("SELECT id FROM ledger_transfer")}
    assert {id_ for n in range(count) for id_ in ids_of(base, n, PLAIN)} <= stored
    assert home.rows("PRAGMA integrity_check") == [("ok",)]
    assert recount(home.rows) == []
    return answers


def long(*values: object) -> object:
    """Values for script/test --long: each of these costs two processes."""
    return pytest.param(*values, marks=pytest.mark.long)


@pytest.mark.parametrize("when", ["3..13+5", long("1"), long("2..3"), long("6..9"), long("12")])
def test_a_failing_fsync_is_settled_by_the_next_commit(
    strace: None, disk: Crash, home: Home, when: str
) -> None:
    base = derived_id(new_id(), "fsync").hex()
    told = home.once(PAY, base, PLAIN, [], 0, 15, 1, before=failing("fsync,fdatasync", "EIO", when))
    answers = settled(disk, home, base, told, 15)
    assert answers[-1] in DONE, "it goes on when the disk does"


def test_a_disk_that_fails_for_good_leaves_everything_uncertain(
    strace: None, disk: Crash, home: Home
) -> None:
    base = derived_id(new_id(), "for good").hex()
    told = home.once(PAY, base, PLAIN, [], 0, 8, 1, before=failing("fsync,fdatasync", "EIO", "5+"))
    answers = settled(disk, home, base, told, 8)
    assert answers[0] in DONE
    assert answers[-3:] == ["uncertain"] * 3


@pytest.mark.parametrize("at_once", [16, long(1)])
def test_no_space_for_a_while(strace: None, disk: Crash, home: Home, at_once: int) -> None:
    base = derived_id(new_id(), "space").hex()
    told = home.once(
        PAY, base, PLAIN, [], 0, 40, at_once, before=failing("pwrite64", "ENOSPC", "40..45")
    )
    answers = settled(disk, home, base, told, 40)
    assert answers[-1] in DONE


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own that is soon full; skip where mounting is refused."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if shutil.which("mount") is None:
        pytest.skip("there is no mount")
    tried = subprocess.run(mount, capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"mounting is refused here: {tried.stderr.strip()[:80]}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(
    ("left", "which", "answer"), [(40_000, -1, "uncertain"), long(150_000, 0, "posted")]
)
def test_a_disk_that_is_really_full(
    disk: Crash, small_disk: Path, left: int, which: int, answer: str
) -> None:
    """With a little room it goes on (closing empties the log); without any, nobody is told no."""
    home = disk[0].copy(small_disk / "home")
    base = derived_id(new_id(), "full").hex()
    space = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(bytes(space.f_bavail * space.f_frsize - left))
    told = home.once(PAY, base, PLAIN, [], 0, 20, 1)
    first = [line["told"][0][0] for line in told if "n" in line]
    assert first[which] == answer
    (small_disk / "filler").unlink()
    settled(disk, home, base, told, 20)
