"""The printed QR of a place: who keeps it prints it, a telephone pays there, its list shows it.

Way 5 of paying, without any till (jobs M09, P10): what the place looks at is its own day page.
"""

import io
from itertools import pairwise

import pytest
from PIL import Image
from playwright.sync_api import Page
from pypdf import PdfReader

from caisse.kernel.tests.seeing import codes_on
from tests.journeys.test_phone import says, telephone, types
from tests.journeys.test_till import Guests
from tests.journeys.walking import (
    DESK,
    PHONE,
    Visit,
    entering,
    looked_at,
    named,
    outline,
    press,
    tab_walk,
)


def shown(visit: Visit, guests: Guests, width: int) -> Page:
    """The page of the QR, for who keeps the place."""
    page = entering(visit, guests["lieu"], "/commerce")(width=width)
    press(page, "Appareils pour encaisser")
    assert "Avant de donner les achats" in press(page, "QR à poser sur le comptoir")
    return page


def on_screen(page: Page) -> str:
    """The text of the QR on the page."""
    shot = page.locator(".qr-sheet").screenshot(scale="css")
    (found,) = codes_on(Image.open(io.BytesIO(shot)).convert("L"))
    return found.text


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_telephone_pays_at_the_printed_qr_and_the_place_reads_the_same_three_words(
    visit: Visit, guests: Guests, width: int
) -> None:
    keeper = shown(visit, guests, width)
    with keeper.expect_download() as taken:
        named(keeper, "Feuille à imprimer").click()
    (sheet,) = PdfReader(taken.value.path()).pages
    text = on_screen(keeper)
    assert text.split("/payer")[1] in sheet.extract_text()
    assert "Sans appareil photo, tapez : lieu-15" in sheet.extract_text()
    phone = telephone(visit, guests)
    phone.get_by_role("button", name="Scanner un QR").click()
    says(phone, "Visez le QR du commerçant")
    phone.locator("[data-wrong]:visible").wait_for()  # no camera: said first
    phone.get_by_text("Taper le numéro du lieu").press("Enter")
    field = phone.get_by_label("Numéro du lieu, ou texte du QR")
    field.press("Enter")
    phone.get_by_text("Tapez le numéro du lieu, par exemple lieu-15.").wait_for()
    field.fill("lieu-15" if width == PHONE else text)  # as she reads it; as a reader of codes does
    field.press("Enter")
    says(phone, "L’Épicerie du Figuier")
    phone.get_by_label("Combien payez-vous ?").fill("2,35")
    phone.get_by_role("button", name="Continuer").click()
    says(phone, "Payer à L’Épicerie du Figuier ?")
    phone.get_by_role("button", name="Payer").click()
    says(phone, "Payé")
    three = phone.locator("[data-three]:visible").inner_text().replace(" · ", " ")
    words = press(keeper, "Voir les ventes d’aujourd’hui")
    assert f"QR imprimé · {three}" in words and "2,35" in words
    assert f"QR imprimé · {three}" in press(keeper, "Voir les dernières ventes")


def test_back_from_the_question_leads_to_the_amount_as_it_was_typed(
    visit: Visit, guests: Guests
) -> None:
    text = on_screen(shown(visit, guests, DESK))
    phone = telephone(visit, guests)
    phone.get_by_role("button", name="Scanner un QR").click()
    says(phone, "Visez le QR du commerçant")
    types(phone, text)
    says(phone, "L’Épicerie du Figuier")
    for typed, paid in (("2,35", "2,35"), ("2,45", "2,45")):
        phone.get_by_label("Combien payez-vous ?").fill(typed)
        phone.get_by_role("button", name="Continuer").click()
        assert paid in says(phone, "Payer à L’Épicerie du Figuier ?")
        phone.go_back()
        says(phone, "L’Épicerie du Figuier")
        assert phone.get_by_label("Combien payez-vous ?").input_value() == typed
    phone.get_by_role("button", name="Continuer").click()
    says(phone, "Payer à L’Épicerie du Figuier ?")
    phone.get_by_role("button", name="Payer").click()
    assert "2,45" in says(phone, "Payé")


def test_the_day_of_the_place_by_keyboard(visit: Visit, guests: Guests) -> None:
    page = entering(visit, guests["lieu"], "/commerce")()
    press(page, "0,00")
    looked_at(page)
    expected, walked = tab_walk(page)
    assert walked == expected
    levels = outline(page)
    assert levels.count(1) == 1 and all(b <= a + 1 for a, b in pairwise(levels))
