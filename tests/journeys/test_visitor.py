"""A visitor reads on: every public page, on phone and desk, by day and by night, by keyboard.

Jobs of domain.md 3.3: M01, M04, F01, F05, F07, F08.
"""

import re
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from tests.journeys.walking import (
    DESK,
    PHONE,
    Visit,
    complaints,
    open_all,
    outline,
    seen,
    sideways,
    small_targets,
    tab_walk,
)

PAGES = (
    "/comprendre",
    "/participer",
    "/participer/grille",
    "/lieux",
    "/lieux?commune=Montpellier&jour=5",
    "/lieux/2",
    "/reglement",
    "/reglement/admission.capacity",
    "/decisions",
    "/decisions/1",
    "/decisions/13",
    "/chiffres",
    "/argent",
)


@pytest.mark.parametrize("path", PAGES)
def test_axe_has_nothing_to_say(visit: Visit, path: str) -> None:
    for width, scheme in ((PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")):
        page = visit(path, width=width, scheme=scheme)
        open_all(page)
        assert complaints(page) == "", (width, scheme)
        assert sideways(page) <= 0
        assert small_targets(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_at_320_pixels_and_twice_the_text(visit: Visit, path: str) -> None:
    page = visit(path, width=320)
    open_all(page)
    assert sideways(page) <= 0
    page = visit(path, width=640)
    larger = page.context.new_cdp_session(page)
    larger.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    open_all(page)
    assert sideways(page) <= 0


@pytest.mark.parametrize("path", PAGES)
def test_the_whole_walk_by_keyboard(visit: Visit, path: str) -> None:
    page = visit(path)
    expected, walked = tab_walk(page)
    assert walked == expected
    levels = outline(page)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_it_prints_black_on_white_without_buttons(visit: Visit, path: str) -> None:
    page = visit(path, scheme="dark")
    page.emulate_media(media="print")
    shown = "getComputedStyle(document.querySelector('main')).color"
    assert page.evaluate(shown) == "rgb(0, 0, 0)"
    for hidden in (".head", ".plan", ".quiet-button"):
        assert page.locator(hidden).first.is_hidden()
    assert page.locator("h1").is_visible()


def test_from_an_amount_to_the_decision_that_made_it_by_keyboard(visit: Visit) -> None:
    """Amount, article, decision: three gestures."""
    page = visit("/", width=PHONE)
    page.locator("#reglement summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile(r"^100,00")).first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("heading", level=1).inner_text() == "Montant de base"
    assert "Le montant de base est de 100 MonA par mois." in seen(page)
    page.get_by_role("link", name=re.compile("^décision n° 1$")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/decisions/1")
    assert "Ce qu’elle change" in seen(page)


def test_a_funder_checks_a_figure_and_takes_the_files(visit: Visit) -> None:
    """F01, F05, F07, F08: no account, the use of the money, no name, the figures as files."""
    page = visit("/argent")
    page.get_by_role("link", name=re.compile("^198")).click()
    assert urlsplit(page.url).fragment == "chiffre-operating-hr"
    assert page.locator("#chiffre-operating-hr").is_visible()
    for link, name in (("tableur", "chiffres.csv"), ("programme", "chiffres.json")):
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile(link)).click()
        assert download.value.suggested_filename == name
        text = download.value.path().read_text(encoding="utf-8-sig")
        assert "2023-12" in text


def test_what_was_decided_and_what_comes(visit: Visit) -> None:
    page = visit("/reglement", width=PHONE)
    assert "À partir de mars 2024 : La caisse a 400 places." in seen(page)
    page.get_by_role("link", name=re.compile("^Décision n° 13")).first.click()
    assert "Ouvrir la caisse à 400 foyers" in seen(page)
    assert "Adoptée" in seen(page)


def test_without_javascript_the_pages_are_the_same(visit: Visit) -> None:
    for path in PAGES:
        page = visit(path, java_script_enabled=False)
        assert page.locator("h1").is_visible()
        assert page.locator("#plan a").count() >= 6
