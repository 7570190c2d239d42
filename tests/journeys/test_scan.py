"""With a camera: the till reads a telephone and a card, a telephone reads the till (M09, P07).

A film takes the place of the camera, made of what the other screen shows.
"""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, Page

from conftest import CHROMIUM
from tests.journeys.test_phone import PAYER, looked_at, read_off, says, sum_of, telephone
from tests.journeys.test_till import TILL, Guests, linked, shows, tap, till_looked_at
from tests.journeys.walking import PATIENT, PHONE, Visit, entering, press, seen

WIDTH, HEIGHT = 640, 480
FAKE = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
Filming: TypeAlias = Callable[[Page], Browser]


@pytest.fixture
def filming(browser: Browser, tmp_path: Path) -> Iterator[Filming]:
    """`filming(page)` is a browser whose camera looks at the QR that this page shows."""
    opened: list[Browser] = []

    def film(page: Page) -> Browser:
        shot = page.locator("svg[role=img]:visible").screenshot(scale="css")
        code = Image.open(io.BytesIO(shot)).convert("L").resize((400, 400))
        picture = Image.new("L", (WIDTH, HEIGHT), 180)
        picture.paste(code.rotate(7, expand=True, fillcolor=180), (90, 20))
        path = tmp_path / f"film{len(opened)}.y4m"
        head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
        frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)
        path.write_bytes(head + frame * 10)
        arguments = [*CHROMIUM, *FAKE, f"--use-file-for-fake-video-capture={path}"]
        program = os.environ.get("CAISSE_CHROMIUM") or shutil.which("chromium")
        opened.append(browser.browser_type.launch(executable_path=program, args=arguments))
        return opened[-1]

    yield film
    for one in opened:
        one.close()


def elsewhere(other: Browser, address: str) -> Page:
    """A page of the caisse in another browser, of a telephone's width."""
    context = other.new_context(
        locale="fr-FR", timezone_id=settings.TIME_ZONE, viewport={"width": PHONE, "height": 780}
    )
    context.set_default_timeout(60_000)
    context.add_init_script(PATIENT)
    page = context.new_page()
    page.goto(address)
    return page


def code_for_a_telephone(visit: Visit, guests: Guests) -> str:
    page = entering(visit, guests["adh"], "/moi/telephones")(width=PHONE)
    press(page, "Relier un téléphone")
    return page.locator(".total dd").inner_text()


def asking(visit: Visit, guests: Guests, filming: Filming, address: str) -> tuple[Page, Page]:
    """A till that shows a QR for 2,40, and a linked telephone whose camera looks at it."""
    till, _keeper = linked(visit, guests)
    code = code_for_a_telephone(visit, guests)
    tap(till, "240")
    till.get_by_role("button", name="Continuer").click()
    till.get_by_role("button", name="Montrer un QR").click()
    shows(till, "La personne scanne et paie")
    phone = elsewhere(filming(till), f"{address}{PAYER}#{code}")
    phone.get_by_role("button", name="Relier").click()
    says(phone, "il vous reste")
    return till, phone


def test_a_telephone_scans_what_the_till_asks_and_both_show_the_same_words(
    visit: Visit, guests: Guests, filming: Filming, address: str
) -> None:
    till, phone = asking(visit, guests, filming, address)
    before = sum_of(phone)
    phone.get_by_role("button", name="Scanner un QR").click()
    assert "2,40 MonA" in says(phone, "Payer à L’Épicerie du Figuier")
    phone.locator('[data-do="confirm"]').click()
    words = says(phone, "Payé")
    assert sum_of(phone) == before - 240
    shows(till, "Payé")
    assert till.locator("[data-three]").inner_text() in words
    kept = till.locator("[data-short]:visible").inner_text()
    till.get_by_role("button", name="Personne suivante").click()
    till.get_by_role("button", name="Ventes").click()
    shows(till, "Dernières ventes")
    assert kept in seen(till)
    phone.get_by_role("button", name="Terminé").click()
    says(phone, "il vous reste")
    phone.get_by_role("button", name="Scanner un QR").click()  # the same request again
    says(phone, "Payer à L’Épicerie du Figuier")
    phone.locator('[data-do="confirm"]').click()
    says(phone, "Payé")
    assert sum_of(phone) == before - 240  # once


def test_a_request_that_the_till_gave_up_is_not_paid(
    visit: Visit, guests: Guests, filming: Filming, address: str
) -> None:
    till, phone = asking(visit, guests, filming, address)
    till.get_by_role("button", name="Annuler").click()
    shows(till, "Combien ?")
    phone.get_by_role("button", name="Scanner un QR").click()
    says(phone, "Payer à L’Épicerie du Figuier")
    phone.locator('[data-do="confirm"]').click()
    assert "Cette vente a été abandonnée" in says(phone, "Le paiement n’est pas passé")


def test_the_tills_camera_reads_a_telephone(
    visit: Visit, guests: Guests, filming: Filming, address: str
) -> None:
    phone = telephone(visit, guests)
    phone.get_by_role("button", name="Montrer mon QR").click()
    says(phone, "Montrez ce QR au commerçant")
    read_off(phone)
    keeper = entering(visit, guests["lieu"], "/commerce")()
    press(keeper, "Appareils pour encaisser")
    press(keeper, "Ajouter un appareil")
    keeper.get_by_label("Nom de l’appareil").fill("Comptoir")
    press(keeper, "Ajouter cet appareil")
    press(keeper, "Montrer un code")
    code = keeper.locator(".total dd").inner_text()
    till = elsewhere(filming(phone), f"{address}{TILL}#{code}")
    till.get_by_role("button", name="Relier").click()
    shows(till, "Comparez les deux écrans")
    press(keeper, "L’appareil montre trois mots")
    press(keeper, "Oui, cet appareil encaisse")
    shows(till, "Combien ?")
    tap(till, "235")
    till.get_by_role("button", name="Continuer").click()
    till.get_by_role("button", name="Scanner").click()
    shows(till, "Payé")
    assert till.locator("[data-three]").inner_text() in says(phone, "Payé")


def test_a_printed_qr_of_a_place_asks_for_the_amount(visit: Visit, guests: Guests) -> None:
    phone = telephone(visit, guests)
    before = sum_of(phone)
    phone.goto(phone.url.split("/payer")[0] + "/payer?x#lieu-15")
    says(phone, "L’Épicerie du Figuier")
    phone.get_by_role("button", name="Continuer").click()
    assert "Tapez un montant, par exemple 12,40." in looked_at(phone)
    phone.get_by_label("Combien payez-vous ?").fill("3,5")
    phone.get_by_role("button", name="Continuer").click()
    assert "3,50 MonA" in says(phone, "Payer à L’Épicerie du Figuier")
    phone.locator('[data-do="confirm"]').click()
    says(phone, "Payé")
    assert sum_of(phone) == before - 350


def test_without_a_camera_the_till_says_to_type(visit: Visit, guests: Guests) -> None:
    till, _keeper = linked(visit, guests)
    tap(till, "235")
    till.get_by_role("button", name="Continuer").click()
    till.get_by_role("button", name="Scanner").click()
    till.locator("[data-wrong]:visible").wait_for()
    assert "tapez" in till_looked_at(till).lower() or "Pas d’appareil photo ici." in seen(till)
    till.get_by_role("button", name="Taper").click()
    shows(till, "Pour qui ?")
