"""What a till asks about payments: one of the ways of paying, what became of it, a refund."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from caisse.kernel.actor import Actor
from caisse.payments import operations
from caisse.payments.api.messages import (
    MOST_CENTS,
    Asked,
    Told,
    WrongRequest,
    a_number,
    a_text,
    an_id,
    answered,
    id_in,
    named,
    padded,
    parts,
    read,
    refused,
    say,
    yes_or_no,
)
from caisse.payments.api.proof import till_of
from caisse.payments.models import Device
from caisse.payments.operations import Answer, Declined, Purchase, Receipt
from caisse.payments.reasons import declined

LONGEST_HANDLE, LONGEST_QR = 80, 160


class Sale(NamedTuple):
    """What every payment says: its number, its way, its amount at most or exactly."""

    id: bytes
    method: str
    cents: int
    up_to: bool


class Way(NamedTuple):
    """A way of paying: what it says beside number and amount, what it may say, who judges it.

    `at_most`: it may always pay less than is asked.
    """

    says: tuple[str, ...]
    may: tuple[str, ...]
    pay: Callable[[Sale, dict[str, Any], Device], Answer]
    at_most: bool = False


def _by_code(who: str, longest: int) -> Callable[[Sale, dict[str, Any], Device], Answer]:
    """Paying with what says who pays, under the name `who`, and a code."""

    def pay(sale: Sale, said: dict[str, Any], device: Device) -> Answer:
        shown, digits = a_text(said[who], who, longest), said["pin"]
        if not isinstance(digits, str) or not re.fullmatch(r"[0-9]{4,8}", digits):
            raise WrongRequest("pin: 4 to 8 figures")
        return operations.pay_with_code(
            payment_id=sale.id, method=sale.method, who=shown, digits=digits,
            attempt=a_number(said["attempt"], 1_000), place_id=device.place_id, cents=sale.cents,
            till=till_of(device), up_to=sale.up_to,
        )  # fmt: skip

    return pay


def _by_voucher(sale: Sale, said: dict[str, Any], device: Device) -> Answer:
    """A printed voucher, scanned or typed: it pays its whole value."""
    return operations.cash_voucher(
        payment_id=sale.id, said=a_text(said["voucher"], "voucher", LONGEST_QR),
        place_id=device.place_id, cents=sale.cents, till=till_of(device),
    )  # fmt: skip


WAYS: dict[str, Way] = {
    "pin": Way(("handle", "pin", "attempt"), ("up_to",), _by_code("handle", LONGEST_HANDLE)),
    "card": Way(("card", "pin", "attempt"), ("up_to",), _by_code("card", LONGEST_QR)),
    "voucher": Way(("voucher",), (), _by_voucher, at_most=True),
}


def pay(asked: Asked, device: Device) -> Told:
    """`POST payments`."""
    sale, said, way = _asked_to_pay(asked)
    return answered(way.pay(sale, said, device))


def paid_before(asked: Asked, device: Device) -> Told:
    """The same of a device that was stopped in the middle of a sale: it still learns of it."""
    sale, _said, _way = _asked_to_pay(asked)
    wanted = Purchase(sale.id, 0, device.place_id, sale.cents, sale.method, b"")
    found = operations.paid_before(wanted, up_to=sale.up_to)
    return answered(declined("till_suspended") if found is None else found)


def _asked_to_pay(asked: Asked) -> tuple[Sale, dict[str, Any], Way]:
    pairs = parts(asked)
    method = dict(pairs).get("method")
    way = WAYS.get(method) if isinstance(method, str) else None
    if way is None:
        raise WrongRequest("method: one of " + ", ".join(WAYS))
    said = named(pairs, ("id", "cents", "method", *way.says), way.may)
    up_to = yes_or_no(said.get("up_to", way.at_most), "up_to")
    cents = a_number(said["cents"], MOST_CENTS)
    return Sale(an_id(said["id"]), said["method"], cents, up_to), said, way


def refund(asked: Asked, device: Device) -> Told:
    """`POST refunds`."""
    said = read(asked, ("id", "of", "cents"))
    return answered(
        operations.refund(
            refund_id=an_id(said["id"]), payment_id=an_id(said["of"]),
            cents=a_number(said["cents"], MOST_CENTS), by=Actor(f"device:{device.pk}"),
            place_id=device.place_id, till=till_of(device),
        )
    )  # fmt: skip


def outcome(asked: Asked, device: Device) -> Told:
    """`GET payments/<id>`."""
    found = operations.outcome(id_in(asked))
    if isinstance(found, Declined):
        return refused(found)
    if found is None or found.place_id != device.place_id:
        return say(404, {"reason": "unknown", "cashier": "", "member": ""})
    return Told(200, padded(found.for_shop()))


def abandon(asked: Asked, device: Device) -> Told:
    """`POST payments/<id>/abandon`."""
    if device.till is None:
        return refused(declined("till_suspended"))
    answer = operations.abandon(payment_id=id_in(asked), till=till_of(device))
    if isinstance(answer, Receipt) and answer.place_id != device.place_id:
        return refused(declined("id_reused"))
    if isinstance(answer, Declined) and answer.reason == "abandoned":
        return refused(answer, status=200)
    if isinstance(answer, Receipt):
        return Told(200, padded(answer.for_shop()))
    return refused(answer)
