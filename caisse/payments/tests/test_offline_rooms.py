"""What a place may lose without network: its room, whichever of its devices asks, and the fund."""

import json
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from caisse.accounting import checks
from caisse.bylaws import operations as decisions
from caisse.bylaws.rules import Amend
from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import sit
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations, queries
from caisse.payments.tests.market import awa, balance, later
from caisse.payments.tests.test_offline_pages import read
from tests.offline.real import DESK, Member, Shop, ground

__all__ = ["awa"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def damaged() -> list[str]:
    """The lines of the check that do not hold."""
    return [one.code for one in checks.run() if one.damaged]


def test_devices_in_turn_never_lose_more_than_the_room_of_their_place(awa: Member) -> None:
    first = Shop("Comptoir")
    second = Shop("Marché", first.place)
    means = [Member(n, 0) for n in range(2, 8)]
    first.open()
    later(49)
    second.open()
    first.close()
    later(49)  # the second one's is over, and nobody has closed it
    for _each in range(3):
        first.open()
        first.close()
    first.open()
    account = books.account(f"loss:{first.place}")
    assert account is not None and account.ceiling == 60_00
    sales = [first.code_sale(one.card, one.wrong_pin, 20_00) for one in means]
    assert first.sync(*sales) == ["posted"] * 3 + ["offline_room_used"] * 3
    assert balance(f"loss:{first.place}") == -60_00 and not damaged()


def test_what_is_given_back_makes_no_room_twice(awa: Member) -> None:
    first = Shop("Comptoir")
    second = Shop("Marché", first.place)
    means = [Member(n, 0) for n in (2, 3)]
    first.open()
    sales = [first.code_sale(one.card, one.wrong_pin, 20_00) for one in means]
    assert first.sync(*sales) == ["posted"] * 2
    first.close()
    later(1)
    first.open()
    later(49)  # 20 € of room are left for this one
    for sale in sales:
        operations.refund(refund_id=new_id(), payment_id=sale.id, cents=20_00, by=DESK)
    assert json.loads(second.open().text)["room_cents"] == 40_00
    account = books.account(f"loss:{first.place}")
    assert account is not None and account.ceiling == 60_00 and not damaged()


def test_the_bound_keeps_what_licences_of_a_higher_room_may_lose(
    awa: Member, client: Client
) -> None:
    """R is cut from 60 to 20: the committee reads what may be lost, as `caisse check` does."""
    old, lost, fresh = Shop("Comptoir"), Shop("Vrac"), Shop("Cave")
    clock.travel(clock.instant(date(2023, 2, 27), 23))
    ledger.prepare(Month(2023, 3))
    lost.open()
    wrong = [lost.code_sale(one.card, one.wrong_pin, 20_00) for one in (Member(2, 0), Member(3, 0))]
    assert lost.sync(*wrong) == ["posted"] * 2
    lost.close()
    clock.travel(clock.instant(date(2023, 2, 28), 22))
    old.open()
    cut = Amend("payment.offline_trust_cents", 20_00, Month(2023, 3))
    decisions.decide(title="Moins", text="", body="comité", effects=[cut], by=OFFICE)
    assert told(client) == (180_00, 0, "40,00 € sur 180,00 €")
    clock.travel(clock.instant(date(2023, 3, 1), 9))
    assert told(client) == (60_00 + 40_00 + 20_00, 60_00, "40,00 € sur 120,00 €")
    leila = sit(client, "leila", "treasurer")
    assert "Dont 60,00 € d’avant" in read(leila, reverse("offline"))
    sales = [old.code_sale(one.card, one.wrong_pin, 20_00) for one in map(poor, range(4, 7))]
    assert old.sync(*sales) == ["posted"] * 3 and not damaged(), "what was promised is paid"
    assert told(client) == (120_00, 60_00, "100,00 € sur 120,00 €")
    old.close()
    for shop in (old, lost):
        operations.review_losses(place_id=shop.place, by=OFFICE, id=new_id())
    assert told(client) == (60_00, 0, "0,00 € sur 60,00 €")
    assert json.loads(fresh.open().text)["room_cents"] == 20_00


def poor(number: int) -> Member:
    return Member(number, 0)


def told(client: Client) -> tuple[int, int, str]:
    """The bound, what of it is older, and what the check of the books says."""
    state = queries.offline_state()
    (line,) = [one for one in checks.run() if one.code == "losses"]
    said = line.figure.replace("\u202f", " ").replace("\u00a0", " ")
    return state.bound_cents, state.older_cents, said


def test_the_fund_is_promised_once_to_the_devices_of_one_place_and_to_others() -> None:
    ground(60_00)
    first, honest = Shop("Comptoir"), Shop("Vrac")
    second = Shop("Marché", first.place)
    means = [Member(n, 0) for n in range(2, 8)]
    first.open()
    later(49)
    assert json.loads(second.open().text)["room_cents"] == 0
    first.close()
    assert json.loads(honest.open().text)["room_cents"] == 60_00 and not damaged()
    sales = [second.code_sale(one.card, one.wrong_pin, 20_00) for one in means[:3]]
    assert second.sync(*sales) == ["offline_room_used"] * 3, "its licence has no room"
    trusted = [honest.code_sale(one.card, one.wrong_pin, 20_00) for one in means[3:]]
    assert honest.sync(*trusted) == ["posted"] * 3
    operations.review_losses(place_id=honest.place, by=OFFICE, id=new_id())
    assert balance(f"loss:{honest.place}") == 0 and not damaged()
