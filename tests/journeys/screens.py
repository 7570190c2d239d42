"""Each screen that a walk passes through is looked at: once, where a walk of the run first comes.

A screen is known by its place, its title, its controls and whether something is said on it,
whatever figures stand there.
"""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.journeys.office_walking import control
from tests.journeys.test_till import TILL, till_looked_at
from tests.journeys.walking import looked_at, titled

CONTROLS = "h1, button, summary, label"
SAID = ".notice, .wrong"
NUMBERS = re.compile(r"[0-9a-f-]{36}|[0-9]+")
PASSED: set[tuple[str, ...]] = set()  # windows, places, titles, controls, how much is said


def shows(page: Page, words: str) -> None:
    """Wait until the page shows these words as its title, then look, unless a walk has."""
    titled(page, words)
    passed(page)


def click(page: Page, words: str) -> None:
    """Look at the screen, unless a walk has, then click what bears these words there."""
    there = control(page, words)
    passed(page)
    there.click()


def passed(page: Page) -> None:
    """Look hard at this screen, as one looks at the till or at any page, unless a walk has."""
    place = urlsplit(page.url).path
    known_by = page.locator(CONTROLS).filter(visible=True).all_inner_texts()
    said = f"said: {'*' * page.locator(SAID).filter(visible=True).count()}"
    window = str(page.viewport_size)
    screen = (window, *(NUMBERS.sub("0", one) for one in (place, *known_by, said)))
    if screen not in PASSED:
        (till_looked_at if place == TILL else looked_at)(page, settles=False)
        PASSED.add(screen)
