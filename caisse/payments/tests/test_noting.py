"""What a till refuses is told to the holder on her own page: bounded, never to the shop."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.ledger.models import Transfer
from caisse.merchants.tests.ground import OFFICE, go
from caisse.messages import operations as messages
from caisse.messages import queries as told
from caisse.messages import reactions
from caisse.messages.models import Notice, Remark
from caisse.messages.operations import remarks
from caisse.payments import operations, queries
from caisse.payments.operations.cards import make_card
from caisse.payments.queries import card
from caisse.payments.tests.test_pin_paying import DAY, World, world
from caisse.people import queries as registry
from caisse.people.models import Person

__all__ = ["world"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture(autouse=True)
def begun(world: World) -> None:
    """The worker follows; nothing of another test waits in memory."""
    remarks._WAITING.clear()
    leave()


def leave() -> int:
    """A turn of the worker."""
    return reactions.write() + reactions.leave()


def kinds(wallet: int) -> list[tuple[str, str, int | None]]:
    rows = told.remarks(wallet, until_ms=clock.now_ms() + 1, limit=100)
    return [(row.kind, row.reason, row.cents) for row in rows]


def test_a_refusal_after_a_right_code_is_told_with_its_reason(world: World) -> None:
    assert world.pay(world.pin, cents=500_00) == "funds_short"
    assert kinds(world.wallet) == [], "not in the till's own transaction"
    leave()
    assert kinds(world.wallet) == [("refused", "funds_short", 500_00)]
    (row,) = told.remarks(world.wallet, until_ms=clock.now_ms() + 1, limit=9)
    assert row.place_id == world.places[0]
    said = queries.refused_in_words("funds_short")
    assert said.startswith("Ce montant dépasse ce qui vous reste.") and "100" not in said


def test_it_costs_the_till_no_statement(world: World) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert world.pay(world.pin, cents=500_00) == "funds_short"
    assert not [one for one in asked if "remark" in one["sql"]]


def test_a_payment_that_passed_leaves_no_remark(world: World) -> None:
    assert world.pay(world.pin) == "posted"
    leave()
    assert Remark.objects.count() == 0


def test_one_refusal_a_minute_and_wallet(world: World) -> None:
    for _each in range(5):
        world.pay(world.pin, cents=500_00)
        leave()
    assert len(kinds(world.wallet)) == 1
    clock.travel(clock.now_ms() + 60_000)
    world.pay(world.pin, cents=500_00)
    leave()
    assert len(kinds(world.wallet)) == 2


def test_a_flood_of_wrong_codes_is_one_message_a_day_and_one_that_it_is_paused(
    world: World,
) -> None:
    for _each in range(40):
        world.tills[1] = opened(world)
        world.pay(world.wrong, at=1, cents=77_00)
        leave()
    assert sorted(kinds(world.wallet)) == [
        ("paused", "code_paused", None), ("wrong_code", "code_wrong", None),
    ]  # fmt: skip
    go(DAY + timedelta(days=1))
    world.tills[1] = opened(world)
    world.pay(world.wrong, at=1)
    leave()
    assert len(kinds(world.wallet)) == 3, "the day after, once more; the code is paused still"
    assert Notice.objects.count() == 0


def opened(world: World) -> bytes:
    return operations.open_till(place_id=world.places[1], by=OFFICE)


def test_a_paused_code_is_noted_alike_whether_it_was_right(world: World) -> None:
    for _each in range(3):
        world.pay(world.wrong, at=1)
    assert world.pay(world.pin, at=1) == "code_paused"
    leave()
    assert ("paused", "code_paused", None) in kinds(world.wallet)
    Remark.objects.all().delete()
    assert world.pay(world.wrong, at=1) == "code_paused"
    leave()
    assert kinds(world.wallet) == [("paused", "code_paused", None)]


def test_an_identifier_of_nobody_tells_nobody(world: World) -> None:
    for _each in range(5):
        assert world.pay("123456", handle="radis-moineau") == "code_wrong"
    leave()
    assert Remark.objects.count() == 0


def test_a_wrong_code_with_a_card_is_told_too(world: World) -> None:
    make_card(holder_id=world.holder, by=OFFICE, id=new_id())
    known = card(world.holder)
    assert known is not None
    assert world.pay(world.wrong, handle=known.number) == "code_wrong"
    leave()
    assert kinds(world.wallet) == [("wrong_code", "code_wrong", None)]


def test_memory_is_bounded_and_what_waits_is_written_once(world: World) -> None:
    for number in range(3 * remarks.MOST):
        messages.jot(wallet_id=number, kind="refused", reason="funds_short", place_id=1, cents=1)
    assert len(remarks._WAITING) == remarks.MOST
    remarks._WAITING.clear()
    for _each in range(100):
        messages.jot(
            wallet_id=world.wallet, kind="refused", reason="funds_short", place_id=1, cents=1
        )
    messages.jot(wallet_id=10**6, kind="refused", reason="funds_short", place_id=1, cents=1)
    assert (messages.write_jotted(), messages.write_jotted()) == (1, 0), "and of a wallet of nobody"


def test_a_refusal_leaves_by_the_road_that_its_holder_chose(
    world: World, mailoutbox: list[Any]
) -> None:
    person = registry.persons_of_wallets({world.wallet})[world.wallet][0]
    Person.objects.filter(pk=person).update(email="zoe@example.org")
    messages.choose(person_id=person, payments="email", arrivals="here", mail="email", by=OFFICE)
    world.pay(world.pin, cents=500_00)
    leave()
    leave()
    (sent,) = mailoutbox
    body = sent.body.replace("\u00a0", " ")
    assert sent.subject == "Un achat n’est pas passé"
    assert "Rien n’a été prélevé." in body and "Montant demandé : 500,00 MonA" in body
    assert "Ce montant dépasse ce qui vous reste." in body


def test_remarks_are_forgotten_after_two_months(world: World) -> None:
    world.pay(world.pin, cents=500_00)
    leave()
    assert messages.forget_remarks() == 0
    clock.travel(clock.instant(date(2023, 5, 1)))
    assert messages.forget_remarks() == 1


def test_nothing_of_a_refusal_is_in_the_ledger(world: World) -> None:
    before = Transfer.objects.count()
    world.pay(world.pin, cents=500_00)
    leave()
    assert Transfer.objects.count() == before
