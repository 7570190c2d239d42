"""For which places money is set aside: who sells without network, or may; the usual ones first."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants import queries as places
from caisse.merchants.rules import Hours
from caisse.merchants.tests.ground import OFFICE, approved, sell
from caisse.payments import operations, queries
from caisse.payments.formats import read_slip
from caisse.payments.tests.market import awa, later, refused
from tests.offline.real import DESK, Member, Shop, post

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
    shop = Shop("Halle", approved("Halle"))
    assert offered(awa) == []
    shop.open()
    shop.close()
    assert offered(awa) == ["Halle"]
    later(24 * 93)
    ledger.prepare(Month.of(clock.today()))
    assert offered(awa) == []


def wanted(place: int, phone: int = 1) -> dict[str, Any]:
    """A slip of 5 € for a place, as a telephone asks for one."""
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    slips = [operations.Wanted(place, 5_00, key)]
    return {"wanted": slips, "phone_id": phone, "id": new_id(), "by": DESK}


def test_nobody_sets_money_aside_for_a_place_that_always_has_network(awa: Member) -> None:
    """What the screens do not offer the caisse does not take, of a telephone or at a desk."""
    shop = Shop("Halle", approved("Halle"))
    issue = operations.issue_slips
    assert refused(issue, wallet_id=awa.wallet, **wanted(shop.place)) == "always_online"
    at_desk: dict[str, Any] = {
        "holder_id": awa.holder,
        "place_id": shop.place,
        "cents": 5_00,
        "by": DESK,
    }
    assert refused(operations.set_aside, id=new_id(), **at_desk) == "always_online"
    shop.open()
    issue(wallet_id=awa.wallet, **wanted(shop.place))
    operations.set_aside(id=new_id(), **at_desk)
    assert books.balance(f"wallet:{awa.wallet}") == 90_00


def test_a_telephone_has_one_slip_for_a_place(awa: Member) -> None:
    """Another telephone of the household has its own; one that is spent or back makes way."""
    shop, issue = Shop("Halle"), operations.issue_slips
    first = issue(wallet_id=awa.wallet, **wanted(shop.place))
    assert refused(issue, wallet_id=awa.wallet, **wanted(shop.place)) == "set_aside"
    issue(wallet_id=awa.wallet, **wanted(shop.place, phone=2))
    slip = read_slip(first[0]).slip_id.hex()
    operations.give_back_slip(slip=slip, wallet_id=awa.wallet, by=DESK)
    key = read_slip(issue(wallet_id=awa.wallet, **wanted(shop.place))[0]).slip_id.hex()
    assert refused(issue, wallet_id=awa.wallet, **wanted(shop.place)) == "set_aside"
    post((f"reserve:{key}", f"place:{shop.place}", 5_00, "payment"))
    issue(wallet_id=awa.wallet, **wanted(shop.place))


def test_where_she_buys_most_often_comes_first(awa: Member) -> None:
    first, second, third = (approved(name, "market_producer") for name in ("Ail", "Blé", "Chou"))
    for place in (third, second, third):
        sell(place, 1_00, awa.wallet)
    assert offered(awa) == ["Chou", "Blé", "Ail"]
    assert first < second < third
