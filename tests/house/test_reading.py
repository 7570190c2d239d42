"""A GET never writes: every address of the caisse is asked for, and what it executes is read."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from caisse.kernel import events
from caisse.kernel.actor import SYSTEM
from tests.house.reading import WRITES, writing

# what stands for a parameter of an address; 404 is a good answer as well
EXAMPLES = {"month": "2023-03", "year": "2023"}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Every address of the caisse, each parameter with its example, or 1."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from addresses(pattern.url_patterns, inner)
        elif pattern.name:
            names = pattern.pattern.converters
            arguments = {name: EXAMPLES.get(name, 1) for name in names}
            yield reverse(f"{prefix}{pattern.name}", kwargs=arguments)


def written_by_gets(client: Client) -> list[str]:
    """The statements that write, of a GET and a HEAD on every address."""
    found = []
    for address in addresses(get_resolver().url_patterns):
        for method in (client.get, client.head):
            with writing() as statements:
                assert method(address).status_code != 500, address
            found += [f"{address}: {statement}" for statement in statements]
    return found


@pytest.mark.django_db
def test_no_get_writes_before_the_founding(client: Client) -> None:
    assert written_by_gets(client) == []


def test_no_get_writes_in_a_played_year(played: str, client: Client) -> None:
    assert written_by_gets(client) == []


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
