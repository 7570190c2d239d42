"""Days and months that an address may say and no table holds: a page says that there is none."""

import pytest
from django.test import Client
from django.urls import reverse

from caisse.kernel.tests.entering import sit
from tests.offline.real import DAY, ground

pytestmark = pytest.mark.django_db

DAYS = ("0001-01-01", "1969-12-31", "9999-12-31")
MONTHS = ("0001-01", "9999-12")


def test_no_day_or_month_of_an_address_breaks_a_page(client: Client) -> None:
    ground(0)
    leila = sit(client, "leila", "treasurer", "coordinator")
    asked = [f"{reverse('journal')}?jour={day}" for day in DAYS]
    asked += [f"{reverse('place_day', args=[1, day])}" for day in DAYS]
    for month in MONTHS:
        asked += [f"{reverse(name)}?mois={month}" for name in ("receipts", "costs")]
        asked += [f"{reverse('redemptions')}?avant={month}"]
        asked += [
            reverse(name, args=[month])
            for name in ("month", "month_lines", "month_csv", "receipts_month", "receipts_csv")
        ]
    told = {address: leila.get(address).status_code for address in asked}
    assert set(told.values()) <= {200, 404}, {a: s for a, s in told.items() if s not in (200, 404)}
    assert leila.get(f"{reverse('journal')}?jour={DAY}").status_code == 200
