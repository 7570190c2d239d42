"""M13: a telephone pays at a market without network, from money that was set aside at home.

The stall is a program with real keys: it shows requests, reads payments, sends them.
"""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from caisse.ledger import queries as books
from caisse.payments import formats, operations
from caisse.payments.models import OfflineStop, Reserve, SlipUse
from caisse.payments.words import words
from tests.journeys.market import (
    Market,
    Telephones,
    copied,
    killed,
    launched,
    market,
    opened,
    pay,
    scan,
    set_aside,
    shown,
    telephone,
)
from tests.journeys.test_phone import looked_at, says
from tests.journeys.walking import seen
from tests.offline.real import DESK

__all__ = ["market", "telephone"]  # fixtures
SYNC = "**/api/v1/phones/sync"
SLIPS = "**/api/v1/phones/slips"
STALL = "Ferme des Aresquiers"


def nonce(n: int) -> bytes:
    return n.to_bytes(8, "big")


def online(page: Page) -> None:
    """The network is back, and what waits is sent."""
    with page.expect_response(SYNC) as sent:
        page.context.set_offline(False)
    assert sent.value.status == 200


def home(page: Page) -> str:
    page.locator("[data-do=home]:visible").click()
    return says(page, "il vous reste")


def listed(page: Page) -> str:
    page.get_by_role("button", name="Mettre de côté pour le marché").click()
    return says(page, "De côté pour le marché")


def test_set_aside_at_home_paid_without_network_once(market: Market, telephone: Telephones) -> None:
    """payments.md 12, the member's part; three words on both screens, one posting of the sale."""
    page = telephone()
    told = set_aside(page, STALL, "20")
    assert STALL in told and "20,00 MonA" in told and "jusqu’à" in told
    assert "De côté pour payer sans réseau : 20,00 MonA" in seen(page)
    assert (market.left(), market.aside()) == (80_00, 20_00)
    page.context.set_offline(True)
    request = market.stall.request(12_40, nonce(1))
    scan(page, request)
    asked = says(page, f"Payer sans réseau à {STALL}")
    assert "12,40 MonA" in asked and "Il en restera 7,60." in asked
    page.locator('[data-do="pay-apart"]').click()
    sale = shown(page, request)
    paid = formats.read_offline_payment(sale.payment)
    assert formats.has_paid(paid, request) and paid.counter == 1
    id = formats.offline_id(paid.slip.slip_id, 1, request)
    three = page.locator("[data-three]:visible").inner_text()
    assert three == " · ".join(words(id))
    assert "environ 7,60 MonA" in home(page)
    assert "Achats sans réseau à envoyer à la caisse : 1." in seen(page)
    assert market.stall.sync(sale) == ["posted"]
    assert (market.taken(), market.aside(), market.left()) == (12_40, 7_60, 80_00)
    online(page)
    page.locator("[data-unsent]").wait_for(state="hidden")
    assert "environ" not in seen(page)
    assert "Confirmé par la caisse." in listed(page)
    assert (market.taken(), market.aside(), market.left()) == (12_40, 7_60, 80_00)
