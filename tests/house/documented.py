"""What stands in docs/: every setting, event, article, refusal; links that lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.house.reference import event_names, pages, recorded
from tests.house.tree import Tree, rule

NEVER = "docs/reference/never.md"
SETTINGS, INDEX = "docs/reference/settings.md", "docs/index.md"
DECISION = "docs/decisions/"
HEADINGS = ("## What was decided", "## Why", "## What else was weighed")


@rule(
    {"caisse/settings.py": "x = text('CAISSE_HOME')\n", SETTINGS: ""},
    {"script/test": 'x="${CAISSE_LONG:-}"\n', SETTINGS: ""},
    {"caisse/settings.py": "", SETTINGS: "| `CAISSE_GONE` | x |\n"},
    fine={"caisse/settings.py": "x = text('CAISSE_HOME')\n", SETTINGS: "| `CAISSE_HOME` | x |\n"},
)
def settings_documented(tree: Tree) -> Iterator[str]:
    """docs/reference/settings.md names every CAISSE_* variable, and no other."""
    read: dict[str, str] = {}
    for file in tree.files:
        if (
            file.parts[0] in {"caisse", "script", "bench", ".ci", "conftest.py"}
            and not file.is_test
        ):
            for name in re.findall(r"\bCAISSE_[A-Z_]+[A-Z]\b", file.text):
                read.setdefault(name.removesuffix("_FILE"), file.path)
    documented = set(re.findall(r"^\| `(CAISSE_[A-Z_]+)`", tree.read(SETTINGS), re.MULTILINE))
    yield from (
        f"{read[name]}:1: {name} is not in {SETTINGS}" for name in sorted(set(read) - documented)
    )
    yield from (f"{SETTINGS}:1: {name} is read nowhere" for name in sorted(documented - set(read)))


@rule(
    {"caisse/month/operations.py": "events.record('month.frozen', subject=m, by=by)\n"},
    {"caisse/month/rules.py": "@articles('a')\nclass A:\n    b: int = article('x', neutral=0)\n"},
    {"caisse/month/rules.py": "raise Refusal('late', 'Trop tard.')\n"},
    {"caisse/accounting/checks/books.py": "@line('cause', 'x')\ndef cause(): ...\n"},
    {"caisse/site/command/books.py": "@verb('check', 'Contrôler', 'Check')\ndef check(): ...\n"},
)
def reference(tree: Tree) -> Iterator[str]:
    """docs/reference/ says what the code says: events, articles, refusals, verbs, checks."""
    for path, text in pages(tree).items():
        if tree.read(path) != text:
            yield f"{path}:1: not what the code says; run script/reference"


@rule(
    {"caisse/month/operations.py": "events.record(make_name(), subject=m, by=by)\n"},
    {"caisse/month/operations.py": "events.record('Month frozen', subject=m, by=by)\n"},
    {"caisse/month/operations.py": "events.record('month.frozen', by=by)\n"},
    fine={
        "caisse/month/operations.py": "def f():\n    kind = 'month.frozen' if x else 'a.b'\n"
        "    events.record(kind, subject=m, by=by)\n"
    },
)
def named_events(tree: Tree) -> Iterator[str]:
    """An event has a name (thing.happened), a subject and an author."""
    for file, function, call in recorded(tree):
        for name in event_names(file, function, call) or ["a computed name"]:
            if not re.fullmatch(r"[a-z_…]+(\.[a-z_…]+)+", name):
                yield file.at(call, f"{name}: write thing.happened")
        if not {"subject", "by"} <= {keyword.arg for keyword in call.keywords}:
            yield file.at(call, "an event has a subject and an author")


@rule(
    {NEVER: "| a | b | `caisse/month/tests/test_x.py::test_gone` |\n"},
    {NEVER: "| a | b | |\n"},
    {NEVER: "| a | b | `tests/test_x.py::test_y` |\n", "tests/test_x.py": "def test_yes(): ...\n"},
    fine={
        NEVER: "| a | b | shown by |\n|---|---|---|\n| a | b | `tests/test_x.py::test_y` |\n",
        "tests/test_x.py": "class TestX:\n    def test_y(self): ...\n",
    },
)
def invariants(tree: Tree) -> Iterator[str]:
    """Each line of what may never happen names a test that exists."""
    for number, line in enumerate(tree.read(NEVER).split("\n"), 1):
        if not line.startswith("|") or line.startswith("|--") or "shown by" in line:
            continue
        named = re.findall(r"`([^`]+)::(\w+)`", line)
        if not named:
            yield f"{NEVER}:{number}: no test shows it"
        for path, test in named:
            if not re.search(rf"^\s*def {test}\(", tree.read(path), re.MULTILINE):
                yield f"{NEVER}:{number}: {path} has no {test}"


@rule(
    {INDEX: "[the month](mechanisms/month.md)\n"},
    {INDEX: "# Docs\n", "docs/mechanisms/month.md": ""},
    {INDEX: "", "README.md": "![the page](docs/page.png)\n"},
    fine={
        INDEX: "[m](mechanisms/month.md#credit)\n",
        "docs/mechanisms/month.md": "[up](../index.md)",
    },
)
def links(tree: Tree) -> Iterator[str]:
    """Every link leads to a file, and docs/index.md leads to every page of docs/."""
    paths = {file.path for file in tree.files}
    folders = {parent.as_posix() for path in paths for parent in PurePosixPath(path).parents}
    linked = set()
    for file in tree.having(".md"):
        for target in re.findall(
            r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"```.*?```", "", file.text, flags=re.S)
        ):
            if re.match(r"[a-z]+:", target):
                continue
            path = _normal(PurePosixPath(file.path).parent / target)
            if path not in paths | folders and not (tree.root / path).is_file():  # a picture
                yield file.at(1, f"{target} leads nowhere")
            if file.path == INDEX:
                linked |= {
                    other for other in paths if other == path or other.startswith(f"{path}/")
                }
    for path in sorted(paths - linked - {INDEX}):
        if path.startswith("docs/") and path.endswith(".md"):
            yield f"{path}:1: {INDEX} does not lead there"


@rule(
    {DECISION + "0001-first.md": "# 1. First\n"},
    {DECISION + "0002-second.md": "# 2. Second\n" + "\n".join(HEADINGS)},
    {DECISION + "notes.md": "# Notes\n"},
    fine={
        DECISION + "0001-first.md": "# 1. First\n" + "\n".join(HEADINGS),
        DECISION + "template.md": "x",
    },
)
def decisions(tree: Tree) -> Iterator[str]:
    """Decisions are numbered without gaps and say what, why and what else was weighed."""
    own = [f for f in tree.files if f.path.startswith(DECISION) and f.parts[-1] != "template.md"]
    for number, file in enumerate(own, 1):
        if not re.fullmatch(rf"{number:04d}-[a-z0-9-]+\.md", file.parts[-1]):
            yield file.at(1, f"its name begins with {number:04d}-")
        if not file.text.startswith(f"# {number}. "):
            yield file.at(1, f"its title begins with « # {number}. »")
        yield from (file.at(1, f"no « {h} »") for h in HEADINGS if h not in file.text)


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
