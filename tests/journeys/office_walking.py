"""How a walk of the office goes on: by the words that stand on the controls, as a guide says."""

import re
from re import Pattern

from playwright.sync_api import Locator, Page

from tests.journeys.walking import complaints, sideways, small_targets

NARROW = 320
STOPS = 250  # of Tab, on a long page


class Office:
    """One person of the office in one window; every page is looked at where one arrives first."""

    met: set[tuple[str, int]] = set()  # pages looked at by anybody, and how wide; once is enough

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(60_000)

    def come_in_as(self, login: str) -> "Office":
        """Through the door of a demo; the window's person from here on."""
        self.page.context.clear_cookies()
        self.page.goto(self.at("/entrer"))
        self.page.locator(f'button[name="qui"][value="{login}"]').click()
        return self.arrive()

    def go(self, path: str) -> "Office":
        """To an address that one types or has kept."""
        self.page.goto(self.at(path))
        return self.arrive()

    def click(self, *names: str) -> "Office":
        """Each control that bears these words, or begins with them, one after the other."""
        for name in names:
            control(self.page, name).click()
            self.arrive()
        return self

    def press(self, name: str) -> "Office":
        """Reach a control with Tab alone, and press Enter on it."""
        wanted = control(self.page, name).evaluate_handle("one => one")
        for _stop in range(STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("one => document.activeElement === one", wanted):
                break
        else:
            raise AssertionError(f"Tab never comes to « {name} » on {self.page.url}")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self.arrive()

    def fill(self, **fields: str) -> "Office":
        """Fields by the names that the page gives them."""
        for name, value in fields.items():
            self._put(self.page.locator(f'main [name="{name}"]:visible').first, value)
        return self

    def write(self, label: str, value: str) -> "Office":
        """A field by the words that stand above it."""
        self._put(field(self.page, label), value)
        return self

    def says(self, *sentences: str) -> "Office":
        """The page has these words, whatever the spaces are."""
        words = self.words()
        for sentence in sentences:
            assert sentence in words, f"« {sentence} » is not on {self.page.url}: {words[:900]}"
        return self

    def words(self) -> str:
        """What one reads on the page, with ordinary spaces."""
        return plain(self.page.locator("main").inner_text())

    def title(self) -> str:
        """The page's first heading."""
        return plain(self.page.locator("h1").inner_text())

    def download(self, name: str) -> tuple[str, bytes]:
        """The name and the content of the file to which a control leads."""
        with self.page.expect_download() as coming:
            control(self.page, name).click()
        return coming.value.suggested_filename, coming.value.path().read_bytes()

    def at(self, path: str) -> str:
        """A path of the house in which this page is."""
        return "/".join(self.page.url.split("/")[:3]) + path

    def arrive(self) -> "Office":
        """Wait for the page and, the first time, ask of it what is asked of every page."""
        self.page.wait_for_load_state("load")
        size = self.page.viewport_size
        path = self.page.url.split("?")[0].split("/", 3)[3]
        done = self.page.locator(".said .notice, .summary").count()  # another look of the page
        kind = re.sub(r"[0-9a-f-]{36}|\d+", "n", f"{path} {done}")
        met = (kind, size["width"] if size is not None else 0)
        if met not in self.met:
            self.met.add(met)
            self.look()
        return self

    def look(self) -> None:
        """Axe has nothing to say, targets are large enough, nothing hangs out at 320 pixels."""
        page = self.page
        said = complaints(page)
        assert said == "", f"{page.url}: {said}"
        assert small_targets(page) == [], f"{page.url}: {small_targets(page)}"
        size = page.viewport_size
        assert size is not None
        page.set_viewport_size({"width": NARROW, "height": size["height"]})
        assert sideways(page) <= 0, f"{page.url} is wider than {NARROW} pixels"
        page.set_viewport_size(size)
        assert sideways(page) <= 0, f"{page.url} is wider than its window"

    def _put(self, place: Locator, value: str) -> None:
        if place.evaluate("one => one.tagName") == "SELECT":
            place.select_option(label=value)
        elif place.evaluate("one => one.type") == "date":
            place.fill("-".join(reversed(value.split("/"))))
        else:
            place.fill(value)


def control(page: Page, name: str) -> Locator:
    """The control that one sees under these words: a button first, then a link, a choice, a menu.

    The whole words go before their beginning, the page before what frames it.
    """
    main = page.locator("main")
    for words in (_exactly(name), _beginning(name)):
        for place in (main, page.locator("body")):
            for found in (
                place.get_by_role("button", name=words),
                place.get_by_role("link", name=words),
                place.locator("summary").filter(has_text=words),
                place.locator("label").filter(has_text=words),
            ):
                seen = found.filter(visible=True)
                if seen.count():
                    return seen.first
    raise AssertionError(f"« {name} » is not on {page.url}: {plain(main.inner_text())[:900]}")


def field(page: Page, label: str) -> Locator:
    """The field that one sees under these words."""
    for words in (_exactly(label), _beginning(label)):
        seen = page.locator("main").get_by_label(words).filter(visible=True)
        if seen.count():
            return seen.first
    raise AssertionError(f"no field « {label} » on {page.url}")


def plain(words: str) -> str:
    """Words with ordinary spaces."""
    return " ".join(words.split())


def _exactly(name: str) -> Pattern[str]:
    return re.compile(rf"^\s*{_spaced(name)}\s*$")


def _beginning(name: str) -> Pattern[str]:
    return re.compile(rf"^\s*{_spaced(name)}")


def _spaced(name: str) -> str:
    return r"\s+".join(re.escape(word) for word in name.split())
