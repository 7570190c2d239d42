"""What the server runs: a page, a file and what is no request, as a server would ask for them."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connections

from caisse.kernel.tests.looped import run

Message = MutableMapping[str, Any]
LETTERS = "site/fonts/bricolage-grotesque.woff2"


def asked(path: str, *, method: str = "GET") -> list[Message]:
    """The messages that answer a request."""
    from caisse.site.asgi import application, pages

    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    async def ask() -> None:
        scope = {
            "type": "http", "method": method, "path": path, "query_string": b"", "headers": [],
            "http_version": "1.1", "server": ("localhost", 80), "client": ("127.0.0.1", 9),
        }  # fmt: skip
        await application(scope, receive, send)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(pages.executor, connections.close_all)

    run(ask())
    return told


@pytest.mark.django_db(transaction=True)
def test_a_page_is_answered_in_a_thread() -> None:
    told = asked("/nowhere-at-all")
    assert told[0]["status"] in (400, 404)
    assert b"html" in dict(told[0]["headers"])[b"content-type"]


@pytest.mark.django_db(transaction=True)
def test_a_file_leaves_in_few_pieces() -> None:
    """Each of them is handed from a thread to the loop and waited for."""
    told = asked(staticfiles_storage.url(LETTERS))
    body = [one["body"] for one in told[1:] if one.get("body")]
    assert told[0]["status"] == 200 and len(b"".join(body)) > 20_000
    assert len(body) == 1


def test_nothing_but_http_is_spoken() -> None:
    from caisse.site.asgi import application

    moved: list[str] = []

    async def receive() -> Message:
        moved.append("heard")
        return {"type": "websocket.connect"}

    async def send(_message: Message) -> None:
        moved.append("said")

    run(application({"type": "websocket"}, receive, send))
    assert moved == []
