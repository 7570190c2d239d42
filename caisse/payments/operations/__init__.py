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
from caisse.payments.operations.licences import (
    Licensed,
    close_licence,
    open_licence,
    sweep_offline,
)
from caisse.payments.operations.office import OFFICE_REFUND, WHY, alone_cents, refund_at_office
from caisse.payments.operations.offline_room import (
    OFFLINE_ROOM,
    prepare_offline_room,
    review_losses,
)
from caisse.payments.operations.paying import Purchase, abandon, outcome, pay, pay_many
from caisse.payments.operations.paying_pin import paid_before, pay_with_code
from caisse.payments.operations.pins import change_pin_key, draw_pin
from caisse.payments.operations.proving import Proven, prove
from caisse.payments.operations.reserves import (
    Wanted,
    give_back_reserve,
    issue_slips,
    set_aside,
    strike_slips,
)
from caisse.payments.operations.syncing import sync_phone, sync_till
from caisse.payments.operations.tills import close_till, open_till
from caisse.payments.queries import Receipt
from caisse.payments.reasons import Declined

__all__ = [
    "OFFICE_REFUND",
    "OFFLINE_ROOM",
    "WHY",
    "Answer",
    "Declined",
    "Licensed",
    "Printed",
    "Proven",
    "Purchase",
    "Receipt",
    "Wanted",
    "abandon",
    "alone_cents",
    "block_card",
    "change_pin_key",
    "close_licence",
    "close_till",
    "confirm_device",
    "draw_pin",
    "enrol_device",
    "give_back_reserve",
    "give_invitation",
    "invite_device",
    "issue_slips",
    "make_card",
    "open_licence",
    "open_till",
    "outcome",
    "paid_before",
    "pay",
    "pay_many",
    "pay_with_code",
    "prepare_offline_room",
    "printed_card",
    "prove",
    "refund",
    "refund_at_office",
    "resume_device",
    "review_losses",
    "revoke_device",
    "set_aside",
    "strike_slips",
    "suspend_device",
    "sweep_offline",
    "sync_phone",
    "sync_till",
    "too_late",
]
