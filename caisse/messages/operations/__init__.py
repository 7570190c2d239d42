"""Writes of messages: who must be told of what, how she wants to hear it, what leaves."""

from caisse.messages.operations.choosing import (
    choose,
    forget_erased,
    forget_phone,
    mark_read,
    move_device,
    send_balance,
    subscribe,
    unsubscribe,
)
from caisse.messages.operations.contact import write_card
from caisse.messages.operations.following import follow
from caisse.messages.operations.kinds import KINDS, Enclosed, Letter, composes
from caisse.messages.operations.notices import alert, notify, print_letters, retry, send_by_email
from caisse.messages.operations.remarks import forget_remarks, jot, write_jotted
from caisse.messages.operations.sending import forget_told, free_stuck, send_waiting

__all__ = [
    "KINDS",
    "Enclosed",
    "Letter",
    "alert",
    "choose",
    "composes",
    "follow",
    "forget_erased",
    "forget_phone",
    "forget_remarks",
    "forget_told",
    "free_stuck",
    "jot",
    "mark_read",
    "move_device",
    "notify",
    "print_letters",
    "retry",
    "send_balance",
    "send_by_email",
    "send_waiting",
    "subscribe",
    "unsubscribe",
    "write_card",
    "write_jotted",
]
