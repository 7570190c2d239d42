"""What axe does not see: room for spaced text, where the focus is, words besides colour.

Numbers are those of trust.md section 6; one walk per actor, over the pages one meets daily.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.walking import DESK, PHONE, Visit, come_in, open_all, sideways

TREES = Path(__file__).parent / "trees"
PAGES = {
    "": ("/", "/lieux", "/decisions", "/participer"),
    "adh": ("/moi", "/moi/cotiser", "/moi/cotiser/montant", "/moi/foyer", "/moi/donnees"),
    "lieu": ("/commerce",),
    "coordination": (
        "/gestion",
        "/gestion/personnes",
        "/gestion/mois/2024-02",
        "/gestion/lieux",
        "/gestion/argent",
        "/gestion/remboursements",
        "/gestion/accords",
        "/gestion/journal",
    ),
    "tresorerie": ("/gestion/personnes/1/encaisser", "/gestion/argent/virements/demander"),
    "fin": ("/financeur",),
}
SPACED = """(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
})()"""  # WCAG 1.4.12
CUT = """[...document.querySelectorAll('main *, header *, footer *')].filter(one => {
  const {overflowX, overflowY} = getComputedStyle(one);
  const hides = [overflowX, overflowY].some(each => ['hidden', 'clip'].includes(each));
  const more = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
  return hides && more && one.checkVisibility() && one.clientWidth > 1 && one.textContent.trim();
}).map(one => one.textContent.trim().slice(0, 60))"""
WIDE = """[...document.querySelectorAll('body *')].filter(one => one.checkVisibility()
  && one.getBoundingClientRect().right > innerWidth).map(one => one.outerHTML.slice(0, 80))"""
UNSEEN = """new Promise(requestAnimationFrame).then(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return 'nothing';
  const label = one.matches('input[type=radio], input[type=checkbox]') && one.closest('label');
  const target = label || one;
  const marked = [target, one].some(each => {
    const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(each);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
  });
  if (!marked) return 'no mark: ' + one.outerHTML.slice(0, 80);
  const box = target.getClientRects()[0];
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, window.innerHeight)) / 2;  // what one sees
  const above = document.elementFromPoint(box.x + box.width / 2, y);
  if (above && (target.contains(above) || above.contains(target))) return '';
  return `under ${above?.outerHTML.slice(0, 40)}: ${one.outerHTML.slice(0, 80)}`;
})"""
WORDLESS = """[...document.querySelectorAll('.badge, .notice, .stamp')].filter(one =>
  one.checkVisibility() && !one.textContent.trim()).map(one => one.outerHTML.slice(0, 80))"""
SHAPELESS = """[...document.querySelectorAll('.badge, .notice')].filter(one =>
  one.checkVisibility() && !one.querySelector('svg')).map(one => one.outerHTML.slice(0, 80))"""
STOPS = 40  # of Tab, on each page


def walk(visit: Visit, guests: dict[str, str], who: str, **options: Any) -> Iterator[Page]:
    """The pages of somebody, one after the other, in one window."""
    page = None
    for path in PAGES[who]:
        if page is None:
            page = visit(f"/entrer?next={path}" if who else path, **options)
            if who:
                come_in(page, guests[who])
        else:
            page.goto("/".join(page.url.split("/", 3)[:3]) + path)
        yield page


@pytest.mark.parametrize("who", PAGES)
def test_spaced_text_and_a_window_of_320_by_256_cut_nothing(
    visit: Visit, guests: dict[str, str], who: str
) -> None:
    """4."""
    for page in walk(visit, guests, who, width=PHONE):
        open_all(page)
        page.evaluate(SPACED)
        assert sideways(page) <= 0, (page.url, page.evaluate(WIDE))
        assert page.evaluate(CUT) == [], page.url
        page.set_viewport_size({"width": 320, "height": 256})
        assert sideways(page) <= 0, (page.url, page.evaluate(WIDE))


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_one_sees_where_the_focus_is(
    visit: Visit, guests: dict[str, str], who: str, width: int
) -> None:
    """5: it is marked, and nothing lies over it."""
    for page in walk(visit, guests, who, width=width, reduced_motion="reduce"):
        for _stop in range(STOPS):
            page.keyboard.press("Tab")
            unseen = page.evaluate(UNSEEN)
            if unseen == "nothing":  # round once
                break
            assert unseen == "", page.url


@pytest.mark.parametrize("who", PAGES)
def test_states_differ_by_word_and_shape(visit: Visit, guests: dict[str, str], who: str) -> None:
    """6: what a colour says, a word and a drawing say too."""
    for page in walk(visit, guests, who):
        open_all(page)
        assert page.evaluate(WORDLESS) == [], page.url
        assert page.evaluate(SHAPELESS) == [], page.url


def test_what_a_screen_reader_hears_of_a_pledge(visit: Visit, guests: dict[str, str]) -> None:
    """2: names and roles as a person has read them in `trees`; descriptions from the full tree."""
    page = visit("/entrer?next=/moi/cotiser/montant", width=PHONE)
    come_in(page, guests["adh"])
    heard = page.locator("main").aria_snapshot().replace("\u202f", " ").replace("\u00a0", " ")
    reviewed = TREES / "pledge.yaml"
    assert heard.strip() == reviewed.read_text(encoding="utf-8").strip()
    page.get_by_label("Montant par mois, en €").fill("")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    described = [
        node["description"]["value"]
        for node in tree["nodes"]
        if node.get("role", {}).get("value") == "textbox"
    ]
    assert described == ["Ce champ attend une réponse."]
