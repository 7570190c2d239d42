"""Nothing of one machine in the project: no path, no registry, no secret; scripts for all."""

import re
import tomllib
from collections.abc import Iterator

from tests.house.tree import Tree, rule

# spelt in halves, so that this file keeps its own rule
PATHS = (
    r"(?<![\w.:/$}-])/(?:ho" + r"me|ro" + r"ot|Us" + r"ers|wo" + r"rk|t" + r"mp)(?:/|\b(?!\.\w))"
)
HOSTS = (
    r"python"
    + r"hosted|pypi\.o"
    + r"rg/sim"
    + r"ple|npm"
    + r"js\.|deb\.deb"
    + r"ian|--(?:extra-)?index-u"
    + r"rl"
)
SECRETS = (
    r"BEGIN [A-Z ]*PRIVATE K" + r"EY|AK" + r"IA[0-9A-Z]{16}"
    r"|(?i:passw(?:or)?d|secret|api_?key|token)\w*\s*[:=]\s*[\"'][A-Za-z0-9+/=_-]{12,}[\"']"
)
# what the bash 3.2 of macOS does not know
BASH_4 = {
    r"\b(?:declare|local|typeset) -[A-Za-z]*[An]": "associative arrays and references",
    r"\b(?:mapfile|readarray)\b": "mapfile",
    r"\$\{\w+(?:,,|\^\^)": "${x,,} and ${x^^}",
    r"&>>|\|&": "&>> and |&",
    r"\bEPOCH(?:SECONDS|REALTIME)\b": "EPOCHSECONDS",
    r"\b(?:readlink -f|sed -i|grep -P|date -d|sha256sum|realpath|timeout)\b": "what macOS lacks",
}
PROJECT = "pyproject.toml"
PINNED = "a==1 \\\n    --hash=sha256:0\n"
ASKS = '[project]\ndependencies = ["a>=1"]\n'


@rule(
    {"docs/x.md": "cd /wo" + "rk/main\n"},
    {"script/test": "cp x /t" + "mp/y\n"},
    {"README.md": "see /Us" + "ers/me/caisse"},
    {"requirements/run.txt": "--index-u" + "rl https://mirror.example/sim" + "ple\n"},
    {"caisse/settings.py": "SECRET_TOKEN = 'abcdefghijklmnop'\n"},
    {"deploy/key.pem": "-----BEGIN PRIVATE K" + "EY-----\n"},
    fine={
        "docs/x.md": "http://localhost:8000/ho"
        + "me and docs/wo"
        + "rk/x.md and `PATH/ro"
        + "ot`\n",
        "caisse/settings.py": 'SECRET_KEY = secret_key()\npassword = "x"\n',
    },
)
def nothing_foreign(tree: Tree) -> Iterator[str]:
    """No path of one machine, no registry's address, no secret."""
    found = {"a path of one machine": PATHS, "a registry's address": HOSTS, "a secret": SECRETS}
    for file in tree.files:
        if file.suffix in {".woff2", ".png", ".ico", ".mo", ".jpg"}:
            continue
        for said, pattern in found.items():
            if said == "a secret" and file.is_test:
                continue
            for match in re.finditer(pattern, file.text):
                yield file.at(file.text.count("\n", 0, match.start()) + 1, f"{said}: {match[0]}")


@rule(
    {PROJECT: ASKS, "requirements/run.txt": "a==1\n", "requirements/dev.txt": PINNED},
    {PROJECT: ASKS, "requirements/run.txt": "", "requirements/dev.txt": PINNED},
    {PROJECT: ASKS, "requirements/run.txt": PINNED, "requirements/dev.txt": ""},
    {
        PROJECT: ASKS,
        "requirements/run.txt": PINNED,
        "requirements/dev.txt": PINNED + "b @ https://x/b.whl\n",
    },
    {
        PROJECT: ASKS,
        "requirements/run.txt": PINNED,
        "requirements/dev.txt": PINNED.replace("1", "2", 1),
    },
    {PROJECT: ASKS, "requirements/run.txt": PINNED, "requirements/dev.txt": PINNED, "uv.lock": ""},
    fine={PROJECT: ASKS, "requirements/run.txt": PINNED, "requirements/dev.txt": PINNED},
)
def pinned_requirements(tree: Tree) -> Iterator[str]:
    """What pyproject.toml asks for is pinned with hashes and without an address (script/pin)."""
    if tree.read("uv.lock") or any(file.path == "uv.lock" for file in tree.files):
        yield "uv.lock:1: it records the registry's address"
    project = tomllib.loads(tree.read(PROJECT) or ASKS)
    run, dev = _pins(tree, "run"), _pins(tree, "dev")
    for path, pins, asked in [
        ("run", run, project["project"].get("dependencies", [])),
        ("dev", dev, [*project["project"].get("dependencies", []), *_groups(project)]),
    ]:
        text = tree.read(f"requirements/{path}.txt")
        for requirement in asked:
            name = re.split(r"[\[<>=!~; ]", requirement)[0].lower().replace("_", "-")
            if name not in pins:
                yield f"requirements/{path}.txt:1: {name} is not pinned"
        if "://" in text or " @ " in text:
            yield f"requirements/{path}.txt:1: an address"
        if text.count("==") > text.count("--hash=") or re.search(
            r"==\S+(?: ;[^\\\n]*)?$", text, re.MULTILINE
        ):
            yield f"requirements/{path}.txt:1: a version without its hash"
    for name in sorted(set(run) & set(dev)):
        if run[name] != dev[name]:
            yield f"requirements/dev.txt:1: {name} is tested in another version than it runs in"


@rule(
    {"script/test": "#!/usr/bin/env bash\nset -e\n"},
    {"script/test": "echo x\n"},
    {"script/environment": "# Sourced by script/test.\nmapfile x\n"},
    {"script/environment": "# Sourced by script/test.\nreadlink -f x\n"},
    fine={
        "script/environment": "# Sourced by script/test.\nfind x\n",
        "script/measure.py": "x = 1\n",
    },
)
def scripts_for_all(tree: Tree) -> Iterator[str]:
    """A script can be run, or says who sources it, and the bash 3.2 of macOS can read it."""
    for file in tree.files:
        if file.parts[0] not in {"script", ".ci"} or file.suffix:
            continue
        first = file.text.split("\n", 1)[0]
        if first == "#!/usr/bin/env bash":
            if not (tree.root / file.path).stat().st_mode & 0o111:
                yield file.at(1, "not executable")
            if not re.search(r"^set -[a-z]*u", file.text, re.MULTILINE):
                yield file.at(1, "set -u is missing: a misspelt name must stop it")
        elif not first.startswith("# Sourced by "):
            yield file.at(1, "neither « #!/usr/bin/env bash » nor « # Sourced by … »")
        for pattern, said in BASH_4.items():
            for match in re.finditer(pattern, file.text):
                yield file.at(file.text.count("\n", 0, match.start()) + 1, f"not on macOS: {said}")


IMPORTED_AS = {"pillow": "PIL"}


@rule(
    {PROJECT: ASKS, "caisse/settings.py": "import b\n"},
    fine={PROJECT: ASKS, "caisse/settings.py": "HASHER = 'x.hashers.A'\n"},
)
def used_dependencies(tree: Tree) -> Iterator[str]:
    """What the caisse depends on is named in its code: an unused package is taken out."""
    text = "\n".join(file.text for file in tree.code())
    for asked in tomllib.loads(tree.read(PROJECT) or ASKS)["project"].get("dependencies", []):
        name = re.split(r"[\[<>=!~; ]", asked)[0]
        words = {name.replace("-", "_"), name.removesuffix("-cffi")}
        words |= {
            IMPORTED_AS.get(name, name),
            name.replace("-", "_").removesuffix("_py"),
            name.removeprefix("python-"),
        }
        if not any(re.search(rf"\b{word}", text, re.IGNORECASE) for word in words):
            yield f"{PROJECT}:1: {name} is used nowhere"


def _pins(tree: Tree, name: str) -> dict[str, list[str]]:
    pins: dict[str, list[str]] = {}
    for package, version in re.findall(
        r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", tree.read(f"requirements/{name}.txt"), re.MULTILINE
    ):
        pins.setdefault(package.lower().replace("_", "-"), []).append(version)
    return pins


def _groups(project: dict[str, dict[str, list[object]]]) -> list[str]:
    """All dependencies of the groups, without the groups that they include."""
    return [
        item
        for group in project.get("dependency-groups", {}).values()
        for item in group
        if isinstance(item, str)
    ]
