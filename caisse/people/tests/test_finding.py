"""The search by the beginning of words, the lists, the words written with what they are of."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caisse.kernel.month import Month
from caisse.people import operations, queries
from caisse.people.models import Household, Membership, SearchWord
from caisse.people.operations import Joined, Joining, NewHolder, NewHousehold
from caisse.people.queries import finding
from caisse.people.tests.conftest import OFFICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("founded")]
FIRST = date(2023, 2, 1)


def join(name: str, street: str = "", joined_on: date = FIRST, handle: str | None = None) -> Joined:
    given, _, family = name.partition(" ")
    holder = NewHolder(given, family, handle)
    household = NewHousehold(holders=(holder,), street=street, town="Sète")
    return operations.join(household=household, joined_on=joined_on, by=OFFICE)


def numbers(text: str) -> list[int]:
    return [found.membership_id for found in queries.search(text)]


def test_three_letters_find_a_name_a_street_and_a_handle() -> None:
    first = join("Aminata Diarrassouba", "3, rue de l’Église")
    second = join("Jean-Éloi Vidal", "12 bis quai Diane", handle="cactus-poivron")
    assert numbers("dia") == [second.membership_id, first.membership_id]
    assert numbers("ELO") == numbers("éloi vid") == numbers("quai 12") == [second.membership_id]
    assert numbers(first.handles[0]) == [first.membership_id]
    assert numbers("ami quai") == numbers("assouba") == []


def test_every_word_counts_and_a_lone_number_is_a_membership() -> None:
    joined = join("Ida Ravel", "7 rue du Four")
    other = join("Noé Ravel", f"{joined.membership_id} rue du Puits")
    assert numbers(str(joined.membership_id)) == [joined.membership_id]
    assert numbers(f"{joined.membership_id} rue rav") == (
        [other.membership_id, joined.membership_id]
        if joined.membership_id == 7  # her street's own number
        else [other.membership_id]
    )


def test_signs_of_patterns_mean_nothing() -> None:
    join("Ida Ravel")
    assert numbers("%%%") == numbers("___") == numbers("rav%el'; --") == []


def test_common_words_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "RARE", 1)
    rows = [join(f"Marie Ravel{n}", "1 rue du Four") for n in "abc"]
    assert numbers("rue mar") == [row.membership_id for row in reversed(rows)]
    assert numbers("rue ravelb") == [rows[1].membership_id]


def test_a_new_name_and_a_new_street_are_found_and_the_old_ones_are_not() -> None:
    joined = join("Ida Ravel", "7 rue du Four")
    holder = queries.holders_of(joined.membership_id)[0]
    operations.change_contact(
        holder_id=holder.id, given_name="Ida", family_name="Zola", email="", phone="", by=OFFICE
    )
    home = Membership.objects.get(pk=joined.membership_id).household_id
    operations.change_address(
        household_id=home, street="2 place du Marché", postcode="", town="", by=OFFICE
    )
    assert numbers("zol") == numbers("marché") == [joined.membership_id]
    assert numbers("rav") == numbers("four") == []
    operations.add_holder(wallet_id=joined.wallet_id, holder=NewHolder("Bo", "Li"), by=OFFICE)
    assert numbers("bo zola") == [joined.membership_id]


def test_the_search_asks_as_many_queries_for_one_as_for_many() -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            queries.search("rav rue")
        return len(captured)

    join("Ida Ravel", "7 rue du Four")
    one = count()
    for number in range(15):
        join(f"Ida{number} Ravel", "7 rue du Four")
    assert count() == one <= 6


def test_the_migration_writes_the_same_words_and_days() -> None:
    join("Aminata Diarrassouba", "3, rue de l’Église")
    operations.leave(membership_id=join("Ida Ravel").membership_id, on=FIRST, by=OFFICE)
    words = set(SearchWord.objects.values_list("word", "membership_id"))
    days = list(Membership.objects.order_by("pk").values_list("pk", "reached_on"))
    SearchWord.objects.all().delete()
    Membership.objects.update(reached_on=None)
    import_module("caisse.people.migrations.0003_search_words_and_contacts").fill(apps, None)
    assert set(SearchWord.objects.values_list("word", "membership_id")) == words
    assert list(Membership.objects.order_by("pk").values_list("pk", "reached_on")) == days


def test_rewriting_gives_what_was_written() -> None:
    join("Aminata Diarrassouba", "3, rue de l’Église")
    before = set(SearchWord.objects.values_list("word", "membership_id"))
    operations.rewrite_words(Household.objects.values_list("pk", flat=True))
    assert set(SearchWord.objects.values_list("word", "membership_id")) == before


def test_the_list_goes_by_number_and_by_the_state_of_today() -> None:
    early = date(2023, 1, 1)
    joined = [join(f"Ida R{n}", joined_on=early).membership_id for n in range(4)]
    later = join("Ida Later", joined_on=date(2023, 3, 1)).membership_id
    applied = operations.apply(household=NewHousehold(adults=2), by=OFFICE)
    operations.leave(membership_id=joined[1], on=date(2023, 1, 5), by=OFFICE)
    operations.pause(membership_id=joined[2], first=Month(2023, 2), last=Month(2023, 2), by=OFFICE)
    every = [row.membership_id for row in queries.listed()]
    assert every == [*joined, later, applied]
    active = queries.listed(state="active")
    assert [row.membership_id for row in active] == [joined[0], joined[2], joined[3]]
    assert [row.membership_id for row in queries.listed(state="leaving")] == [joined[1]]
    assert queries.listed(state="paused") == []
    assert [row.people for row in queries.listed(state="applied")] == [2]
    page = queries.listed(state="active", after=joined[0], limit=1)
    assert [row.membership_id for row in page] == [joined[2]]


def test_the_list_asks_three_queries_however_long() -> None:
    rows = [Joining(NewHousehold(), FIRST)] * 60
    operations.join_many(rows=rows, by=OFFICE)
    for state in ("", "active"):
        with CaptureQueriesContext(connection) as captured:
            queries.listed(state=state)
        assert len(captured) <= 4


def test_not_reached_since() -> None:
    old, new, gone = (join(f"Ida {n}", joined_on=date(2022, 6, 1)) for n in "abc")
    assert [row.membership_id for row in queries.unreached(before=date(2022, 6, 1))] == []
    operations.note_contact(
        membership_id=new.membership_id, kind="phone", on=date(2023, 1, 3), by=OFFICE
    )
    operations.note_contact(
        membership_id=new.membership_id, kind="visit", on=date(2022, 12, 3), by=OFFICE
    )
    operations.leave(membership_id=gone.membership_id, on=date(2023, 1, 1), by=OFFICE)
    rows = queries.unreached(before=date(2022, 12, 31))
    assert [row.membership_id for row in rows] == [old.membership_id]
    rows = queries.unreached(before=date(2023, 1, 9))
    assert [row.membership_id for row in rows] == [old.membership_id, new.membership_id]
    after = (date(2022, 6, 1), old.membership_id)
    rows = queries.unreached(before=date(2023, 1, 9), after=after)
    assert [(row.membership_id, row.reached_on) for row in rows] == [
        (new.membership_id, date(2023, 1, 3))
    ]


def test_months_before_a_long_month() -> None:
    assert queries.months_before(date(2024, 5, 31), 3) == date(2024, 2, 29)
    assert queries.months_before(date(2024, 1, 31), 2) == date(2023, 11, 30)
    assert queries.months_before(date(2024, 12, 1), 12) == date(2023, 12, 1)


def test_what_a_household_that_joins_may_expect() -> None:
    assert queries.start(date(2023, 1, 12)).month == Month(2023, 2)
    start = queries.start(date(2023, 3, 2))
    assert (start.month, start.credited_on) == (Month(2023, 4), date(2023, 4, 5))
    assert queries.start(date(2023, 3, 1)).month == Month(2023, 3)
