"""Who follows a guide at a screen: each control that a section names is pressed there.

A guide of pages leaves it to its reader what to type, and who shows what; a walk does that by
itself. What the guide writes as **« words »** is what a walk presses, in that order, nothing else;
and when a section ends, all of it was.
"""

import io
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Locator, Page

from caisse.site import guides
from tests.journeys.office_walking import control, plain
from tests.journeys.screens import passed

NAMED = re.compile(r"\*\*« ([^»]+) »\*\*")
TYPED = "`script/caisse "  # a step at a terminal
PROSE: dict[str, tuple[str, ...]] = {
    "bureau-bons": ("Chez un commerçant",),
    "bureau-solde": ("Qui le saura",),
    "encaisser": ("Quand la caisse ne paie qu’une part",),  # its keys: test_coverage
    "financeur": ("Comment se compte une part", "Ce qui n’est pas montré"),
    "lieu": ("Vous avez déjà un logiciel de caisse ?",),
    "membre": ("Un achat sans réseau", "Sans téléphone"),
    "visiteurs": (
        "Trois gestes", "La grille oublie vos réponses", "Les fichiers", "Près de chez vous",
        "Sans souris, sans script, sur papier",
    ),
}  # fmt: skip
"""The sections of guides in which nothing is pressed: what they say is read."""

COLOURS = 32  # of a picture: screens are drawn with few
PATIENCE_S = 30
SMALL = {"width": 360, "height": 640}  # a telephone of five years ago


class Named(NamedTuple):
    """A control that a section names; `if_so` where its line is one of several ways (« - »)."""

    words: str
    if_so: bool


class Guide:
    """What is left to follow of `docs/guide/<name>.md`: the controls of each section.

    The steps are done in their order: a control is pressed for the first time after all that the
    section names before it, but for the lines of which one or another is done. Whoever repeats a
    step presses what was pressed already.
    """

    def __init__(self, name: str) -> None:
        self.left, self.prose = sections(name), PROSE.get(name, ())
        self.named: list[Named] = []
        self.pressed: set[str] = set()

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Follow that section: all its controls are pressed when the block ends."""
        self.named, self.pressed = self.left.pop(title), set()
        yield
        assert sorted({one.words for one in self.named} - self.pressed) == [], title

    def press(self, page: Page, *controls: str) -> None:
        """Press what the section names so, one after the other, in its order.

        Each screen on which something is pressed is looked at once.
        """
        for words in controls:
            said = [one.words for one in self.named]
            assert words in said, f"the guide does not say « {words} » here: {said}"
            before = self.named[: said.index(words)]
            left = [one.words for one in before if not (one.if_so or one.words in self.pressed)]
            assert not left, f"before « {words} » the guide says {left}"
            self.pressed.add(words)
            there = shown(page, words)
            passed(page)
            there.click()
            page.wait_for_load_state()

    def ended(self) -> None:
        """Nothing of the guide was left out but what is prose."""
        assert sorted(self.left) == sorted(self.prose)


def sections(name: str) -> dict[str, list[Named]]:
    """The sections of a guide by their titles: the controls that each names, in their order."""
    return {
        title: [
            Named(words, line.startswith("   - "))
            for line in steps.splitlines()
            for words in NAMED.findall(line)
        ]
        for title, steps in texts(name).items()
    }


def texts(name: str) -> dict[str, str]:
    """The sections of a guide by their titles, with ordinary spaces."""
    text = (guides.folder() / f"{name}.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    parts = [part.partition("\n") for part in text.split("\n## ")[1:]]
    return {title: steps for title, _line, steps in parts}


def shown(page: Page, words: str) -> Locator:
    """The control of that name, once it is there: the screen before may wait for an answer."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return control(page, words)
        except AssertionError:
            if time.monotonic() > until:
                raise
            page.wait_for_timeout(50)


def pictured(page: Page, name: str) -> None:
    """Keep this screen in the guides' images, when CAISSE_GUIDE_PICTURES asks for it."""
    if not os.environ.get("CAISSE_GUIDE_PICTURES"):
        return
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    page.evaluate("scrollTo(0, 0)")
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    page.set_viewport_size(size)
    folder = Path(guides.folder() / "images")
    folder.mkdir(exist_ok=True)
    shot.convert("RGB").quantize(COLOURS).save(folder / f"{name}.png", optimize=True)


def words_of(page: Page) -> str:
    """What one reads on the page, with ordinary spaces."""
    return plain(page.locator("body").inner_text())
