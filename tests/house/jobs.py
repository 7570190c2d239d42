"""docs/jobs.md: every job of every actor, done, partly or not yet, and where it is done."""

import re
from collections.abc import Iterator

from tests.house.tree import Tree, rule

JOBS = "docs/jobs.md"
COUNTS = {"M": 25, "P": 23, "C": 21, "E": 22, "A": 20, "F": 15, "S": 15, "X": 20}
STATES = {"done", "partly", "not yet"}
LINE = re.compile(r"^\|\s*([MPCEAFSX]\d\d)\s*\|([^|\n]+)\|([^|\n]+)\|([^|\n]*)\|$", re.MULTILINE)
WHOLE = "".join(
    f"| {letter}{n:02d} | x | not yet | |\n"
    for letter, m in COUNTS.items()
    for n in range(1, m + 1)
)


@rule(
    {JOBS: WHOLE.replace("| M01 | x | not yet | |\n", "")},
    {JOBS: WHOLE.replace("not yet", "soon", 1)},
    {JOBS: WHOLE.replace("| x | not yet | |", "| x | done | |", 1)},
    {JOBS: WHOLE.replace("| x | not yet | |", "| x | done | `page:nowhere` |", 1)},
    {JOBS: WHOLE.replace("| x | not yet | |", "| x | done | `verb:fly` |", 1)},
    {JOBS: WHOLE.replace("| x | not yet | |", "| x | not yet | `page:home` |", 1)},
    fine={
        JOBS: WHOLE.replace("| x | not yet | |", "| x | done | `page:home`, `verb:found` |", 1),
        "caisse/site/urls.py": 'path("", home, name="home")\n',
        "caisse/site/command/founding.py": '@verb("found", "x", "y")\n',
    },
)
def jobs(tree: Tree) -> Iterator[str]:
    """Each job stands once; what is done or partly done names a page, a verb or a test of ours."""
    text = tree.read(JOBS)
    if not text and not tree.read("docs/index.md"):
        return
    found = LINE.findall(text)
    wanted = {f"{letter}{n:02d}" for letter, most in COUNTS.items() for n in range(1, most + 1)}
    listed = [job for job, *_ in found]
    for job in sorted(wanted ^ set(listed)):
        yield f"{JOBS}:1: {job} is {'missing' if job in wanted else 'no job'}"
    for job, _what, state, where in found:
        if listed.count(job) > 1:
            yield f"{JOBS}:1: {job} stands twice"
        if state.strip() not in STATES:
            yield f"{JOBS}:1: {job}: « {state.strip()} » is no state"
        places = re.findall(r"`([^`]+)`", where)
        if (state.strip() == "not yet") == bool(places):
            yield f"{JOBS}:1: {job}: {state.strip()}, but where: {where.strip() or 'nowhere'}"
        yield from (
            f"{JOBS}:1: {job}: {place} is not there" for place in places if not _there(tree, place)
        )


def _there(tree: Tree, place: str) -> bool:
    kind, _, name = place.partition(":")
    if kind == "page":
        return any(
            re.search(rf'name="{name}"', file.text)
            for file in tree.code()
            if file.parts[-1] == "urls.py" or "urls" in file.parts
        )
    if kind == "verb":
        return any(f'"{name}"' in call for call in _verbs(tree))
    return any(file.path == place for file in tree.files)


def _verbs(tree: Tree) -> Iterator[str]:
    for file in tree.code():
        if "command" in file.parts:
            yield from re.findall(r"@verb\(\s*\"[a-z-]+\"", file.text)
