"""« Comme la dernière fois »: places and sums of the last time, in one press, if they may be."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.kernel.tests.entering import operation, page, sit
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations, queries
from caisse.payments.models import Reserve
from caisse.payments.offline.habit import Kept, Limits, last_time
from caisse.payments.tests.market import awa, balance, later, nonce, refused
from caisse.payments.tests.test_offline_pages import read
from caisse.people import operations as people
from caisse.people import queries as registry
from tests.offline.real import DESK, Member, Phone, Shop

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

FRIDAY, SATURDAY = date(2023, 2, 10), date(2023, 2, 11)
WIDE = Limits(60_00, 20_00, 3, frozenset({1, 2, 3}))


def kept(place: int, cents: int, day: date = SATURDAY, *, is_live: bool = False) -> Kept:
    return Kept(place, cents, day, is_live)


@pytest.mark.parametrize(
    ("rows", "limits", "found"),
    [
        ([], WIDE, []),
        ([kept(2, 10), kept(1, 20), kept(3, 5, FRIDAY)], WIDE, [(1, 20), (2, 10)]),
        ([kept(1, 25), kept(1, 20)], WIDE, [(1, 25)]),
        ([kept(1, 25), kept(2, 5, is_live=True)], WIDE, []),
        ([kept(1, 25), kept(9, 5)], WIDE, [(1, 25)]),
        ([kept(0, 20_00), kept(1, 40_00)], WIDE, [(1, 40_00), (0, 20_00)]),
        ([kept(0, 20_00)], WIDE._replace(anywhere_cents=19_99), []),
        ([kept(1, 40_00), kept(2, 20_01)], WIDE, []),
        ([kept(1, 1), kept(2, 1)], WIDE._replace(most_places=1), []),
    ],
)
def test_the_last_time(rows: list[Kept], limits: Limits, found: list[tuple[int, int]]) -> None:
    assert last_time(rows, limits) == found


def again(who: Member) -> list[tuple[str, int]]:
    """What the desk reads for her card."""
    desk = queries.aside_desk(who.wallet, who.holder)
    return [(name, cents) for _id, name, cents in desk.again]


def two_sums(awa: Member) -> tuple[Shop, Shop]:
    """A week ago she had 20 € set aside for the Halle, then 5 € at another stall."""
    halle, vrac = Shop("Halle"), Shop("Vrac")
    for shop, cents in ((halle, 20_00), (vrac, 5_00)):
        shop.open()
        operations.set_aside(
            holder_id=awa.holder, place_id=shop.place, cents=cents, by=DESK, id=new_id()
        )
    assert again(awa) == [], "they are there still"
    later(24 * 10)
    operations.sweep_offline()
    return halle, vrac


def test_who_rings_is_served_in_one_press(awa: Member, client: Client) -> None:
    halle, vrac = two_sums(awa)
    row = registry.holder_numbered(awa.holder)
    assert row is not None
    sit(client, "nadia", "desk")
    address = reverse("card_aside", args=[row.membership_id, row.id])
    people.open_file(membership_id=row.membership_id, by=Actor("nadia"))
    said = read(client, address)
    assert "Comme la dernière fois ?" in said and "Halle 20,00 €" in said and "Vrac 5,00 €" in said
    form = {
        "acte": "encore", "operation": operation(page(client, address)),
        "lines": f"{halle.place}:2000,{vrac.place}:500",
    }  # fmt: skip
    assert f'value="{form["lines"]}"' in page(client, address)
    for _again in range(2):
        assert client.post(address, form).status_code == 302
    assert balance(f"wallet:{awa.wallet}") == 75_00
    live = Reserve.objects.filter(released_at=None)
    assert [(one.place_id, one.cents, one.holder_id) for one in live.order_by("pk")] == [
        (halle.place, 20_00, awa.holder), (vrac.place, 5_00, awa.holder),
    ]  # fmt: skip
    said = read(client, address)
    assert "C’est mis de côté." in said and "Comme la dernière fois" not in said
    wrong = form | {"lines": "x", "operation": operation(page(client, address))}
    client.post(address, wrong)
    assert balance(f"wallet:{awa.wallet}") == 75_00


def test_it_is_read_in_an_open_file_only(awa: Member, client: Client) -> None:
    two_sums(awa)
    row = registry.holder_numbered(awa.holder)
    assert row is not None
    sit(client, "salif", "desk")
    address = reverse("card_aside", args=[row.membership_id, row.id])
    told = client.post(address, {"place_id": "", "cents": ""})
    assert told.status_code == 422 and "Comme la dernière fois" not in told.content.decode()


def test_all_of_it_or_nothing(awa: Member) -> None:
    halle, vrac = two_sums(awa)
    merchants.suspend_place(place_id=vrac.place, by=OFFICE)
    assert again(awa) == [("Halle", 20_00)], "a place that takes nothing is left out"
    lines = [(halle.place, 20_00), (vrac.place, 5_00)]
    said = {"holder_id": awa.holder, "lines": lines, "by": DESK, "id": new_id()}
    assert refused(operations.set_aside_again, **said) == "unknown_place"
    assert balance(f"wallet:{awa.wallet}") == 100_00
    assert refused(operations.set_aside_again, **{**said, "lines": []}) == "places"


def test_a_telephone_reads_its_own_last_time(awa: Member) -> None:
    two_sums(awa)
    shop, phone = Shop("Cave"), Phone(awa)
    phone.ask((shop.place, 12_00))
    phone.ask((0, 8_00))
    assert queries.asides_screen(awa.wallet, phone_id=0)["again"] == []
    later(24 * 10)
    operations.sweep_offline()
    assert queries.asides_screen(awa.wallet, phone_id=0)["again"] == [
        {"place": shop.place, "name": "Cave", "cents": 12_00},
        {"place": 0, "name": "", "cents": 8_00},
    ]
    assert again(awa) == [("Halle", 20_00), ("Vrac", 5_00)], "a card has its own"


def test_where_somebody_buys_from_what_is_set_aside_is_usual(awa: Member) -> None:
    """A place that she pays by slips alone is listed before one that she does not know."""
    halle, zinc = Shop("Halle"), Shop("Zinc")
    for shop in (halle, zinc):
        shop.open()
    phone = Phone(awa)
    phone.ask((zinc.place, 12_00))
    assert zinc.sync(phone.pay(0, 1, zinc.request(5_00, nonce(1)))) == ["posted"]
    names = [name for _id, name in queries.aside_desk(awa.wallet).places]
    assert names == ["Zinc", "Halle"]
