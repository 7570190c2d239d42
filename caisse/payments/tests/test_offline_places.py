"""For which places money is set aside: who sells without network, or may; the usual ones first."""

import pytest

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.merchants import operations as merchants
from caisse.merchants import queries as places
from caisse.merchants.rules import Hours
from caisse.merchants.tests.ground import OFFICE, approved, sell
from caisse.payments import queries
from caisse.payments.tests.market import awa, later
from tests.offline.real import Member, Shop

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def offered(member: Member) -> list[str]:
    """The names that her telephone shows, and the desk too."""
    told = queries.asides_screen(member.wallet, phone_id=0)["places"]
    assert isinstance(told, list)
    names = [one["name"] for one in told]
    assert names == [name for _id, name in queries.aside_desk(member.wallet).places]
    return names


def test_farms_and_markets_are_offered_before_they_ever_sold_without_network(awa: Member) -> None:
    approved("Coopérative")
    approved("Marché des Arceaux", "market_producer")
    approved("Ferme des Aresquiers", "farm_producer")
    baker = approved("Fournil", "baker")
    assert offered(awa) == ["Ferme des Aresquiers", "Marché des Arceaux"]
    on_saturday = Hours(5, 8 * 60, 13 * 60, "Place de la Comédie")
    merchants.set_hours(place_id=baker, hours=[on_saturday], by=OFFICE, id=new_id())
    assert offered(awa) == ["Ferme des Aresquiers", "Fournil", "Marché des Arceaux"]
    merchants.suspend_place(place_id=baker, by=OFFICE)
    assert "Fournil" not in offered(awa)
    assert places.away_from_shops(at=clock.today()) == {2, 3}


def test_who_had_a_licence_lately_is_offered_and_not_for_ever(awa: Member) -> None:
    shop = Shop("Halle")
    assert offered(awa) == []
    shop.open()
    shop.close()
    assert offered(awa) == ["Halle"]
    later(24 * 93)
    ledger.prepare(Month.of(clock.today()))
    assert offered(awa) == []


def test_where_she_buys_most_often_comes_first(awa: Member) -> None:
    first, second, third = (approved(name, "market_producer") for name in ("Ail", "Blé", "Chou"))
    for place in (third, second, third):
        sell(place, 1_00, awa.wallet)
    assert offered(awa) == ["Chou", "Blé", "Ail"]
    assert first < second < third
