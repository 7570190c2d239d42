"""Which texts a page may say: read from its function, what that calls, and its templates.

A page's function leads to others by their names, and to templates by the names in its strings; so
this finds too many texts rather than too few. Texts under a class count when the class is named.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver
from django.utils.translation.template import templatize

import caisse

HOUSE = Path(caisse.__file__).parent
TEMPLATE = re.compile(r"""["']((?:[\w-]+/)*[\w.-]+\.(?:html|txt|svg))["']""")
CALLED = re.compile(r"""\b_?n?(?:gettext|_)?\(\s*((?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*"))""")
SAID = {"_": 1, "gettext": 1, "gettext_lazy": 1, "later": 1, "ngettext": 2}
Definition = tuple[str, str]


@dataclass(slots=True)
class Module:
    """One file of Python: what it defines, what it imports under which name."""

    name: str
    defined: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, Definition] = field(default_factory=dict)


@dataclass(slots=True)
class Texts:
    """What was found: texts and templates, each with the first place that says it."""

    texts: dict[str, str] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)


def texts_of(names: Iterable[str], modules: Iterable[str] = (), more: Iterable[str] = ()) -> Texts:
    """The texts of the pages with these names, of whole modules, of further templates."""
    found, seen = Texts(), set[Definition]()
    waiting = [start for name in names for start in _starts(name, found)]
    waiting += [(module, name) for module in modules for name in _module(module).defined]
    for name in more:
        found.templates.setdefault(name, "named by the test")
    while waiting:
        definition = waiting.pop()
        if definition in seen:
            continue
        seen.add(definition)
        waiting += _read(definition, found)
    _read_templates(found)
    return found


def _starts(name: str, found: Texts) -> Iterator[Definition]:
    """Where the pages of that name begin; pages of allauth are a class with a template."""
    for pattern in _patterns(get_resolver().url_patterns):
        if pattern.name != name:
            continue
        view: Any = inspect.unwrap(pattern.callback)
        if view.__module__.startswith("caisse."):
            yield view.__module__, view.__qualname__
        template = getattr(getattr(view, "view_class", None), "template_name", None)
        if template:
            found.templates.setdefault(template, f"page {name}")


def _patterns(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _patterns(pattern.url_patterns)


@cache
def _module(name: str) -> Module:
    file = inspect.getsourcefile(importlib.import_module(name))
    assert file is not None
    module = Module(name)
    for node in ast.parse(Path(file).read_text("utf-8")).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                module.defined.setdefault(node.name, []).append(node)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in (one for each in targets for one in ast.walk(each)):
                    if isinstance(target, ast.Name):
                        module.defined.setdefault(target.id, []).append(node)
            case ast.ImportFrom(module=str() as origin):
                for one in node.names:
                    module.imported[one.asname or one.name] = (origin, one.name)
    return module


def _read(definition: Definition, found: Texts) -> Iterator[Definition]:
    """What a definition says is added to `found`; the definitions that it names come back."""
    module, name = _module(definition[0]), definition[1]
    for node in (one for top in module.defined.get(name, []) for one in ast.walk(top)):
        match node:
            case ast.Call(func=ast.Name(id=called)) if called in SAID:
                for argument in node.args[: SAID[called]]:
                    if isinstance(argument, ast.Constant):
                        found.texts.setdefault(str(argument.value), ".".join(definition))
            case ast.Constant(value=str() as text) if TEMPLATE.fullmatch(f'"{text}"'):
                found.templates.setdefault(text, ".".join(definition))
            case ast.Attribute(value=ast.Name(id=above), attr=attribute):
                yield from _resolved((module.name, above), attribute)
            case ast.Name(id=named):
                yield from _resolved((module.name, named))


def _resolved(definition: Definition, attribute: str = "") -> Iterator[Definition]:
    """Where a name is defined, through the imports; only what is of the house."""
    module = _module(definition[0])
    if definition[1] in module.defined:
        yield definition
        return
    origin = module.imported.get(definition[1])
    if origin is None or not origin[0].startswith("caisse"):
        return
    below = ".".join(origin)
    if not _is_module(below):
        yield from _resolved(origin)
    elif attribute:
        yield from _resolved((below, attribute))


@cache
def _is_module(name: str) -> bool:
    path = HOUSE.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def _read_templates(found: Texts) -> None:
    """The texts of the templates found, and of all that they name."""
    waiting = list(found.templates)
    while waiting:
        name = waiting.pop()
        source = _source(name)
        for match in CALLED.finditer(templatize(source)):
            found.texts.setdefault(ast.literal_eval(match[1]), name)
        for match in TEMPLATE.finditer(source):
            if match[1] not in found.templates:
                found.templates[match[1]] = name
                waiting.append(match[1])


def _source(name: str) -> str:
    """The text of a template of the house; a file of another kind, or another's, says nothing."""
    try:
        template: Any = get_template(name)
    except TemplateDoesNotExist:
        return ""
    path = Path(str(template.origin))
    return path.read_text("utf-8") if path.is_relative_to(HOUSE) else ""
