"""A visitor reads on: every public page, on phone and desk, by day and by night, by keyboard.

Jobs of domain.md 3.3: M01, M04, F01, F05, F07, F08.
"""

import math
import re
from functools import partial
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from caisse.kernel import clock
from caisse.merchants import queries as merchants
from caisse.merchants.queries import Shop
from tests.journeys.walking import (
    DESK,
    PHONE,
    Visit,
    complaints,
    looked_at,
    open_all,
    outline,
    seen,
    sideways,
    small_targets,
    tab_to,
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

HERE = {"latitude": 43.61093, "longitude": 3.87641, "accuracy": 30}  # in the middle of Montpellier
NEAREST = "Les plus proches de moi"


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
    with page.expect_navigation():
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
    page.wait_for_load_state()
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
    page.get_by_role("link", name=re.compile("^Décision n° 14")).first.click()
    page.wait_for_load_state()
    assert "Ouvrir la caisse à 400 foyers" in seen(page)
    assert "Adoptée" in seen(page)


def test_without_javascript_the_pages_are_the_same(visit: Visit) -> None:
    for path in PAGES:
        page = visit(path, java_script_enabled=False)
        assert page.locator("h1").is_visible()
        assert page.locator("#plan a").count() >= 6


def away_m(shop: Shop) -> float:
    """Metres from HERE on a flat map, which so near is a sphere's to the metre."""
    north = (shop.latitude_e5 or 0) / 1e5 - HERE["latitude"]
    east = (shop.longitude_e5 or 0) / 1e5 - HERE["longitude"]
    return 111_195 * math.hypot(north, east * math.cos(math.radians(HERE["latitude"])))


def metres_read(words: str) -> float:
    """« à 400 m » or « à 2,3 km », in metres."""
    number, unit = words.removeprefix("à moins de ").removeprefix("à ").split()
    return float(number.replace(",", ".")) * (1000 if unit == "km" else 1)


def note(asked: list[str], one: Request) -> None:
    """Keep the address, without its host, and the body of a request."""
    asked.append(f"/{one.url.split('/', 3)[3]} {one.post_data or ''}")


def distances(page: Page) -> list[float]:
    """The distances that the list shows, in metres."""
    return [metres_read(one) for one in page.locator("[data-nearest] .distance").all_inner_texts()]


def test_the_nearest_places_are_found_without_telling_where_one_is(visit: Visit) -> None:
    shops = [one for one in merchants.shops(at=clock.today()) if one.latitude_e5 is not None]
    expected = sorted(shops, key=away_m)[:20]
    for width in (PHONE, DESK):
        page = visit("/lieux", width=width, geolocation=HERE, permissions=["geolocation"])
        asked: list[str] = []
        page.on("request", partial(note, asked))
        assert "Votre position reste dans votre téléphone." in seen(page)
        tab_to(page, NEAREST)
        page.keyboard.press("Enter")
        heading = page.get_by_role("heading", name="Les lieux les plus proches de vous")
        heading.wait_for()
        assert page.evaluate("document.activeElement.id") == "proches"
        expect(heading).to_be_in_viewport()
        assert "du plus proche au plus loin" in page.get_by_role("status").inner_text()
        shown = page.locator("[data-nearest] li")
        assert shown.count() == len(expected)
        read = distances(page)
        assert read == sorted(read)
        assert read == pytest.approx([away_m(one) for one in expected], rel=0.05, abs=50)
        first = f"/lieux/{expected[0].id}"
        assert shown.first.get_by_role("link").get_attribute("href") == first
        assert page.locator("#liste").is_hidden()
        looked_at(page)
        assert [one for one in asked if "/static/" not in one] == ["/lieux/points "]
        assert not [one for one in asked if "?" in one]
        tab_to(page, "Revenir à toute la liste")
        page.keyboard.press("Enter")
        assert page.locator("#liste").is_visible() and heading.is_hidden()
        assert NEAREST in page.evaluate("document.activeElement.textContent")


def test_the_nearest_places_are_those_of_the_filters(visit: Visit) -> None:
    page = visit("/lieux?commune=Lattes", geolocation=HERE, permissions=["geolocation"])
    page.get_by_role("button", name=NEAREST).click()
    page.locator("[data-nearest] li").first.wait_for()
    towns = page.locator("[data-nearest] [data-kind]").all_inner_texts()
    assert towns and all(one.endswith("· Lattes") for one in towns)
    page.locator("[data-nearest] a").first.click()
    page.wait_for_url(re.compile(r"/lieux/\d+$"))


def test_a_position_that_is_refused_or_known_roughly_is_said(visit: Visit) -> None:
    page = visit("/lieux", width=PHONE)  # permission is not given
    page.get_by_role("button", name=NEAREST).press("Enter")
    page.get_by_text("Votre position n’est pas connue.").wait_for()
    assert "Choisissez votre commune" in page.get_by_role("status").inner_text()
    expect(page.get_by_role("status")).to_be_in_viewport(ratio=1)
    assert page.locator("#liste").is_visible()
    looked_at(page)
    rough = {**HERE, "accuracy": 4_000}
    page = visit("/lieux", width=PHONE, geolocation=rough, permissions=["geolocation"])
    page.get_by_role("button", name=NEAREST).click()
    page.get_by_text("à 4 km près").wait_for()
    page.get_by_role("button", name="Revenir à toute la liste").click()
    page.route("**/lieux/points", lambda route: route.abort())
    page.get_by_role("button", name=NEAREST).click()
    page.get_by_text("La liste n’est pas arrivée.").wait_for()


def test_without_javascript_nothing_asks_for_a_position(visit: Visit) -> None:
    page = visit("/lieux", java_script_enabled=False)
    assert page.get_by_role("button", name=NEAREST).is_hidden()
    assert "Votre position" not in seen(page)
