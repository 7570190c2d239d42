"""A member's year in her own hands: the wallet, the contribution, the household, her data.

Jobs of domain.md 3.3: M05, M08, M15, M16, M17, M22, M23; every page is met by pressing what the
guides of members name.
"""

import json
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
def member(visit: Visit, guests: dict[str, str]) -> Visit:
    """`member(width=360)` is a page on her wallet."""
    return entering(visit, guests["adh"], "/moi")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_contribution_is_changed_taken_back_and_paused(member: Visit, width: int) -> None:
    """M05, with the guide, and what comes next in words."""
    page = member(width=width)
    assert "Vous donnez 80 € par mois, depuis mars 2023." in press(page, "Cotiser")
    press(page, "Changer le montant")
    assert "Question 1 sur 3" in press(page, "Le guide peut aider")
    for choice in (1, 2, 0):
        page.locator("main [type=radio]").nth(choice).check()
        words = press(page, "Continuer")
    assert "le guide propose" in words
    proposed = page.locator("[name=amount]").input_value()
    named(page, "Donner plus").click()
    asked = page.locator("[name=amount]").input_value()
    assert int(asked) > int(proposed)
    words = press(page, f"Donner {asked} € par mois")
    assert "C’est noté" in words
    assert f"Vous donnez {asked} € par mois à partir de mars 2024." in words
    assert "80,00 €" in press(page, "Revenir à 80 €")
    words = seen(page) if "/noter" in page.url else press(page, "Cotiser")
    assert "80 €" in words and f"{asked} € par mois" not in words
    press(page, "Faire une pause")
    words = press(page, "Noter la pause")
    assert "rien n’est demandé et rien n’est versé" in words
    assert "Revenir plus tôt" not in press(page, "Revenir plus tôt")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_what_is_left_what_was_bought_and_what_becomes_of_it(member: Visit, width: int) -> None:
    """M08, M16, and a figure that astonishes."""
    page = member(width=width)
    words = looked_at(page)
    left = page.locator(".figure").inner_text().split()[0]
    assert "Ce qui reste ne se perd pas" in words
    assert f"Il vous reste {left} MonA" in press(page, "Ce que devient ce qui reste")
    assert "Voici pourquoi, ligne par ligne" in press(page, "Mon allocation, ligne par ligne")
    press(page, "Porte-monnaie")
    press(page, "Tous les mouvements")
    assert "Janvier 2024" in press(page, "Janvier 2024")
    purchase = page.locator(".rows a").first
    with page.expect_navigation():
        purchase.click()
    words = looked_at(page)
    assert "Achat du" in words and "Il restait ensuite" in words
    press(page, "Ce chiffre m’étonne")
    assert page.get_by_label("Votre demande").input_value().startswith("Achat du")
    page.get_by_label("Votre demande").press("End")
    page.get_by_label("Votre demande").type("ce n’est pas moi.")
    words = press(page, "Envoyer ma demande")
    assert "L’équipe a votre demande" in page.locator("[role=status]").inner_text()
    assert "ce n’est pas moi." in words and "L’équipe va répondre" in words


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_change_of_the_household_and_one_more_who_pays(member: Visit, width: int) -> None:
    """M15, M17."""
    page = member(width=width)
    assert "Qui paie avec ce porte-monnaie" in press(page, "Mon foyer")
    press(page, "Dire un changement")
    assert page.locator("[name=kind]").input_value() == "composition"
    page.get_by_label("Votre demande").fill("Un enfant naît en avril.")
    assert "Un enfant naît en avril." in press(page, "Envoyer ma demande")
    press(page, "Porte-monnaie")
    press(page, "Mon foyer")
    words = press(page, "Demander à ajouter cette personne")  # nothing typed yet
    assert "Ce champ attend une réponse." in words
    page.get_by_label("Qui doit aussi pouvoir payer").fill("Camille, 06 12 34 56 78")
    assert "Camille, 06 12 34 56 78" in press(page, "Demander à ajouter cette personne")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_what_is_held_of_her_is_taken_along_and_she_stays(member: Visit, width: int) -> None:
    """M22, M23."""
    page = member(width=width)
    left = page.locator(".figure").inner_text().split()[0]
    words = press(page, "Mes données")
    assert "Voici tout ce que la caisse garde sur vous" in words
    with page.expect_download() as paper:
        named(page, "Emporter sur papier").click()
    sheets = PdfReader(paper.value.path())
    said = " ".join("".join(sheet.extract_text() for sheet in sheets.pages).split())
    assert "Ce que la caisse garde sur vous" in said and left in said
    with page.expect_download() as file:
        named(page, "Emporter en fichier").click()
    held = json.loads(file.value.path().read_text(encoding="utf-8"))
    assert "118" in json.dumps(held) and file.value.suggested_filename.endswith(".json")
    assert "Personne n’a regardé" in press(page, "Qui a regardé ma fiche")
    press(page, "Mes données")
    press(page, "Quitter la caisse")
    assert "Quitter la caisse le 1er avril 2024 ?" in press(page, "1er avril 2024")
    assert "Quel jour ?" in press(page, "Non, revenir")
    press(page, "1er avril 2024")
    words = press(page, "Oui, quitter la caisse")
    assert "Votre départ est noté pour le" in words
    press(page, "Demander à rester")
    assert "je demande à rester" in page.get_by_label("Votre demande").input_value()
    assert "je demande à rester membre" in press(page, "Envoyer ma demande")


def test_the_whole_walk_by_keyboard(member: Visit) -> None:
    page = member("/moi/cotiser")
    for path in ("/moi", "/moi/cotiser", "/moi/foyer", "/moi/donnees", "/moi/cotiser/montant"):
        page.goto(_at(page, path))
        expected, walked = tab_walk(page)
        assert walked == expected, path
        levels = outline(page)
        assert levels.count(1) == 1 and all(b <= a + 1 for a, b in pairwise(levels)), path
    page.reload()
    tab_to(page, "Montant par mois")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Backspace")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-focus]')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "amount"
    page.keyboard.type("70")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Vous donnez 70 € par mois à partir de mars 2024." in seen(page)
    page.goto(_at(page, "/moi/demander"))
    tab_to(page, "De quoi s’agit-il")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Votre demande")
    page.keyboard.type("Une question au clavier.")
    tab_to(page, "Envoyer ma demande")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "L’équipe a votre demande" in page.locator("[role=status]").inner_text()


def test_without_javascript_the_contribution_changes(member: Visit) -> None:
    page = member(width=PHONE, java_script_enabled=False)
    for words in ("Cotiser", "Changer le montant"):
        named(page, words).click()
    page.get_by_role("textbox", name="Montant par mois").fill("beaucoup")
    named(page, "Donner ce montant").click()
    assert "Montant par mois" in page.get_by_role("alert").inner_text()
    page.get_by_role("textbox", name="Montant par mois").fill("45")
    named(page, "Donner ce montant").click()
    assert "Vous donnez 45 € par mois à partir de mars 2024." in seen(page)


def test_sent_by_two_browsers_at_once_it_is_asked_once(member: Visit) -> None:
    """The same form, as a tab that was copied: the number that it carries is the same."""
    pages = [member("/moi/demander"), member("/moi/demander")]
    number = pages[0].locator("[name=operation]").input_value()
    pages[1].evaluate(f"document.querySelector('[name=operation]').value = '{number}'")
    for page in pages:
        page.locator("[name=kind]").select_option("other")
        page.get_by_label("Votre demande").fill("Une seule fois.")
    for page in pages:
        page.evaluate("setTimeout(() => document.querySelector('form.narrow').requestSubmit())")
    for page in pages:
        page.wait_for_url("**/moi/demandes")
        page.reload()
        assert seen(page).count("Une seule fois.") == 1


def test_a_session_that_ended_loses_nothing_typed(member: Visit, guests: dict[str, str]) -> None:
    page = member("/moi/demander", width=PHONE)
    page.locator("[name=kind]").select_option("other")
    page.get_by_label("Votre demande").fill("Écrit pendant longtemps.")
    page.context.clear_cookies(name="session")
    press(page, "Envoyer ma demande")
    come_in(page, guests["adh"])
    assert "Écrit pendant longtemps." in looked_at(page)
    words = press(page, "Envoyer maintenant")
    assert "Écrit pendant longtemps." in words and "L’équipe va répondre" in words


def _at(page: Page, path: str) -> str:
    return "/".join(page.url.split("/")[:3]) + path
