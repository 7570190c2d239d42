"""How large our messages are drawn (payments.md 10): what a cheap camera has to read."""

from datetime import date
from re import search
from typing import Any

import pytest
from playwright.sync_api import Page

from caisse.payments.formats import text_of
from caisse.payments.operations import Paper, Printed, PrintedSheet
from caisse.payments.tests.test_formats import VECTORS
from caisse.site.operations import cards, vouchers
from tests.journeys.test_phone import SIZES

QUIET = 4
DRAWN = """async ([text, level]) => {
  const { encode } = await import("/static/payments/qr/draw.js");
  return encode(text, { level }).version;
}"""


def text(name: str) -> str:
    """The text of a message of the vectors."""
    said: Any = VECTORS[name]
    return str(said["text"]) if "text" in said else text_of(bytes.fromhex(said["hex"]))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (0x11, text("member_qr")),
        (0x21, text("request")),
        (0x32, text("offline_payment")),
        (0x32, text("p256_payment")),
        (0x41, text_of(bytes.fromhex(VECTORS["paid"]))),
    ],
)
def test_what_a_screen_shows_is_as_small_as_it_was_designed(
    qr_page: Page, kind: int, message: str
) -> None:
    """The screens themselves: `read_off` looks at each QR that a walk reads there."""
    version, level = SIZES[kind]
    assert qr_page.evaluate(DRAWN, [message, level]) == version


def test_a_card_and_a_voucher_are_printed_as_6_m() -> None:
    """125 and 128 signs: at L they would be 5, at Q 7."""
    paper = Paper(text("voucher"), "7F3K92Q4H8ZM2", 10_00)
    sheet = PrintedSheet(1, date(2024, 1, 31), (paper,))
    for said in (
        cards._card(Printed(17, "4821903746", text("card")), "Caisse", ""),
        vouchers._voucher(paper, sheet, "MonA", "Caisse"),
    ):
        found = search(r"viewBox=\W*0 0 ([0-9]+) ", said)
        assert found is not None and int(found[1]) == 4 * 6 + 17 + 2 * QUIET
