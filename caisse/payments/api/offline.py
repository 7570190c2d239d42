"""What a till asks about selling without network: a licence, to send its sales, its last word.

`ROUTES` and `STOPPED` are mounted beside the others; a stopped device still sends what it sold. The
records of a sending are objects in a list, so that it may be longer than other requests.
"""

import json
import re
from typing import Any

from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, show_id
from caisse.payments import keys, operations
from caisse.payments.api.messages import (
    MOST_CENTS,
    Asked,
    Told,
    WrongRequest,
    a_number,
    an_id,
    read,
    say,
    yes_or_no,
)
from caisse.payments.models import Device
from caisse.payments.offline.records import MOST_RECORDS, CodeSale, Sent, SlipSale
from caisse.payments.offline.sealing import LONGEST

LARGEST_SENDING = 262_144  # bytes of 200 records
MOST_MS = 1 << 48
SLIP, CODE = {"licence", "request", "payment"}, {"licence", "id", "method", "cents", "at", "code"}
SLIPS = 12  # asked for at once


def licence(asked: Asked, device: Device) -> Told:
    """A licence for this device, the same for the same id, and what signatures are known by."""
    said = read(asked, ("id",), ("holds_nothing",))
    got = operations.open_licence(
        device_id=device.pk, by=Actor(f"device:{device.pk}"), id=an_id(said["id"]),
        holds_nothing=yes_or_no(said.get("holds_nothing", False), "holds_nothing"),
    )  # fmt: skip
    known = {str(number): key.public_bytes_raw().hex() for number, key in keys.sign_keys().items()}
    told = {"id": got.licence_id, "licence": got.text, "signature": got.signature.hex()}
    return say(201, told | {"keys": known})


def sync(asked: Asked, device: Device) -> Told:
    """Up to 200 sales, each answered; an answer without a proof is asked again later."""
    records = [_till_record(one) for one in _list(asked)]
    answers = operations.sync_till(device_id=device.pk, records=records)
    return say(
        200,
        {
            "answers": [
                {"id": show_id(one.id), "answer": one.answer, "proof": one.proof.hex()}
                for one in answers
            ]
        },
    )


def closing(asked: Asked, device: Device) -> Told:
    """The device's last word on its licence; what was set aside for it goes home."""
    number = a_number(read(asked, ("licence",))["licence"], MOST_MS)
    by = Actor(f"device:{device.pk}")
    operations.close_licence(device_id=device.pk, licence_id=number, by=by)
    return say(200, {"state": "closed"})


ROUTES = {
    ("POST", "tills/licence"): licence,
    ("POST", "tills/sync"): sync,
    ("POST", "tills/closing"): closing,
}
STOPPED = {("POST", "tills/sync"): sync, ("POST", "tills/closing"): closing}
LARGE = frozenset({"tills/sync", "phones/sync"})  # addresses of requests of LARGEST_SENDING


def phone_sync(asked: Asked) -> Told:
    """A telephone's copies of what it signed; whoever sends them, they prove themselves."""
    records = [_slip_record(one, set()) for one in _list(asked)]
    answers = operations.sync_phone(records=records)
    return say(200, {"answers": [{"id": show_id(id), "answer": told} for id, told in answers]})


def phone_slips(asked: Asked, *, wallet_id: int, phone_id: int) -> Told:
    """Set money aside on a telephone that has proven itself: {id, slips: [{place, cents, key}]}."""
    pairs = _object(asked)
    if set(pairs) != {"id", "slips"} or not _is_list(pairs["slips"], SLIPS):
        raise WrongRequest("id, and a list of slips")
    wanted = [_wanted(one) for one in pairs["slips"]]
    made = operations.issue_slips(
        wallet_id=wallet_id, wanted=wanted, by=Actor(f"phone:{phone_id}"), id=an_id(pairs["id"]),
        phone_id=phone_id,
    )  # fmt: skip
    return say(201, {"slips": [one.hex() for one in made]})


def _wanted(one: Any) -> operations.Wanted:
    if not isinstance(one, dict) or set(one) != {"place", "cents", "key"}:
        raise WrongRequest("a slip has a place, cents and a key")
    place = 0 if one["place"] == 0 else a_number(one["place"], 2**32 - 1)
    cents = a_number(one["cents"], MOST_CENTS)
    return operations.Wanted(place, cents, _bytes(one["key"], 32))


def _till_record(one: Any) -> tuple[int, Sent]:
    if isinstance(one, dict) and "payment" in one:
        return a_number(one.get("licence"), MOST_MS), _slip_record(one, {"licence"})
    if not isinstance(one, dict) or set(one) - {"cancelled", "attempt"} != CODE:
        raise WrongRequest("a record: " + ", ".join(sorted(CODE)))
    sale = CodeSale(
        an_id(one["id"]), str(one["method"])[:12], a_number(one["cents"], MOST_CENTS),
        a_number(one["at"], MOST_MS), _bytes(one["code"], LONGEST),
        a_number(one.get("attempt", 1), 1_000), _cancelled(one),
    )  # fmt: skip
    return a_number(one["licence"], MOST_MS), sale


def _slip_record(one: Any, also: set[str]) -> SlipSale:
    if not isinstance(one, dict) or set(one) - {"cancelled"} != {"request", "payment", *also}:
        raise WrongRequest("a record: " + ", ".join(sorted(SLIP)))
    return SlipSale(_bytes(one["request"], 21), _bytes(one["payment"], 184), _cancelled(one))


def _cancelled(one: dict[str, Any]) -> Id | None:
    return an_id(one["cancelled"]) if "cancelled" in one else None


def _list(asked: Asked) -> list[Any]:
    pairs = _object(asked)
    if set(pairs) != {"records"} or not _is_list(pairs["records"], MOST_RECORDS):
        raise WrongRequest(f"records: a list of at most {MOST_RECORDS}")
    return list(pairs["records"])


def _is_list(value: Any, most: int) -> bool:
    return isinstance(value, list) and len(value) <= most


def _object(asked: Asked) -> dict[str, Any]:
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
    if not isinstance(value, str) or not re.fullmatch(r"(?:[0-9a-f]{2}){1,400}", value):
        raise WrongRequest("bytes are written in hexadecimal")
    if len(value) > 2 * most:
        raise WrongRequest(f"at most {most} bytes")
    return bytes.fromhex(value)
