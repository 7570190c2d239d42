"""Form: sizes, annotations, docstrings, names, nothing unfinished."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import File, Function, Tree, rule

FUNCTION, PAGE, FILE, LIST, COLUMNS = 50, 25, 400, 600, 100
WRITTEN = (".py", ".html", ".js", ".css", "")  # what people write and read line by line
UNBROKEN = (".html",)  # a tag of Django and a translated sentence stand on one line
MADE = {"vendor", "fonts", "requirements"}
BANNED = {"util", "utils", "helper", "helpers", "manager", "service", "services", "data", "info"}
PRAGMA = re.compile(r"\s+# (?:type: ignore|noqa|fmt:)[^#]*$")  # for a tool, not for a reader
OF_OTHERS = {"handle_data"}  # methods that a library asks for by this name

LONG = "def f() -> None:\n" + "    g()\n" * FUNCTION
PAGE_PLANT = "def home(request: object) -> None:\n" + "    g()\n" * PAGE


@rule(
    {"caisse/month/rules.py": LONG},
    {"caisse/site/pages.py": PAGE_PLANT},
    fine={
        "caisse/month/rules.py": PAGE_PLANT,
        "caisse/site/pages.py": PAGE_PLANT.replace("    g()\n", "", 1),
    },
)
def function_sizes(tree: Tree) -> Iterator[str]:
    """A function fits on a screen: 50 lines, a page function 25."""
    for file in tree.python():
        for function in file.functions():
            page = (
                file.room == "pages"
                and function.args.args[:1]
                and function.args.args[0].arg == "request"
            )
            most = PAGE if page else FUNCTION
            size = (function.end_lineno or 0) - function.lineno + 1
            if size > most:
                yield file.at(function, f"{function.name}: {size} lines, at most {most}")


@rule(
    {"caisse/month/rules.py": "x = 1\n" * (FILE + 1)},
    {"tests/test_all.py": "x = 1\n" * (LIST + 1)},
    {"caisse/site/templates/site/home.html": "<p>\n" * (FILE + 1)},
    fine={"caisse/site/static/vendor/other.js": "x\n" * 900, "docs/long.md": "x\n" * 900},
)
def file_sizes(tree: Tree) -> Iterator[str]:
    """A file has at most 400 lines, a list of tests or of looks 600; else it has two subjects."""
    for file in _written(tree):
        size, most = file.text.count("\n"), LIST if file.is_test or file.suffix == ".css" else FILE
        if size > most:
            yield file.at(1, f"{size} lines, at most {most}")


@rule(
    {"caisse/month/rules.py": "x = '" + "y" * COLUMNS + "'\n"},
    {"script/test": "#" * (COLUMNS + 1) + "\n"},
    fine={"docs/table.md": "|" * 300, "requirements/run.txt": "#" * 300, "LICENSE": "x" * 70},
)
def columns(tree: Tree) -> Iterator[str]:
    """A line has at most 100 columns; the path of an icon may be as long as its drawing."""
    for file in (file for file in _written(tree) if file.suffix not in UNBROKEN):
        for number, whole in enumerate(file.text.split("\n"), 1):
            line = PRAGMA.sub("", whole)
            if len(line) > COLUMNS and not re.search(r'\sd="|url\(data:', line):
                yield file.at(number, f"{len(line)} columns, at most {COLUMNS}")


@rule(
    {"caisse/month/rules.py": "def f(cents): return cents\n"},
    {"tests/test_x.py": "def test_x(tmp_path) -> None: ...\n"},
    fine={"caisse/month/rules.py": "class A:\n    def f(self, *, x: int) -> int: return x\n"},
)
def annotations(tree: Tree) -> Iterator[str]:
    """Every function says what it takes and gives, in tests too."""
    for file in tree.python(tests=True):
        for function in file.functions():
            bare = [arg.arg for arg in _arguments(function) if arg.annotation is None]
            if function.returns is None:
                bare.append("return")
            if bare:
                yield file.at(function, f"{function.name}: no annotation of {', '.join(bare)}")


@rule(
    {"caisse/month/rules.py": "x = 1\n"},
    {"caisse/month/rules.py": '"""Rules."""\n\ndef allocation() -> int:\n    return 1\n'},
    {"caisse/month/rules.py": '"""Rules."""\n\nclass Plan:\n    pass\n'},
    fine={
        "caisse/month/rules.py": '"""Rules."""\n\nclass Plan:\n    """A plan."""\n\n'
        "    class Meta:\n        pass\n\n    def __str__(self) -> str:\n        return ''\n\n"
        "def _inner() -> None:\n    pass\n",
        "caisse/month/__init__.py": "",
    },
)
def docstrings(tree: Tree) -> Iterator[str]:
    """Every public module, class and function says what it is for."""
    for file in tree.python():
        if file.text.strip() and not ast.get_docstring(file.module):
            yield file.at(1, "no docstring of the module")
        for node in _public(file.module):
            if not ast.get_docstring(node) and not _overload(node):
                yield file.at(node, f"{node.name}: no docstring")


@rule(
    {"caisse/month/rules.py": "# TO" + "DO: later\n"},
    {"caisse/site/templates/site/home.html": "{# FIX" + "ME #}"},
    {"caisse/month/rules.py": "def f() -> None:\n    raise NotImplemented" + "Error\n"},
    {"caisse/month/rules.py": 'def f() -> None:\n    """Does it."""\n'},
    {"caisse/month/tests/test_x.py": "@pytest.mark.sk" + "ip\ndef test_x() -> None: ...\n"},
    fine={
        "caisse/month/rules.py": "class Door(Protocol):\n    def close(self) -> None: ...\n"
        "class Other:\n    @abstractmethod\n    def f(self) -> None: ...\n",
    },
)
def nothing_unfinished(tree: Tree) -> Iterator[str]:
    """No note to oneself, no empty function, no skipped test."""
    words = re.compile(
        r"\b(TO"
        + r"DO|FIX"
        + r"ME|XX"
        + r"X|HA"
        + r"CK)\b|NotImplemented"
        + r"Error|mark\.(sk"
        + r"ip|xfail)\b"
    )
    for file in tree.having(*WRITTEN, ".md", ".toml"):
        if file.parts[0] == "LICENSE":
            continue
        for number, line in enumerate(file.text.split("\n"), 1):
            if found := words.search(line):
                yield file.at(number, f"unfinished: {found[0]}")
    for file in tree.python():
        protocols = {
            id(inner)
            for node in ast.walk(file.module)
            if _declares(node)
            for inner in ast.walk(node)
        }
        for function in file.functions():
            if id(function) not in protocols and _empty(function):
                yield file.at(function, f"{function.name} does nothing")


@rule(
    {"caisse/month/utils.py": ""},
    {"caisse/month/common.py": ""},
    {"caisse/month/rules.py": "class PlanManager:\n    pass\n"},
    {"caisse/month/rules.py": "def get_plan_info() -> None: ...\n"},
    fine={
        "caisse/month/rules.py": "def information() -> None: ...\ndef servicing() -> None: ...\n"
    },
)
def names(tree: Tree) -> Iterator[str]:
    """A name says what the thing is; these words fit anything: utils, helper, manager, service…"""
    for file in tree.python(tests=True):
        stem = file.parts[-1].removesuffix(".py")
        if stem in {"common", "misc", "base", "tools"}:
            yield file.at(1, f"{stem}: a bucket that everybody fills")
        for node, name in [(1, stem), *((node, node.name) for node in _definitions(file.module))]:
            for word in _words(name) & BANNED if name not in OF_OTHERS else ():
                yield file.at(node, f"{name}: « {word} » says nothing")


def _written(tree: Tree) -> Iterator[File]:
    for file in tree.having(*WRITTEN):
        scripts = file.suffix or file.parts[0] in {"script", ".ci"}
        if scripts and not MADE & set(file.parts) and "migrations" not in file.parts:
            yield file


def _arguments(function: Function) -> list[ast.arg]:
    args = function.args
    named = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    if named and named[0].arg in {"self", "cls"}:
        named = named[1:]
    return [*named, *filter(None, (args.vararg, args.kwarg))]


def _definitions(node: ast.AST) -> Iterator[Function | ast.ClassDef]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield inner


def _public(node: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Definitions that a reader meets: not inner functions, not Meta, not what begins with _."""
    for inner in node.body:
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if inner.name.startswith("_") or inner.name == "Meta":
            continue
        yield inner
        if isinstance(inner, ast.ClassDef) and not _declares(inner):
            yield from _public(inner)


def _overload(node: Function | ast.ClassDef) -> bool:
    return any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)


def _declares(node: ast.AST) -> bool:
    """A Protocol, or an abstract or overloaded function: its body is its signature."""
    if isinstance(node, ast.ClassDef):
        return any("Protocol" in ast.unparse(base) for base in node.bases)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        marks = [ast.unparse(mark).split(".")[-1] for mark in node.decorator_list]
        return "abstractmethod" in marks or "overload" in marks
    return False


def _empty(function: Function) -> bool:
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in function.body
    )


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return set(spaced.lower().split("_"))
