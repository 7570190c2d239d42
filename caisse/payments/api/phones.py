"""What a member's telephone asks: what is in the wallet, tickets for its QRs, to pay a till.

It proves its requests as a till does, under `Caisse-Phone`; what it is told is the member's own.
"""

import json
from collections.abc import Callable
from typing import Any

from caisse.kernel.ids import Id
from caisse.kernel.refusing import in_words
from caisse.merchants import queries as merchants
from caisse.messages import operations as messages
from caisse.payments import formats, operations, queries, wire
from caisse.payments.api import aside
from caisse.payments.api.messages import (
    LONGEST_CODE,
    MOST_CENTS,
    Asked,
    Told,
    a_number,
    a_text,
    an_id,
    id_in,
    is_of_request,
    padded,
    read,
    refused,
    request_in,
    say,
    some_bytes,
    yes_or_no,
)
from caisse.payments.api.messages import PREFIX as ALL
from caisse.payments.api.proof import phone_of
from caisse.payments.models import Phone
from caisse.payments.operations import Answer, Declined
from caisse.payments.reasons import declined
from caisse.people import queries as people

PREFIX = ALL + "phones"
LONGEST_ENDPOINT = 600
REQUEST_BYTES = formats.SIZES[formats.REQUEST]
TICKET_BYTES = 16
MOVED = ("POST", "phones/notices/moved")
UNKNOWN = {"reason": "unknown", "cashier": "", "member": ""}  # no alarm: it is waited for


def respond(asked: Asked, route: tuple[str, str]) -> Told:
    """Answer a telephone."""
    if route == ("POST", "phones"):
        return _enrol(read(asked, ("code", "key")))
    if route == MOVED:
        return _moved(read(asked, ("before", "before_secret", "endpoint", "public_key", "secret")))
    phone = phone_of(asked)
    if phone is None or phone.state != Phone.State.ACTIVE:
        sentence = in_words("Ce téléphone n’est pas relié à la caisse. Demandez un code.")
        status = 401 if phone is None else 403
        return say(status, {"reason": "phone_unknown", "cashier": "", "member": sentence})
    if route not in ROUTES:
        return say(404, {"reason": "request", "member": "", "cashier": "Unknown address."})
    return ROUTES[route](asked, phone)


def _enrol(said: dict[str, Any]) -> Told:
    code = a_text(said["code"], "code", LONGEST_CODE)
    point = some_bytes(said["key"], "key", wire.POINT_BYTES)
    linked = operations.enrol_phone(code=code, public_key=point)
    told = {"phone": linked.phone_id, "generation": linked.generation}
    return say(201, told | {"key": linked.public_key.hex()})


def _moved(said: dict[str, Any]) -> Told:
    """`POST phones/notices/moved`: a browser's service worker tells where it takes messages now.

    It has no key of the telephone's: the secret of what it was told by until now proves it, which
    is the browser's and the caisse's alone.
    """
    texts = {name: a_text(value, name, LONGEST_ENDPOINT) for name, value in said.items()}
    messages.move_device(**texts)
    return say(201, {})


def _wallet(_asked: Asked, phone: Phone) -> Told:
    wallet_id = _wallet_of(phone)
    if wallet_id is None:
        return refused(declined("means_unavailable"))
    return say(200, queries.phone_screen(wallet_id, holder_id=phone.holder_id))


def _wallet_of(phone: Phone) -> int | None:
    """The wallet that the telephone's holder may spend from today."""
    holder = people.holder_numbered(phone.holder_id)
    return None if holder is None else holder.wallet_id


def _tickets(asked: Asked, phone: Phone) -> Told:
    read(asked, ())
    given = operations.give_tickets(phone_id=phone.pk)
    return say(201, {"key_id": operations.TICKET_KEY, "tickets": b"".join(given).hex()})


def _look(asked: Asked, _phone: Phone) -> Told:
    """What a scanned till asks for, in words, before it is paid."""
    said = read(asked, ("request",))
    request = some_bytes(said["request"], "request", REQUEST_BYTES)
    wanted = operations.asked_by(request)
    if isinstance(wanted, Declined):
        return refused(wanted)
    return say(200, _place(int.from_bytes(wanted.place, "big")) | {"cents": wanted.cents})


def _at_place(asked: Asked, _phone: Phone) -> Told:
    """The name of the place whose printed QR was scanned."""
    said = read(asked, ("place",))
    return say(200, _place(a_number(said["place"], 10**9)))


def _place(place_id: int) -> dict[str, Any]:
    place = merchants.place(place_id)
    return {"place": "" if place is None else place.name}


def _pay(asked: Asked, phone: Phone) -> Told:
    """A request of a till, paid; with `up_to`, by all that there is, when the member says so."""
    said = read(asked, ("request",), ("up_to",))
    request = some_bytes(said["request"], "request", REQUEST_BYTES)
    up_to = yes_or_no(said.get("up_to", False), "up_to")
    return _settled(
        phone,
        lambda wallet_id: operations.pay_request(wallet_id=wallet_id, request=request, up_to=up_to),
    )


def _pay_there(asked: Asked, phone: Phone) -> Told:
    """A typed amount, paid at the place whose printed QR was scanned."""
    said = read(asked, ("id", "place", "cents"))
    id, place_id = an_id(said["id"]), a_number(said["place"], 10**9)
    cents = a_number(said["cents"], MOST_CENTS)
    return _settled(
        phone,
        lambda wallet_id: operations.pay_at_place(
            payment_id=id, wallet_id=wallet_id, place_id=place_id, cents=cents
        ),
    )


def _outcome(asked: Asked, phone: Phone) -> Told:
    found = operations.outcome(id_in(asked))
    if isinstance(found, Declined) and found.reason == "abandoned":
        return refused(found)
    if found is None or isinstance(found, Declined) or found.wallet_id != _wallet_of(phone):
        return say(200, UNKNOWN)
    return Told(200, padded(found.for_member()))


def _shown(asked: Asked, phone: Phone) -> Told:
    """What the QR that the telephone shows has paid, by its ticket; `unknown` while it has not."""
    ticket = some_bytes(read(asked, ("ticket",))["ticket"], "ticket", TICKET_BYTES)
    found = operations.paid_with(ticket, phone.pk)
    if found is None:
        return say(200, UNKNOWN)
    return say(200, json.loads(found.for_member()) | _place(found.place_id))


def _give_up(asked: Asked, phone: Phone) -> Told:
    """Whatever still travels of a payment is refused; the receipt when it was paid first."""
    wallet_id = _wallet_of(phone)
    if wallet_id is None:
        return refused(declined("means_unavailable"))
    id = id_in(asked)
    place_id = _asked_at(asked, id)
    answer = operations.give_up(payment_id=id, wallet_id=wallet_id, place_id=place_id)
    if isinstance(answer, Declined):
        return refused(answer, status=200 if answer.reason == "abandoned" else 0)
    return Told(200, padded(answer.for_member()))


def _asked_at(asked: Asked, id: Id) -> int:
    """The place at which a payment of this number was to be paid."""
    if not is_of_request(id):
        return a_number(read(asked, ("place",))["place"], 10**9)
    return int.from_bytes(formats.read_request(request_in(asked, id)).place, "big")


def _settled(phone: Phone, pay: Callable[[int], Answer]) -> Told:
    """Pay from the holder's wallet; the member's own receipt, or why there is none."""
    wallet_id = _wallet_of(phone)
    if wallet_id is None:
        return refused(declined("means_unavailable"))
    answer = pay(wallet_id)
    if isinstance(answer, Declined):
        return refused(answer, empty=True) if answer.empty else refused(answer)
    return Told(200 if answer.again else 201, padded(answer.for_member()))


def _tell(asked: Asked, phone: Phone) -> Told:
    """Tell the holder on this telephone; its screen shows no amount."""
    said = read(asked, ("endpoint", "public_key", "secret"))
    texts = {name: a_text(value, name, LONGEST_ENDPOINT) for name, value in said.items()}
    if _wallet_of(phone) is None:
        return refused(declined("means_unavailable"))
    operations.tell_on_phone(phone_id=phone.pk, **texts)
    return say(201, {})


def _of_wallet(act: Callable[[Asked, Phone, int], Told]) -> Callable[[Asked, Phone], Told]:
    """What needs the wallet that the telephone's holder may spend from today."""

    def run(asked: Asked, phone: Phone) -> Told:
        wallet_id = _wallet_of(phone)
        if wallet_id is None:
            return refused(declined("means_unavailable"))
        return act(asked, phone, wallet_id)

    return run


Route = Callable[[Asked, Phone], Told]
ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "phones/self"): _wallet,
    ("POST", "phones/tickets"): _tickets,
    ("POST", "phones/notices"): _tell,
    ("POST", "phones/requests"): _look,
    ("POST", "phones/places"): _at_place,
    ("POST", "phones/requests/pay"): _pay,
    ("POST", "phones/places/pay"): _pay_there,
    ("POST", "phones/tickets/paid"): _shown,
    ("GET", "phones/payments/*"): _outcome,
    ("POST", "phones/payments/*/abandon"): _give_up,
    ("POST", "phones/requests/prove"): _of_wallet(aside.prove),
    ("GET", "phones/slips"): _of_wallet(aside.slips),
    ("POST", "phones/slips"): _of_wallet(aside.issue),
    ("POST", "phones/slips/back"): _of_wallet(aside.give_back),
    ("POST", "phones/sync"): _of_wallet(aside.sync),
}
