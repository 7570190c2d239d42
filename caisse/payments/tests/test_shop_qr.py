"""The printed QR of a place: the sheet says what a telephone reads, and where it pays nothing."""

import io
import re
from collections.abc import Iterator

import pytest
import typst
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from caisse.kernel import paper
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.tests.entering import page, sit
from caisse.kernel.tests.seeing import codes_on
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE
from caisse.messages import operations as messages
from caisse.payments import operations
from caisse.payments.operations.brake import BRAKE
from caisse.payments.pages.shop_qr import sheet
from caisse.payments.tests.test_coverage import decided
from caisse.payments.tests.test_phones import Paying, amended, reason

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
SIDES = pytest.mark.parametrize("side", ["my", "place"])


@pytest.fixture
def world(client: Client) -> Iterator[Paying]:
    """Somebody who keeps the place and works in the office, too."""
    BRAKE.release()
    told = Paying()
    sit(client, "lieu-a", "merchant", "coordinator")
    merchants.give_right(place_id=told.place, login="lieu-a", right="reader", by=OFFICE)
    yield told
    BRAKE.release()


def said(client: Client, world: Paying, side: str = "my") -> str:
    text = re.sub(r"<[^>]+>", " ", page(client, reverse(f"{side}_shop_qr", args=[world.place])))
    return " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split())


def paid(world: Paying, cents: int) -> str:
    wanted = {"id": show_id(new_id()), "place": world.place, "cents": cents}
    return reason(world.phone.send("POST", "phones/places/pay", wanted))


@SIDES
def test_the_sheet_says_the_place_the_steps_and_whom_to_call(
    world: Paying, client: Client, side: str
) -> None:
    messages.write_card(
        phone="04 67 00 00 00", email="", address="", hours="", privacy="", by=OFFICE
    )
    assert "Feuille à imprimer" in said(client, world, side)
    answer = client.get(reverse(f"{side}_shop_qr_pdf", args=[world.place]))
    assert answer.headers["Content-Type"] == "application/pdf"
    (sheet,) = PdfReader(io.BytesIO(answer.content)).pages
    text = " ".join(sheet.extract_text().split())
    for words in ("Halle", "Scannez ce QR", "trois", "Appelez la caisse : 04 67 00 00 00"):
        assert words in text
    assert f"http://testserver/payer#lieu-{world.place}" in text.replace(" ", "")


def test_the_qr_on_the_paper_is_read_by_a_program_that_is_not_ours(world: Paying) -> None:
    address = f"https://caisse.exemple.fr/payer#lieu-{world.place}"
    head = paper.HEAD.format(title='"QR"', date="auto", foot='""', lang='"fr"')
    made = typst.compile((head + sheet("Halle #1", address)).encode(), format="png", ppi=100)
    assert isinstance(made, bytes), "one page"
    (found,) = codes_on(Image.open(io.BytesIO(made)).convert("L"))
    assert found.text == address


@pytest.mark.parametrize(
    ("stopped", "words", "refused"),
    [
        ("coverage", "La caisse ne paie qu’une part des achats.", "category_not_covered"),
        ("kind", "Le règlement de la caisse ne permet pas", "means_unavailable"),
        ("code", "Le règlement demande un code pour chaque paiement.", "code_needed"),
        ("place", "Ce lieu n’encaisse pas", "place_closed"),
    ],
)
@SIDES
def test_where_it_pays_nothing_there_is_no_sheet_and_the_page_says_why(
    world: Paying, client: Client, side: str, stopped: str, words: str, refused: str
) -> None:
    """The page and the payment say the same, of one rule."""
    assert paid(world, 1_00) == "201"
    if stopped == "coverage":
        decided("rate_by_product")
    elif stopped == "kind":
        amended("instrument.kinds", ("pin", "card"))
    elif stopped == "code":
        amended("payment.qr_pin_above_cents", 0)
    else:
        merchants.suspend_place(place_id=world.place, by=OFFICE)
    text = said(client, world, side)
    assert words in text and "Feuille à imprimer" not in text and "Avant de donner" not in text
    assert client.get(reverse(f"{side}_shop_qr_pdf", args=[world.place])).status_code == 404
    assert paid(world, 1_00) == refused


def test_the_most_that_the_page_says_is_the_most_that_is_paid(
    world: Paying, client: Client
) -> None:
    assert "Un achat va jusqu’à 60 " in said(client, world)
    for article, value, most in (
        ("payment.max_amount_cents", 50_00, 50_00),
        ("payment.qr_max_cents", 40_00, 40_00),
        ("payment.qr_pin_above_cents", 30_00, 29_99),
    ):
        amended(article, value)
        assert operations.printed_qr(place_id=world.place).most_cents == most
        assert paid(world, most + 1) != "201"
    assert paid(world, 29_99) == "201"
    assert "Un achat va jusqu’à 29,99 " in said(client, world)


def test_a_place_that_is_none_of_hers_is_no_page(world: Paying, client: Client) -> None:
    assert client.get(reverse("my_shop_qr", args=[world.place + 7])).status_code == 404
    assert client.get(reverse("my_shop_qr_pdf", args=[world.place + 7])).status_code == 404
    assert client.get(reverse("place_shop_qr", args=[world.place + 7])).status_code == 404
    assert books.account(f"place:{world.place + 7}") is None
