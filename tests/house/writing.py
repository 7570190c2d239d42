"""`script/reference`: writes the pages and contracts that follow from the code."""

from pathlib import Path

from tests.house.layout import LINTER, with_contracts
from tests.house.reference import pages
from tests.house.tree import Tree


def write(root: Path) -> list[str]:
    """Write what differs; return the paths written."""
    tree = Tree(root)
    texts = {LINTER: with_contracts(tree.read(LINTER), tree), **pages(tree)}
    changed = [path for path, text in texts.items() if tree.read(path) != text]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(texts[path], encoding="utf-8")
    return changed


if __name__ == "__main__":
    for path in write(Path(__file__).parents[2]):
        print(path)  # noqa: T201 - a command tells what it wrote
