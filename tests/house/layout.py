"""Rooms, packages and who may know whom: what import-linter cannot see, and its own text."""

import configparser
import re
from collections.abc import Iterator

from tests.house.tree import File, Tree, rule

ROOMS = ("rules", "models", "queries", "writer", "operations", "forms", "pages", "api", "reactions")
OPEN = {"rules", "queries", "operations"}  # what another package may import
OPEN |= {"here"}  # the guard of pages that stand at somebody's own place (decision 0013)
BESIDE = {"__init__", "__main__", "apps", "urls", "migrations", "templates", "static", "locale"}
BESIDE |= {"tests", "templatetags", "presets"}
OWN = re.compile(r"\(own room: |\b(?:room|folder) of its own\b")
WITHOUT_ROOMS = {"kernel"}  # words, each its own file
LINTER = ".importlinter"
START, END = "# protected: written by script/reference from here", "# to here"

CONTRACT = """\
[importlinter:contract:closed_{package}]
name = Closed rooms of {package}
type = protected
protected_modules =
    {modules}
allowed_importers =
    caisse.{package}
ignore_imports =
    caisse.*.tests.** -> caisse.**
unmatched_ignore_imports_alerting = none
"""


@rule(
    {"caisse/month/freezing.py": '"""Freezes a month."""\n'},
    {"caisse/month/steps/one.py": "", "caisse/month/steps/__init__.py": ""},
    fine={
        "caisse/month/operations/freezing.py": '"""A sub-topic of a room."""\n',
        "caisse/site/charts.py": '"""Charts as SVG (own room: pure drawing)."""\n',
        "caisse/kernel/month.py": '"""A month."""\n',
        "caisse/month/tests/test_rules.py": "",
    },
)
def rooms(tree: Tree) -> Iterator[str]:
    """A file of a package is a room, or its docstring says (own room: why)."""
    others: dict[tuple[str, str], File] = {}
    for file in tree.code():
        if file.package not in {"", *WITHOUT_ROOMS} and file.room not in {*ROOMS, *BESIDE}:
            others.setdefault((file.package, file.room), file)
    for (_, room), file in others.items():
        entrance = file if len(file.parts) == 3 else _entrance(tree, file)
        if entrance is None or not OWN.search(entrance.text.split('"""\n', 1)[0]):
            yield (entrance or file).at(1, f"« {room} » is no room: name one, or say (own room: …)")


def _entrance(tree: Tree, file: File) -> File | None:
    path = "/".join((*file.parts[:3], "__init__.py"))
    return next((other for other in tree.files if other.path == path), None)


@rule(
    {"caisse/month/operations.py": "", "caisse/month/__init__.py": ""},
    {"caisse/month/operations.py": "", "caisse/month/tests/test_operations.py": ""},
    {"caisse/month/__init__.py": "", "caisse/month/tests/test_models.py": ""}
    | {"caisse/month/models.py": "class Plan(models.Model): ..."},
    fine={
        "caisse/month/__init__.py": "",
        "caisse/month/operations.py": "",
        "caisse/month/tests/__init__.py": "",
        "caisse/month/tests/test_operations.py": "",
    },
)
def whole_packages(tree: Tree) -> Iterator[str]:
    """A package has its __init__, tests, and with models an apps.py and migrations."""
    paths = [file.path for file in tree.files]
    for package in tree.packages():
        home = f"caisse/{package}/"
        wanted = [home + "__init__.py"]
        if any(file.room == "models" for file in tree.code() if file.package == package):
            wanted += [home + "apps.py", home + "migrations/0001_initial.py"]
        yield from (f"{path}:1: missing" for path in wanted if path not in paths)
        if not any(path.startswith(home + "tests/test_") for path in paths):
            yield f"{home}tests:1: no test"


@rule(
    {LINTER: "", "caisse/month/rules.py": ""},
    {
        LINTER: "[importlinter:contract:house]\nlayers =\n    month\n    (people)\n",
        "caisse/month/rules.py": "",
    },
    {
        LINTER: "[importlinter:contract:house]\nlayers =\n    month | people\n",
        "caisse/month/rules.py": "",
    },
    fine={
        LINTER: "[importlinter:contract:house]\nlayers =\n    month | people\n",
        "caisse/month/rules.py": "",
        "caisse/people/rules.py": "",
    },
)
def layers(tree: Tree) -> Iterator[str]:
    """The layers of .importlinter are the packages of the tree: each once, none left over."""
    listed = layered(tree.read(LINTER))
    for package in sorted(set(listed) ^ set(tree.packages())):
        where = "not in the tree" if package in listed else "in no layer"
        yield f"{LINTER}:1: {package} is {where}"
    yield from (
        f"{LINTER}:1: {name} twice" for name in sorted(set(listed)) if listed.count(name) > 1
    )


@rule(
    {"caisse/month/models.py": "", LINTER: f"{START}\n{END}\n"},
    {"caisse/month/rules.py": "", LINTER: f"{START}\n{CONTRACT}{END}\n"},
    fine={"caisse/month/rules.py": "", LINTER: f"{START}\n{END}\n"},
)
def closed_rooms(tree: Tree) -> Iterator[str]:
    """Each package's closed rooms are named in .importlinter (script/reference writes them)."""
    text = tree.read(LINTER)
    if with_contracts(text, tree) != text:
        yield f"{LINTER}:1: not what the tree says; run script/reference"


def layered(text: str) -> list[str]:
    """The packages in the layers of an import-linter file, in its order."""
    config = configparser.ConfigParser()
    config.read_string(text)
    lines = config.get("importlinter:contract:house", "layers", fallback="")
    return re.findall(r"\w+", lines)


def closed(tree: Tree, package: str) -> list[str]:
    """The rooms of `package` that no other package may import, sorted."""
    own = [file for file in tree.code() if file.package == package]
    return sorted({file.room for file in own} - OPEN - BESIDE)


def with_contracts(text: str, tree: Tree) -> str:
    """The import-linter file `text` with a protected contract per package with closed rooms."""
    contracts = []
    for package in tree.packages():
        modules = [f"caisse.{package}.{room}" for room in closed(tree, package)]
        if modules and package not in WITHOUT_ROOMS:
            lines = "\n    ".join(modules)
            contracts.append(CONTRACT.format(package=package, modules=lines))
    inside = "".join(f"{contract}\n" for contract in contracts).rstrip("\n")
    head = text.split(START, 1)[0]
    return f"{head}{START}\n{inside}{chr(10) if inside else ''}{END}\n"
