"""A shopkeeper's month: what is sold and paid, the statement, the hours, the public page.

Jobs of domain.md 3.3: P12, P13, P16, P17, P20; every page is met by pressing what the guide of
places names.
"""

import csv
from itertools import pairwise

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.journeys.walking import (
    DESK,
    PHONE,
    Visit,
    come_in,
    entering,
    looked_at,
    named,
    outline,
    press,
    seen,
    tab_to,
    tab_walk,
)


@pytest.fixture
def keeper(visit: Visit, guests: dict[str, str]) -> Visit:
    """`keeper(width=360)` is a page on the place that she keeps."""
    return entering(visit, guests["lieu"], "/commerce")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_what_was_sold_what_is_paid_when_and_on_paper(keeper: Visit, width: int) -> None:
    """P12, P13, P20."""
    page = keeper(width=width)
    words = looked_at(page)
    assert "Lundi 5 février 2024, ventes de janvier 2024" in words
    owed = page.locator(".menu-card .reason").first.inner_text()
    press(page, "0,00")
    assert "Total du jour" in press(page, "La veille")
    press(page, "L’Épicerie du Figuier")
    assert "payé" in press(page, "Voir tous les relevés")
    words = press(page, "Janvier 2024")
    assert f"{' '.join(owed.split())} prévus le lundi 5 février 2024" in words
    assert "Du total au virement" in words
    with page.expect_download() as paper:
        named(page, "Relevé à imprimer").click()
    sheets = PdfReader(paper.value.path())
    said = " ".join("".join(sheet.extract_text() for sheet in sheets.pages).split())
    assert "L’Épicerie du Figuier" in said and _bare(owed) in _bare(said)
    with page.expect_download() as table:
        named(page, "Tableau CSV").click()
    text = table.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    assert _bare(owed).removesuffix("€") in _bare(text) and len({len(row) for row in rows}) == 1
    press(page, "L’Épicerie du Figuier")
    words = press(page, "Ce que la caisse apporte")
    assert "124 foyers différents" in words and "en 12 mois" in words
    page.locator("summary").click()
    assert "janvier 2024" in looked_at(page)
    press(page, "L’Épicerie du Figuier")
    assert "Nous vous appelons au numéro que nous connaissons." in press(page, "Appelez-moi")
    press(page, "Appelez-moi")
    assert "Nous vous appelons bientôt." in seen(page)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_hours_the_holidays_and_what_everybody_reads(keeper: Visit, width: int) -> None:
    """P16, P17."""
    page = keeper(width=width)
    press(page, "Horaires et congés")
    press(page, "Dimanche")
    page.get_by_label("1. Ouvre à").fill("09:30")
    words = press(page, "Garder ces horaires")
    assert "Un point à revoir" in words and "Il manque cette heure." in words
    assert page.get_by_label("1. Ouvre à").input_value() == "09:30"
    page.get_by_label("1. Ferme à").fill("12:00")
    page.get_by_label("lundi").check()
    words = press(page, "Garder ces horaires")
    assert "Dimanche 9 h 30 à 12 h" in words and "Lundi 9 h 30 à 12 h" in words
    press(page, "Annoncer une fermeture")
    page.get_by_label("Premier jour fermé").fill("2024-02-12")
    page.get_by_label("Dernier jour fermé").fill("2024-02-10")
    page.get_by_label("Un mot pour vos clients").fill("Congés d’hiver")
    words = press(page, "Annoncer la fermeture")
    assert page.get_by_label("Un mot pour vos clients").input_value() == "Congés d’hiver"
    page.get_by_label("Dernier jour fermé").fill("2024-02-18")
    assert "Congés d’hiver" in press(page, "Annoncer la fermeture")
    words = press(page, "Voir la page publique")
    assert "Dimanche 9 h 30 à 12 h" in words and "Congés d’hiver" in words
    page.goto(_at(page, "/commerce"))
    press(page, "Fiche publique")
    page.get_by_label("Ce que l’on trouve chez vous").fill("vrac, épices, café")
    page.get_by_label("Comment on entre").fill("de plain-pied")
    press(page, "Garder cette fiche")
    words = press(page, "Voir la page publique")
    assert "Vrac, épices, café." in words and "De plain-pied" in words
    page.goto(_at(page, "/commerce"))
    press(page, "Horaires et congés")
    press(page, "du lundi 12")
    assert "Retirer cette fermeture ?" in seen(page)
    assert "Aucun congé annoncé." in press(page, "Retirer la fermeture")


def test_the_whole_walk_by_keyboard(keeper: Visit) -> None:
    page = keeper()
    home = page.url
    for path in ("", "/horaires", "/fiche", "/personnes", "/releves/2024-01"):
        page.goto(home + path)
        expected, walked = tab_walk(page)
        assert walked == expected, path
        levels = outline(page)
        assert levels.count(1) == 1 and all(b <= a + 1 for a, b in pairwise(levels)), path
    page.goto(home)
    for words in ("Horaires et congés", "Dimanche"):
        tab_to(page, words)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    tab_to(page, "1. Ouvre à")
    page.keyboard.type("0930a")  # "a" for browsers that speak of a.m.
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-focus]')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "closes_1"
    page.keyboard.type("1130a")
    tab_to(page, "Garder ces horaires")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "9 h 30 à 11 h 30" in seen(page)
    assert page.locator("[role=status] .notice.done").is_visible()


def test_without_javascript_the_hours_are_set(keeper: Visit) -> None:
    page = keeper(width=PHONE, java_script_enabled=False)
    for words in ("Horaires et congés", "Dimanche"):
        named(page, words).click()
    page.get_by_label("1. Ouvre à").fill("10:00")
    named(page, "Garder ces horaires").click()
    assert "Il manque cette heure." in page.get_by_role("alert").inner_text()
    page.get_by_label("1. Ferme à").fill("12:30")
    named(page, "Garder ces horaires").click()
    assert "10 h à 12 h 30" in seen(page)


def test_sent_by_two_browsers_at_once_it_is_announced_once(keeper: Visit) -> None:
    """The same form, as a tab that was copied: the number that it carries is the same."""
    first, second = keeper(), keeper()
    pages = (first, second)
    for page in pages:
        page.goto(page.url + "/fermetures/nouvelle")
        page.get_by_label("Premier jour fermé").fill("2024-03-04")
        page.get_by_label("Dernier jour fermé").fill("2024-03-05")
        page.get_by_label("Un mot pour vos clients").fill("Travaux")
    number = first.locator("[name=operation]").input_value()
    second.evaluate(f"document.querySelector('[name=operation]').value = '{number}'")
    for page in pages:
        page.evaluate("setTimeout(() => document.querySelector('form.narrow').requestSubmit())")
    for page in pages:
        page.wait_for_url("**/horaires")
        page.reload()
        assert seen(page).count("Travaux") == 1


def test_a_session_that_ended_loses_nothing_typed(keeper: Visit, guests: dict[str, str]) -> None:
    page = keeper(width=PHONE)
    page.goto(page.url + "/fiche")
    page.get_by_label("Ce que l’on trouve chez vous").fill("thés, cafés, tisanes")
    page.context.clear_cookies(name="session")
    press(page, "Garder cette fiche")
    come_in(page, guests["lieu"])
    assert "thés, cafés, tisanes" in looked_at(page)
    press(page, "Envoyer maintenant")
    assert page.get_by_label("Ce que l’on trouve chez vous").input_value() == "thés, cafés, tisanes"


def _bare(words: str) -> str:
    """Without any space: paper, page and table each have their own."""
    return "".join(words.split())


def _at(page: Page, path: str) -> str:
    return "/".join(page.url.split("/")[:3]) + path
