"""Who may know whom, by import-linter: the house, and small houses that break each contract."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.layout import LINTER, layered, with_contracts
from tests.house.tree import Plant, Tree, grow

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / LINTER).read_text(encoding="utf-8")
ROOMS = ("rules", "models", "queries", "operations", "pages")
WORDS = ("caisse/__init__.py", "caisse/kernel/clock.py", "caisse/kernel/events.py")
EMPTY: Plant = dict.fromkeys(WORDS, "") | {
    f"caisse/{package}/{room}.py": "" for package in layered(TEXT) for room in ("__init__", *ROOMS)
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree under `root`."""
    script = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports;"
    script += "sys.exit(lint_imports(no_cache=True, no_logo=True))"
    return subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )


def test_the_house_keeps_its_contracts() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "line", "contract"),
    [
        ("caisse/ledger/operations.py", "from caisse.month import rules", "Who may know whom"),
        ("caisse/month/operations.py", "from caisse.payments import rules", "Who may know whom"),
        ("caisse/month/operations.py", "from caisse.month import pages", "Rooms inside a package"),
        ("caisse/month/queries.py", "from caisse.month import operations", "Rooms inside"),
        ("caisse/site/pages.py", "from caisse.people.models import Person", "rooms of people"),
        ("caisse/month/rules.py", "from django.db import models", "Rules are pure"),
        ("caisse/month/rules.py", "from caisse.kernel import clock", "Rules are pure"),
        ("caisse/month/rules.py", "from caisse.people import queries", "Rules are pure"),
        ("caisse/stranger/operations.py", "", "Who may know whom"),
    ],
)
def test_a_planted_import_is_seen(path: str, line: str, contract: str, tmp_path: Path) -> None:
    plant = {**EMPTY, path: f"{line}\n"}
    if "stranger" in path:
        plant["caisse/stranger/__init__.py"] = ""
    contracts = with_contracts(TEXT, grow(tmp_path, EMPTY))
    grow(tmp_path, {**plant, LINTER: contracts})
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [said for said in done.stdout.split("\n") if said.endswith("BROKEN")]
    assert len(broken) == 1, done.stdout
    assert contract in broken[0]


def test_a_house_without_forbidden_imports_passes(tmp_path: Path) -> None:
    fine = {"caisse/month/operations.py": "from caisse.people import operations, queries, rules\n"}
    grow(tmp_path, {**EMPTY, **fine})
    grow(tmp_path, {LINTER: with_contracts(TEXT, Tree(tmp_path))})
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
