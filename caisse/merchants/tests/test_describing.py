"""What a place tells its customers: hours, closures, position; bad input is refused whole."""

from datetime import date
from typing import Any

import pytest

from caisse.kernel import events
from caisse.kernel.ids import new_id
from caisse.kernel.refusal import Refusal
from caisse.merchants import operations, queries
from caisse.merchants.rules import Hours
from caisse.merchants.tests import ground

THURSDAY = date(2024, 2, 1)
WEEK = [Hours(3, 540, 780), Hours(3, 960, 1140), Hours(5, 480, 720, "marché du Figuier")]


@pytest.fixture
def place(db: None) -> int:
    """A place with an agreement."""
    ground.founded(THURSDAY)
    return ground.approved()


def test_open_on_a_date(place: int) -> None:
    operations.set_hours(place_id=place, hours=reversed_(WEEK), by=ground.OFFICE)
    assert queries.open_on(THURSDAY) == {place: tuple(WEEK[:2])}
    assert queries.open_on(date(2024, 2, 2)) == {}
    closure = operations.close_for(
        place_id=place, first=date(2024, 2, 3), last=date(2024, 2, 3), by=ground.OFFICE
    )
    assert queries.open_on(date(2024, 2, 3)) == {}
    operations.open_again(closure_id=closure, by=ground.OFFICE)
    assert queries.open_on(date(2024, 2, 3)) == {place: (WEEK[2],)}
    operations.suspend_place(place_id=place, by=ground.OFFICE)
    assert queries.open_on(date(2024, 2, 8)) == {}


def reversed_(hours: list[Hours]) -> list[Hours]:
    """In another order."""
    return hours[::-1]


def test_what_is_said_replaces_what_was_said_and_no_text_is_in_the_event(place: int) -> None:
    operations.describe_place(
        place_id=place, sells="  vrac,   œufs ", latitude_e5=4, longitude_e5=5, by=ground.OFFICE
    )
    (shop,) = queries.shops(at=THURSDAY)
    assert (shop.sells, shop.latitude_e5, shop.longitude_e5) == ("vrac, œufs", 4, 5)
    (event,) = events.history(names=["place.described"])
    assert "vrac" not in str(event.data)
    operations.describe_place(place_id=place, by=ground.OFFICE)
    assert queries.shops(at=THURSDAY)[0].sells == ""


def test_a_repeated_id_does_nothing_twice_and_refuses_another_content(place: int) -> None:
    id = new_id()
    days: dict[str, Any] = {"first": date(2024, 8, 1), "last": date(2024, 8, 9)}
    first = operations.close_for(place_id=place, by=ground.OFFICE, id=id, **days)
    assert operations.close_for(place_id=place, by=ground.OFFICE, id=id, **days) == first
    with pytest.raises(Refusal) as refused:
        operations.close_for(place_id=place, by=ground.OFFICE, id=id, **{**days, "note": "x"})
    assert refused.value.reason == "differs"


@pytest.mark.parametrize(
    "hours",
    [
        [Hours(7, 0, 10)],
        [Hours(0, 10, 10)],
        [Hours(0, -1, 10)],
        [Hours(0, 0, 1441)],
        [Hours(0, 0, 60), Hours(0, 59, 90)],
        [Hours(0, n, n + 1) for n in range(43)],
    ],
)
def test_hours_that_cannot_be(place: int, hours: list[Hours]) -> None:
    operations.set_hours(place_id=place, hours=WEEK, by=ground.OFFICE)
    with pytest.raises(Refusal) as refused:
        operations.set_hours(place_id=place, hours=hours, by=ground.OFFICE)
    assert refused.value.reason == "hours"
    assert queries.shops(at=THURSDAY)[0].hours == tuple(WEEK)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"sells": "x" * 201}, "text"),
        ({"access": "a\u202eb"}, "text"),
        ({"latitude_e5": 1}, "coordinates"),
        ({"latitude_e5": 9_000_001, "longitude_e5": 0}, "coordinates"),
    ],
)
def test_descriptions_that_cannot_be(place: int, said: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        operations.describe_place(place_id=place, by=ground.OFFICE, **said)
    assert refused.value.reason == reason


def test_a_closure_ends_after_it_begins(place: int) -> None:
    with pytest.raises(Refusal) as refused:
        operations.close_for(
            place_id=place, first=date(2024, 2, 3), last=date(2024, 2, 2), by=ground.OFFICE
        )
    assert refused.value.reason == "days"
