"""Paying on one's own telephone: what a till asks for by a QR, or an amount at a place.

Source: payments.md section 5. The id of the payment of a request follows from the request, so that
it is paid once whoever answers it, and its till asks what became of that id.
"""

from dataclasses import replace
from typing import NamedTuple

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, instant_of
from caisse.ledger import queries as books
from caisse.payments import formats
from caisse.payments.formats import Request
from caisse.payments.models import Device
from caisse.payments.operations import limits
from caisse.payments.operations.answers import Answer
from caisse.payments.operations.noting import note_refusal
from caisse.payments.operations.paying import (
    READINGS,
    Purchase,
    abandon,
    at_most,
    outcome,
    pay_transfer,
    told,
)
from caisse.payments.operations.tills import is_open, till_for
from caisse.payments.queries import PRINTED_QR, Receipt, receipt, reserved
from caisse.payments.reasons import CODE_ON_PHONE, SCANNED_BY_PHONE, Declined, declined

LIVES_MINUTES = 10  # how long a request may be answered, and a payment be on its way
LIVES_MS = LIVES_MINUTES * formats.MINUTE_MS
TILL_NUMBERS = 2**16  # a request has the last two bytes of a device's number
PRINTED = Actor(PRINTED_QR)  # whose tills are the printed QRs of places


class PrintedQr(NamedTuple):
    """Why the printed QR of a place pays nothing today ("" when it does), and the most it pays."""

    stopped: str
    most_cents: int


def asked_by(request: bytes) -> Request | Declined:
    """What a till asks for, or why nobody pays it: an old one, another caisse's, a stopped till's.

    `request` is M2, 21 bytes.
    """
    if request[0] != formats.REQUEST:
        return SCANNED_BY_PHONE["qr_unreadable"]
    said = formats.read_request(request)
    age = formats.minute_of(clock.now_ms()) - said.minute
    if not -LIVES_MINUTES <= age <= LIVES_MINUTES:
        return SCANNED_BY_PHONE["qr_expired"]
    if _device(said) is None or said.cents == 0:
        return SCANNED_BY_PHONE["qr_unreadable"]
    return said


def pay_request(*, wallet_id: int, request: bytes, up_to: bool = False) -> Answer:
    """Pay what the till asks for with `request` (M2), once for each request.

    With `up_to`, which the member has chosen, all that the wallet has when it is less: the rest is
    paid in euros, at the shop.
    Returns the receipt, or why there is none. Raises RuntimeError inside a transaction.
    """
    id = formats.request_id(request)
    first = _first(id, wallet_id)
    if first is not None:
        return first
    said = asked_by(request)
    if isinstance(said, Declined):
        return _settled(Purchase(id, wallet_id, 0, 0, "shop_qr", b""), said)
    place_id = int.from_bytes(said.place, "big")
    wanted = Purchase(id, wallet_id, place_id, said.cents, "shop_qr", b"")
    return _settled(wanted, _answered(wanted, said, up_to))


def _answered(wanted: Purchase, said: Request, up_to: bool) -> Answer:
    device = _device(said)
    if device is None or device.till is None:
        return declined("till_suspended")
    return _paid(wanted._replace(till=bytes(device.till)), up_to=up_to)


def pay_at_place(*, payment_id: Id, wallet_id: int, place_id: int, cents: int) -> Answer:
    """Pay an amount that the member has typed, at the place whose printed QR she has scanned.

    Once for each `payment_id`, a UUIDv7 of these ten minutes: one that was lost on its way for
    longer is worth nothing. Raises as `pay_request` does.
    """
    first = _first(payment_id, wallet_id)
    if first is not None:
        return first
    wanted = Purchase(payment_id, wallet_id, place_id, cents, "shop_qr", b"")
    return _settled(wanted, _at_place(wanted))


def _at_place(wanted: Purchase) -> Answer:
    if abs(clock.now_ms() - instant_of(wanted.payment_id)) > LIVES_MS:
        return SCANNED_BY_PHONE["qr_expired"]
    refused = _refused_at(wanted.place_id, limits.today())
    if refused is not None:
        return refused
    return _paid(wanted._replace(till=till_for(place_id=wanted.place_id, by=PRINTED)))


def _refused_at(place_id: int, articles: limits.Today) -> Declined | None:
    """Why nobody pays at the printed QR of a place, whatever the amount."""
    if books.account(f"place:{place_id}") is None:
        return declined("place_closed")
    if articles.coverage.mode != "full":
        return declined("category_not_covered")  # of a printed QR nobody has said what is bought
    return None


def printed_qr(*, place_id: int) -> PrintedQr:
    """Whether the printed QR of a place pays today, and up to how much: for who prints it."""
    articles, account = limits.today(), books.account(f"place:{place_id}")
    rules, refused = articles.rules, _refused_at(place_id, articles)
    if refused is None and account is not None and account.state != "open":
        refused = declined("place_closed")
    refused = refused or limits.refused("shop_qr", 1, articles)
    most = min(rules.qr_max_cents, rules.max_amount_cents or rules.qr_max_cents)
    if rules.qr_pin_above_cents is not None:
        most = min(most, rules.qr_pin_above_cents - 1)
    if refused is None and most <= 0:
        refused = CODE_ON_PHONE
    return PrintedQr("" if refused is None else refused.reason, max(0, most))


def give_up(*, payment_id: Id, wallet_id: int, place_id: int) -> Answer:
    """Burn the id of a payment by telephone of which nobody knows the outcome, as `abandon` does.

    Returns Declined("abandoned"), or the receipt when the wallet had paid. Raises RuntimeError
    inside a transaction.
    """
    if books.account(f"place:{place_id}") is None:
        return declined("place_closed")
    answer = abandon(payment_id=payment_id, till=till_for(place_id=place_id, by=PRINTED))
    own = isinstance(answer, Declined) or answer.wallet_id == wallet_id
    return answer if own else SCANNED_BY_PHONE["qr_used"]


def _paid(wanted: Purchase, *, up_to: bool = False) -> Answer:
    articles = limits.today()
    refused = limits.refused(wanted.method, wanted.cents, articles, up_to=up_to)
    rules = articles.rules
    if refused is not None:
        return refused
    if wanted.cents > rules.qr_max_cents:
        return declined("amount_limit", amount_cents=rules.qr_max_cents)
    from_cents = rules.qr_pin_above_cents
    if from_cents is not None and wanted.cents >= from_cents:
        return CODE_ON_PHONE  # no code is typed on a telephone
    if not is_open(wanted.till, wanted.place_id):
        return declined("till_suspended")
    for _turn in range(READINGS):
        asked = at_most(wanted) if up_to else wanted
        chain = [pay_transfer(asked)]
        first = limits.submit(chain, wallet_id=asked.wallet_id, cents=asked.cents, rules=rules)[0]
        if first.answer != "insufficient" or not up_to:
            break
    answer = told(asked, first)
    if isinstance(answer, Declined) and answer.reason == "id_reused":
        return SCANNED_BY_PHONE["qr_used"]
    if isinstance(answer, Declined) and answer.reason == "funds_short":
        return _short(asked, answer)
    return answer


def _short(wanted: Purchase, answer: Declined) -> Declined:
    """The same; `funds_reserved` where what she has set aside is what is missing.

    This is her own telephone: at a till nobody looks, and none of it is the shop's to know.
    """
    held = reserved(wanted.wallet_id, cents=wanted.cents)
    return answer if held is None else held.refusal(empty=answer.empty)


def _first(id: Id, wallet_id: int) -> Answer | None:
    """What stands under this number already; None for nothing. Costs no turn of the writer's."""
    return None if books.transfer(id) is None else _known(id, wallet_id)


def _settled(wanted: Purchase, answer: Answer) -> Answer:
    """Before a refusal leaves, whatever is under way under its number has ended: what was paid
    meanwhile is the answer, for the telephone takes a refusal as the end. Its holders are told."""
    if not isinstance(answer, Declined) or not answer.settled:
        return answer
    known = _known(wanted.payment_id, wanted.wallet_id)
    if known is None:
        note_refusal(wanted, answer.reason, right=True)
    return known or answer


def _known(id: Id, wallet_id: int) -> Answer | None:
    """What was paid under this number, with network or, of the same request, without."""
    found, used = outcome(id), books.transfer(id)
    if used is not None and used.reason == "claim" and used.of is not None:
        found = receipt(used.of)
    if isinstance(found, Receipt):
        own = found.wallet_id == wallet_id
        return replace(found, again=True) if own else SCANNED_BY_PHONE["qr_used"]
    return found


def _device(said: Request) -> Device | None:
    """The active device that has asked: of the place, with these last bytes of its number."""
    active = Device.objects.filter(
        place_id=int.from_bytes(said.place, "big"), state=Device.State.ACTIVE
    )
    return next((one for one in active if one.pk % TILL_NUMBERS == said.till), None)


def has_asked(device: Device, request: bytes) -> bool:
    """Whether this request (M2) speaks in the name of that device."""
    said = formats.read_request(request)
    place = int.from_bytes(said.place, "big")
    return (place, said.till) == (device.place_id, device.pk % TILL_NUMBERS)
