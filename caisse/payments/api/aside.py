"""What a telephone asks about paying without network: to set money aside, its copies, a proof.

Mounted with the other addresses of telephones (`phones.py`), under the same proof.
"""

import re
from typing import Any

from caisse.kernel.actor import Actor
from caisse.kernel.refusing import in_words
from caisse.payments import formats, operations, queries
from caisse.payments.api.messages import (
    MOST_CENTS,
    Asked,
    Told,
    WrongRequest,
    a_number,
    an_id,
    read,
    refused,
    say,
    some_bytes,
)
from caisse.payments.api.offline import (
    a_key,
    an_object,
    is_list,
    known_keys,
    records_of,
    slip_record,
    told,
)
from caisse.payments.models import Phone
from caisse.payments.reasons import declined

MOST_SLIPS = 12  # asked for at once
REQUEST_BYTES = formats.SIZES[formats.REQUEST]


def slips(_asked: Asked, phone: Phone, wallet_id: int) -> Told:
    """`GET phones/slips`: what is set aside, where it may be, how much."""
    return say(200, queries.asides_screen(wallet_id, phone_id=phone.pk))


def issue(asked: Asked, phone: Phone, wallet_id: int) -> Told:
    """`POST phones/slips`: set money aside, each slip under a fresh key of this telephone."""
    pairs = an_object(asked)
    if set(pairs) != {"id", "slips"} or not is_list(pairs["slips"], MOST_SLIPS):
        raise WrongRequest("id, and a list of slips")
    wanted = [_wanted(one) for one in pairs["slips"]]
    made = operations.issue_slips(
        wallet_id=wallet_id, wanted=wanted, by=Actor(f"phone:{phone.pk}"), id=an_id(pairs["id"]),
        phone_id=phone.pk,
    )  # fmt: skip
    return say(201, {"slips": [one.hex() for one in made], "keys": known_keys()})


def give_back(asked: Asked, phone: Phone, wallet_id: int) -> Told:
    """`POST phones/slips/back`: what a slip holds comes home, unless a till may have taken it."""
    slip = read(asked, ("slip",))["slip"]
    if not isinstance(slip, str) or not re.fullmatch(r"[0-9a-f]{16}", slip):
        raise WrongRequest("slip: 8 bytes in hexadecimal")
    operations.give_back_slip(slip=slip, wallet_id=wallet_id, by=Actor(f"phone:{phone.pk}"))
    return say(200, {"state": "released"})


def sync(asked: Asked, phone: Phone, _wallet_id: int) -> Told:
    """`POST phones/sync`: copies of what was signed; they prove themselves, whoever sends them."""
    records = [slip_record(one, set()) for one in records_of(asked)]
    key = operations.phone_key(bytes(phone.public_key), phone.pk, phone.generation)
    return told(operations.sync_phone(key=key, records=records))


def prove(asked: Asked, _phone: Phone, wallet_id: int) -> Told:
    """`POST phones/requests/prove`: what the till, without network, is shown of a paid request."""
    said = read(asked, ("request",))["request"]
    request = some_bytes(said, "request", REQUEST_BYTES)
    if request[0] != formats.REQUEST:
        return refused(declined("qr_unreadable"))
    proven = operations.prove(
        request=request, payment_id=formats.request_id(request), wallet_id=wallet_id
    )
    if proven is None:
        sentence = in_words("Cette demande n’est pas payée par ce téléphone.")
        return say(404, {"reason": "unknown", "cashier": "", "member": sentence})
    message = proven.message
    return say(200, {
        "message": message.hex(), "text": formats.text_of(message), "words": list(proven.words),
    })  # fmt: skip


def _wanted(one: Any) -> operations.Wanted:
    """`{place, cents, key}`: place 0 is anywhere; the key's kind stands before it."""
    if not isinstance(one, dict) or set(one) != {"place", "cents", "key"}:
        raise WrongRequest("a slip has a place, cents and a key")
    place = 0 if one["place"] == 0 else a_number(one["place"], 2**31 - 1)
    key = a_key(one["key"])
    return operations.Wanted(place, a_number(one["cents"], MOST_CENTS), key[1:], key[0])
