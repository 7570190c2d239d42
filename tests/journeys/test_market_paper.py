"""The paper list of a till at a market: what is not sent yet, for whoever may lose the device."""

import pytest
from playwright.sync_api import Page

from caisse.kernel.ids import parse_id, short_id
from caisse.payments.words import words
from tests.journeys.market_walking import (
    Buyer,
    Stall,
    back,
    by_code,
    by_phone,
    cut,
    market,
    on_first_screen,
    paid_here,
    queue,
    sent,
    stall,
)
from tests.journeys.test_till import shows, till_looked_at
from tests.journeys.walking import DESK, PHONE, Visit


@pytest.fixture
def played(transactional_db: None) -> str:
    """A small caisse takes the place of the played year."""
    market()
    return ""


def three_sales(visit: Visit, awa: Buyer, width: int) -> Stall:
    """By card, identifier and telephone, and a fourth that is undone; nothing of it is sent."""
    there = stall(visit, width=width)
    page = there.page
    awa.phone.ask((there.place, 20_00))
    cut(page)
    for cents, who in ((5_00, awa.card), (6_50, awa.handle), (1_00, awa.handle)):
        by_code(page, cents, who, awa.pin)
        paid_here(page)
        on_first_screen(page)
    by_phone(page, 12_40, awa.phone)
    paid_here(page)
    on_first_screen(page)
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    page.get_by_role("button", name="Annuler 1,00").click()
    shows(page, "Annuler cette vente ?")
    page.get_by_role("button", name="Annuler la vente").click()
    shows(page, "Vente annulée")
    page.get_by_role("button", name="Personne suivante").click()
    shows(page, "Combien ?")
    return there


def listed(page: Page) -> str:
    """« Ventes », « Liste sur papier »: what would be on the paper, looked at as each screen is."""
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    page.get_by_role("button", name="Liste sur papier").click()
    shows(page, "Liste sur papier")
    till_looked_at(page)
    return page.locator("[data-screen=paper] .slip").inner_text()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_each_sale_is_on_the_list_and_nobody_who_paid(visit: Visit, width: int) -> None:
    awa = Buyer()
    page = three_sales(visit, awa, width).page
    said = listed(page)
    for row in queue(page):
        number = parse_id(row["id"])
        undone = "cancelled" in row["record"]
        assert (short_id(number) in said) is not undone
        assert (" ".join(words(number)) in said) is not undone
    for one in ("par carte", "par identifiant", "par téléphone", "5,00", "6,50", "12,40"):
        assert one in said, said
    assert "11,50 (2 ventes)" in said and "12,40 (1 vente)" in said
    assert "L’Épicerie du Figuier" in said
    for secret in (awa.handle, awa.pin, awa.card, "Zoé", "Moulin"):
        assert secret not in said
    page.emulate_media(media="print")
    assert page.locator("[data-screen=paper] .slip").is_visible()
    assert not page.get_by_role("button", name="Imprimer").is_visible()


def test_it_is_there_after_a_restart_and_beside_the_codes_for_another_device(visit: Visit) -> None:
    there = three_sales(visit, Buyer(), PHONE)
    page = there.page
    page.reload()
    shows(page, "Combien ?")
    assert "11,50 (2 ventes)" in listed(page)
    page.get_by_role("button", name="Fermer").click()
    shows(page, "Dernières ventes")
    page.get_by_role("button", name="Envoyer par un autre appareil").click()
    shows(page, "Envoyer par un autre appareil")
    page.get_by_role("button", name="Liste sur papier").click()
    shows(page, "Liste sur papier")
    assert "12,40 (1 vente)" in page.locator("[data-screen=paper] .slip").inner_text()
    back(page)
    sent(page)
    assert there.taken == 5_00 + 6_50 + 12_40
    page.get_by_role("button", name="Fermer").click()
    shows(page, "Dernières ventes")
    assert not page.get_by_role("button", name="Liste sur papier").is_visible()
