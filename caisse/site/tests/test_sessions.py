"""A session that cannot be written: reading goes on, what somebody did is never lost in silence."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from caisse.kernel.tests.entering import enter
from caisse.merchants.tests.ground import founded
from caisse.site.middleware import Sessions

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def busy() -> Iterator[None]:
    """Somebody else writes meanwhile, longer than we wait."""
    taken, ended = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():  # on SQLite the whole file, on PostgreSQL the rows
                list(Session.objects.select_for_update())
                taken.set()
                ended.wait(30)
        finally:
            connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    assert taken.wait(10)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout = 50")
        else:
            cursor.execute("SET lock_timeout = '50ms'")
    try:
        yield
    finally:
        ended.set()
        other.join()
        connection.close()


@pytest.fixture
def idle(client: Client) -> Client:
    """Somebody of the office, not seen for two minutes."""
    founded()
    enter(client, "accueil", "desk")
    session = client.session
    session["seen"] = int(time.time()) - 120
    session.save()
    return client


def seen(client: Client) -> int:
    return int(client.session["seen"])


def test_a_page_is_read_also_when_nobody_can_write(idle: Client) -> None:
    before = seen(idle)
    with busy():
        assert idle.get("/gestion/lieux").status_code == 200
    assert seen(idle) == before
    assert idle.get("/gestion/lieux").status_code == 200
    assert seen(idle) > before


def test_what_the_session_was_to_keep_is_not_lost_in_silence(idle: Client) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        request.session["kept"] = {"typed": "words"}
        return HttpResponse()

    request = RequestFactory().get(
        "/gestion", headers={"cookie": f"session={idle.session.session_key}"}
    )
    request.COOKIES = {name: morsel.value for name, morsel in idle.cookies.items()}
    with busy(), pytest.raises(SessionInterrupted):
        Sessions(page)(request)
