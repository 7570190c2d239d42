"""What a till asks about payments: one of the ways of paying, what became of it, a refund."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.ledger import queries as books
from caisse.merchants.rules import Line
from caisse.payments import operations
from caisse.payments.api.messages import (
    LINES,
    MOST_CENTS,
    Asked,
    Told,
    WrongRequest,
    a_number,
    a_sale,
    a_text,
    an_id,
    answered,
    id_in,
    is_of_request,
    named,
    padded,
    parts,
    read,
    refused,
    request_in,
    say,
    some_lines,
    yes_or_no,
)
from caisse.payments.api.proof import Remembered, till_of
from caisse.payments.models import Device
from caisse.payments.operations import Answer, Declined, Entry, Purchase, Receipt
from caisse.payments.queries import Standing
from caisse.payments.reasons import declined

LONGEST_HANDLE, LONGEST_QR = 80, 160
MOST_NUMBER = 10**15
DIGITS = re.compile("[0-9]{4,8}")  # of a code


class Sale(NamedTuple):
    """What every payment says: its number, its way, its amount at most or exactly.

    `cashier` is who stands at the till, None where nobody needs a code; `till` is hers, the cause.
    `lines` are what was bought, where the caisse covers a part of a purchase.
    `device` is how the till's device stood when it last proved a request, where it must stand so.
    """

    id: bytes
    method: str
    cents: int
    up_to: bool
    cashier: int | None
    till: Id = b""
    device: Standing | None = None
    lines: tuple[Line, ...] = ()


class Way(NamedTuple):
    """A way of paying: what it says beside number and amount, what it may say, who judges it.

    `at_most`: it may always pay less than is asked; `entry`: it pays what is typed as such an
    entry, which compares how the device stands.
    """

    says: tuple[str, ...]
    may: tuple[str, ...]
    pay: Callable[[Sale, dict[str, Any], Device], Answer]
    at_most: bool = False
    entry: Callable[[Sale, dict[str, Any], Device], Entry] | None = None


def _by_code(who: str, longest: int, may: tuple[str, ...]) -> Way:
    """Paying with what says who pays, under the name `who`, and a code where it is needed."""

    def entry(sale: Sale, said: dict[str, Any], device: Device) -> Entry:
        shown, digits = a_text(said[who], who, longest), said.get("pin")
        if digits is not None and not (isinstance(digits, str) and DIGITS.fullmatch(digits)):
            raise WrongRequest("pin: 4 to 8 figures")
        attempt = a_number(said.get("attempt", 1), 1_000)
        wanted = Purchase(sale.id, 0, device.place_id, sale.cents, sale.method, sale.till)
        return Entry(
            wanted, shown, digits or "", attempt, sale.up_to, till_of(device),
            device=sale.device, lines=sale.lines,
        )  # fmt: skip

    def pay(sale: Sale, said: dict[str, Any], device: Device) -> Answer:
        return operations.pay_entry(entry(sale, said, device))

    says = (who, "pin", "attempt") if "pin" not in may else (who,)
    return Way(says, ("up_to", "tell", *may), pay, entry=entry)


def _by_agreement(sale: Sale, said: dict[str, Any], device: Device) -> Answer:
    """Paying with the figures that the office has read out: it has said what the caisse covers."""
    figures = said["agreement"]
    if not isinstance(figures, str) or not re.fullmatch(r"[0-9]{6}", figures):
        raise WrongRequest("agreement: 6 figures")
    return operations.key_paper_sale(
        payment_id=sale.id, figures=figures, place_id=device.place_id, cents=sale.cents,
        till=sale.till,
    )  # fmt: skip


def _by_voucher(sale: Sale, said: dict[str, Any], device: Device) -> Answer:
    """A printed voucher, scanned or typed: it pays its whole value."""
    return operations.cash_voucher(
        payment_id=sale.id, said=a_text(said["voucher"], "voucher", LONGEST_QR),
        place_id=device.place_id, cents=sale.cents, till=sale.till, tries_at=till_of(device),
        lines=sale.lines,
    )  # fmt: skip


WAYS: dict[str, Way] = {
    "pin": _by_code("handle", LONGEST_HANDLE, ()),
    "member_qr": _by_code("qr", LONGEST_QR, ("pin", "attempt")),
    "card": _by_code("card", LONGEST_QR, ("pin", "attempt")),
    "paper": Way(("agreement",), (), _by_agreement),
    "voucher": Way(("voucher",), (), _by_voucher, at_most=True),
}


def pay(asked: Asked, device: Device) -> Told:
    """`POST payments`."""
    sale, said, way = _asked_to_pay(asked)
    tell = yes_or_no(said.get("tell", False), "tell")
    if tell and "pin" not in said:
        raise WrongRequest("tell: with a pin only")
    till = _till(device, sale.cashier, "take")
    if till is None:
        return _known(sale, device, "cashier_right")
    return answered(way.pay(sale._replace(till=till), said, device), tell=tell)


def pay_as_remembered(asked: Asked, known: Remembered) -> Told | None:
    """The same for a device that is remembered: None where that is not enough to answer."""
    wanted = entry_as_remembered(asked, known)
    if wanted is None:
        return None
    return answered(operations.pay_entry(wanted.entry), tell=wanted.tell)


class Typed(NamedTuple):
    """What was typed, and whether who types her code has asked for what is left."""

    entry: Entry
    tell: bool


def entry_as_remembered(asked: Asked, known: Remembered) -> Typed | None:
    """What a remembered device asks to be paid by code; None where that is not enough to know."""
    sale, said, way = _asked_to_pay(asked)
    if known.device.state != Device.State.ACTIVE or way.entry is None:
        return None
    tell = yes_or_no(said.get("tell", False), "tell")
    till = _till(known.device, sale.cashier, "take")
    if till is None or (tell and "pin" not in said):
        return None
    sale = sale._replace(till=till, device=known.standing)
    return Typed(way.entry(sale, said, known.device), tell)


def paid_before(asked: Asked, device: Device) -> Told:
    """The same of a device that was stopped in the middle of a sale: it still learns of it."""
    sale, _said, _way = _asked_to_pay(asked)
    return _known(sale, device, "till_suspended")


def _known(sale: Sale, device: Device, refused: str) -> Told:
    """What stands under this number, also when nothing new is taken any more."""
    wanted = Purchase(sale.id, 0, device.place_id, sale.cents, sale.method, b"")
    found = operations.paid_before(wanted, up_to=sale.up_to)
    return answered(declined(refused) if found is None else found)


def _till(device: Device, cashier: int | None, right: str) -> Id | None:
    """The till at which this is done; None when whoever stands there may not."""
    cashiers = operations.cashiers_at(device.place_id)
    if not cashiers:
        return till_of(device)
    level = None if cashier is None else cashiers.get(cashier)
    if cashier is None or level is None or right not in operations.rights_of(level):
        return None
    return operations.cashier_till(
        device_id=device.pk, place_id=device.place_id, cashier_id=cashier
    )


def _asked_to_pay(asked: Asked) -> tuple[Sale, dict[str, Any], Way]:
    pairs = parts(asked)
    method = dict(pairs).get("method")
    way = WAYS.get(method) if isinstance(method, str) else None
    if way is None:
        raise WrongRequest("method: one of " + ", ".join(WAYS))
    said = named(pairs, ("id", "cents", "method", *way.says), (*way.may, "cashier", LINES))
    up_to = yes_or_no(said.get("up_to", way.at_most), "up_to")
    cents = a_number(said["cents"], MOST_CENTS)
    cashier = _cashier(said)
    lines = some_lines(said[LINES]) if LINES in said else ()
    return Sale(an_id(said["id"]), said["method"], cents, up_to, cashier, lines=lines), said, way


def _cashier(said: dict[str, Any]) -> int | None:
    return a_number(said["cashier"], MOST_NUMBER) if "cashier" in said else None


def refund(asked: Asked, device: Device) -> Told:
    """`POST refunds`."""
    said = read(asked, ("id", "of", "cents"), ("cashier",))
    id, of = an_id(said["id"]), a_sale(said["of"])
    cents, cashier = a_number(said["cents"], MOST_CENTS), _cashier(said)
    till = _till(device, cashier, "refund") or (
        _till(device, cashier, "cancel") if operations.of_today(of) else None
    )
    if till is None:
        found = operations.refunded_before(
            refund_id=id, payment_id=of, cents=cents, place_id=device.place_id
        )
        return answered(declined("cashier_right") if found is None else found)
    return answered(
        operations.refund(
            refund_id=id, payment_id=of, cents=cents, by=Actor(f"device:{device.pk}"),
            place_id=device.place_id, till=till,
        )
    )  # fmt: skip


def outcome(asked: Asked, device: Device) -> Told:
    """`GET payments/<id>`."""
    found = operations.outcome(id_in(asked))
    if isinstance(found, Declined) and found.reason == "abandoned":
        return refused(found)
    if found is None or isinstance(found, Declined) or found.place_id != device.place_id:
        return _unknown(404)
    return Told(200, padded(found.for_shop()))


def waited(asked: Asked, device: Device) -> Told:
    """`GET payments/<id>/paid`: the same for a till that waits for it, without a word of alarm."""
    if books.transfer(id_in(asked)) is None:  # a look that costs no turn of the writer's
        return _unknown(200)
    return outcome(asked, device)._replace(status=200)


def _unknown(status: int) -> Told:
    """Nothing under this number is of this place: whatever else it may be is nobody's business."""
    return say(status, {"reason": "unknown", "cashier": "", "member": ""})


def abandon(asked: Asked, device: Device) -> Told:
    """`POST payments/<id>/abandon`: of a till's own number, or of a request that it has shown."""
    id = id_in(asked)
    if is_of_request(id) and not operations.has_asked(device, request_in(asked, id)):
        raise WrongRequest("request: one that this till has shown")
    if device.till is None:
        return refused(declined("till_suspended"))
    answer = operations.abandon(payment_id=id, till=till_of(device))
    if isinstance(answer, Receipt) and answer.place_id != device.place_id:
        return refused(declined("id_reused"))
    if isinstance(answer, Declined) and (answer.reason == "abandoned" or _is_used_up(id)):
        return refused(declined("abandoned"), status=200)
    if isinstance(answer, Receipt):
        return Told(200, padded(answer.for_shop()))
    return refused(answer)


def _is_used_up(id: bytes) -> bool:
    """Whether the request of that number was paid without network: nothing is paid under it."""
    used = books.transfer(id)
    return used is not None and used.reason == "claim" and is_of_request(id)
