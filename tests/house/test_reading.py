"""A GET never writes: every address of the caisse is asked for, and what it executes is read."""

from types import SimpleNamespace

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from caisse.demo import operations as demo
from caisse.kernel import events
from caisse.kernel.actor import SYSTEM
from caisse.kernel.tests.entering import enter
from tests.access.walking import addresses
from tests.house.reading import WRITES, writing

# a session says at most once a minute that its owner is there (docs/decisions/0006)
ALIVE = ("django_session", "usersessions_usersession", "SAVEPOINT")


def written_by_gets(client: Client, *methods: str) -> list[str]:
    """What writes, of GET and HEAD (or `methods`) on every address, but for the session's."""
    found = []
    for address in addresses():
        if not address.path or address.name == "account_logout":
            continue
        for method in methods or ("get", "head"):
            with writing() as statements:
                assert getattr(client, method)(address.path).status_code != 500, address
            found += [
                f"{address.path}: {statement}"
                for statement in statements
                if not any(table in statement for table in ALIVE)
            ]
    return found


@pytest.mark.django_db
def test_no_get_writes_before_the_founding(client: Client) -> None:
    assert written_by_gets(client) == []


def test_no_get_writes_in_a_played_year(played: str, client: Client) -> None:
    assert written_by_gets(client) == []
    for guest in demo.cast():
        enter(client, guest.login)
        assert written_by_gets(client, "get") == [], guest.role


def peek(request: HttpRequest) -> HttpResponse:
    """A page that writes when it is read: the planted violation."""
    with transaction.atomic():
        events.record("page.read", subject="page", by=SYSTEM)
    return HttpResponse()


urlpatterns = [path("peek", peek, name="peek")]


@pytest.mark.django_db
def test_a_planted_get_that_writes_is_seen(client: Client, settings: SimpleNamespace) -> None:
    settings.ROOT_URLCONF = __name__
    found = written_by_gets(client)
    assert len(found) >= 2  # once by GET, once by HEAD
    assert all("INSERT" in statement for statement in found)


@pytest.mark.parametrize(
    ("sql", "writes"),
    [
        ("SELECT 1", False),
        ("  update kernel_done SET at = 1", True),
        ("WITH v AS (SELECT 1) INSERT INTO kernel_done SELECT * FROM v", True),
        ("SELECT * FROM ledger_tip FOR UPDATE", True),
        ("SELECT updated FROM insertions", False),
    ],
)
def test_what_writes(sql: str, writes: bool) -> None:
    assert bool(WRITES.search(sql)) is writes
