"""Pledges: when they begin, what the articles of that month say, and that the last one counts."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.contributions import operations, queries
from caisse.contributions.models import Pledge
from caisse.contributions.operations import NewPledge
from caisse.contributions.tests.conftest import (
    APRIL,
    FEBRUARY,
    MARCH,
    OFFICE,
    join,
    pledged,
    refused,
    travel,
)
from caisse.kernel import clock, events, ids
from caisse.kernel.month import Month
from caisse.people import operations as people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]


def owed(month: Month) -> list[int]:
    return queries.pledged(month=month)[1].tolist()


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (date(2023, 2, 15), MARCH),
        (date(2023, 2, 16), APRIL),
        (date(2023, 12, 15), Month(2024, 1)),
        (date(2023, 12, 16), Month(2024, 2)),
        (date(2024, 2, 29), APRIL + 12),
        (date(2024, 1, 31), MARCH + 12),
    ],
)
def test_the_cut_off_day_says_from_when_a_pledge_counts(day: date, since: Month) -> None:
    number = join()
    with clock.travelled(clock.instant(day, 23, 59)):
        made = operations.pledge(membership_id=number, cents=50_00, by=OFFICE)
    assert made.since == since


def test_the_last_pledge_for_a_month_wins_and_the_past_stays() -> None:
    number = pledged(30_00)
    travel(date(2023, 2, 10))
    operations.pledge(membership_id=number, cents=40_00, by=OFFICE)
    operations.pledge(membership_id=number, cents=45_00, by=OFFICE)
    assert [owed(month) for month in (FEBRUARY, MARCH, APRIL)] == [[30_00], [45_00], [45_00]]
    assert queries.pledge_of(number, month=FEBRUARY) == 30_00
    assert queries.pledge_of(number, month=FEBRUARY.previous()) is None
    assert Pledge.objects.count() == 3


def test_what_was_pledged_as_known_then() -> None:
    number = pledged(30_00)
    then = clock.now_ms()
    clock.travel(then + 1)
    operations.pledge(membership_id=number, cents=40_00, by=OFFICE)
    assert queries.pledged(month=FEBRUARY, known_at=then)[1].tolist() == [30_00]
    assert owed(FEBRUARY) == [40_00]


def test_a_frozen_or_called_month_cannot_be_pledged_for() -> None:
    number = join()
    bylaws.seal(month=FEBRUARY)
    asked: dict[str, Any] = {"membership_id": number, "cents": 50_00, "since": FEBRUARY}
    assert refused(operations.pledge, **asked) == "sealed"
    assert operations.pledge(membership_id=number, cents=50_00, by=OFFICE).since == MARCH
    travel(date(2023, 3, 3))
    operations.call(month=MARCH, by=OFFICE)
    assert refused(operations.pledge, **{**asked, "since": MARCH}) == "sealed"


def test_a_first_pledge_may_begin_in_any_open_month_a_change_may_not() -> None:
    number = join()
    travel(date(2023, 1, 28))
    asked: dict[str, Any] = {"membership_id": number, "cents": 50_00, "since": FEBRUARY}
    assert operations.pledge(**asked, by=OFFICE).since == FEBRUARY
    assert refused(operations.pledge, **asked) == "cutoff"
    late: dict[str, Any] = {**asked, "since": FEBRUARY + 40}
    assert refused(operations.pledge, **late) == "far"
    planned = operations.pledge(**{**asked, "since": Month(2023, 9), "cents": 70_00}, by=OFFICE)
    assert planned.since == Month(2023, 9)
    assert [owed(month) for month in (FEBRUARY, Month(2023, 8), Month(2023, 9))] == [
        [50_00], [50_00], [70_00]
    ]  # fmt: skip


def test_the_articles_of_the_month_it_takes_effect_judge_the_pledge() -> None:
    bylaws.decide(
        title="Au moins 20 €", text="", body="committee", by=OFFICE,
        effects=[Amend("contribution.min_cents", 20_00, APRIL)],
    )  # fmt: skip
    number = pledged(5_00)
    travel(date(2023, 3, 10))
    assert refused(operations.pledge, membership_id=number, cents=5_00) == "minimum"
    # The pledge made before is brought to the nearest lawful amount from then on.
    assert [owed(MARCH), owed(APRIL)] == [[5_00], [20_00]]


def test_a_declared_income_is_judged_and_never_written() -> None:
    bylaws.decide(
        title="2,5 % du revenu", text="", body="committee", by=OFFICE,
        effects=[
            Amend("contribution.mode", "rate_of_income", FEBRUARY),
            Amend("contribution.income_rate_bp", 250, FEBRUARY),
        ],
    )  # fmt: skip
    asked: dict[str, Any] = {"membership_id": join(), "cents": 45_00}
    assert refused(operations.pledge, **asked) == "income"
    assert refused(operations.pledge, **asked, income_cents=1_801_00) == "minimum"
    operations.pledge(**asked, income_cents=1_800_00, by=OFFICE)
    event = events.history(names=["contribution.pledged"])[0]
    assert event.data == {"since": "2023-02"}


def test_a_pledge_sent_twice_is_one() -> None:
    number, id = join(), ids.new_id()
    asked: dict[str, Any] = {"membership_id": number, "cents": 50_00, "id": id}
    assert operations.pledge(**asked, by=OFFICE) == operations.pledge(**asked, by=OFFICE)
    assert Pledge.objects.count() == 1
    assert refused(operations.pledge, **{**asked, "cents": 60_00}) == "differs"


def test_many_pledge_under_one_event_or_not_at_all() -> None:
    numbers = [join(), join(births=("2020-01",)), join(date(2023, 6, 1))]
    rows = [NewPledge(number, 50_00) for number in numbers]
    assert refused(operations.pledge_many, rows=[*rows, rows[0]]) == "twice"
    assert refused(operations.pledge_many, rows=[*rows[:2], NewPledge(numbers[2], 1)]) == "minimum"
    assert refused(operations.pledge_many, rows=[*rows, NewPledge(999_999, 50_00)]) == "unknown"
    id = ids.new_id()
    made = operations.pledge_many(rows=rows, by=OFFICE, id=id)
    assert operations.pledge_many(rows=rows, by=OFFICE, id=id) == made
    assert [(pledge.membership_id, pledge.since) for pledge in made] == [
        (number, FEBRUARY) for number in numbers
    ]
    assert refused(operations.pledge_many, rows=rows[:2], id=id) == "differs"
    assert (owed(FEBRUARY), owed(Month(2023, 6))) == ([50_00] * 2, [50_00] * 3)
    assert operations.pledge_many(rows=[], by=OFFICE) == []


def test_a_pledge_needs_a_membership_that_lasts() -> None:
    number = join()
    people.leave(membership_id=number, on=date(2023, 2, 20), by=OFFICE)
    assert refused(operations.pledge, membership_id=number, cents=50_00) == "state"
    assert refused(operations.pledge, membership_id=999, cents=50_00) == "unknown"


def test_a_caisse_without_contributions_takes_no_pledge() -> None:
    bylaws.decide(
        title="Sans cotisation", text="", body="committee", by=OFFICE,
        effects=[Amend("contribution.mode", "none", MARCH)],
    )  # fmt: skip
    number = pledged(50_00)
    assert [owed(FEBRUARY), owed(MARCH)] == [[50_00], [0]]
    travel(date(2023, 2, 3))
    assert refused(operations.pledge, membership_id=number, cents=50_00) == "no_contribution"


def test_pledges_are_insert_only() -> None:
    pledged()
    with pytest.raises(DatabaseError), transaction.atomic():
        Pledge.objects.update(cents=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Pledge.objects.all().delete()


def test_columns_follow_the_roll() -> None:
    numbers = [pledged(10_00), join(), pledged(30_00, adults=2)]
    people.pause(membership_id=numbers[0], first=MARCH, last=MARCH, by=OFFICE)
    membership, cents = queries.pledged(month=FEBRUARY)
    assert (membership.tolist(), cents.tolist()) == (numbers, [10_00, 0, 30_00])
    membership, cents = queries.pledged(month=MARCH)
    assert (membership.tolist(), cents.tolist()) == (numbers[1:], [0, 30_00])
