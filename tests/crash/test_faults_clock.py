"""The clock jumps: money and months do not (P7)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from caisse.accounting import checks
from caisse.contributions import operations as contributions
from caisse.kernel import clock, events
from caisse.kernel.ids import Id, new_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Outcome, Transfer
from caisse.month import operations as months
from caisse.month import queries
from caisse.month.operations import crediting
from caisse.month.tests import ground
from caisse.month.tests.ground import COORDINATOR, FEBRUARY, MARCH, TREASURER
from tests.crash import acts
from tests.crash.killing import Killed

pytestmark = pytest.mark.usefixtures("empty")
HOUR = 3_600_000
APRIL = MARCH.next()


def jump(hours: float) -> None:
    """Somebody sets the machine's clock."""
    clock.travel(clock.now_ms() + int(hours * HOUR))


def green() -> None:
    assert [line for line in checks.run() if not line.ok] == []


def utc_ms(*moment: int) -> int:
    """Milliseconds of a moment in UTC."""
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type, misc]


@transaction.atomic
def till() -> Id:
    """The cause of payments."""
    return events.record("test.opened", subject="place:1", by=TREASURER)


def pay(id: Id, cents: int = 1) -> Outcome:
    """A payment from the first wallet."""
    ledger.open_accounts(["place:1"])
    return ledger.submit([Transfer(id, "wallet:1", "place:1", cents, "payment", till())])[0]


def rich(day: date) -> None:
    """One household with an allocation; it is noon of the day."""
    ground.found()
    ground.join()
    ground.give(1_000_00)
    ground.run(FEBRUARY)
    ledger.prepare(Month.of(day) + 2)
    ground.travel(day, 12)


def test_ids_of_a_leap_second_are_ids_like_any_other() -> None:
    """23:59:60 is told as 23:59:59 once more, or as 0:00:00 of the next month."""
    rich(date(2023, 6, 30))
    eve = utc_ms(2023, 6, 30, 23, 59, 59)
    told: dict[Id, Outcome] = {}
    for instant in (eve + 999, eve + 1000, eve, eve + 500, eve + 1500, eve + 999):
        clock.travel(instant)
        id = new_id()
        told[id] = pay(id)
    assert [outcome.answer for outcome in told.values()] == ["posted"] * 6
    times = [outcome.at for outcome in told.values()]
    assert times == sorted(times) and times[-1] == eve + 1500
    for id, first in told.items():
        assert pay(id) == first._replace(answer="exists")
    green()


@pytest.mark.parametrize(("day", "hours"), [(date(2023, 3, 26), 23), (date(2023, 10, 29), 25)])
def test_a_day_of_the_clock_change_has_all_its_payments_once(day: date, hours: int) -> None:
    rich(day - timedelta(1))
    midnight = clock.instant(day)
    for hour in range(hours):
        clock.travel(midnight + hour * HOUR + HOUR // 2)
        assert clock.today() == day
        assert pay(new_id()).answer == "posted"
    ground.travel(day + timedelta(1), 1)
    ledger.anchor(day)
    [spent] = books.flows(["payment"], side="debit", until=day)
    assert (spent.cents, spent.count, spent.month) == (hours, hours, Month.of(day))
    green()


def test_an_hour_back_in_the_middle_of_a_credit_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    acts.capped()
    real = crediting._credit_some

    def credit_some(run: Any) -> bool:
        more = real(run)
        jump(-1)
        return more

    with acts.small_chunks():
        monkeypatch.setattr(crediting, "_credit_some", credit_some)
        given = months.credit(month=APRIL, by=TREASURER)
    run = queries.run(month=APRIL)
    assert run is not None and (run.state, run.credited_cents) == ("credited", given)
    assert months.credit(month=APRIL, by=TREASURER) == given
    ground.travel(APRIL.day(7), 2)
    ledger.anchor(APRIL.day(6))
    green()


def test_a_credit_killed_at_half_past_midnight_waits_when_the_clock_goes_back_to_the_eve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    acts.capped()
    ground.travel(APRIL.day(5), 0)
    jump(0.5)
    with acts.small_chunks(), monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(crediting, "_end", raising)
        months.credit(month=APRIL, by=TREASURER)
    jump(-1)
    with pytest.raises(Refusal) as refused:
        months.credit(month=APRIL, by=TREASURER)
    assert refused.value.reason == "too_early"
    jump(1)
    assert months.credit(month=APRIL, by=TREASURER) > 0
    assert books.balance(f"fund:month:{APRIL}") == 0
    green()


def raising(*_: object) -> None:
    raise Killed


def test_a_decision_stands_when_the_clock_goes_back_before_the_freeze() -> None:
    ground.found()
    ground.join()
    ground.travel(date(2023, 1, 15), 10)
    ground.amend(FEBRUARY, allocation__base_cents=80_00)
    jump(-1)
    months.freeze(month=FEBRUARY, by=COORDINATOR)
    run = queries.run(month=FEBRUARY)
    assert run is not None and run.total_cents == 80_00
    green()


def test_a_pledge_is_called_when_the_clock_goes_back_before_the_call() -> None:
    ground.found()
    ground.travel(FEBRUARY.day(3), 10)
    home = ground.join(cents=0)[0]
    contributions.pledge(
        membership_id=home.membership_id, cents=50_00, by=COORDINATOR, since=FEBRUARY
    )
    jump(-1)
    assert contributions.call(month=FEBRUARY, by=COORDINATOR).cents == 50_00


def test_what_happens_after_a_day_was_linked_never_falls_into_it() -> None:
    rich(date(2023, 3, 10))
    pay(new_id())
    ground.travel(date(2023, 3, 11), 2)
    ledger.anchor(date(2023, 3, 10))
    green()
    jump(-4)
    assert clock.today() == date(2023, 3, 10)
    assert pay(new_id()).answer == "posted"
    ground.join()
    green()
    ground.travel(date(2023, 3, 12), 2)
    ledger.anchor(date(2023, 3, 11))
    green()
