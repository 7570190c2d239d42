"""The API of tills, `/api/v1/`: the caisse's own till and those of others speak it.

`application` is a WSGI function that stands in front of Django: between a request and the ledger
there is what a payment needs and nothing else. `view` answers the same where only Django runs.
A request is proven by `Caisse-Mac` (payments.md 1); it may be sent any number of times. What is
answered about a payment is made of stored columns, so that the same payment gets the same bytes.
"""

import hmac
import json
import logging
import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from django.db import OperationalError, close_old_connections
from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, parse_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words
from caisse.payments import keys, operations, queries, wire
from caisse.payments.models import Device
from caisse.payments.operations import Declined, Receipt
from caisse.payments.reasons import declined

log = logging.getLogger("caisse.till")

PREFIX = "/api/v1/"
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
LARGEST = 4_096  # bytes of a request
PAD = 256  # answers differ in length by whole steps only: their size tells nothing of a member
MOST_CENTS = 1_000_000_00
STATUS = {
    "id_reused": 409,
    "abandoned": 409,
    "till_suspended": 403,
    "purchase_unknown": 404,
    "checking": 503,
}
DESCRIBED = Path(__file__).with_name("openapi.json")
NUMBER = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # of a payment, as people write it
CONTENT = "application/json; charset=utf-8"


class Asked(NamedTuple):
    """A request: what the caisse reads of it."""

    method: str
    path: str
    body: bytes
    till: str
    mac: str
    language: str


class Told(NamedTuple):
    """An answer: its status and its JSON."""

    status: int
    body: bytes


class WrongRequest(Exception):
    """What was sent is no request of this API; the sentence is for who writes a till."""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The API as a WSGI function of its own."""
    close_old_connections()
    try:
        told = respond(_asked(environ))
    finally:
        close_old_connections()
    status = f"{told.status} {HTTPStatus(told.status).phrase}"
    start_response(status, [("Content-Type", CONTENT), *_headers(), *_length(told)])
    return [told.body]


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
    try:
        with override("en" if asked.language.startswith("en") else "fr"):
            return _respond(asked)
    except WrongRequest as wrong:
        return _say(400, {"reason": "request", "member": "", "cashier": str(wrong)})
    except Refusal as refusal:
        sentence = in_words(refusal.sentence)
        return _say(422, {"reason": refusal.reason, "cashier": sentence, "member": sentence})
    except OperationalError:
        log.warning("the database is busy: %s %s", asked.method, _shape(asked.path))
        return _declined(declined("checking"))
    except Exception:
        log.exception("the API failed: %s %s", asked.method, _shape(asked.path))
        return _declined(declined("checking"), status=500)


def _respond(asked: Asked) -> Told:
    route = (asked.method, _shape(asked.path))
    if route == ("POST", "tills"):
        return _enrol(_read(asked, ("code", "key")))
    if route == ("GET", "openapi.json"):
        return Told(200, _described())
    device = _device(asked)
    if device is None:
        sentence = in_words("Cet appareil n’est pas relié à la caisse. Demandez un code.")
        return _say(401, {"reason": "till_unknown", "cashier": sentence, "member": sentence})
    if route not in ROUTES:
        return _say(404, {"reason": "request", "member": "", "cashier": "Unknown address."})
    act = ROUTES[route] if device.state == Device.State.ACTIVE else STOPPED.get(route, _stopped)
    return act(asked, device)


@cache
def _described() -> bytes:
    """This API for who writes a till, and for the programs that read such a description."""
    return DESCRIBED.read_bytes()


def _screen(_asked: Asked, device: Device) -> Told:
    return _say(200, queries.till_screen(device))


def _state(_asked: Asked, device: Device) -> Told:
    """A device that does not cash learns nothing of its place."""
    return _say(200, {"state": device.state, "label": device.label})


def _stopped(_asked: Asked, _device: Device) -> Told:
    return _declined(declined("till_suspended"))


def _paid_before(asked: Asked, device: Device) -> Told:
    """A device that was stopped in the middle of a sale still learns that it was paid."""
    said = _asks_to_pay(asked)
    wanted = operations.Purchase(said["id"], 0, device.place_id, said["cents"], said["method"], b"")
    found = operations.paid_before(wanted, up_to=said["up_to"])
    return _stopped(asked, device) if found is None else _answer(found)


def _pay(asked: Asked, device: Device) -> Told:
    said = _asks_to_pay(asked)
    return _answer(
        operations.pay_with_code(
            payment_id=said["id"], method=said["method"], who=said["who"], digits=said["pin"],
            attempt=said["attempt"], place_id=device.place_id, cents=said["cents"],
            till=_till(device), up_to=said["up_to"],
        )
    )  # fmt: skip


METHODS = {"pin": "handle", "card": "card"}  # and what says who pays
LONGEST = {"handle": 80, "card": 160}


def _asks_to_pay(asked: Asked) -> dict[str, Any]:
    """What a payment by code says, each value of its kind; `who` is its identifier or card."""
    said = _read(asked, ("id", "cents", "method", "pin", "attempt"), ("up_to", *METHODS.values()))
    named = METHODS.get(said["method"] if isinstance(said["method"], str) else "")
    if named is None or set(said) & set(METHODS.values()) != {named}:
        raise WrongRequest("method: pin with a handle, or card with a card")
    who, digits = said[named], said["pin"]
    if not isinstance(who, str) or not isinstance(digits, str):
        raise WrongRequest("handle, card and pin are texts")
    up_to = said.get("up_to", False)
    if not isinstance(up_to, bool):
        raise WrongRequest("up_to: true or false")
    if len(who) > LONGEST[named] or not re.fullmatch(r"[0-9]{4,8}", digits):
        raise WrongRequest("pin: 4 to 8 figures")
    return {
        "id": _id(said["id"]),
        "cents": _number(said["cents"], MOST_CENTS),
        "method": said["method"],
        "who": who if who.isprintable() else "",  # nobody's, at the price of anybody's
        "pin": digits,
        "attempt": _number(said["attempt"], 1_000),
        "up_to": up_to,
    }


def _refund(asked: Asked, device: Device) -> Told:
    said = _read(asked, ("id", "of", "cents"))
    return _answer(
        operations.refund(
            refund_id=_id(said["id"]), payment_id=_id(said["of"]),
            cents=_number(said["cents"], MOST_CENTS), by=Actor(f"device:{device.pk}"),
            place_id=device.place_id, till=_till(device),
        )
    )  # fmt: skip


def _outcome(asked: Asked, device: Device) -> Told:
    found = operations.outcome(_named(asked.path))
    if isinstance(found, Declined):
        return _declined(found)
    if found is None or found.place_id != device.place_id:
        return _say(404, {"reason": "unknown", "cashier": "", "member": ""})
    return Told(200, _padded(found.for_shop()))


def _abandon(asked: Asked, device: Device) -> Told:
    if device.till is None:
        return _stopped(asked, device)
    answer = operations.abandon(payment_id=_named(asked.path), till=_till(device))
    if isinstance(answer, Receipt) and answer.place_id != device.place_id:
        return _declined(declined("id_reused"))
    if isinstance(answer, Declined) and answer.reason == "abandoned":
        return _declined(answer, status=200)
    if isinstance(answer, Receipt):
        return Told(200, _padded(answer.for_shop()))
    return _declined(answer)


Route = Callable[[Asked, Device], Told]
ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "tills/self"): _screen,
    ("POST", "payments"): _pay,
    ("GET", "payments/*"): _outcome,
    ("POST", "payments/*/abandon"): _abandon,
    ("POST", "refunds"): _refund,
}
# What a device still asks that is not active: of its sales, never of a new one.
STOPPED: dict[tuple[str, str], Route] = {
    ("GET", "tills/self"): _state,
    ("POST", "payments"): _paid_before,
    ("GET", "payments/*"): _outcome,
    ("POST", "payments/*/abandon"): _abandon,
}


def _enrol(said: dict[str, Any]) -> Told:
    if not isinstance(said["code"], str) or not isinstance(said["key"], str):
        raise WrongRequest("code and key are texts")
    try:
        point = bytes.fromhex(said["key"])
    except ValueError:
        raise WrongRequest("key: 65 bytes in hexadecimal") from None
    linked = operations.enrol_device(code=said["code"][:40], public_key=point)
    told = {"till": linked.device_id, "generation": linked.generation, "words": linked.words}
    return _say(201, told | {"key": linked.public_key.hex()})


def _device(asked: Asked) -> Device | None:
    """The device that proved this request; None for any other."""
    said = re.fullmatch(r"([0-9]{1,9})\.([0-9]{1,4})", asked.till)
    if said is None:
        return None
    device = Device.objects.filter(pk=int(said[1]), generation=int(said[2])).first()
    if device is None or not device.public_key:
        return None
    key = _key(bytes(device.public_key), device.pk, device.generation)
    wanted = wire.proof(key, asked.method, asked.path, asked.body)
    return device if hmac.compare_digest(wanted.encode(), asked.mac.encode()) else None


@lru_cache(maxsize=20_000)
def _key(point: bytes, device_id: int, generation: int) -> bytes:
    return wire.shared_key(keys.till_key(), point, device_id, generation)


def _till(device: Device) -> Id:
    if device.till is None:
        raise RuntimeError(f"device {device.pk} is active without a till")
    return bytes(device.till)


def _answer(answer: operations.Answer) -> Told:
    if isinstance(answer, Declined):
        return _declined(answer)
    return Told(200 if answer.again else 201, _padded(answer.for_shop()))


def _declined(answer: Declined, status: int = 0) -> Told:
    cashier, member = in_words(answer.cashier), in_words(answer.member)
    told = {"reason": answer.reason, "cashier": cashier, "member": member}
    return _say(status or STATUS.get(answer.reason, 422), told)


def _say(status: int, told: dict[str, Any]) -> Told:
    return Told(status, _padded(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()))


def _padded(body: bytes) -> bytes:
    return body + b" " * (-len(body) % PAD)


def _headers() -> list[tuple[str, str]]:
    return [
        ("Cache-Control", "no-store"),
        ("Caisse-Time", str(clock.now_ms())),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]


def _length(told: Told) -> list[tuple[str, str]]:
    return [("Content-Length", str(len(told.body)))]


def _asked(environ: dict[str, Any]) -> Asked:
    length = _length_of(environ)
    return Asked(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        body=environ["wsgi.input"].read(length) if length else b"",
        till=environ.get("HTTP_CAISSE_TILL", ""),
        mac=environ.get("HTTP_CAISSE_MAC", ""),
        language=environ.get("HTTP_ACCEPT_LANGUAGE", "fr"),
    )


def _length_of(environ: dict[str, Any]) -> int:
    """How many bytes to read, at most one more than is allowed; sent in pieces, as many as come."""
    size = environ.get("CONTENT_LENGTH") or ""
    if re.fullmatch(r"[0-9]+", size):
        return min(int(size[:9]), LARGEST + 1)
    return LARGEST + 1 if environ.get("wsgi.input_terminated") else 0


def _shape(path: str) -> str:
    """The address with each number as `*`: a log and the table of routes know no more of it."""
    return re.sub(rf"(?<=/){NUMBER}(?=/|$)", "*", path.removeprefix(PREFIX))


def _read(asked: Asked, names: tuple[str, ...], may: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON object of a request: these names, each once, those that it `may` say, no other."""
    if len(asked.body) > LARGEST:
        raise WrongRequest(f"at most {LARGEST} bytes")
    try:
        pairs = json.loads(asked.body, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise WrongRequest("a JSON object") from None
    if not isinstance(pairs, list) or not all(
        isinstance(pair, tuple) and isinstance(pair[1], str | int) for pair in pairs
    ):
        raise WrongRequest("a JSON object of texts and whole numbers")
    told = [name for name, _value in pairs]
    if sorted(told) != sorted({*names, *(set(may) & set(told))}):
        raise WrongRequest("these names, each once: " + ", ".join(names))
    return dict(pairs)


def _id(value: Any) -> Id:
    if not isinstance(value, str) or not re.fullmatch(NUMBER, value) or value[14] != "7":
        raise WrongRequest("an id is a UUID of version 7")
    return parse_id(value)


def _named(path: str) -> Id:
    return _id(path.removeprefix(PREFIX).split("/")[1])


def _number(value: Any, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise WrongRequest(f"a whole number from 1 to {most}")
    return value
