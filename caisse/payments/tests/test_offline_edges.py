"""What no honest device says: days out of all time, sums that no slip holds."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from caisse.kernel import clock
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.tests.entering import sit
from caisse.payments import operations
from caisse.payments.models import LateSale, Licence, Reserve
from caisse.payments.tests.market import awa, balance, refused
from caisse.payments.tests.test_offline_api import Awa, Till, as_json, believed, till
from caisse.payments.tests.test_offline_pages import read
from tests.offline.real import DESK, Member, Shop

__all__ = ["awa", "till"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

YEAR_10889 = (1 << 48) - 1


def test_a_sale_of_a_day_that_no_calendar_has_leaves_the_queue_and_is_written_nowhere(
    till: Till, client: Client
) -> None:
    """Whether its licence is open or closed; the sales beside it are answered as they are."""
    awa, shop = Awa(), till.shop
    till.licence()
    sales = [shop.code_sale(awa.member.card, awa.member.pin, 1_00) for _each in range(4)]
    said = [as_json(one, shop.licence) for one in sales]
    said[0]["at"] = said[2]["at"] = YEAR_10889
    assert believed(till.sync(*said[:2]), shop.key) == ["offline_clock", "posted"]
    till.send(
        "POST", "tills/closing",
        {"licence": shop.licence, "last_word": till.last_word(shop.licence)},
    )  # fmt: skip
    assert believed(till.sync(*said[2:]), shop.key) == ["offline_clock", "late"]
    assert [row.made_at for row in LateSale.objects.all()] == [sales[3].made_at]
    assert balance(f"place:{shop.place}") == 1_00


def test_a_late_sale_of_such_a_day_that_is_there_already_breaks_no_page(
    awa: Member, client: Client
) -> None:
    shop = Shop("Halle")
    shop.open()
    row = LateSale.objects.create(
        id=new_id(), payment=new_id(), licence=Licence.objects.get(), place_id=shop.place,
        cents=1_00, method="card", made_at=YEAR_10889, at=clock.now_ms(),
    )  # fmt: skip
    leila = sit(client, "leila", "treasurer")
    for address in (
        reverse("offline"), reverse("offline_late", args=[show_id(row.pk)]), reverse("today"),
    ):  # fmt: skip
        assert leila.get(address).status_code == 200
    assert "9999" in read(leila, reverse("offline"))


@pytest.mark.parametrize("cents", [167_772_16, 200_000_00, 1_000_000_00])
def test_more_than_a_slip_can_say_is_refused_in_the_members_words(till: Till, cents: int) -> None:
    told = Awa().ask((till.shop.place, cents))
    assert (told.status, told.said["reason"]) == (422, "reserve_limit")
    assert re.fullmatch("Mettez de côté 60,00.* au plus en tout.", told.said["member"])
    assert not Reserve.objects.exists()


def test_nor_is_it_set_aside_on_a_card(awa: Member) -> None:
    ask: dict[str, Any] = {"holder_id": awa.holder, "place_id": Shop("Halle").place, "by": DESK}
    for cents, reason in ((200_000_00, "reserve_limit"), (0, "amount")):
        assert refused(operations.set_aside, **ask, cents=cents, id=new_id()) == reason


@pytest.mark.parametrize("app", ["till", "payer"])
def test_a_page_says_the_caisses_zone_and_is_another_version_in_another(
    awa: Member, client: Client, app: str
) -> None:
    here, told = clock.zone().key, []
    try:
        for zone in ("Europe/Paris", "Indian/Reunion"):
            clock.set_zone(zone)
            assert f'data-zone="{zone}"' in client.get(reverse(app)).content.decode()
            told.append(client.get(reverse(f"{app}_offline")).content)
    finally:
        clock.set_zone(here)
    assert told[0] != told[1]
