"""The till's verbs: open it, pay, refund, abandon, ask what became of a number; papers that pay.

A payment writes no row but its transfer: it is judged by the ledger on account flags alone.
"""

from caisse.payments.operations.answers import Answer
from caisse.payments.operations.cards import Printed, block_card, make_card, printed_card
from caisse.payments.operations.cashing import cash_voucher
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
from caisse.payments.operations.paying_pin import paid_before, pay_with_code
from caisse.payments.operations.pins import change_pin_key, draw_pin
from caisse.payments.operations.tills import close_till, open_till
from caisse.payments.operations.vouchers import (
    Paper,
    PrintedSheet,
    expire_sheets,
    issue_sheet,
    withdraw_sheet,
    withdraw_voucher,
)
from caisse.payments.queries import Receipt
from caisse.payments.reasons import Declined

__all__ = [
    "OFFICE_REFUND",
    "WHY",
    "Answer",
    "Declined",
    "Paper",
    "Printed",
    "PrintedSheet",
    "Purchase",
    "Receipt",
    "abandon",
    "alone_cents",
    "block_card",
    "cash_voucher",
    "change_pin_key",
    "close_till",
    "confirm_device",
    "draw_pin",
    "enrol_device",
    "expire_sheets",
    "give_invitation",
    "invite_device",
    "issue_sheet",
    "make_card",
    "open_till",
    "outcome",
    "paid_before",
    "pay",
    "pay_many",
    "pay_with_code",
    "printed_card",
    "refund",
    "refund_at_office",
    "resume_device",
    "revoke_device",
    "suspend_device",
    "too_late",
    "withdraw_sheet",
    "withdraw_voucher",
]
