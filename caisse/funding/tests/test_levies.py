"""A levy paid out: held, then posted when the bank confirms, or given back to its fund."""

from datetime import date

import pytest
from django.db import transaction

from caisse.funding import operations as funding
from caisse.funding.tests.ground import ACCOUNTANT, cash, founded, go
from caisse.funding.tests.test_grants import refused
from caisse.kernel import events
from caisse.kernel.ids import Id, derived_id, new_id
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer

pytestmark = pytest.mark.django_db

NAMED = "fund:named:education"


def levied(cents: int = 500_00) -> None:
    """A caisse with 1000 € at the bank, of which `cents` were levied for education."""
    founded(date(2023, 3, 1))
    funding.record_interest(fund="caisse", cents=1_000_00, by=ACCOUNTANT)
    ledger.open_accounts([NAMED])
    with transaction.atomic():
        cause = events.record("test.levied", subject="test", by=ACCOUNTANT)
        id = derived_id(cause, "levy")
        ledger.post([Transfer(id, "fund:caisse", NAMED, cents, "levy", cause)])


def order(cents: int = 300_00, id: Id | None = None, fund: str = "education") -> Id:
    return funding.pay_out_levy(fund=fund, cents=cents, by=ACCOUNTANT, id=id)


def state() -> tuple[int, int, int]:
    """The named fund, what is held of it, the bank."""
    return books.balance(NAMED), books.held(NAMED), cash("caisse")


def test_what_was_ordered_is_held_until_the_bank_has_paid() -> None:
    levied()
    payout = order()
    assert state() == (500_00, 300_00, 1_000_00)
    go(date(2023, 3, 8))
    for _ in range(2):
        funding.confirm_levy(payout=payout, by=ACCOUNTANT)
    assert state() == (200_00, 0, 700_00)
    with refused("paid"):
        funding.void_levy(payout=payout, by=ACCOUNTANT)


def test_what_the_bank_did_not_pay_stays_in_its_fund() -> None:
    levied()
    payout = order()
    for _ in range(2):
        funding.void_levy(payout=payout, by=ACCOUNTANT)
    assert state() == (500_00, 0, 1_000_00)
    with refused("voided"):
        funding.confirm_levy(payout=payout, by=ACCOUNTANT)
    assert state() == (500_00, 0, 1_000_00)


def test_an_order_sent_twice_holds_once_and_other_content_differs() -> None:
    levied()
    id = new_id()
    assert [order(id=id), order(id=id)] == [id, id]
    with refused("differs"):
        order(301_00, id)
    assert state() == (500_00, 300_00, 1_000_00)


def test_an_order_is_refused_without_a_fund_or_without_its_money() -> None:
    levied()
    order()
    with refused("fund_short"):
        order(200_01)
    with refused("unknown_fund"):
        order(fund="holidays")
    with refused("amount"):
        order(0)
    with refused("unknown_payout"):
        funding.confirm_levy(payout=new_id(), by=ACCOUNTANT)
    assert state() == (500_00, 300_00, 1_000_00)
