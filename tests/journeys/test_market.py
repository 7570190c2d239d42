"""A market without mast: the till sells, keeps, sends; what it decides alone (P05, payments.md 7).

The caisse's books are read in Python after each walk.
"""

import pytest

from caisse.payments.models import Licence
from tests.journeys.market_walking import (
    Buyer,
    back,
    by_code,
    by_phone,
    cut,
    link,
    market,
    on_first_screen,
    paid_here,
    queue,
    sent,
    stall,
    stored,
    waits,
)
from tests.journeys.test_till import TILL, shows, till_looked_at
from tests.journeys.walking import Visit, seen


@pytest.fixture
def played(transactional_db: None) -> str:
    """A small caisse takes the place of the played year."""
    market()
    return ""


def test_a_telephone_pays_without_network_and_the_sale_is_sent(visit: Visit) -> None:
    """M2, M3, « payé » with the words of both screens; back with network it is posted once."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    awa.phone.ask((there.place, 20_00))
    cut(page)
    by_phone(page, 12_40, awa.phone)
    assert "12,40 MonA" in paid_here(page)
    on_first_screen(page)
    waits(page, "Une vente à envoyer")
    till_looked_at(page)
    assert [row["state"] for row in queue(page)] == ["stored"]
    assert (awa.left, there.taken) == (80_00, 0)
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (80_00, 12_40)
    page.get_by_role("button", name="Ventes").click()
    shows(page, "Dernières ventes")
    assert "12,40" in seen(page) and "à envoyer" not in seen(page)


def test_a_code_typed_without_network_is_sealed_and_sent(visit: Visit) -> None:
    """Card and identifier: nothing that was typed lies in the browser in clear."""
    awa, there = Buyer(), stall(visit)
    page = there.page
    cut(page)
    by_code(page, 5_00, awa.handle, awa.pin)
    paid_here(page)
    on_first_screen(page)
    by_code(page, 6_00, awa.card, awa.pin)
    paid_here(page)
    kept = str(stored(page))
    for said in (awa.pin, awa.handle, awa.card):
        assert said not in kept
    on_first_screen(page)
    back(page)
    sent(page)
    assert (awa.left, there.taken) == (89_00, 11_00)


class TestNowhere:
    """Where the caisse does not allow it."""

    @pytest.fixture
    def played(self, transactional_db: None) -> str:
        market(payment__offline=False)
        return ""

    def test_nothing_is_seen_of_it(self, visit: Visit) -> None:
        page = link(visit(TILL)).page
        page.reload()
        shows(page, "Combien ?")
        assert "sans réseau" not in seen(page).lower()
        page.get_by_role("button", name="Ventes").click()
        shows(page, "Dernières ventes")
        assert "autre appareil" not in seen(page)
        assert not Licence.objects.exists()
