"""Market days as they are played: real slips, licences and records, to the cent; the room."""

import contextlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from caisse.accounting import queries as accounting
from caisse.bylaws import queries as bylaws
from caisse.demo import operations as demo
from caisse.demo.operations import markets
from caisse.demo.tests.test_playing import balances, held
from caisse.demo.world import world
from caisse.demo.world.acts import Act
from caisse.demo.world.values import Moment
from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.models import Account
from caisse.ledger.models import Transfer as Row
from caisse.ledger.rules import Transfer
from caisse.payments import queries as paid
from caisse.payments.models import Licence, Reserve

SALES, CENTS, DAYS = 98, 1_965_17, 45
"""Of the world that is played: 0.7 % of the year's purchases."""
FRIDAY = date(2023, 6, 9)


def taken() -> Counter[tuple[str, int, int | None]]:
    """What was paid from money set aside: place, cents, the minute in which it was sold."""
    codes = dict(Account.objects.values_list("pk", "code"))
    return Counter(
        (codes[credit], cents, made_at)
        for debit, credit, cents, made_at in Row.objects.filter(reason="payment").values_list(
            "debit", "credit", "cents", "made_at"
        )
        if codes[debit].startswith("reserve:")
    )


def minute(at: Moment) -> int:
    return clock.instant(at.day, *at.clock) // 60_000 * 60_000


def test_what_was_sold_without_network_is_what_the_year_bought(played: str) -> None:
    told, codes = (
        world(),
        sorted(books.balances("place"), key=lambda code: int(code.partition(":")[2])),
    )
    bought = [told.purchases[number - 1] for number in told.at_market]
    assert taken() == Counter((codes[one.place], one.cents, minute(one.at)) for one in bought)
    assert (len(bought), sum(one.cents for one in bought)) == (SALES, CENTS)
    assert len(events.history(names=["licence.opened"], limit=200)) == DAYS == len(told.markets)


def test_nothing_is_left_aside_and_nothing_was_lost(played: str) -> None:
    asides = list(Reserve.objects.values_list("cents", flat=True))
    told = [one.cents for market in world().markets for one in market.asides]
    assert sorted(asides) == sorted(told) and sum(told) > CENTS
    assert not any(books.balances("reserve").values())
    assert not Reserve.objects.filter(released_at=None).exists()
    assert not Licence.objects.filter(closed_at=None).exists()
    assert all(len(bytes(row.last_word)) == 64 for row in Licence.objects.all())
    state = paid.offline_state()
    assert (state.allowed, state.fund_cents, state.lost_cents) == (True, 0, 0)
    assert not Row.objects.filter(reason__in=["offline_loss", "offline_room"]).exists()


def test_the_room_is_fed_on_6_february_by_two_people(played: str) -> None:
    clock.travel(clock.instant(date(2024, 2, 6), 17, 59))
    demo.keep_up()
    assert paid.offline_state().fund_cents == 0
    clock.travel(clock.instant(date(2024, 2, 6), 18, 30))
    demo.keep_up()
    demo.keep_up()
    state = paid.offline_state()
    assert (state.fund_cents, state.bound_cents, state.places) == (3_300_00, 3_300_00, 55)
    [prepared] = events.history(names=["act.prepared"], subject="offline", limit=9)
    [agreed] = events.history(names=["act.agreed"], subject="offline", limit=9)
    assert (prepared.by, agreed.by) == ("tresorerie", "coordination")
    [fed] = events.history(names=["offline.room_set"], limit=9)
    decision = bylaws.decision(fed.data["decision"])
    assert decision is not None and decision.decided_on == date(2024, 2, 6)
    assert [line.code for line in accounting.check() if not line.ok] == []


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A caisse of the test's own: its anchors and keys are not those of the played year."""
    monkeypatch.setattr(settings, "HOME", tmp_path)


def of_the_first_saturdays() -> list[Any]:
    return [market for market in world().markets if market.day <= date(2023, 6, 17)]


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db(transaction=True)
def test_an_interrupted_market_day_ends_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    until = clock.instant(date(2023, 6, 18), 9)
    real, pulled = markets.do, set[Act]()

    def failing(stage: Any, act: Any) -> None:
        real(stage, act)
        if act not in pulled:  # done, and nobody was told: it will be done again
            pulled.add(act)
            raise ConnectionError("pulled out")

    monkeypatch.setattr(markets, "do", failing)
    while demo.played_until() < until:
        with contextlib.suppress(ConnectionError):
            demo.play(until=until)
    days = of_the_first_saturdays()
    assert len(pulled) == 3 * len(days) >= 6
    wallets, places = held(world(), until)
    found = balances("wallet")
    assert found == wallets[: len(found)]
    found = balances("place")
    assert found == places[: len(found)]
    assert sum(taken().values()) == sum(len(one.asides) for one in days)
    assert not any(books.balances("reserve").values())


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.django_db(transaction=True)
def test_who_has_nothing_left_to_set_aside_is_refused_as_anybody() -> None:
    """The demo's clock runs by itself; a visitor has emptied a wallet before the eve."""
    [market, *_] = [one for one in of_the_first_saturdays() if one.day == date(2023, 6, 10)]
    demo.play(until=clock.instant(FRIDAY, 9))
    first, *others = [world().purchases[one.purchase - 1] for one in market.asides]
    wallet = sorted(books.balances("wallet"), key=lambda code: int(code.partition(":")[2]))[
        first.household
    ]
    with transaction.atomic():
        cause = events.record("test.moved", subject="test", by=SYSTEM)
        left = books.balance(wallet)
        ledger.post([Transfer(cause, wallet, "fund:caisse", left, "leaving", cause)])
    for day, hour in ((FRIDAY, 21), (market.day, 21)):
        clock.travel(clock.instant(day, hour))
        demo.keep_up()
    minutes = {at for _place, _cents, at in taken()}
    assert minute(first.at) not in minutes
    assert {minute(one.at) for one in others} <= minutes
    assert books.balance(wallet) == 0 and not any(books.balances("reserve").values())
