"""A payment by code, answered in the server's loop: no thread is held while it waits.

It is the way that is asked thousands of times a second. Whatever needs more than its looks goes to
a thread, where `respond` or what is left of the payment runs as it always does.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeAlias

from django.core.exceptions import SynchronousOnlyOperation
from django.utils.translation import get_language

from caisse.kernel.refusal import Refusal
from caisse.payments import cards, operations
from caisse.payments.api import PAY, guarded, head_of, in_a_thread, language_of, respond
from caisse.payments.api.messages import (
    LARGEST,
    PREFIX,
    Asked,
    Told,
    WrongRequest,
    answered,
    refused,
)
from caisse.payments.api.payments import Typed, entry_as_remembered
from caisse.payments.api.proof import remembered
from caisse.payments.reasons import declined

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Asgi: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

METHOD, PATH = PAY[0], PREFIX + PAY[1]
AHEAD = 1_000_000  # bytes of any other request that are waited for before it has a thread
NAMES = {
    b"caisse-till": "till",
    b"caisse-mac": "mac",
    b"caisse-phone": "phone",
    b"accept-language": "language",
}


def before(pages: Asgi, threads: Executor) -> Asgi:
    """Payments in front of all else, which has a thread for each request once it has come."""

    async def run(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # nothing but HTTP is spoken here
        pays = (scope["method"], scope["path"]) == (METHOD, PATH)
        come = await _come(receive, LARGEST if pays else AHEAD)
        if come is None:
            return
        if pays:
            told = await respond_in_loop(_asked(scope, come["body"]), threads)
            head = [(name.lower().encode(), value.encode()) for name, value in head_of(told)]
            await send({"type": "http.response.start", "status": told.status, "headers": head})
            await send({"type": "http.response.body", "body": told.body})
        else:
            await pages(scope, _after(come, receive), send)

    return run


async def respond_in_loop(asked: Asked, threads: Executor) -> Told:
    """Answer a payment; whatever happens, in JSON."""

    async def later(act: Callable[[], Told]) -> Told:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, in_a_thread, act)

    wanted = _wanted(asked)
    if wanted is None:
        return await later(lambda: respond(asked))
    try:
        begun = await operations.begin_in_loop(wanted.entry)
    except (SynchronousOnlyOperation, operations.DeviceChanged):  # nothing has moved yet
        return await later(lambda: respond(asked))
    except TimeoutError:
        return refused(declined("checking"))
    except Exception as error:
        return guarded(asked, partial(_raise, error))

    def told() -> Told:
        return answered(operations.go_on(wanted.entry, begun), tell=wanted.tell)

    if operations.needs_no_look(begun) and get_language() == language_of(asked):
        return told()
    return await later(lambda: guarded(asked, told))


def _raise(error: Exception) -> Told:
    raise error


def _wanted(asked: Asked) -> Typed | None:
    """What is to be paid; None where a thread has to find out."""
    known = remembered(asked)
    if known is None:
        return None
    try:
        wanted = entry_as_remembered(asked, known)
    except (WrongRequest, Refusal, SynchronousOnlyOperation):
        return None
    if wanted is None or wanted.entry.purchase.method != "pin":
        return None
    return None if cards.tidy_number(wanted.entry.who) else wanted


def _asked(scope: Message, body: bytes) -> Asked:
    said = {"till": "", "mac": "", "language": "fr"}
    for name, value in scope["headers"]:
        known = NAMES.get(name)
        if known is not None:
            said[known] = value.decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    return Asked(METHOD, PATH, body, **said, query=query)


async def _come(receive: Receive, most: int) -> Message | None:
    """What a request sends as one message, of more than `most` bytes the first; None: it is gone.

    Whoever sends slowly holds no thread.
    """
    message = await receive()
    body = bytearray()
    while message["type"] == "http.request":
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if not more or len(body) > most:
            return {"type": "http.request", "body": bytes(body), "more_body": more}
        message = await receive()
    return None


def _after(come: Message, receive: Receive) -> Receive:
    """The same request, beginning with what has come."""
    first = [come]

    async def next_one() -> Message:
        return first.pop() if first else await receive()

    return next_one
