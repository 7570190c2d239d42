"""Redemption: held on the last day, paid on the 5th, sent back, carried over, repeated."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

import pytest

from caisse.kernel import events
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Outcome, Refused, Transfer
from caisse.merchants import operations as merchants
from caisse.merchants import queries, reactions
from caisse.merchants.operations import redemption
from caisse.merchants.tests.ground import (
    FEBRUARY,
    OFFICE,
    approved,
    cash,
    founded,
    give_back,
    go,
    move,
    owed,
    registered,
    sell,
)
from caisse.merchants.tests.test_agreements import refused

pytestmark = pytest.mark.django_db

LAST, PAY_DAY = date(2023, 2, 28), date(2023, 3, 5)
MARCH = Month(2023, 3)


def hold(month: Month = FEBRUARY) -> queries.Progress:
    go(month.last)
    return merchants.hold_sales(month=month, by=OFFICE)


def pay(month: Month = FEBRUARY) -> queries.Progress:
    go(month.next().day(5))
    return merchants.pay_redemptions(month=month, by=OFFICE)


def held(place: int) -> int:
    return books.held(f"place:{place}")


def statement(place: int, month: Month = FEBRUARY) -> tuple[int, int, int, str]:
    row = queries.redemption(place_id=place, month=month)
    assert row is not None
    return row.cents, row.fee_cents, row.carried_cents, row.state


def test_sales_are_held_on_the_last_day_and_paid_in_the_next_month() -> None:
    founded()
    place = approved()
    sell(place, 60_00)
    sell(place, 15_50, wallet=2)
    told = hold()
    assert (told.places, told.cents, told.held, told.paid) == (1, 75_50, True, False)
    assert (owed(place), held(place), cash()) == (75_50, 75_50, 200_00)
    assert pay().paid
    assert (owed(place), held(place), cash()) == (0, 0, 124_50)
    assert statement(place) == (75_50, 0, 0, "paid")
    (flow,) = books.flows(["redemption"], side="debit", until=PAY_DAY)
    assert (flow.month, flow.cents) == (MARCH, 75_50)
    row = queries.redemption(place_id=place, month=FEBRUARY)
    hold_ = books.transfer(row.hold) if row else None
    assert hold_ is not None and (hold_.phase, hold_.for_month) == ("held", FEBRUARY)


def test_both_parts_run_twice_are_run_once() -> None:
    founded()
    place = approved()
    sell(place, 60_00)
    assert hold() == hold()
    seq = books.tip()[0]
    sell(place, 5_00)
    hold()
    assert held(place) == 60_00
    assert pay() == pay()
    assert (owed(place), cash()) == (5_00, 140_00)
    assert books.tip()[0] == seq + 2  # the late sale and one post


class Killed(BaseException):
    """What nothing catches."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("chunk", range(4))
def test_killed_in_the_middle_and_started_again_it_ends_the_same(
    chunk: int, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    founded(redemption__fee_bp=100)
    places = [approved(f"Lieu {n}", "grocery") for n in range(7)]
    sold = {place: 10_00 + more for more, place in enumerate(places)}
    for place, cents in sold.items():
        sell(place, cents)
    monkeypatch.setattr(redemption, "CHUNK", 2)
    for step in (hold, pay):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(ledger, "post", killing(chunk, moment, ledger.post))
            step()
        done = [held(place) > 0 if step is hold else owed(place) == 0 for place in places]
        assert done == [n < 2 * chunk for n in range(7)]
        step()
    assert sum(owed(place) + held(place) for place in places) == 0
    fees = sum(cents // 100 for cents in sold.values())
    assert cash() == 200_00 - sum(sold.values()) + fees
    assert {statement(place)[3] for place in places} == {"paid"}


def killing(
    chunk: int, moment: str, post: Callable[[Sequence[Transfer]], list[Outcome]]
) -> Callable[[Sequence[Transfer]], list[Outcome]]:
    calls = iter(range(100))

    def dying(transfers: Sequence[Transfer]) -> list[Outcome]:
        last = next(calls) == chunk
        if last and moment == "before":
            raise Killed
        outcomes = post(transfers)
        if last:
            raise Killed
        return outcomes

    return dying


def test_a_refund_after_the_hold_goes_below_zero_to_the_floor_and_lowers_the_next_month() -> None:
    founded(redemption__refund_floor_cents=-50_00)
    place = approved()
    purchase = sell(place, 90_00)
    hold()
    give_back(place, 50_00, purchase)
    with pytest.raises(Refused, check=lambda refused: refused.answer == "insufficient"):
        give_back(place, 1, purchase)
    pay()
    assert owed(place) == -50_00
    sell(place, 30_00)
    hold(MARCH)
    assert statement(place, MARCH) == (0, 0, -20_00, "computed")
    sell(place, 25_00, wallet=2)
    hold(Month(2023, 4))
    assert statement(place, Month(2023, 4)) == (5_00, 0, 0, "computed")


def test_less_than_the_minimum_is_carried_over_to_the_next_month() -> None:
    founded(redemption__min_amount_cents=20_00)
    place, other = approved(), approved("Le Fournil", "baker")
    sell(place, 19_99)
    sell(other, 20_00)
    hold()
    assert statement(place) == (0, 0, 19_99, "computed")
    assert statement(other) == (20_00, 0, 0, "computed")
    pay()
    assert (owed(place), owed(other)) == (19_99, 0)
    sell(place, 1)
    hold(MARCH)
    assert statement(place, MARCH) == (20_00, 0, 0, "computed")


@pytest.mark.parametrize(
    ("rounding", "fee"), [("half_up", 31), ("down", 30), ("up", 31), ("outward", 30)]
)
def test_the_fee_is_rounded_once_as_its_article_says_and_the_fund_keeps_it(
    rounding: str, fee: int
) -> None:
    founded(redemption__fee_bp=150, redemption__fee_rounding=rounding)
    place = approved()
    sell(place, 20_40)  # 1.5 % is 30.6 cents
    hold()
    assert statement(place)[:3] == (20_40 - fee, fee, 0)
    pay()
    assert (owed(place), books.balance("fund:caisse"), cash()) == (0, fee, 179_60 + fee)


def test_a_transfer_refused_before_payment_is_owed_again_and_goes_with_the_next_month() -> None:
    founded(redemption__fee_bp=100)
    place, other = approved(), approved("Le Fournil", "baker")
    sell(place, 50_00)
    sell(other, 10_00)
    hold()
    id = new_id()
    for _ in range(2):
        merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code="AC04", id=id)
    assert (owed(place), held(place)) == (50_00, 0)
    pay()
    row = queries.redemption(place_id=place, month=FEBRUARY)
    assert row is not None and (row.state, row.code) == ("refused", "AC04")
    assert (owed(place), owed(other)) == (50_00, 0)
    with refused("already_refused"):
        merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code="AC04")
    hold(MARCH)
    assert statement(place, MARCH) == (49_50, 50, 0, "computed")


def test_a_refusal_of_the_bank_is_written_with_a_code_of_the_list_only() -> None:
    founded()
    place = approved()
    sell(place, 50_00)
    hold()
    before = len(events.history())
    for typed in ("Zoé Moulin", "ZZ99", "ac04", ""):
        with refused("code"):
            merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code=typed)
    assert (held(place), len(events.history())) == (50_00, before)


def test_a_payment_sent_back_by_the_bank_is_reversed() -> None:
    founded(redemption__fee_bp=100)
    place = approved()
    sell(place, 50_00)
    hold()
    pay()
    merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code="AC01")
    assert (owed(place), cash(), books.balance("fund:caisse")) == (50_00, 200_00, 0)
    paid = books.flows(["redemption", "redemption_fee"], side="debit", until=PAY_DAY)
    assert [flow.cents for flow in paid] == [0, 0]
    assert statement(place)[3] == "refused"


def test_a_fee_that_was_issued_since_cannot_be_given_back_and_nothing_is_reversed() -> None:
    founded(redemption__fee_bp=100)
    place = approved()
    sell(place, 50_00)
    hold()
    pay()
    move("fund:caisse", "wallet:1", 50, "opening_wallet")
    with refused("fund_short"):
        merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code="AC01")
    assert (owed(place), statement(place)[3]) == (0, "paid")


def test_a_withdrawn_place_is_still_paid() -> None:
    founded()
    place = approved()
    sell(place, 12_00)
    merchants.withdraw_place(place_id=place, decision=2, by=OFFICE)
    hold()
    pay()
    assert (owed(place), cash()) == (0, 188_00)


def test_nothing_is_held_before_the_last_day_and_nothing_is_paid_before_it_was_held() -> None:
    founded()
    place = approved()
    sell(place, 12_00)
    go(date(2023, 2, 27))
    with refused("too_early"):
        merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    with refused("not_held"):
        merchants.pay_redemptions(month=FEBRUARY, by=OFFICE)
    with refused("no_statement"):
        merchants.void_redemption(place_id=place, month=FEBRUARY, by=OFFICE, code="AC01")
    assert queries.progress(month=FEBRUARY) is None


def test_a_refund_between_the_reading_and_the_hold_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The floor would let a hold go below zero: the chunk is read again instead."""
    founded(redemption__refund_floor_cents=-50_00)
    place = approved()
    purchase = sell(place, 40_00)
    accounts, reads = books.accounts, iter(range(10))

    def stale(codes: Sequence[str]) -> dict[str, books.AccountState]:
        found = accounts(codes)
        if next(reads) == 0:
            give_back(place, 10_00, purchase)
        return found

    # give_back's own post in the same transaction stands for another connection's commit
    monkeypatch.setattr(books, "accounts", stale)
    hold()
    assert statement(place)[0] == held(place) <= owed(place)


def test_on_demand_a_place_asks_once_a_month_and_is_paid_with_the_others() -> None:
    founded(redemption__frequency="on_demand", redemption__min_amount_cents=10_00)
    asking, silent = approved(), approved("Le Fournil", "baker")
    sell(asking, 9_99)
    with refused("nothing_to_pay"):
        merchants.ask_redemption(place_id=asking, by=OFFICE)
    sell(asking, 20_01)
    sell(silent, 50_00)
    id = new_id()
    told = [merchants.ask_redemption(place_id=asking, by=OFFICE, id=id) for _ in range(2)]
    assert told == [30_00, 30_00]
    sell(asking, 20_00)
    with refused("already_asked"):
        merchants.ask_redemption(place_id=asking, by=OFFICE)
    hold()
    pay()
    assert (owed(asking), owed(silent), cash()) == (20_00, 50_00, 170_00)


def test_where_places_are_paid_every_month_they_need_not_ask() -> None:
    founded()
    with refused("not_on_demand"):
        merchants.ask_redemption(place_id=approved(), by=OFFICE)
    with refused("not_on_demand"):
        merchants.ask_redemption(place_id=registered("Autre"), by=OFFICE)


def test_the_timetable_holds_a_month_on_its_last_evening_or_on_the_next_day() -> None:
    founded()
    place = approved()
    sell(place, 12_00)
    for day in (date(2023, 2, 27), LAST):
        go(day)
        reactions.hold_sales(datetime(day.year, day.month, day.day, 23))  # noqa: DTZ001 - local
    assert held(place) == 12_00
    sell(place, 3_00)
    go(date(2023, 4, 1))
    reactions.hold_late_sales(datetime(2023, 4, 1, 0))  # noqa: DTZ001 - local
    assert statement(place, MARCH) == (3_00, 0, 0, "computed")
    assert queries.statements(place)[0].month == MARCH


def test_no_name_of_a_place_enters_the_ledger_or_an_event() -> None:
    founded()
    place = approved("Ferme de Célestine")
    sell(place, 12_00)
    hold()
    pay()
    assert "Célestine" not in " ".join(str(event) for event in events.history())
