"""The page of the command line, read from the verbs of `caisse.site.command`."""

import ast
from collections.abc import Iterator

from tests.house.tree import Function, Tree


def verbs(tree: Tree) -> Iterator[tuple[str, str, str, str]]:
    """Of each verb: name, arguments as a person types them, English, French."""
    files = [file for file in tree.code() if file.package == "site" and file.room == "command"]
    builders = {f.name: f for file in files for f in file.functions()}
    constants = {
        ast.unparse(node.targets[0]): node.value
        for file in files
        for node in file.module.body
        if isinstance(node, ast.Assign)
    }
    for file in files:
        for call in file.calls("verb"):
            texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            if len(texts) == 3:
                build = call.args[3] if len(call.args) > 3 else None
                builder = builders.get(build.id) if isinstance(build, ast.Name) else None
                typed = _typed(builder, builders, constants) if builder else ""
                yield str(texts[0]), typed, str(texts[2]), str(texts[1])


def _typed(builder: Function, builders: dict[str, Function], constants: dict[str, ast.expr]) -> str:
    """The arguments that a builder adds, one group for each step (`grant sign …`)."""
    groups: dict[str, list[str]] = {}
    steps: dict[str, str] = {}
    for node in ast.walk(builder):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func)
            if called.endswith(".add_parser") and isinstance(node.value.args[0], ast.Constant):
                steps[ast.unparse(node.targets[0])] = str(node.value.args[0].value)
    calls = [node for node in ast.walk(builder) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = ast.unparse(call.func)
        if name.endswith(".add_argument"):
            groups.setdefault(name.rsplit(".", 1)[0], []).append(_argument(call, constants))
        elif name in builders and name != builder.name and call.args:
            inner = _typed(builders[name], {}, constants)
            groups.setdefault(ast.unparse(call.args[0]), []).append(inner)
    lines = [" ".join([steps.get(group, ""), *typed]).strip() for group, typed in groups.items()]
    return "; ".join(f"`{line}`" for line in lines if line) if builders else " ".join(lines)


def _argument(call: ast.Call, constants: dict[str, ast.expr]) -> str:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    first = str(call.args[0].value) if isinstance(call.args[0], ast.Constant) else "…"
    value = _word(named["metavar"]) if "metavar" in named else first.lstrip("-").upper()
    if "choices" in named:
        choices = named["choices"]
        value = _choices(constants.get(ast.unparse(choices), choices))
    if not first.startswith("--"):
        many = _word(named["nargs"]) if "nargs" in named else ""
        return {"*": f"[{value}…]", "?": f"[{value}]", "+": f"{value}…"}.get(many, value)
    typed = first if "action" in named and "store" in _word(named["action"]) else f"{first} {value}"
    return typed if "required" in named else f"[{typed}]"


def _word(node: ast.AST) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _choices(node: ast.AST) -> str:
    items = node.elts if isinstance(node, ast.Tuple | ast.List) else []
    keys = [key for key in node.keys if key] if isinstance(node, ast.Dict) else []
    return "/".join(_word(item) for item in [*items, *keys]) or ast.unparse(node)
