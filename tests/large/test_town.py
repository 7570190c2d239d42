"""Pages of a caisse of very many households: right books, few queries, whatever its size."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.accounting import queries as accounting
from caisse.kernel.tests.entering import enter
from conftest import LONG
from tests.large import town

SMALL, LARGE = 40, 500_000 if LONG else 6_000


@pytest.fixture
def sized(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[int]:
    """The town, of the size that the test asks for; the number of its last household."""
    households: int = request.param
    yield town.found(households, bought=households // 2)


@pytest.mark.parametrize("sized", [LARGE], indirect=True)
def test_every_line_of_the_check_is_green(sized: int) -> None:
    assert [line.code for line in accounting.check() if not line.ok] == []


OFFICE = ("/gestion", "/gestion/personnes", "/gestion/mois", "/gestion/journal", "/gestion/lieux")


def count_queries(client: Client, path: str) -> int:
    """How many statements the second visit of a page costs."""
    assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(path)
    return len(captured)


@pytest.mark.parametrize("sized", [SMALL, LARGE], indirect=True)
def test_the_office_asks_as_little_of_many_households(sized: int, client: Client) -> None:
    enter(client, "ana")
    counted = {path: count_queries(client, path) for path in OFFICE}
    assert {path: n for path, n in counted.items() if n > 46} == {}


@pytest.mark.parametrize("sized", [LARGE], indirect=True)
def test_a_household_is_found_by_three_letters_and_by_its_number(
    sized: int, client: Client
) -> None:
    enter(client, "ana")
    for text in ("ben", "lav", str(sized)):
        with CaptureQueriesContext(connection) as captured:
            answer = client.post("/gestion/personnes", {"q": text})
        assert answer.status_code == 200
        assert len(captured) <= 40
        assert "/ouvrir" in answer.content.decode()
