"""The monthly run on both databases: its states, its cases, its refusals."""

from collections.abc import Callable
from datetime import date

import pytest

from caisse.accounting import checks
from caisse.kernel import work
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.month import operations as months
from caisse.month import queries
from caisse.month.tests import ground
from caisse.month.tests.ground import COORDINATOR, FEBRUARY, MARCH, TREASURER
from caisse.people import operations as people

pytestmark = pytest.mark.django_db


def refused(act: Callable[[], object]) -> str:
    """The reason of a refusal that carries a sentence."""
    with pytest.raises(Refusal) as refusal:
        act()
    assert refusal.value.sentence.endswith(".")
    return refusal.value.reason


def green() -> None:
    """Every line of the check that a test's caisse can pass."""
    bad = [line for line in checks.run() if not line.ok]
    assert not bad


def test_a_month_goes_forward_and_every_household_receives_the_same() -> None:
    ground.found()
    homes = ground.join(3)
    ground.give(1_000_00)
    assert ground.run(FEBRUARY) == 300_00
    assert [ground.wallet(home) for home in homes] == [100_00] * 3
    assert books.balance("fund:caisse") == 700_00
    ground.travel(FEBRUARY.last)
    months.close(month=FEBRUARY, by=TREASURER)
    run = queries.run(month=FEBRUARY)
    assert run is not None and run.state == "closed" and run.credited_cents == 300_00
    assert queries.members(last=MARCH) == {FEBRUARY: 3}
    green()


def test_each_step_may_be_done_twice_and_has_one_effect() -> None:
    ground.found()
    ground.join(2)
    ground.give(500_00)
    assert ground.freeze(FEBRUARY) == ground.freeze(FEBRUARY)
    ground.approve(FEBRUARY)
    months.approve(month=FEBRUARY, by=COORDINATOR)
    assert ground.credit(FEBRUARY) == ground.credit(FEBRUARY) == 200_00
    assert books.balance("fund:caisse") == 300_00
    green()


def test_no_step_is_skipped_and_one_person_is_not_two() -> None:
    ground.found()
    ground.join()
    ground.give(500_00)
    assert refused(lambda: months.check(month=FEBRUARY, by=TREASURER)) == "not_frozen"
    ground.freeze(FEBRUARY)
    assert refused(lambda: months.approve(month=FEBRUARY, by=COORDINATOR)) == "not_checked"
    months.check(month=FEBRUARY, by=TREASURER)
    assert refused(lambda: months.approve(month=FEBRUARY, by=TREASURER)) == "same_person"
    assert refused(lambda: months.credit(month=FEBRUARY, by=TREASURER)) == "not_approved"
    months.approve(month=FEBRUARY, by=COORDINATOR)
    assert refused(lambda: months.check(month=FEBRUARY, by=COORDINATOR)) == "too_late"
    assert refused(lambda: months.credit(month=FEBRUARY, by=TREASURER)) == "too_early"
    assert refused(lambda: months.close(month=FEBRUARY, by=TREASURER)) == "not_credited"


def test_months_follow_each_other() -> None:
    ground.found()
    assert refused(lambda: months.freeze(month=MARCH, by=COORDINATOR)) == "too_early"
    assert (
        refused(lambda: months.freeze(month=FEBRUARY.previous(), by=COORDINATOR)) == "out_of_order"
    )
    ground.travel(date(2023, 2, 15))
    assert refused(lambda: months.freeze(month=MARCH, by=COORDINATOR)) == "out_of_order"


def test_a_household_that_joins_in_the_month_begins_with_the_next_one() -> None:
    ground.found()
    ground.join()
    ground.give(900_00)
    ground.run(FEBRUARY)
    late = ground.join(on=date(2023, 2, 10))[0]
    ground.run(MARCH)
    assert ground.wallet(late) == 100_00
    assert queries.members(last=MARCH) == {FEBRUARY: 1, MARCH: 2}


@pytest.mark.parametrize(
    ("article", "cents"), [("full", 100_00), ("prorata", 67_85), ("next_month", 0)]
)
def test_the_first_month_follows_its_article(article: str, cents: int) -> None:
    ground.found(allocation__first_month=article)
    home = ground.join(on=date(2023, 2, 10))[0]  # 19 of 28 days are left
    ground.give(900_00)
    ground.run(FEBRUARY)
    assert ground.wallet(home) == cents


def test_a_household_that_leaves_before_the_credit_receives_nothing() -> None:
    ground.found()
    stays, goes = ground.join(2)
    ground.give(900_00)
    people.leave(membership_id=goes.membership_id, on=date(2023, 2, 3), by=COORDINATOR)
    assert ground.run(FEBRUARY) == 100_00
    assert (ground.wallet(stays), ground.wallet(goes)) == (100_00, 0)


def test_a_wallet_closed_after_the_freeze_receives_nothing_and_its_part_goes_back() -> None:
    ground.found()
    stays, goes = ground.join(2)
    ground.give(900_00)
    ground.freeze(FEBRUARY)
    ground.approve(FEBRUARY)
    from caisse.ledger import operations as ledger

    ledger.set_state([f"wallet:{goes.wallet_id}"], "closed")
    assert ground.credit(FEBRUARY) == 100_00
    assert books.balance("fund:caisse") == 800_00
    assert ground.wallet(stays) == 100_00
    green()


@pytest.mark.django_db(transaction=True)
def test_at_the_cap_the_credit_is_reduced_and_the_rest_goes_back_to_the_fund() -> None:
    ground.found(balance__cap_multiple=1)
    spender, saver = ground.join(2)
    ground.give(900_00)
    ground.run(FEBRUARY)
    assert ground.spend(spender, 60_00).answer == "posted"
    assert ground.run(MARCH) == 60_00
    assert (ground.wallet(spender), ground.wallet(saver)) == (100_00, 100_00)
    assert books.balance("fund:month:2023-03") == 0
    assert books.balance("fund:caisse") == 900_00 - 200_00 - 60_00
    assert queries.members(last=MARCH) == {FEBRUARY: 2, MARCH: 2}
    green()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("destination", "fund"),
    [("fund", "fund:caisse"), ("solidarity_pot", "fund:named:solidarity")],
)
def test_old_balances_expire_first_in_first_out(destination: str, fund: str) -> None:
    ground.found(
        balance__rollover="full", balance__expiry_months=2, balance__expiry_destination=destination
    )
    home = ground.join()[0]
    ground.give(900_00)
    ground.run(FEBRUARY)
    ground.spend(home, 30_00)
    ground.run(MARCH)
    assert ground.wallet(home) == 170_00  # the 70 of February are in their second month
    ground.spend(home, 20_00)
    before = books.balance(fund)
    ground.run(MARCH.next())
    assert ground.wallet(home) == 200_00  # 50 of February expired, 100 of March are kept
    assert books.balance(fund) - before == 50_00 - (100_00 if fund == "fund:caisse" else 0)
    green()


@pytest.mark.django_db(transaction=True)
def test_without_rollover_each_month_begins_at_the_allocation() -> None:
    ground.found(balance__rollover="none")
    home = ground.join()[0]
    ground.give(900_00)
    ground.run(FEBRUARY)
    ground.spend(home, 30_00)
    ground.run(MARCH)
    assert ground.wallet(home) == 100_00
    green()


def test_under_warn_an_empty_fund_freezes_and_the_guard_stops_the_credit() -> None:
    ground.found()
    home = ground.join()[0]
    ground.freeze(FEBRUARY)
    ground.approve(FEBRUARY)
    ground.travel(FEBRUARY.day(5))
    act = lambda: months.credit(month=FEBRUARY, by=TREASURER)  # noqa: E731
    assert refused(act) == "fund_short"
    run = queries.run(month=FEBRUARY)
    assert run is not None
    assert (run.state, run.verdict, run.waits_for) == ("approved", "warned", "insufficient")
    ground.give(100_00)
    assert act() == 100_00
    assert ground.wallet(home) == 100_00
    again = queries.run(month=FEBRUARY)
    assert again is not None and again.waits_for == ""
    green()


def test_under_block_an_empty_fund_stops_the_campaign_before_anything_is_frozen() -> None:
    ground.found(allocation__budget_guard="block")
    ground.join(cents=0)
    ground.travel(date(2023, 1, 15), 18)
    assert refused(lambda: months.freeze(month=FEBRUARY, by=COORDINATOR)) == "budget_blocked"
    assert queries.run(month=FEBRUARY) is None
    assert books.account("fund:month:2023-02") is None


def test_under_scale_every_household_receives_the_same_part_of_what_there_is() -> None:
    ground.found(allocation__budget_guard="scale")
    homes = ground.join(3, cents=0)
    ground.give(100_00)
    assert ground.run(FEBRUARY) == 99_99
    assert [ground.wallet(home) for home in homes] == [33_33] * 3
    assert books.balance("fund:caisse") == 1
    green()


def test_what_the_bank_took_from_an_empty_fund_stops_the_issue_until_it_is_mended() -> None:
    ground.found()
    ground.join()
    ground.give(100_00)
    ground.freeze(FEBRUARY)
    ground.approve(FEBRUARY)
    ground.take_back(30_00)
    ground.travel(FEBRUARY.day(5))
    act = lambda: months.credit(month=FEBRUARY, by=TREASURER)  # noqa: E731
    assert refused(act) == "cover_broken"
    ground.give(30_00)
    assert act() == 100_00


def test_a_correction_is_an_adjustment_run() -> None:
    ground.found(allocation__first_month="full")
    known = ground.join()[0]
    ground.give(900_00)
    ground.run(FEBRUARY)
    assert refused(lambda: months.adjust(month=FEBRUARY, by=COORDINATOR)) == "nothing_to_adjust"
    forgotten = ground.join(on=date(2023, 2, 1))[0]
    months.adjust(month=FEBRUARY, by=COORDINATOR)
    assert refused(lambda: months.adjust(month=FEBRUARY, by=COORDINATOR)) == "not_credited"
    months.check(month=FEBRUARY, by=TREASURER)
    months.approve(month=FEBRUARY, by=COORDINATOR)
    assert months.credit(month=FEBRUARY, by=TREASURER) == 100_00
    assert (ground.wallet(known), ground.wallet(forgotten)) == (100_00, 100_00)
    assert queries.members(last=FEBRUARY) == {FEBRUARY: 2}
    ground.travel(FEBRUARY.last)
    months.close(month=FEBRUARY, by=TREASURER)
    assert [run.state for run in queries.runs()] == ["closed", "closed"]
    green()


def test_a_later_amendment_never_reaches_a_frozen_month() -> None:
    ground.found()
    home = ground.join()[0]
    ground.give(900_00)
    ground.freeze(FEBRUARY)
    with pytest.raises(Refusal):
        ground.amend(FEBRUARY, allocation__base_cents=50_00)
    ground.amend(MARCH, allocation__base_cents=50_00)
    ground.approve(FEBRUARY)
    ground.credit(FEBRUARY)
    ground.run(MARCH)
    assert ground.wallet(home) == 150_00
    run = queries.run(month=FEBRUARY)
    assert run is not None and run.articles["allocation.base_cents"] == 100_00


def test_the_mean_of_contributions_gives_its_levy_to_its_fund() -> None:
    ground.found(
        allocation__mode="mean_of_contributions", allocation__levy_bp=500,
        allocation__levy_to="solidarity",
    )  # fmt: skip
    homes = [ground.join(cents=cents)[0] for cents in (30_00, 50_00, 70_00)]
    ground.give(150_00)
    assert ground.run(FEBRUARY) == 3 * 47_50
    assert [ground.wallet(home) for home in homes] == [47_50] * 3
    assert books.balance("fund:named:solidarity") == 7_50
    assert books.balance("fund:caisse") == 0
    green()


def test_what_is_available_counts_what_will_come_and_what_is_promised() -> None:
    ground.found()
    ground.join(2, cents=30_00)
    ground.give(200_00)
    ground.freeze(FEBRUARY)
    run = queries.run(month=FEBRUARY)
    assert run is not None
    assert (run.forecast_cents, run.available_cents) == (60_00, 260_00)
    ground.freeze(MARCH)  # February is promised; in February its pledges are no longer to come
    run = queries.run(month=MARCH)
    assert run is not None
    assert (run.forecast_cents, run.available_cents) == (60_00, 60_00)


def test_the_differences_are_named() -> None:
    ground.found()
    first, second = ground.join(2)
    ground.give(900_00)
    ground.run(FEBRUARY)
    people.leave(membership_id=second.membership_id, on=date(2023, 3, 1), by=COORDINATOR)
    third = ground.join(on=date(2023, 2, 10))[0]
    run_id = ground.freeze(MARCH)
    found = queries.differences(run_id=run_id)
    assert (found.came, found.went, found.changed) == (
        (third.membership_id,),
        (second.membership_id,),
        (),
    )
    assert first.membership_id not in found.came


def test_an_adjustment_after_a_scaled_month_gives_the_forgotten_the_same_part() -> None:
    ground.found(allocation__budget_guard="scale", allocation__first_month="full")
    known = ground.join(2, cents=0)
    ground.give(100_00)
    ground.run(FEBRUARY)
    ground.give(500_00)
    forgotten = ground.join(on=date(2023, 2, 1), cents=0)[0]
    months.adjust(month=FEBRUARY, by=COORDINATOR)
    months.check(month=FEBRUARY, by=TREASURER)
    months.approve(month=FEBRUARY, by=COORDINATOR)
    assert months.credit(month=FEBRUARY, by=TREASURER) == 50_00
    assert [ground.wallet(home) for home in (*known, forgotten)] == [50_00] * 3
    green()


def test_a_blocked_adjustment_writes_nothing() -> None:
    ground.found(allocation__budget_guard="block", allocation__first_month="full")
    ground.join(cents=0)
    ground.give(100_00)
    ground.run(FEBRUARY)
    ground.join(on=date(2023, 2, 1), cents=0)
    assert refused(lambda: months.adjust(month=FEBRUARY, by=COORDINATOR)) == "budget_blocked"
    assert [run.position for run in queries.runs()] == [0]


def test_why_a_credit_waits_is_written_on_the_run() -> None:
    ground.found()
    ground.join()
    ground.give(100_00)
    ground.freeze(FEBRUARY)
    ground.approve(FEBRUARY)
    ground.take_back(30_00)
    ground.travel(FEBRUARY.day(5))
    assert refused(lambda: months.credit(month=FEBRUARY, by=TREASURER)) == "cover_broken"
    run = queries.run(month=FEBRUARY)
    assert run is not None and run.waits_for == "cover_broken"


def test_the_timetable_freezes_when_the_last_day_to_change_is_over() -> None:
    ground.found()
    ground.join()
    ground.give(900_00)
    ground.travel(date(2023, 1, 15), 10)
    assert "month.freeze/2023-01-15" not in work.run_due()
    assert queries.run(month=FEBRUARY) is None
    ground.travel(date(2023, 1, 15), 23)
    assert "month.freeze/2023-01-15" in work.run_due()
    assert queries.run(month=FEBRUARY) is not None


def test_a_server_that_was_stopped_freezes_and_calls_what_it_missed() -> None:
    ground.found()
    ground.join()
    ground.give(900_00)
    ground.travel(date(2023, 3, 20), 23)
    work.run_due()
    assert [str(run.month) for run in queries.runs()] == ["2023-02", "2023-03", "2023-04"]
    assert books.balance("claims:contribution") == 2 * 50_00  # February and March


def test_an_opening_balance_is_as_new_as_the_first_month() -> None:
    ground.found(balance__rollover="full", balance__expiry_months=2)
    home = ground.join()[0]
    ground.give(900_00)
    ground.bring(home, 80_00)
    ground.run(FEBRUARY)
    assert ground.wallet(home) == 180_00
    ground.run(MARCH)
    assert ground.wallet(home) == 200_00
