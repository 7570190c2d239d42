"""The API of tills, `/api/v1/`: the caisse's own till and those of others speak it.

`application` is a WSGI function that stands in front of Django: between a request and the ledger
there is what a payment needs and nothing else. `view` answers the same where only Django runs.
A request is proven by `Caisse-Mac` (payments.md 1); it may be sent any number of times. What is
answered about a payment is made of stored columns, so that the same payment gets the same bytes.
"""

import logging
import re
from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, override
from django.views.decorators.csrf import csrf_exempt

from caisse.kernel import clock
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words
from caisse.payments import operations, queries, wire
from caisse.payments.api import offline, payments, phones, sales
from caisse.payments.api.messages import (
    LARGEST,
    LARGEST_SENDING,
    LONGEST_CODE,
    PREFIX,
    SENDINGS,
    Asked,
    Told,
    WrongRequest,
    a_day,
    a_text,
    read,
    refused,
    say,
    shape,
    some_bytes,
)
from caisse.payments.api.proof import device_of, remembered
from caisse.payments.models import Device
from caisse.payments.reasons import declined

log = logging.getLogger("caisse.till")

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
DESCRIBED = Path(__file__).parents[1] / "openapi.json"
CONTENT = "application/json; charset=utf-8"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The API as a WSGI function of its own."""
    told = in_a_thread(lambda: respond(_asked(environ)))
    status = f"{told.status} {HTTPStatus(told.status).phrase}"
    start_response(status, head_of(told))
    return [told.body]


def in_a_thread(act: Callable[[], Told]) -> Told:
    """What `act` tells; a connection of its thread that is too old or broken is closed, as Django
    does around each of its requests."""
    ours = connections[DEFAULT_DB_ALIAS]  # looked up once; there is no other
    ours.close_if_unusable_or_obsolete()
    try:
        return act()
    finally:
        ours.close_if_unusable_or_obsolete()


def before(pages: Wsgi) -> Wsgi:
    """The API in front of the pages: what a till asks does not pass through Django."""

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        api = environ["PATH_INFO"].startswith(PREFIX)
        return (application if api else pages)(environ, start_response)

    return run


@csrf_exempt
def view(request: HttpRequest, rest: str = "") -> HttpResponse:
    """The same, as a page of Django's."""
    told = respond(_asked(request.META | {"wsgi.input": request}))
    return HttpResponse(told.body, status=told.status, content_type=CONTENT, headers=_headers())


def respond(asked: Asked) -> Told:
    """Answer one request; whatever happens, in JSON."""
    return guarded(asked, lambda: _respond(asked))


def language_of(asked: Asked) -> str:
    """The language of the answer."""
    return "en" if asked.language.startswith("en") else "fr"


def guarded(asked: Asked, act: Callable[[], Told]) -> Told:
    """What `act` tells, in the language of whoever asks; what it raises is told as well."""
    language = language_of(asked)
    try:
        if get_language() == language:  # most of the time: to change it costs more than to ask
            return act()
        with override(language):
            return act()
    except WrongRequest as wrong:
        return say(400, {"reason": "request", "member": "", "cashier": str(wrong)})
    except Refusal as refusal:
        sentence = in_words(refusal.sentence)
        return say(422, {"reason": refusal.reason, "cashier": sentence, "member": sentence})
    except OperationalError:
        log.warning("the database is busy: %s %s", asked.method, shape(asked.path))
        return refused(declined("checking"))
    except Exception:
        log.exception("the API failed: %s %s", asked.method, shape(asked.path))
        return refused(declined("checking"), status=500)


def _respond(asked: Asked) -> Told:
    route = (asked.method, shape(asked.path))
    if route == ("POST", "tills"):
        return _enrol(read(asked, ("code", "key")))
    if route == ("GET", "openapi.json"):
        return Told(200, _described())
    if asked.path.startswith(phones.PREFIX):
        return phones.respond(asked, route)
    if route == PAY and (told := _paid_at_once(asked)) is not None:
        return told
    device = device_of(asked)
    if device is None:
        sentence = in_words("Cet appareil n’est pas relié à la caisse. Demandez un code.")
        return say(401, {"reason": "till_unknown", "cashier": sentence, "member": sentence})
    if route not in ROUTES:
        return say(404, {"reason": "request", "member": "", "cashier": "Unknown address."})
    act = ROUTES[route] if device.state == Device.State.ACTIVE else STOPPED.get(route, _stopped)
    return act(asked, device)


def _paid_at_once(asked: Asked) -> Told | None:
    """The answer to a payment of a device that stands as it did; None: ask how it stands first."""
    known = remembered(asked)
    if known is None:
        return None
    try:
        return payments.pay_as_remembered(asked, known)
    except (WrongRequest, Refusal, operations.DeviceChanged):  # nothing has moved yet
        return None


@cache
def _described() -> bytes:
    """This API for who writes a till, and for the programs that read such a description."""
    return DESCRIBED.read_bytes()


def _enter(asked: Asked, device: Device) -> Told:
    """`POST tills/cashier`: who stands at the till from now on."""
    said = read(asked, ("code",))
    if not isinstance(said["code"], str) or not re.fullmatch(r"[0-9]{4}", said["code"]):
        raise WrongRequest("code: 4 figures")
    entered = operations.enter_cashier(device_id=device.pk, code=said["code"])
    if isinstance(entered, operations.Declined):
        return refused(entered)
    rights = list(entered.rights)
    return say(200, {"cashier": entered.cashier_id, "label": entered.label, "rights": rights})


def _screen(_asked: Asked, device: Device) -> Told:
    return say(200, queries.till_screen(device))


def _day(asked: Asked, device: Device) -> Told:
    """`POST days`: the closing of a day, today's or one before."""
    said = read(asked, ("day",))
    return say(200, queries.till_day(device, a_day(said["day"], clock.today())))


def _state(_asked: Asked, device: Device) -> Told:
    """A device that does not cash learns nothing of its place."""
    return say(200, {"state": device.state, "label": device.label})


def _stopped(_asked: Asked, _device: Device) -> Told:
    return refused(declined("till_suspended"))


Route = Callable[[Asked, Device], Told]
PAY = ("POST", "payments")
ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "tills/self"): _screen,
    ("POST", "days"): _day,
    ("POST", "tills/cashier"): _enter,
    ("GET", "tills/sales"): sales.listed,
    PAY: payments.pay,
    ("GET", "payments/*"): payments.outcome,
    ("GET", "payments/*/paid"): payments.waited,
    ("POST", "payments/*/abandon"): payments.abandon,
    ("POST", "refunds"): payments.refund,
    ("POST", "tills/licence"): offline.licence,
    ("POST", "tills/sync"): offline.sync,
    ("POST", "tills/closing"): offline.closing,
}
# What a device still asks that is not active: of its sales, never of a new one.
STOPPED: dict[tuple[str, str], Route] = {
    ("GET", "tills/self"): _state,
    PAY: payments.paid_before,
    ("GET", "payments/*"): payments.outcome,
    ("POST", "payments/*/abandon"): payments.abandon,
    ("POST", "tills/sync"): offline.sync,
    ("POST", "tills/closing"): offline.closing,
}


def _enrol(said: dict[str, Any]) -> Told:
    code = a_text(said["code"], "code", LONGEST_CODE)
    point = some_bytes(said["key"], "key", wire.POINT_BYTES)
    linked = operations.enrol_device(code=code, public_key=point)
    told = {"till": linked.device_id, "generation": linked.generation, "words": linked.words}
    return say(201, told | {"key": linked.public_key.hex()})


def _headers() -> list[tuple[str, str]]:
    return [
        ("Cache-Control", "no-store"),
        ("Caisse-Time", str(clock.now_ms())),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]


def head_of(told: Told) -> list[tuple[str, str]]:
    """The headers of an answer."""
    length = ("Content-Length", str(len(told.body)))
    return [("Content-Type", CONTENT), *_headers(), length]


def _asked(environ: dict[str, Any]) -> Asked:
    length = _length_of(environ)
    return Asked(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        body=environ["wsgi.input"].read(length) if length else b"",
        till=environ.get("HTTP_CAISSE_TILL", ""),
        mac=environ.get("HTTP_CAISSE_MAC", ""),
        language=environ.get("HTTP_ACCEPT_LANGUAGE", "fr"),
        phone=environ.get("HTTP_CAISSE_PHONE", ""),
        query=environ.get("QUERY_STRING", ""),
    )


def _length_of(environ: dict[str, Any]) -> int:
    """How many bytes to read, at most one more than is allowed; sent in pieces, as many as come."""
    size = environ.get("CONTENT_LENGTH") or ""
    most = LARGEST_SENDING if environ["PATH_INFO"] in SENDINGS else LARGEST
    if size.isascii() and size.isdigit():
        return min(int(size[:9]), most + 1)
    return most + 1 if environ.get("wsgi.input_terminated") else 0
