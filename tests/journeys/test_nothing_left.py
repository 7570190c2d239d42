"""More than is left, and nothing left at all, on her own telephone: what it offers, and says.

What a till says of both is the same (`caisse.payments.tests.test_partly`).
"""

from caisse.kernel.ids import new_id
from caisse.payments import operations
from caisse.payments.reactions import look_at_reach
from tests.journeys.market import Market, Telephones, market, nonce, scan, telephone
from tests.journeys.test_phone import says
from tests.offline.real import DESK

__all__ = ["market", "telephone"]  # fixtures
ALL = "Payer tout ce que j’ai, le reste en euros"


def test_her_telephone_offers_a_part_while_something_is_left(
    market: Market, telephone: Telephones
) -> None:
    look_at_reach()  # as each process that serves does by itself
    page = telephone()
    spent(market, 95_00)
    scan(page, market.stall.request(12_40, nonce(1)))
    says(page, "Payer à")
    page.locator('[data-do="confirm"]').click()
    assert "Il vous reste 5,00 MonA." in says(page, "Le paiement n’est pas passé")
    assert page.get_by_role("button", name=ALL).is_visible()
    spent(market, 5_00)
    page.locator('[data-screen="refused"] [data-do="home"]').click()
    says(page, "il vous reste")
    scan(page, market.stall.request(12_40, nonce(2)))
    says(page, "Payer à")
    page.locator('[data-do="confirm"]').click()
    words = says(page, "Le paiement n’est pas passé")
    assert "Il ne vous reste rien à dépenser. Réglez cet achat en euros." in words
    assert not page.get_by_role("button", name=ALL).is_visible()


def spent(market: Market, cents: int) -> None:
    """She pays elsewhere."""
    operations.pay(
        payment_id=new_id(), wallet_id=market.awa.wallet, place_id=market.other.place, cents=cents,
        method="pin", by=DESK,
    )  # fmt: skip
