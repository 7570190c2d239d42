"""What every walk asks of a page: axe, sideways scrolling, the keyboard, the size of targets."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Error, Locator, Page, TimeoutError

Visit: TypeAlias = Callable[..., Page]
STOPS = "a, summary, button, input, select, [tabindex='0']"
SMALL = (  # links in a sentence are excepted, as WCAG 2.5.8 allows
    "[...document.querySelectorAll('a, summary, button, select, .choice')]"
    ".filter(one => one.checkVisibility() && !one.matches('.skip')"
    " && !one.closest('p, td, th, dd, .lead, .inline')"
    " && one.getBoundingClientRect().height < 48).map(one => one.textContent.trim())"
)

PHONE, DESK = 360, 1280
LOOKED_AT: set[tuple[int, str]] = set()  # widths and words of pages that were found good already
SETTLED = """async () => { // what follows a screen is there when axe has looked: so it is without
  const asks = window.fetch
  const known = "asking" in window
  if (!known) {
    window.asking = 0
    window.fetch = (...said) => {
      window.asking += 1
      return asks(...said).finally(() => { window.asking -= 1 })
    }
  }
  const began = performance.now()
  let busy = began
  while (performance.now() - began < 500) {
    await new Promise(resolve => setTimeout(resolve, 20))
    const quiet = known && !window.asking && !document.querySelector(".htmx-request")
    if (!quiet) busy = performance.now()
    if (performance.now() - busy > 100) return
  }
}"""
PATIENT = """{ // an answer that takes four seconds on a slow machine is no lost network
  const limit = AbortSignal.timeout;
  if (limit) AbortSignal.timeout = (ms) => limit.call(AbortSignal, ms * 10);
}"""
FONTS = """document.fonts.ready.then(() =>
  [...document.fonts].filter((one) => one.status !== "unloaded").length
    - document.querySelectorAll("link[rel=preload][as=font]").length)"""
ASKED: set[tuple[str, ...]] = set()  # pages of which axe had nothing to say
STRUCTURE = """async () => {
  const marks = [matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("print").matches]
  for (const one of document.querySelectorAll("html, head > title, body, body *")) {
    if (!["HTML", "TITLE"].includes(one.tagName) && !one.checkVisibility()) continue
    marks.push(one.tagName, one.textContent.trim() === "")
    for (const { name, value } of one.attributes) {
      const numbered = ["href", "src", "value", "id", "for", "name", "d", "action"].includes(name)
      marks.push(name, numbered ? value === "" : value.replace(/[0-9]+/g, "0"))
    }
  }
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(marks.join("|")))
  return [...new Uint8Array(hash)].map(byte => byte.toString(16)).join(".")
}"""
FOCUSED = (  # the words of what has the focus: its own, or its label's
    "[document.activeElement.textContent, document.activeElement.ariaLabel,"
    " ...[...document.activeElement.labels ?? []].map(one => one.textContent)].join(' ')"
)


def open_all(page: Page) -> None:
    """Open every table."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def seen(page: Page) -> str:
    """The words one sees, with ordinary spaces."""
    words = page.locator("main").inner_text()
    return " ".join(words.replace("\u202f", " ").replace("\u00a0", " ").split())


def titled(page: Page, words: str) -> None:
    """Wait until the page shows these words as a heading of the first level."""
    try:
        page.locator("h1:visible", has_text=words).wait_for(timeout=45_000)
    except TimeoutError:
        raise AssertionError(f"not « {words} » but: {seen(page)}") from None


def sideways(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def complaints(page: Page, *rules: str, settles: bool = True) -> str:
    """What axe has to say of the page by these rules, or by all; empty when it has nothing.

    It is asked once of the same page: same elements, attributes and colours, whatever the words
    are, at one width. A page is made alike by both databases, so it is asked on SQLite alone.
    A walk that needs no time between its screens says that this one need not settle.
    """
    look = (str(page.viewport_size), *rules, page.evaluate(STRUCTURE))
    if connection.vendor != "sqlite" or look in ASKED:
        if settles:
            _settle(page)
        return ""
    said = _asked(page, *rules)
    if not said:
        ASKED.add(look)
    return said


def _settle(page: Page) -> None:
    try:
        page.evaluate(SETTLED)
    except Error as error:
        if "Execution context was destroyed" not in str(error):
            raise
        page.wait_for_load_state()  # it went to another page by itself


def _asked(page: Page, *rules: str) -> str:
    if page.evaluate(FONTS) < 0:
        return "a font is fetched first and not used"
    options: dict[str, object] = {"resultTypes": ["violations"]}
    found = Axe().run(page, options=options | ({"runOnly": list(rules)} if rules else {}))
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


def come_in(page: Page, login: str) -> None:
    """Through the door that the demo shows on this page, as one of its people."""
    page.locator(f'button[name="qui"][value="{login}"]').click()
    page.wait_for_load_state()


def entering(visit: Visit, login: str, home: str) -> Visit:
    """`entering(…)(width=360)` is a page of its own, on `home` or elsewhere, come in as `login`."""

    def enter(path: str = home, **options: Any) -> Page:
        page = visit(f"/entrer?next={path}", **options)
        come_in(page, login)
        return page

    return enter


def named(page: Page, words: str) -> Locator:
    """The first link or button that one sees of which the name begins so."""
    name = re.compile(rf"^\s*{re.escape(words)}".replace(r"\ ", r"\s"))
    places = page.locator("main"), page.locator("body")
    for place in places:
        found = place.get_by_role("link", name=name).or_(place.get_by_role("button", name=name))
        if found.count():
            return found.first
    raise AssertionError(f"no link and no button « {words} » on {page.url}")


def press(page: Page, words: str) -> str:
    """Press what is named so, look hard at the page that comes, and return the words seen there."""
    with page.expect_navigation():
        named(page, words).click()
    return looked_at(page)


def looked_at(page: Page, *, settles: bool = True) -> str:
    """The words of this page, of which there is nothing to say: axe, width, size of targets.

    On a phone by night too, and at 320 pixels.
    """
    size, words = page.viewport_size or {"width": 0, "height": 0}, seen(page)
    if (size["width"], words) in LOOKED_AT:
        return words
    LOOKED_AT.add((size["width"], words))
    _nothing(page, "axe", complaints(page, settles=settles))
    _nothing(page, "targets below 48 pixels", small_targets(page))
    _nothing(page, "pixels beyond the window", max(sideways(page), 0))
    _nothing(page, "first headings but one", outline(page).count(1) - 1)
    if size["width"] <= PHONE:
        page.emulate_media(color_scheme="dark")
        _nothing(page, "axe by night", complaints(page, "color-contrast", settles=settles))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": size["height"]})
        _nothing(page, "pixels beyond 320", max(sideways(page), 0))
        page.set_viewport_size(size)
    return words


def _nothing(page: Page, what: str, found: object) -> None:
    assert not found, f"{page.url} ({page.viewport_size}) {what}: {found}"


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on what carries these words."""
    for _stop in range(80):
        page.keyboard.press("Tab")
        if words in " ".join(str(page.evaluate(FOCUSED)).split()):
            return
    raise AssertionError(f"Tab never comes to « {words} » on {page.url}")
