"""The project's tree as the house's rules read it: every file, parsed once, under any root."""

import ast
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeAlias

LEFT_OUT = {"var", "build", "dist", "pictures", "node_modules", "__pycache__"}
HIDDEN_KEPT = {".ci", ".importlinter", ".gitignore"}

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Plant: TypeAlias = dict[str, str]


class File:
    """One file; `path` is relative to the root and written with slashes."""

    def __init__(self, root: Path, path: str) -> None:
        self.root, self.path = root, path
        self.parts = PurePosixPath(path).parts

    @cached_property
    def text(self) -> str:
        """Its text; bytes that are no text become replacement characters."""
        return (self.root / self.path).read_text(encoding="utf-8", errors="replace")

    @cached_property
    def module(self) -> ast.Module:
        """The parsed Python file."""
        return ast.parse(self.text, filename=self.path)

    @property
    def suffix(self) -> str:
        """ ".py", or "" for a script without one."""
        return PurePosixPath(self.path).suffix

    @property
    def is_test(self) -> bool:
        """Tests, and what serves them."""
        return "tests" in self.parts or self.parts[-1] == "conftest.py"

    @property
    def package(self) -> str:
        """ "ledger" for caisse/ledger/…, else ""."""
        return self.parts[1] if self.parts[0] == "caisse" and len(self.parts) > 2 else ""

    @property
    def room(self) -> str:
        """ "rules" for caisse/ledger/rules.py and for caisse/ledger/rules/chart.py, else ""."""
        return PurePosixPath(self.parts[2]).stem if self.package else ""

    def at(self, node: ast.AST | int, said: str) -> str:
        """One finding: path:line: what is wrong."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.path}:{line}: {said}"

    def functions(self) -> Iterator[Function]:
        """All functions and methods, also inner ones."""
        for node in ast.walk(self.module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self, name: str) -> Iterator[ast.Call]:
        """All calls of `name` ("record") or of something's `name` ("events.record")."""
        for node in ast.walk(self.module):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
                yield node


class Tree:
    """A root folder and its files, without those that are made, hidden or a caisse's own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def files(self) -> list[File]:
        """All files, sorted by path."""
        found = []
        for folder, below, names in os.walk(self.root):
            below[:] = [name for name in below if _kept(name)]
            inside = Path(folder).relative_to(self.root)
            found += [(inside / name).as_posix() for name in names if _kept(name)]
        return [File(self.root, path) for path in sorted(found)]

    def having(self, *suffixes: str) -> list[File]:
        """The files with one of these suffixes."""
        return [file for file in self.files if file.suffix in suffixes]

    def python(self, *, tests: bool = False) -> list[File]:
        """Python files but migrations; with `tests`, the tests too."""
        return [
            file
            for file in self.having(".py")
            if "migrations" not in file.parts and (tests or not file.is_test)
        ]

    def code(self, *, tests: bool = False) -> list[File]:
        """Python files of the package `caisse`."""
        return [file for file in self.python(tests=tests) if file.parts[0] == "caisse"]

    def packages(self) -> list[str]:
        """The folders of caisse/ that hold Python files, sorted."""
        return sorted({file.package for file in self.code(tests=True) if file.package})

    def read(self, path: str) -> str:
        """The text of one file, "" when there is none."""
        return next((file.text for file in self.files if file.path == path), "")


def _kept(name: str) -> bool:
    hidden = name.startswith(".") and name not in HIDDEN_KEPT
    return not hidden and name not in LEFT_OUT and not name.endswith((".pyc", ".egg-info"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the house: what it finds in a tree, and small trees that show it at work.

    Each of `plants` breaks the rule; `fine` does not, though it comes close.
    """

    find: Callable[[Tree], Iterable[str]]
    plants: tuple[Plant, ...]
    fine: Plant

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.find.__name__


RULES: list[Rule] = []
Find: TypeAlias = Callable[[Tree], Iterable[str]]


def rule(*plants: Plant, fine: Plant | None = None) -> Callable[[Find], Find]:
    """Declare a rule of the house; no rule without a planted violation that it sees."""

    def declare(find: Find) -> Find:
        if not plants:
            raise TypeError(f"{find.__name__}: a rule that was never seen to fail proves nothing")
        RULES.append(Rule(find, plants, fine or {}))
        return find

    return declare


def grow(root: Path, plant: Plant) -> Tree:
    """Write a small tree under `root`."""
    for path, text in plant.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Tree(root)
