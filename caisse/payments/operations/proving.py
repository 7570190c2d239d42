"""A sale that the member paid with network, proven to a till without one (payments.md 7.1)."""

from typing import NamedTuple

from caisse.kernel.ids import Id
from caisse.ledger import operations as ledger
from caisse.payments import formats, keys, wire
from caisse.payments.models import Device
from caisse.payments.operations.opening import TILL_BITS
from caisse.payments.queries import left_to_refund
from caisse.payments.words import of_digest, word


class Proven(NamedTuple):
    """M4, which the till scans, and the three words that the member reads to it."""

    message: bytes
    words: tuple[str, str, str]


def prove(*, request: bytes, payment_id: Id, wallet_id: int) -> Proven | None:
    """The proof that this wallet has paid `request` (M2) under this number; None when it has not.

    Nor for one that was given back whole since.

    Raises RuntimeError inside a transaction.
    """
    asked, paid = formats.read_request(request), ledger.outcome(payment_id)
    place_id = int.from_bytes(asked.place, "big")
    if paid is None or (paid.reason, paid.phase) != ("payment", "posted"):
        return None
    wanted = (f"wallet:{wallet_id}", f"place:{place_id}", asked.cents)
    if (paid.debit, paid.credit, paid.cents) != wanted or not left_to_refund(payment_id):
        return None
    rows = Device.objects.filter(place=place_id).exclude(public_key=b"")
    device = next((row for row in rows if row.pk & TILL_BITS == asked.till), None)
    if device is None:
        return None
    key = wire.shared_key(keys.till_key(), bytes(device.public_key), device.pk, device.generation)
    first, second, third = of_digest(formats.words_of_request(request, key=key))
    message = formats.proof_of_payment(request, payment_id, key=key)
    return Proven(message, (word(first), word(second), word(third)))
