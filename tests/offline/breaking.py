"""A rule of the caisse broken on purpose: one function altered, wherever it is known."""

import ast
import inspect
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

import pytest

Scene = Callable[..., None]


class Broken(NamedTuple):
    """A rule, the module in which it stands, its text, and what stands in its place."""

    rule: str
    module: str
    text: str
    instead: str


class Seen(NamedTuple):
    """Rules of a scene, which sees each of them broken."""

    scene: Scene
    rules: tuple[Broken, ...]


def seen(scene: Scene, *rules: Broken) -> Seen:
    """A line of the table."""
    return Seen(scene, rules)


def altered(source: str, text: str, instead: str) -> str:
    """The source with this text in it altered. AssertionError when it is not there exactly once."""
    assert source.count(text) == 1, f"this stands elsewhere, or no more: {text}"
    return source.replace(text, instead)


def break_rule(patch: pytest.MonkeyPatch, broken: Broken) -> None:
    """Put the altered function in the place of the one that has this rule, until `patch` ends."""
    module = import_module(broken.module)
    source = inspect.getsource(module)
    made = altered(source, broken.text, broken.instead)
    line = source[: source.index(broken.text)].count("\n") + broken.text.count("\n", 0, 1) + 1
    outer = _at(ast.parse(made).body, line)
    if isinstance(outer, ast.ClassDef):
        inner = _at(outer.body, line)
        owner = getattr(module, outer.name)
        for name, function in _made(inner, module).items():
            patch.setattr(owner, name, function)
        return
    for name, function in _made(outer, module).items():
        _everywhere(patch, getattr(module, name), function)


def _at(body: list[ast.stmt], line: int) -> ast.stmt:
    """The function or class at a line, its decorators with it."""
    return next(one for one in body if one.lineno <= line <= (one.end_lineno or 0))


def _made(node: ast.stmt, module: ModuleType) -> dict[str, Any]:
    """What this statement makes, among the names of its module."""
    made: dict[str, Any] = {}
    code = compile(ast.Module([node], []), str(module.__file__), "exec")
    exec(code, vars(module), made)  # our own source, with one rule altered
    return made


def _everywhere(patch: pytest.MonkeyPatch, before: Any, after: Any) -> None:
    """Other modules know a function by a name of their own."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("caisse.", "tests.")):
            for known, value in list(vars(module).items()):
                if value is before:
                    patch.setattr(module, known, after)
