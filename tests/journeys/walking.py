"""What every walk asks of a page: axe, sideways scrolling, the keyboard, the size of targets."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STOPS = "a, summary, button, input, select, [tabindex='0']"
SMALL = (  # links in a sentence are excepted, as WCAG 2.5.8 allows
    "[...document.querySelectorAll('a, summary, button, select, .choice')]"
    ".filter(one => one.checkVisibility() && !one.matches('.skip')"
    " && !one.closest('p, td, th, dd, .lead, .inline')"
    " && one.getBoundingClientRect().height < 48).map(one => one.textContent.trim())"
)


def open_all(page: Page) -> None:
    """Open every table."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def seen(page: Page) -> str:
    """The words one sees, with ordinary spaces."""
    words = page.locator("main").inner_text()
    return " ".join(words.replace("\u202f", " ").replace("\u00a0", " ").split())


def sideways(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def complaints(page: Page) -> str:
    """What axe has to say of the page, empty when it has nothing."""
    found = Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""


def small_targets(page: Page) -> list[str]:
    """The words of the targets that are less than 48 px high."""
    return list(page.evaluate(SMALL))


def outline(page: Page) -> list[int]:
    """The levels of the headings that one sees, in their order."""
    return list(
        page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3, h4')].filter(one => one.checkVisibility())"
            ".map(one => Number(one.tagName[1]))"
        )
    )


def tab_walk(page: Page, selector: str = STOPS) -> tuple[list[str], list[str]]:
    """The stops of the page in the order of reading, and those that Tab reaches, by their words."""
    name = "one => one.id || one.textContent.trim() || one.getAttribute('aria-labelledby')"
    expected = page.evaluate(
        f"[...document.querySelectorAll(`{selector}`)].filter(one => one.checkVisibility()"
        " && !(one.type === 'radio' && one !== document.querySelector("
        "`input[name=${one.name}]:checked, input[name=${one.name}]`)))"
        f".map({name})"
    )
    walked = []
    for _stop in expected:
        page.keyboard.press("Tab")
        walked.append(page.evaluate(f"({name})(document.activeElement)"))
    return expected, walked
