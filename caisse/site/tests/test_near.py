"""The places near a visitor: what `/lieux/points` tells, which page may ask for a position."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.merchants import operations as merchants
from caisse.site.telling import places
from caisse.site.tests.test_pages import (
    BY,
    describe_two_places,
    first_of_february,
    founded,
    read,
)

__all__ = ["first_of_february", "founded"]  # fixtures
SENSOR = "geolocation=(self)"
pytestmark = pytest.mark.usefixtures("founded")


def told(client: Client, query: str = "") -> dict[str, Any]:
    """What `/lieux/points` answers."""
    response = client.get(f"/lieux/points{query}")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    return dict(response.json())


def test_a_place_is_told_as_its_row_is_with_its_coordinates(client: Client) -> None:
    shop, _farm = describe_two_places()
    (point,) = told(client)["places"]
    today = str(point.pop("today")).replace("\u202f", " ").replace("\u00a0", " ")
    assert today == "Aujourd’hui, 9 h à 13 h et 16 h à 19 h"
    assert point == {
        "id": shop,
        "name": "Épicerie du Figuier",
        "kind": "Épicerie de quartier ou vrac",
        "commune": "Lattes",
        "open": True,
        "producer": False,
        "latitude_e5": 4356750,
        "longitude_e5": 390470,
    }


@pytest.mark.parametrize(
    ("query", "number", "left_out"),
    [
        ("", 1, "1 lieu ne dit pas encore où il est."),
        ("?sorte=grocery", 1, ""),
        ("?sorte=farm_producer&commune=Lattes", 0, "1 lieu ne dit pas encore où il est."),
        ("?jour=aujourdhui", 1, ""),
        ("?jour=0", 0, ""),
    ],
)
def test_the_filters_are_those_of_the_page(
    client: Client, query: str, number: int, left_out: str
) -> None:
    describe_two_places()
    answer = told(client, query)
    assert (len(answer["places"]), answer["left_out"]) == (number, left_out)


@pytest.mark.parametrize(
    "query", ["?sorte=palace", "?jour=7", "?commune=Sète", "?jour=1&jour=2", f"?sorte={'x' * 81}"]
)
def test_what_nobody_could_have_chosen_is_not_there(client: Client, query: str) -> None:
    describe_two_places()
    assert client.get(f"/lieux/points{query}").status_code == 404


def test_what_is_told_is_bounded_and_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_POINTS", 1)
    _shop, farm = describe_two_places()
    merchants.describe_place(
        place_id=farm,
        sells="",
        access="",
        address="",
        latitude_e5=4357000,
        longitude_e5=391000,
        by=BY,
    )
    answer = told(client)
    assert len(answer["places"]) == 1
    assert answer["left_out"].startswith("Seuls les 1 premiers lieux sont comparés.")


def test_browsers_keep_it_until_something_changes(client: Client) -> None:
    shop, _farm = describe_two_places()
    first = client.get("/lieux/points")
    assert first["Cache-Control"] == "public, max-age=30"
    tag = {"if-none-match": first["ETag"]}
    again = client.get("/lieux/points", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/lieux/points?jour=5")["ETag"] != first["ETag"]
    merchants.set_hours(place_id=shop, hours=[], by=BY)
    changed = client.get("/lieux/points", headers=tag)
    assert changed.status_code == 200
    assert changed.json()["places"][0]["today"] == "Horaires à demander sur place"


def test_the_number_of_queries_does_not_grow_with_the_places(client: Client) -> None:
    describe_two_places()
    with CaptureQueriesContext(connection) as asked:
        client.get("/lieux/points")
    assert {query["sql"].split()[0].upper() for query in asked.captured_queries} == {"SELECT"}
    few = len(asked)
    for n in range(12):
        place = merchants.register_place(merchant="M", name=f"Lieu {n:02}", kind="baker", by=BY)
        merchants.approve_place(place_id=place, decision=1, by=BY)
    with CaptureQueriesContext(connection) as asked:
        client.get("/lieux/points")
    assert len(asked) <= few <= 12
    assert client.post("/lieux/points").status_code == 405


def test_the_list_of_places_alone_may_ask_for_a_position(client: Client) -> None:
    shop, _farm = describe_two_places()
    listed = client.get("/lieux")
    policy = listed["Permissions-Policy"].split(", ")
    assert SENSOR in policy
    assert [one for one in policy if one != SENSOR and not one.endswith("=()")] == []
    again = client.get("/lieux", headers={"if-none-match": listed["ETag"]})
    assert (again.status_code, SENSOR in again["Permissions-Policy"]) == (304, True)
    for address in ("/", "/lieux/points", f"/lieux/{shop}", "/comprendre", "/entrer", "/lieux/0"):
        assert "geolocation=()" in client.get(address)["Permissions-Policy"], address


def test_the_button_waits_for_a_script_and_needs_a_place_that_says_where_it_is(
    client: Client,
) -> None:
    assert "data-near" not in client.get("/lieux").content.decode()
    describe_two_places()
    page = read(client, "/lieux?jour=5")
    attributes = [attrs for _tag, attrs in page.tags]
    (near,) = [one for one in attributes if "data-near" in one]
    assert "hidden" in near and near["data-near"] == "/lieux/points?jour=5"
    (nearest,) = [one for one in attributes if "data-nearest" in one]
    assert "hidden" in nearest
    scripts = [attrs["src"] for tag, attrs in page.tags if tag == "script"]
    assert [one.rpartition("/")[2].startswith("near") for one in scripts] == [True]
    assert "Votre position reste dans votre téléphone." in page.text
    assert "data-near" not in client.get("/lieux?sorte=farm_producer").content.decode()
