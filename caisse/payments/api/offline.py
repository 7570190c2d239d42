"""What a till asks about selling without network: a licence, to send its sales, its last word.

A stopped device still sends what it sold. The records of a sending are objects in a list, so that
it may be longer than other requests.
"""

import json
import re
from collections.abc import Sequence, Set
from typing import Any

from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, show_id
from caisse.payments import keys, operations, signing
from caisse.payments.api.messages import (
    LARGEST_SENDING,
    MOST_CENTS,
    Asked,
    Told,
    WrongRequest,
    a_number,
    an_id,
    read,
    say,
    some_bytes,
)
from caisse.payments.models import Device
from caisse.payments.offline.records import (
    MOST_RECORDS,
    Answered,
    CodeSale,
    Sent,
    SlipSale,
)

MOST_MS = 1 << 48
# A till of before has sealed more than anybody opens: it is told so, proven, and keeps it no longer
LONGEST_CODE = 2_000
SLIP, CODE = {"licence", "request", "payment"}, {"licence", "id", "method", "cents", "at", "code"}


def licence(asked: Asked, device: Device) -> Told:
    """A licence for this device, the same for the same id, and what signatures are known by."""
    said = read(asked, ("id", "sign"), ("last_word",))
    last_word = said.get("last_word")
    got = operations.open_licence(
        device_id=device.pk, by=Actor(f"device:{device.pk}"), id=an_id(said["id"]),
        sign=a_key(said["sign"]), holds_nothing=last_word is not None,
        last_word=b"" if last_word is None else _signature(last_word),
    )  # fmt: skip
    told = {"id": got.licence_id, "licence": got.text, "signature": got.signature.hex()}
    return say(201, told | {"keys": known_keys()})


def sync(asked: Asked, device: Device) -> Told:
    """Up to 200 sales, each answered; an answer without a proof is asked again later."""
    records = [_till_record(one) for one in records_of(asked)]
    return told(operations.sync_till(device_id=device.pk, records=records))


def closing(asked: Asked, device: Device) -> Told:
    """The device's last word on its licence; what was set aside for it goes home."""
    said = read(asked, ("licence", "last_word"))
    operations.close_licence(
        device_id=device.pk, licence_id=a_number(said["licence"], MOST_MS),
        by=Actor(f"device:{device.pk}"), last_word=_signature(said["last_word"]),
    )  # fmt: skip
    return say(200, {"state": "closed"})


def told(answers: Sequence[Answered]) -> Told:
    """The answers to records, in their order; the proof of one that is asked again is ""."""
    said = [
        {"id": show_id(one.id), "answer": one.answer, "proof": one.proof.hex()} for one in answers
    ]
    return say(200, {"answers": said})


def known_keys() -> dict[str, str]:
    """What the caisse's signatures are known by: number -> an Ed25519 key in hexadecimal."""
    return {str(number): key.public_bytes_raw().hex() for number, key in keys.sign_keys().items()}


def a_key(value: Any) -> bytes:
    """A key that signs: its kind in one byte, and 32 bytes."""
    said = some_bytes(value, "sign", 1 + signing.KEY_BYTES)
    if not signing.is_key(said[0], said[1:]):
        raise WrongRequest("sign: 01 and an Ed25519 key, or 02 and x of a point with an even y")
    return said


def _signature(value: Any) -> bytes:
    return some_bytes(value, "last_word", signing.SIGNATURE_BYTES)


def _till_record(one: Any) -> tuple[int, Sent]:
    if isinstance(one, dict) and "payment" in one:
        return a_number(one.get("licence"), MOST_MS), slip_record(one, {"licence"})
    if not isinstance(one, dict) or set(one) - {"cancelled", "attempt"} != CODE:
        raise WrongRequest("a record: " + ", ".join(sorted(CODE)))
    sale = CodeSale(
        an_id(one["id"]), _method(one["method"]), a_number(one["cents"], MOST_CENTS),
        a_number(one["at"], MOST_MS), _bytes(one["code"], LONGEST_CODE),
        a_number(one.get("attempt", 1), 1_000), _cancelled(one),
    )  # fmt: skip
    return a_number(one["licence"], MOST_MS), sale


def _method(value: Any) -> str:
    if value not in ("card", "pin"):
        raise WrongRequest("method: card or pin")
    return str(value)


def slip_record(one: Any, also: Set[str]) -> SlipSale:
    """A sale paid by a phone; `also` are the names that stand beside it."""
    if not isinstance(one, dict) or set(one) - {"cancelled"} != {"request", "payment", *also}:
        raise WrongRequest("a record: " + ", ".join(sorted(SLIP)))
    return SlipSale(_bytes(one["request"], 21), _bytes(one["payment"], 184), _cancelled(one))


def _cancelled(one: dict[str, Any]) -> Id | None:
    return an_id(one["cancelled"]) if "cancelled" in one else None


def records_of(asked: Asked) -> list[Any]:
    """The list `records` of a request of at most LARGEST_SENDING bytes."""
    pairs = an_object(asked)
    if set(pairs) != {"records"} or not is_list(pairs["records"], MOST_RECORDS):
        raise WrongRequest(f"records: a list of at most {MOST_RECORDS}")
    return list(pairs["records"])


def is_list(value: Any, most: int) -> bool:
    """Whether it is a list of at most so many."""
    return isinstance(value, list) and len(value) <= most


def an_object(asked: Asked) -> dict[str, Any]:
    """The JSON object of a request, of at most LARGEST_SENDING bytes."""
    if len(asked.body) > LARGEST_SENDING:
        raise WrongRequest(f"at most {LARGEST_SENDING} bytes")
    try:
        said = json.loads(asked.body)
    except (ValueError, RecursionError):
        raise WrongRequest("a JSON object") from None
    if not isinstance(said, dict):
        raise WrongRequest("a JSON object")
    return said


def _bytes(value: Any, most: int) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(r"(?:[0-9a-f]{2})+", value):
        raise WrongRequest("bytes are written in hexadecimal")
    if len(value) > 2 * most:
        raise WrongRequest(f"at most {most} bytes")
    return bytes.fromhex(value)
