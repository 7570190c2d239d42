"""docs/reference/, written from the code by script/reference: events, articles, refusals, verbs."""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from tests.house.commands import verbs
from tests.house.tree import File, Function, Tree

Row: TypeAlias = tuple[str, ...]
HEAD = "# {title}\n\n*Written by `script/reference` from the code.* {about}\n\n"


def pages(tree: Tree) -> dict[str, str]:
    """Path of each generated page -> its text."""
    return {
        "docs/reference/events.md": events(tree),
        "docs/reference/articles.md": articles(tree),
        "docs/reference/refusals.md": refusals(tree),
        "docs/reference/commands.md": commands(tree),
        "docs/reference/checks.md": checks(tree),
    }


def events(tree: Tree) -> str:
    """One line per event: name, what happened (the operation's own words), what it holds."""
    rows: set[Row] = set()
    for file, function, call in recorded(tree):
        data = sorted(
            k.arg for k in call.keywords if k.arg and k.arg not in {"subject", "by", "id"}
        )
        for spread in (k.value for k in call.keywords if k.arg is None):
            data += _keys(function, spread)
        happened = _said(file, function) if function else ""
        held = ", ".join(f"`{key}`" for key in sorted(set(data)))
        rows |= {(name, happened, held) for name in event_names(file, function, call)}
    about = (
        "Every operation records one, in its own transaction; a transfer's cause is one of them."
    )
    return HEAD.format(title="Events", about=about) + _table(
        ("event", "what happened", "data"), rows
    )


def recorded(tree: Tree) -> Iterator[tuple[File, Function | None, ast.Call]]:
    """Every `events.record(…)` of the code, with the function that holds it."""
    for file in tree.code():
        if file.package == "kernel":
            continue
        for call in file.calls("record"):
            if ast.unparse(call.func) in {"events.record", "record"}:
                yield file, _holder(file, call), call


def event_names(file: File, function: Function | None, call: ast.Call) -> list[str]:
    """The names that the event may have, « … » for what is computed; none when it cannot be told.

    A name may be given by a variable of the same function, or by a constant of the same file.
    """
    scopes = [*([function] if function else []), file.module]
    return _choices(scopes, call.args[0]) if call.args else []


def _choices(scopes: Sequence[ast.AST], node: ast.AST) -> list[str]:
    if (text := spoken(node)) is not None:
        return [text]
    if isinstance(node, ast.IfExp):
        return [*_choices(scopes, node.body), *_choices(scopes, node.orelse)]
    for scope in scopes if isinstance(node, ast.Name) else ():
        for line in ast.walk(scope):
            if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == ast.unparse(node):
                return _choices([], line.value)
    return []


def articles(tree: Tree) -> str:
    """One line per article of the bylaws, as its class declares it; then the effects."""
    rows: set[Row] = set()
    effects: set[Row] = set()
    for file in tree.code():
        for node in ast.walk(file.module):
            if not isinstance(node, ast.ClassDef):
                continue
            if (prefix := _decorated(node, "articles")) is not None:
                rows |= set(_articles(prefix, node))
            if kind := _decorated(node, "effect"):
                effects.add((f"`{kind}`", _first(ast.get_docstring(node) or "")))
    about = "What the committee may decide. An article without a decision has its neutral value."
    columns = ("article", "French label", "type", "unit", "neutral", "bounds or choices")
    return (
        HEAD.format(title="Articles and effects", about=about)
        + _table(columns, rows)
        + "\n## Effects of a decision\n\n"
        + _table(("effect", "what adopting it does"), effects)
    )


def refusals(tree: Tree) -> str:
    """One line per reason and sentence with which a rule may say no."""
    rows: set[Row] = {(f"`{reason}`", package, said) for reason, package, said in said_no(tree)}
    about = "Why an operation may say no; it has then changed nothing. « … » stands for a value."
    return HEAD.format(title="Refusals", about=about) + _table(
        ("reason", "package", "sentence"), rows
    )


def said_no(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """Reason, package and sentence of each refusal; « … » stands for a value."""
    for file in tree.code():
        for call in file.calls("Refusal"):
            values = [*call.args, *(keyword.value for keyword in call.keywords)]
            reason, *sentence = (spoken(value) for value in values)
            if reason and sentence and sentence[0]:
                yield reason, file.package, sentence[0]
        if file.room == "reasons":
            yield from _of_a_table(file)


def _of_a_table(file: File) -> Iterator[tuple[str, str, str]]:
    """The refusals of a closed list, `SENTENCES`: reason -> (cashier's, member's)."""
    for node in file.module.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                reason = ast.literal_eval(key) if isinstance(key, ast.Constant) else "checking"
                for sentence in dict.fromkeys(ast.literal_eval(value)):
                    yield reason, file.package, re.sub(r"\{\w+\}", "…", sentence)


def misread(tree: Tree) -> Iterator[str]:
    """What the readers of amounts and dates say of a text that they do not understand."""
    for file in tree.code():
        if file.package == "kernel":
            for call in file.calls("ValueError"):
                said = spoken(call.args[0]) or ""
                if re.fullmatch(r"[A-ZÀ-Ý«].*\.", said):
                    yield said


def commands(tree: Tree) -> str:
    """One line per verb of the command line."""
    rows: set[Row] = {
        (f"`{name}`", typed, english, french) for name, typed, english, french in verbs(tree)
    }
    about = "`script/caisse VERB --help` says the same in French or English."
    columns = ("verb", "arguments", "what it does", "ce que cela fait")
    return HEAD.format(title="Commands", about=about) + _table(columns, rows)


def checks(tree: Tree) -> str:
    """One line per rule that `caisse check` recounts."""
    rows: set[Row] = set()
    for file in tree.code():
        if "checks" in file.parts:
            for function in file.functions():
                if code := _decorated(function, "line"):
                    said = ast.get_docstring(function) or ""
                    rows.add(
                        (f"`{code}`", _decorated(function, "line", 1) or "", " ".join(said.split()))
                    )
    about = "What `caisse check` recounts from the raw tables; each line is damaged in a test."
    columns = ("line", "what must hold", "how it is counted")
    return HEAD.format(title="Lines of the check", about=about) + _table(columns, rows)


def spoken(node: ast.AST) -> str | None:
    """The text of a literal or an f-string, « … » for each value; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(spoken(value) or "…" for value in node.values)
    return None


def _articles(prefix: str, node: ast.ClassDef) -> Iterator[Row]:
    for field in node.body:
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.value, ast.Call):
            continue
        if ast.unparse(field.value.func) != "article":
            continue
        named = {keyword.arg: ast.unparse(keyword.value) for keyword in field.value.keywords}
        label = spoken(field.value.args[0]) if field.value.args else ""
        bounds = named.get("bounds") or named.get("choices") or ""
        yield (
            f"`{prefix}.{ast.unparse(field.target)}`".replace("`.", "`"),
            label or "",
            ast.unparse(field.annotation),
            named.get("unit", "").strip("'"),
            named.get("neutral", ""),
            bounds,
        )


def _decorated(node: ast.ClassDef | Function, name: str, argument: int = 0) -> str | None:
    """An argument of the decorator `name`, when `node` has it."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).split(".")[-1] == name:
            return spoken(decorator.args[argument]) if len(decorator.args) > argument else None
    return None


def _holder(file: File, call: ast.Call) -> Function | None:
    """The outermost function that holds `call`."""
    inside = [f for f in file.functions() if any(inner is call for inner in ast.walk(f))]
    return min(inside, key=lambda function: function.lineno, default=None)


def _said(file: File, function: Function, depth: int = 3) -> str:
    """The first sentence of the operation that leads to `function`, which may be an inner one."""
    if said := ast.get_docstring(function):
        return _first(said)
    for caller in file.functions() if depth else ():
        names = {ast.unparse(call.func) for call in ast.walk(caller) if isinstance(call, ast.Call)}
        if function.name in names and caller is not function:
            return _said(file, caller, depth - 1)
    return ""


def _first(docstring: str) -> str:
    return re.split(r"(?<=[.;:])\s|\n\n", " ".join(docstring.split()), maxsplit=1)[0]


def _keys(function: Function | None, spread: ast.AST) -> list[str]:
    """The keys of `**content`, when `content` is a dictionary written in the same function."""
    for node in ast.walk(function) if function else ():
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(spread, ast.Name):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if spread.id in {ast.unparse(target) for target in targets}:
                return _keys(None, node.value) if node.value else []
    if isinstance(spread, ast.Dict):
        return [str(key.value) for key in spread.keys if isinstance(key, ast.Constant)]
    if isinstance(spread, ast.Call) and ast.unparse(spread.func) == "dict":
        return [keyword.arg for keyword in spread.keywords if keyword.arg]
    return ["…"]


def _table(columns: Row, rows: set[Row]) -> str:
    lines = [columns, tuple("---" for _ in columns), *sorted(rows)]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)
