"""Who follows a guide at a screen: each control that a section names is pressed there.

A guide of pages leaves it to its reader what to type, and who shows what; a walk does that by
itself. What the guide writes as **« words »** is what a walk presses, nothing else; and when a
section ends, all of it was.
"""

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from caisse.site import guides
from tests.journeys.office_walking import control, plain

NAMED = re.compile(r"\*\*« ([^»]+) »\*\*")
COLOURS = 32  # of a picture: screens are drawn with few
SMALL = {"width": 360, "height": 640}  # a telephone of five years ago


class Guide:
    """What is left to follow of `docs/guide/<name>.md`: the controls of each section."""

    def __init__(self, name: str) -> None:
        text = (guides.folder() / f"{name}.md").read_text(encoding="utf-8")
        sections = [part.partition("\n") for part in text.split("\n## ")[1:]]
        self.left = {title: NAMED.findall(steps) for title, _line, steps in sections}
        self.named: list[str] = []
        self.pressed: set[str] = set()

    @contextmanager
    def section(self, title: str) -> Iterator[None]:
        """Follow that section: all its controls are pressed when the block ends."""
        self.named, self.pressed = self.left.pop(title), set()
        yield
        assert sorted(set(self.named) - self.pressed) == [], title

    def press(self, page: Page, *controls: str) -> None:
        """Press what the section names so, one after the other."""
        for words in controls:
            assert words in self.named, f"the guide does not say « {words} » here: {self.named}"
            self.pressed.add(words)
            control(page, words).click()
            page.wait_for_load_state()

    def ended(self) -> None:
        """Nothing of the guide was left out."""
        assert {title: named for title, named in self.left.items() if named} == {}


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
