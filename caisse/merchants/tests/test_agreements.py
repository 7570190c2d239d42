"""Agreements: a decision opens a place's account or closes it; the ledger obeys from then on."""

from datetime import date

import pytest

from caisse.bylaws import operations as decisions
from caisse.bylaws.rules import Amend, Effect
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.ledger.rules import Refused
from caisse.merchants import operations as merchants
from caisse.merchants import queries
from caisse.merchants.operations import ApprovePlace, WithdrawPlace
from caisse.merchants.rules import Rate
from caisse.merchants.tests.ground import (
    FEBRUARY,
    OFFICE,
    approved,
    founded,
    give_back,
    go,
    owed,
    registered,
    sell,
)

pytestmark = pytest.mark.django_db


def refused(reason: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, check=lambda refusal: refusal.reason == reason)


def closed() -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, check=lambda refused: refused.answer == "closed")


def decide(*effects: Effect) -> int:
    decision = decisions.decide(
        title="Lieux", text="", body="comité", effects=list(effects), by=OFFICE
    )
    return decision.number


def test_a_decision_approves_a_place_and_opens_its_account_at_the_floor_of_the_bylaws() -> None:
    founded(redemption__refund_floor_cents=-20_00)
    place = registered()
    number = decide(ApprovePlace(place, since=date(2023, 2, 6)))
    account = books.account(f"place:{place}")
    assert account is not None
    assert (account.state, account.floor) == ("open", -20_00)
    row = queries.place(place)
    assert row is not None
    assert (row.state, row.since, row.producer) == ("active", date(2023, 2, 6), False)
    assert number == 3
    sell(place, 10_00)
    assert owed(place) == 10_00


def test_a_decision_that_approves_twice_changes_nothing_at_all() -> None:
    founded()
    place = registered()
    with refused("already_approved"):
        decide(ApprovePlace(place, since=date(2023, 2, 6)), ApprovePlace(place, date(2023, 2, 6)))
    assert queries.places(at=date(2023, 2, 6)) == []
    assert books.account(f"place:{place}") is None


def test_an_approval_sent_twice_is_one_and_other_content_differs() -> None:
    founded()
    place, id = registered(), new_id()
    agreements = [
        merchants.approve_place(place_id=place, decision=2, by=OFFICE, id=id) for _ in range(2)
    ]
    assert agreements[0] == agreements[1]
    with refused("differs"):
        merchants.approve_place(place_id=place, decision=3, by=OFFICE, id=id)


def test_a_place_approved_for_later_opens_on_its_day_and_ends_after_its_term() -> None:
    founded()
    place = registered()
    decide(ApprovePlace(place, since=date(2023, 3, 1), until=date(2023, 3, 31)))
    assert merchants.turn_agreements(by=OFFICE) == 0
    with closed():
        sell(place, 1_00)
    go(date(2023, 3, 1))
    assert [merchants.turn_agreements(by=OFFICE) for _ in range(2)] == [1, 0]
    sell(place, 1_00)
    go(date(2023, 4, 1))
    assert merchants.turn_agreements(by=OFFICE) == 1
    with closed():
        sell(place, 1_00)
    days = [date(2023, 2, 28), date(2023, 3, 1), date(2023, 3, 31), date(2023, 4, 1)]
    assert [len(queries.places(at=day)) for day in days] == [0, 1, 1, 0]


def test_a_withdrawn_place_takes_nothing_more_gives_back_and_may_be_approved_again() -> None:
    founded()
    place = approved()
    purchase = sell(place, 30_00)
    go(date(2023, 2, 20))
    decide(WithdrawPlace(place))
    with closed():
        sell(place, 1_00)
    give_back(place, 5_00, purchase)
    assert owed(place) == 25_00
    with refused("not_approved"):
        merchants.withdraw_place(place_id=place, decision=3, by=OFFICE)
    assert [len(queries.places(at=date(2023, 2, day))) for day in (19, 20)] == [1, 0]
    go(date(2023, 2, 27))
    merchants.approve_place(place_id=place, decision=4, by=OFFICE)
    sell(place, 1_00)
    assert len(queries.places(at=date(2023, 2, 27))) == 1


def test_a_suspended_place_keeps_its_agreement_and_takes_payments_again_when_resumed() -> None:
    founded()
    place = approved()
    merchants.suspend_place(place_id=place, by=OFFICE)
    with refused("already_suspended"):
        merchants.suspend_place(place_id=place, by=OFFICE)
    with closed():
        sell(place, 1_00)
    assert queries.suspended(place, at=date(2023, 2, 6))
    assert len(queries.places(at=date(2023, 2, 6))) == 1
    go(date(2023, 2, 8))
    merchants.resume_place(place_id=place, by=OFFICE)
    sell(place, 1_00)
    suspended = [queries.suspended(place, at=date(2023, 2, day)) for day in (5, 6, 7, 8)]
    assert suspended == [False, True, True, False]
    with refused("not_suspended"):
        merchants.resume_place(place_id=place, by=OFFICE)


def test_places_are_counted_by_kind_at_a_day() -> None:
    founded()
    approved("La Cagette")
    approved("Le Fournil", "baker")
    go(date(2023, 3, 6))
    approved("Le Four à bois", "baker")
    assert queries.count_by_kind(at=date(2023, 2, 28))["baker"] == 1
    counts = queries.count_by_kind(at=date(2023, 3, 6))
    assert (counts["baker"], counts["coop_supermarket"], counts["canteen"]) == (2, 1, 0)
    assert list(counts) == list(queries.kinds())


def test_producers_are_known_by_their_kind_unless_it_is_said() -> None:
    founded()
    market = merchants.register_place(
        merchant="EARL du Lez", name="Marché", kind="market_producer", by=OFFICE
    )
    group = merchants.register_place(
        merchant="Amap", name="Amap", kind="purchasing_group", by=OFFICE, producer=True
    )
    rows = [queries.place(place) for place in (market, group)]
    assert [row.producer for row in rows if row] == [True, True]
    again = merchants.register_place(
        merchant=" EARL  du Lez", name="Marché", kind="market_producer", by=OFFICE
    )
    assert again == market


def test_a_place_has_a_rate_exactly_where_coverage_is_by_place() -> None:
    rates = (Rate("full", 10_000), Rate("half", 5_000))
    founded(coverage__mode="rate_by_place", coverage__rates_bp=rates)
    place = registered()
    for rate in ("", "third"):
        with refused("rate"):
            decide(ApprovePlace(place, since=date(2023, 2, 6), rate=rate))
    decide(ApprovePlace(place, since=date(2023, 2, 6), rate="half"))
    row = queries.place(place)
    assert row is not None and row.rate == "half"


@pytest.mark.parametrize(
    ("reason", "since", "until"),
    [
        ("term", date(2023, 3, 1), date(2023, 2, 28)),
        ("term", date(2023, 1, 1), date(2023, 1, 31)),
    ],
)
def test_an_agreement_does_not_end_before_it_begins(reason: str, since: date, until: date) -> None:
    founded()
    place = registered()
    with refused(reason):
        merchants.approve_place(place_id=place, decision=2, by=OFFICE, since=since, until=until)


def test_an_amended_floor_reaches_the_accounts_in_its_month() -> None:
    founded(redemption__refund_floor_cents=-50_00)
    high, low = approved("Haut"), approved("Bas", "baker")
    purchase = sell(low, 40_00)
    decide(Amend("redemption.refund_floor_cents", -10_00, Month(2023, 3)))
    go(date(2023, 2, 28))
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    give_back(low, 40_00, purchase)
    go(date(2023, 3, 1))
    merchants.turn_agreements(by=OFFICE)
    floors = [
        account.floor for account in books.accounts([f"place:{high}", f"place:{low}"]).values()
    ]
    assert sorted(floors) == [-50_00, -10_00]  # the one that stands at −40 keeps its own for now
