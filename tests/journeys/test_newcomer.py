"""A newcomer looks at the caisse: on a phone, at a desk, by keyboard, read aloud, on paper."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.walking import DESK, PHONE, Visit, open_all, seen, sideways, small_targets

TOTALS = (  # tables 8.3 to 8.6 of the reference year
    *("350 000", "342 740", "192 500", "5 000", "2 500", "190 000", "160 000", "309 210"),
    *("198 000", "36 000", "12 000", "20 000", "266 000", "616 000", "13 709", "−3 500"),
    *("82 260", "92 540", "30 850", "34 270", "13 710", "10 280", "6 850", "44 560", "27 420"),
)


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/affiche"])
def test_axe_has_nothing_to_say(visit: Visit, width: int, scheme: str, path: str) -> None:
    page = visit(path, width=width, scheme=scheme)
    open_all(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_every_total_of_the_year_is_on_the_page(visit: Visit) -> None:
    page = visit()
    open_all(page)
    words = seen(page)
    assert [total for total in TOTALS if total not in words] == []
    assert "De février 2023 à janvier 2024, 350 foyers" in words
    assert "55 lieux choisis par le comité citoyen" in words
    banner = page.locator(".demo").inner_text().replace("\u00a0", " ")
    assert banner == (
        "Démonstration : caisse fictive, nous sommes le jeudi 1er février 2024, 9 h 00."
    )


def test_the_whole_walk_by_keyboard(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    page = visit()
    expected = page.evaluate(
        "[...document.querySelectorAll('a, summary, button')]"
        ".filter(one => one.checkVisibility()).map(one => one.textContent.trim())"
    )
    walked = []
    for _stop in expected:
        page.keyboard.press("Tab")
        walked.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert walked == expected


def test_a_table_opens_and_closes_with_enter(visit: Visit) -> None:
    page = visit(width=PHONE)
    table = page.locator("#mona table")
    assert not table.is_visible()
    page.locator("#mona summary").focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    assert page.locator("#mona summary").inner_text().startswith("Cacher les chiffres")
    page.keyboard.press("Enter")
    assert not table.is_visible()


def test_focus_is_seen(visit: Visit) -> None:
    page = visit()
    for place in ("#mona summary", ".strip a", ".further a"):
        target = page.locator(place).first
        target.scroll_into_view_if_needed()
        before = target.evaluate("one => getComputedStyle(one).outlineStyle")
        page.keyboard.press("Tab")  # focus by keyboard from here on
        target.focus()
        style = target.evaluate(
            "one => [getComputedStyle(one).outlineStyle, getComputedStyle(one).outlineWidth]"
        )
        assert before == "none"
        assert style == ["solid", "3px"]


@pytest.mark.parametrize("path", ["/", "/nulle-part"])
def test_nothing_is_cut_at_320_pixels(
    visit: Visit, path: str, request: pytest.FixtureRequest
) -> None:
    page = visit("/", width=320)
    assert sideways(page) <= 0
    open_all(page)
    assert sideways(page) <= 0


@pytest.mark.parametrize("width", [PHONE, 640, DESK])
def test_text_twice_as_large(visit: Visit, width: int) -> None:
    page = visit(width=width)
    larger = page.context.new_cdp_session(page)
    larger.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "36px"
    open_all(page)
    assert sideways(page) <= 0


def test_text_with_wide_spacing(visit: Visit) -> None:
    page = visit(width=PHONE, bypass_csp=True)
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-block-end: 2em !important }"
    )
    assert sideways(page) <= 0
    clipped = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(one =>"
        " getComputedStyle(one).overflowX === 'hidden' && one.clientWidth > 2"
        " && one.scrollWidth > one.clientWidth + 1).map(one => one.className)"
    )
    assert clipped == []


def test_without_javascript_it_is_the_same_page(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.locator("#couverture").scroll_into_view_if_needed()
    assert page.locator("#mona .chart.wide").is_visible()
    page.locator("#mona summary").click()
    assert page.locator("#mona table").is_visible()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_targets_are_48_pixels_high(visit: Visit, width: int) -> None:
    page = visit(width=width)
    assert small_targets(page) == []


def test_a_drawing_has_its_words_and_its_table(visit: Visit) -> None:
    page = visit()
    drawings = page.get_by_role("img")
    names = [
        one.evaluate("one => one.querySelector('title').textContent") for one in drawings.all()
    ]
    assert len(names) == 3
    assert all(names)
    for section in ("mona", "marge", "fonctionnement"):
        assert page.locator(f"#{section} details table").count() >= 1


def test_colours_of_the_night(visit: Visit) -> None:
    page = visit(scheme="dark")
    shade = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(shade) == "rgb(22, 21, 15)"
    assert visit().evaluate(shade) == "rgb(251, 248, 241)"


def test_nothing_moves_for_those_who_ask(visit: Visit) -> None:
    page = visit(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.parametrize("path", ["/", "/affiche"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_sheets_on_paper(visit: Visit, path: str, scheme: str) -> None:
    page = visit(path, scheme=scheme)
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2
    page.emulate_media(media="print")
    ink = "getComputedStyle(document.querySelector('.sheet')).color"
    assert page.evaluate(ink) == "rgb(0, 0, 0)"
    assert not page.locator("summary").first.is_visible() or path == "/affiche"
    cut = page.evaluate(
        "[...document.querySelectorAll('.sheet')].map(one => one.scrollHeight - one.clientHeight)"
    )
    assert max(cut) <= 0


def test_an_address_that_does_not_exist(address: str, page: Page) -> None:
    page.goto(f"{address}/nulle-part")
    assert page.title() == "Page introuvable - 404 - Caisse"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("link", name="Voir la caisse en un coup d’œil").click()
    assert page.get_by_role("heading", level=1).inner_text() == "La caisse en un coup d’œil"
