"""The till's verbs: open it, pay, refund, abandon, ask what became of a number.

A payment writes no row but its transfer: it is judged by the ledger on account flags alone.
"""

from caisse.payments.operations.answers import Answer
from caisse.payments.operations.cards import Printed, block_card, make_card, printed_card
from caisse.payments.operations.devices import (
    confirm_device,
    enrol_device,
    give_invitation,
    invite_device,
    resume_device,
    revoke_device,
    suspend_device,
)
from caisse.payments.operations.giving_back import refund, too_late
from caisse.payments.operations.office import OFFICE_REFUND, WHY, alone_cents, refund_at_office
from caisse.payments.operations.paying import Purchase, abandon, outcome, pay, pay_many
from caisse.payments.operations.paying_phone import (
    asked_by,
    pay_at_place,
    pay_request,
)
from caisse.payments.operations.paying_pin import paid_before, pay_with_code
from caisse.payments.operations.phones import (
    TICKET_KEY,
    block_phone,
    enrol_phone,
    give_phone_code,
    give_tickets,
    invite_phone,
)
from caisse.payments.operations.pins import change_pin_key, draw_pin
from caisse.payments.operations.qr import phone_key
from caisse.payments.operations.tills import close_till, open_till
from caisse.payments.queries import Receipt
from caisse.payments.reasons import Declined

__all__ = [
    "OFFICE_REFUND",
    "TICKET_KEY",
    "WHY",
    "Answer",
    "Declined",
    "Printed",
    "Purchase",
    "Receipt",
    "abandon",
    "alone_cents",
    "asked_by",
    "block_card",
    "block_phone",
    "change_pin_key",
    "close_till",
    "confirm_device",
    "draw_pin",
    "enrol_device",
    "enrol_phone",
    "give_invitation",
    "give_phone_code",
    "give_tickets",
    "invite_device",
    "invite_phone",
    "make_card",
    "open_till",
    "outcome",
    "paid_before",
    "pay",
    "pay_at_place",
    "pay_many",
    "pay_request",
    "pay_with_code",
    "phone_key",
    "printed_card",
    "refund",
    "refund_at_office",
    "resume_device",
    "revoke_device",
    "suspend_device",
    "too_late",
]
