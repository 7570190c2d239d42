"""Joining, changing, pausing and leaving, on the database."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events, ids
from caisse.kernel.models import Event
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.people import operations, queries
from caisse.people.models import Composition, Holder, Household, Login, MembershipState, Person
from caisse.people.operations import Joined, Joining, NewHolder, NewHousehold
from caisse.people.tests.conftest import FEBRUARY, OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]

ZOE = NewHolder("Zoé", "Zyxwanary", "moineau-radis", email="zyx@example.org")
ADAM = NewHolder("Adam", "Zyxwanary")
MARCH, APRIL = Month(2023, 3), Month(2023, 4)


def join(joined_on: date = date(2023, 2, 1), **household: Any) -> Joined:
    return operations.join(household=NewHousehold(**household), joined_on=joined_on, by=OFFICE)


def refused(operation: Any, **arguments: Any) -> str:
    before = Event.objects.count()
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        operation(**arguments, by=OFFICE)
    assert refusal.value.sentence.endswith((".", "!", ")"))
    assert "'" not in refusal.value.sentence
    assert Event.objects.count() == before
    return refusal.value.reason


def on_roll(month: Month, **arguments: Any) -> list[int]:
    return queries.roll(month=month, child_max_age=14, **arguments).membership.tolist()


def test_joining_opens_wallet_and_accounts_under_one_event() -> None:
    today = date(2023, 1, 10)
    joined = join(today, holders=(ZOE, ADAM), street="3, rue de l’Église", town="Montpellier")
    assert books.account(f"wallet:{joined.wallet_id}") is not None
    assert books.account(f"receivable:contribution:{joined.membership_id}") is not None
    assert joined.handles[0] == "moineau-radis"
    assert queries.membership_of("moineau-radis") == joined.membership_id
    assert queries.membership_of(joined.handles[1]) == joined.membership_id
    assert queries.membership_of("moineau-moineau") is None, "no proposal has one word twice"
    event = events.history(names=["membership.joined"])[0]
    assert (event.subject, event.by) == (f"membership:{joined.membership_id}", "bureau-1")


def test_events_and_accounts_know_no_name() -> None:
    joined = join(holders=(ZOE, ADAM), street="3, rue Zyxwanary", births=("2015-03",))
    operations.end_holder(holder_id=Holder.objects.get(handle=joined.handles[1]).pk, by=OFFICE)
    operations.pause(membership_id=joined.membership_id, first=MARCH, last=MARCH, by=OFFICE)
    written = " ".join(f"{e.subject} {e.by} {e.data}" for e in Event.objects.all()) + " ".join(
        books.balances("wallet")
    )
    assert "zyx" not in written.lower()
    assert "2015-03" not in written


def test_join_sent_twice_joins_once_and_other_content_differs() -> None:
    id = ids.new_id()
    asked: dict[str, Any] = {
        "household": NewHousehold(holders=(ZOE,)),
        "joined_on": date(2023, 2, 1),
        "id": id,
    }
    first = operations.join(**asked, by=OFFICE)
    assert operations.join(**asked, by=OFFICE) == first
    assert Household.objects.count() == 1
    other = {**asked, "household": NewHousehold(adults=2, holders=(ZOE,))}
    assert refused(operations.join, **other) == "differs"


def test_many_join_in_a_number_of_statements_that_does_not_grow() -> None:
    def queries_for(count: int) -> int:
        rows = [Joining(NewHousehold(holders=(ADAM,)), date(2023, 2, 1))] * count
        with CaptureQueriesContext(
            connection,
        ) as captured:
            operations.join_many(rows=rows, by=OFFICE)
        return len(captured)

    assert queries_for(300) <= queries_for(20) + 13  # a few more batches of inserts
    assert len(on_roll(FEBRUARY)) == 320
    handles = Holder.objects.values_list("handle", flat=True)
    assert len(set(handles)) == 320


def test_many_sent_twice_join_once() -> None:
    id = ids.new_id()
    rows = [Joining(NewHousehold(adults=n, holders=(ADAM,)), date(2023, 2, 1)) for n in (1, 2, 3)]
    first = operations.join_many(rows=rows, by=OFFICE, id=id)
    assert operations.join_many(rows=rows, by=OFFICE, id=id) == first
    assert refused(operations.join_many, rows=rows[:2], id=id) == "differs"
    assert len(on_roll(FEBRUARY)) == 3


def test_one_bad_household_stops_all_and_is_named() -> None:
    rows = [
        Joining(NewHousehold(), date(2023, 2, 1)),
        Joining(NewHousehold(births=("2015-13",)), date(2023, 2, 1)),
    ]
    with pytest.raises(Refusal) as refusal:
        operations.join_many(rows=rows, by=OFFICE)
    assert refusal.value.sentence.startswith("Foyer 2 : ")
    assert Household.objects.count() == 0


@pytest.mark.parametrize(
    ("household", "reason"),
    [
        (NewHousehold(adults=0), "composition"),
        (NewHousehold(adults=31), "household"),
        (NewHousehold(births=("2015-3",)), "household"),
        (NewHousehold(births=("2023-03",)), "household"),
        (NewHousehold(holders=(NewHolder(" ", "Zyx"),)), "holders"),
        (NewHousehold(holders=(ZOE, ADAM, ADAM)), "holders"),
        (NewHousehold(holders=(NewHolder("Zoé", "Martin", "zoe-radis"),)), "handle"),
        (NewHousehold(holders=(ZOE, ZOE)), "taken"),
    ],
)
def test_a_household_that_cannot_be_is_refused(household: NewHousehold, reason: str) -> None:
    asked: dict[str, Any] = {"household": household, "joined_on": date(2023, 2, 1)}
    assert refused(operations.join, **asked) == reason
    assert Person.objects.count() == 0


def test_a_handle_is_never_given_again() -> None:
    joined = join(date(2023, 1, 2), holders=(ZOE,))
    holder = Holder.objects.get(handle="moineau-radis")
    assert queries.membership_of("moineau-radis") == joined.membership_id
    operations.end_holder(holder_id=holder.pk, by=OFFICE)
    assert queries.membership_of("moineau-radis") is None
    asked: dict[str, Any] = {
        "household": NewHousehold(holders=(ZOE,)),
        "joined_on": date(2023, 2, 1),
    }
    assert refused(operations.join, **asked) == "taken"
    added = operations.add_holder(
        wallet_id=joined.wallet_id, holder=ADAM, since=date(2023, 2, 1), by=OFFICE
    )
    assert added.handle != "moineau-radis"


def test_a_wallet_has_as_many_holders_as_its_article_says() -> None:
    joined = join(holders=(ZOE,))
    asked: dict[str, Any] = {"wallet_id": joined.wallet_id, "since": date(2023, 2, 1)}
    id = ids.new_id()
    second = operations.add_holder(**asked, holder=ADAM, by=OFFICE, id=id)
    assert operations.add_holder(**asked, holder=ADAM, by=OFFICE, id=id) == second
    third = NewHolder("Cleo", "Zyxwanary")
    assert refused(operations.add_holder, **asked, holder=third) == "holders"
    operations.end_holder(holder_id=second.holder_id, until=date(2023, 2, 1), by=OFFICE)
    assert operations.add_holder(**asked, holder=third, by=OFFICE).holder_id != second.holder_id


def test_capacity_is_the_number_of_places() -> None:
    bylaws.decide(
        title="Deux places", text="", body="committee", by=OFFICE,
        effects=[Amend("admission.capacity", 2, FEBRUARY)],
    )  # fmt: skip
    first = join()
    join()
    asked: dict[str, Any] = {"household": NewHousehold(), "joined_on": date(2023, 2, 1)}
    assert refused(operations.join, **asked) == "capacity"
    operations.leave(membership_id=first.membership_id, on=date(2023, 3, 1), by=OFFICE)
    assert refused(operations.join, **asked) == "capacity"  # the place is free in March only
    join(date(2023, 3, 1))
    assert len(on_roll(MARCH)) == 2


def test_a_person_alone_where_the_bylaws_say_person() -> None:
    bylaws.decide(
        title="Par personne", text="", body="committee", by=OFFICE,
        effects=[Amend("member_unit", "person", FEBRUARY)],
    )  # fmt: skip
    join()
    asked: dict[str, Any] = {"household": NewHousehold(adults=2), "joined_on": date(2023, 2, 1)}
    assert refused(operations.join, **asked) == "composition"


def test_composition_changes_count_from_the_next_first() -> None:
    joined = join(adults=1, births=("2010-01",))
    operations.change_composition(
        household_id=joined.household_id, adults=2, births=("2010-01", "2023-02"),
        since=date(2023, 3, 2), by=OFFICE,
    )  # fmt: skip

    def counted(month: Month) -> tuple[int, int]:
        roll = queries.roll(month=month, child_max_age=14)
        pair = queries.composition(joined.membership_id, month=month, child_max_age=14)
        assert pair == (roll.adults[0], roll.children[0])
        return pair

    assert counted(MARCH) == (1, 1)
    assert counted(APRIL) == (2, 2)
    assert counted(Month(2024, 1)) == (2, 2)  # 14 in January, after the 1st
    assert counted(Month(2024, 2)) == (3, 1)


def test_a_composition_stated_twice_for_one_day_is_the_last_one() -> None:
    joined = join(adults=1)
    for adults in (2, 3):
        operations.change_composition(
            household_id=joined.household_id, adults=adults, births=(), since=date(2023, 2, 1),
            by=OFFICE,
        )  # fmt: skip
    assert queries.roll(month=FEBRUARY, child_max_age=14).adults.tolist() == [3]


def test_what_was_known_then_can_be_read_again() -> None:
    joined = join(adults=1)
    then = clock.now_ms()
    clock.travel(then + 1000)
    operations.change_composition(
        household_id=joined.household_id, adults=4, births=(), since=date(2023, 2, 1), by=OFFICE
    )
    operations.leave(membership_id=joined.membership_id, on=date(2023, 2, 1), by=OFFICE)
    late = join()
    assert on_roll(FEBRUARY) == [late.membership_id]
    before = queries.roll(month=FEBRUARY, child_max_age=None, known_at=then)
    assert before.membership.tolist() == [joined.membership_id]
    assert before.adults.tolist() == [1]


def test_roll_with_who_joins_and_leaves_in_the_month() -> None:
    whole = join(date(2023, 1, 15))
    comes = join(date(2023, 2, 28))
    late = join(date(2023, 3, 1))
    goes = join(date(2023, 1, 15))
    operations.leave(membership_id=goes.membership_id, on=date(2023, 2, 2), by=OFFICE)
    gone = join(date(2023, 1, 15))
    operations.leave(membership_id=gone.membership_id, on=date(2023, 2, 1), by=OFFICE)
    roll = queries.roll(month=FEBRUARY, child_max_age=14)
    assert roll.membership.tolist() == [
        whole.membership_id, comes.membership_id, goes.membership_id
    ]  # fmt: skip
    days = [date(2023, 1, 15), date(2023, 2, 28), date(2023, 1, 15)]
    assert roll.joined.tolist() == [day.toordinal() for day in days]
    assert roll.left.tolist() == [0, 0, date(2023, 2, 2).toordinal()]
    assert roll.wallet.tolist() == [whole.wallet_id, comes.wallet_id, goes.wallet_id]
    assert roll.household.tolist()[0] == whole.household_id
    assert late.membership_id in on_roll(MARCH)
    assert len(queries.roll(month=Month(2022, 12), child_max_age=14)) == 0


def test_a_pause_takes_whole_months_and_can_be_cut_short() -> None:
    number = join().membership_id
    operations.pause(membership_id=number, first=MARCH, last=Month(2023, 5), by=OFFICE)
    months = [Month(2023, m) for m in range(2, 8)]
    assert [bool(on_roll(month)) for month in months] == [True, False, False, False, True, True]
    operations.resume(membership_id=number, first=APRIL, by=OFFICE)
    assert [bool(on_roll(month)) for month in months] == [True, False, True, True, True, True]
    again = {"membership_id": number, "first": APRIL}
    assert refused(operations.resume, **again) == "state"


def test_a_pause_is_cancelled_by_resuming_at_its_first_month() -> None:
    number = join().membership_id
    operations.pause(membership_id=number, first=MARCH, last=APRIL, by=OFFICE)
    operations.resume(membership_id=number, first=MARCH, by=OFFICE)
    assert on_roll(MARCH) == on_roll(APRIL) == [number]


def test_leaving_during_a_pause_is_not_undone_by_its_end() -> None:
    number = join().membership_id
    operations.pause(membership_id=number, first=MARCH, last=APRIL, by=OFFICE)
    operations.leave(membership_id=number, on=date(2023, 4, 10), by=OFFICE)
    assert on_roll(Month(2023, 5)) == []
    view = queries.membership(number, on=date(2023, 5, 1))
    assert view is not None and view.state == "leaving"
    pause = {"membership_id": number, "first": Month(2023, 5), "last": Month(2023, 6)}
    assert refused(operations.pause, **pause) == "state"


def test_a_pause_does_not_sweep_away_a_planned_departure() -> None:
    number = join().membership_id
    operations.leave(membership_id=number, on=date(2023, 5, 1), by=OFFICE)
    pause = {"membership_id": number, "first": MARCH, "last": APRIL}
    assert refused(operations.pause, **pause) == "planned"


def test_a_frozen_month_is_neither_paused_nor_resumed() -> None:
    number = join().membership_id
    bylaws.seal(month=MARCH)
    pause = {"membership_id": number, "first": MARCH, "last": APRIL}
    assert refused(operations.pause, **pause) == "sealed"
    backwards = {"membership_id": number, "first": APRIL, "last": MARCH}
    assert refused(operations.pause, **backwards) == "period"
    operations.pause(membership_id=number, first=APRIL, last=APRIL, by=OFFICE)
    assert on_roll(MARCH) == [number]
    assert on_roll(APRIL) == []


def test_histories_are_insert_only() -> None:
    join()
    for model in (Composition, MembershipState):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(since=date(2020, 1, 1))
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all().delete()


def test_applying_onboarding_and_joining() -> None:
    number = operations.apply(household=NewHousehold(adults=2), by=OFFICE)
    assert on_roll(FEBRUARY) == []
    assert queries.membership(number).wallet_id is None  # type: ignore[union-attr]
    operations.welcome(membership_id=number, by=OFFICE)
    joined = operations.activate(
        membership_id=number, holders=[ZOE], joined_on=date(2023, 2, 1), by=OFFICE
    )
    assert (joined.membership_id, joined.handles) == (number, ("moineau-radis",))
    assert queries.roll(month=FEBRUARY, child_max_age=14).adults.tolist() == [2]
    again = {"membership_id": number, "holders": [ADAM], "joined_on": date(2023, 2, 1)}
    assert refused(operations.activate, **again) == "state"


def test_closing_returns_the_balance_to_the_fund_and_ends_the_wallet() -> None:
    joined = join(date(2023, 1, 1), holders=(ZOE,))
    wallet = f"wallet:{joined.wallet_id}"
    with transaction.atomic():
        cause = events.record("test.opening", subject="caisse", by=OFFICE)
        one, two = ids.derived_id(cause, "one"), ids.derived_id(cause, "two")
        ledger.post(
            [
                Transfer(one, "bank:caisse", "fund:caisse", 50_00, "opening_bank", cause),
                Transfer(two, "fund:caisse", wallet, 20_00, "opening_wallet", cause),
            ]
        )
    assert refused(operations.close, membership_id=joined.membership_id) == "state"
    operations.leave(membership_id=joined.membership_id, on=date(2023, 1, 10), by=OFFICE)
    id = ids.new_id()
    assert operations.close(membership_id=joined.membership_id, by=OFFICE, id=id) == 20_00
    assert operations.close(membership_id=joined.membership_id, by=OFFICE, id=id) == 20_00
    assert books.balance("fund:caisse") == 50_00
    assert books.account(wallet).state == "ended"  # type: ignore[union-attr]
    assert queries.membership_of("moineau-radis") is None


def test_logins_and_their_roles_within_dates() -> None:
    operations.create_login(identifier="compta-1", roles=["treasurer", "desk"], by=OFFICE)
    assert queries.actor("compta-1").roles == {"treasurer", "desk"}
    operations.end_role(identifier="compta-1", role="desk", by=OFFICE)
    operations.grant_role(
        identifier="compta-1", role="committee", since=date(2023, 2, 1), until=date(2023, 3, 1),
        by=OFFICE,
    )  # fmt: skip
    assert queries.actor("compta-1").roles == {"treasurer"}
    with clock.travelled(clock.instant(date(2023, 2, 28), 12)):
        assert queries.actor("compta-1").may("committee")
    with clock.travelled(clock.instant(date(2023, 3, 1))):
        assert not queries.actor("compta-1").may("committee")
    operations.close_login(identifier="compta-1", by=OFFICE)
    with pytest.raises(Refusal, match="fermé"):
        queries.actor("compta-1")
    with pytest.raises(Refusal, match="pas un identifiant connu"):
        queries.actor("personne")


@pytest.mark.parametrize(
    ("identifier", "roles", "password", "reason"),
    [
        ("zoe@example.org", [], None, "identifier"),
        ("system:me", [], None, "identifier"),
        ("", [], None, "identifier"),
        ("compta-1", ["boss"], None, "role"),
        ("compta-1", [], "short", "password"),
    ],
)
def test_a_login_that_cannot_be(
    identifier: str, roles: list[str], password: str | None, reason: str
) -> None:
    asked: dict[str, Any] = {"identifier": identifier, "roles": roles, "password": password}
    assert refused(operations.create_login, **asked) == reason


def test_a_login_is_opened_once_and_its_password_is_kept_as_a_hash() -> None:
    asked: dict[str, Any] = {
        "identifier": "compta-1",
        "roles": ["desk"],
        "password": "neuf radis et un moineau",
    }
    operations.create_login(**asked, by=OFFICE)
    login = Login.objects.get()
    assert login.check_password("neuf radis et un moineau")
    assert "radis" not in login.password
    assert refused(operations.create_login, **asked) == "taken"


def test_search_by_number_name_handle_and_street() -> None:
    joined = join(holders=(ZOE, ADAM), street="3, rue de l’Église", town="Montpellier")
    other = join(holders=(NewHolder("Noé", "Autre", "cactus-poivron"),), street="5, quai du Lez")
    for text in (
        str(joined.membership_id),
        "zyxwanary ZOE",
        "moineau-radis",
        "eglise",
        "3 rue zoe",
    ):
        assert [found.membership_id for found in queries.search(text)] == [joined.membership_id]
    found = queries.search("a")
    assert [line.membership_id for line in found] == [other.membership_id, joined.membership_id]
    assert found[1].names == ("Zoé Zyxwanary", "Adam Zyxwanary")
    assert queries.search("  ") == queries.search("inconnue") == queries.search("9" * 30) == []


def test_the_roll_of_two_thousand_takes_four_queries() -> None:
    rows = [
        Joining(NewHousehold(adults=1 + n % 3, births=("2012-05",) * (n % 4)), date(2023, 2, 1))
        for n in range(2_000)
    ]
    operations.join_many(rows=rows, by=OFFICE)
    with CaptureQueriesContext(connection) as captured:
        roll = queries.roll(month=MARCH, child_max_age=14)
    assert len([q for q in captured.captured_queries if "SELECT" in q["sql"]]) <= 4
    assert len(roll) == 2_000
    assert roll.adults.tolist() == [1 + n % 3 for n in range(2_000)]
    assert roll.children.tolist() == [n % 4 for n in range(2_000)]
    assert all(column.dtype == "int64" for column in (roll.adults, roll.joined, roll.wallet))
