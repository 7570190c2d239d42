"""The guides: one printable page each, and which page each is for (own room: the assembly's).

A guide is Markdown; its first line is its title. The comment under it, `<!-- pages: a b c -->`,
names the pages (by their name in the addresses) that lead to it. `script/pictures` makes their
pictures; a guide is whole without.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

PAGES = re.compile(r"<!-- pages: ([a-z0-9_ ]+) -->")
PICTURE = re.compile(r"[a-z0-9-]+\.png")
OTHER = re.compile(r"\]\(([a-z-]+)\.md\)")  # a link to another guide
SHOWN = re.compile(r"!\[[^\]]*\]\(images/([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide: the stem of its file, its title, its text as HTML (written by us, not by people).

    `picture` is the file of its first page's picture, "" when nobody made one.
    """

    name: str
    title: str
    body: SafeString
    picture: str = ""


def folder() -> Path:
    """Where the guides lie: in the installed package, else in the repository."""
    installed = Path(__file__).parent / "guide"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "docs" / "guide"


def guide_of(page: str) -> Guide | None:
    """The guide that the page of that name leads to, or the guide of that name; else None."""
    name = by_page().get(page, page)
    return guides().get(name)


@cache
def guides() -> dict[str, Guide]:
    """All guides by name."""
    return {path.stem: _read(path) for path in sorted(folder().glob("*.md"))}


@cache
def by_page() -> dict[str, str]:
    """The guide of each page, by the page's name."""
    found: dict[str, str] = {}
    for path in sorted(folder().glob("*.md")):
        for names in PAGES.findall(path.read_text(encoding="utf-8")):
            found.update(dict.fromkeys(names.split(), path.stem))
    return found


def picture_of(name: str) -> Path | None:
    """The file of a picture of the guides, or None for a name that is none."""
    path = folder() / "images" / name
    return path if PICTURE.fullmatch(name) and path.is_file() else None


def _read(path: Path) -> Guide:
    text = PAGES.sub("", path.read_text(encoding="utf-8"))
    title, _, rest = text.partition("\n")
    rest = SHOWN.sub(lambda one: one[0] if picture_of(one[1]) else "", rest)
    rest = rest.replace("](images/", "](/aide/images/")
    rest = OTHER.sub(r"](/aide/\1)", rest)
    rest = rest.replace("« ", "«\u00a0").replace(" »", "\u00a0»")  # never alone on a line
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(rest)
    picture = f"{path.stem}.png"
    return Guide(
        name=path.stem,
        title=title.removeprefix("# ").strip(),
        body=mark_safe(html),
        picture=picture if picture_of(picture) else "",
    )
