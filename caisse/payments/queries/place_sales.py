"""The sales of a place as its tills list them: nothing of whoever paid (payments.md 8)."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import Id, show_id
from caisse.kernel.month import Month
from caisse.kernel.wording import day as in_words_day
from caisse.ledger import queries as books
from caisse.merchants import queries as merchants
from caisse.merchants.queries import Sale
from caisse.payments.models import Cashier, Device, Till
from caisse.payments.queries.receipts import given_back
from caisse.payments.rules import FIRST_DAY, PaymentRules, first_refundable

MOST_SALES = 50  # of one answer
OPENED = re.compile(r"cashier:(?P<cashier>[0-9]+)@device:(?P<device>[0-9]+)")


class Seller(NamedTuple):
    """What a place calls the device and the person that took something; "" for none.

    None are the printed QR of a place, the office, a device that was taken away.
    """

    till: str = ""
    cashier: str = ""


def first_sales_day() -> date:
    """The first day whose sales a till lists, for they may still be given back."""
    today = clock.today()
    first = first_refundable(today, bylaws.in_force(PaymentRules, month=Month.of(today)))
    return FIRST_DAY if first is None else first


def till_sales(row: Device, *, day: date, after: Id | None = None) -> dict[str, object] | None:
    """The sales and refunds of a day at a till's place, the last first, at most MOST_SALES.

    `after` is the number of the last one that was told before; None when it is not of this place.
    Of a purchase it tells how much was given back, and how much still may be.
    """
    before = None
    if after is not None:
        known = books.transfer(after)
        if known is None or f"place:{row.place_id}" not in (known.debit, known.credit):
            return None
        before = known.seq
    found = merchants.day_of_sales(row.place_id, day, before=before, limit=MOST_SALES + 1)
    told, first = found[:MOST_SALES], first_sales_day()
    given = given_back([one.id for one in told if _kind(one) == "payment"])
    sellers = _sellers(row.place_id, [one.id for one in told])
    open_still = first <= day
    return {
        "day": day.isoformat(),
        "told": in_words_day(day, weekday=True),
        "day_before": None if day <= first else _iso(day, -1),
        "day_after": None if day >= clock.today() else _iso(day, 1),
        "sales": [
            _row(one, given.get(one.id, 0), sellers.get(one.id, Seller()), open_still)
            for one in told
        ],
        "after": show_id(told[-1].id) if len(found) > MOST_SALES else None,
    }


def _iso(day: date, days: int) -> str:
    return (day + timedelta(days)).isoformat()


def _kind(sale: Sale) -> str:
    """A purchase, what gives one back, or what undid either."""
    if sale.undone:
        return "undone"
    return "refund" if sale.of else "payment"


def _row(sale: Sale, given: int, seller: Seller, open_still: bool) -> dict[str, object]:
    kind = _kind(sale)
    left = sale.cents - given if kind == "payment" and open_still else 0
    return {
        "number": show_id(sale.id),
        "short": sale.number,
        "kind": kind,
        "at": sale.at,
        "cents": sale.cents,
        "of_short": sale.of or None,
        "till": seller.till,
        "cashier": seller.cashier,
        "refunded_cents": given,
        "refundable_cents": max(0, left),
    }


def _sellers(place_id: int, ids: Sequence[Id]) -> dict[Id, Seller]:
    """Who took each of these: its cause is a device's own till, or that of a cashier at one."""
    causes = {one.id: one.cause for one in books.transfers(ids)}
    people = dict(Cashier.objects.filter(place=place_id).values_list("pk", "label"))
    devices, sellers = {}, {}
    for row in Device.objects.filter(place=place_id):
        devices[row.pk] = row.label
        if row.till is not None:
            sellers[bytes(row.till)] = Seller(row.label)
    for till in Till.objects.filter(pk__in=set(causes.values()), place=place_id):
        said = OPENED.fullmatch(till.opened_by)
        if said is not None:
            device, cashier = int(said["device"]), int(said["cashier"])
            sellers[till.id] = Seller(devices.get(device, ""), people.get(cashier, ""))
    return {id: sellers[cause] for id, cause in causes.items() if cause in sellers}
