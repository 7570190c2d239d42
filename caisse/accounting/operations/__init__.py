"""Writes of accounting: the bank's own balance, manual transfers that two people do."""

from caisse.accounting.operations.reading import note_balance
from caisse.accounting.operations.transfers import (
    LABELS,
    MANUAL,
    Order,
    event_of,
    prepare_transfer,
    waits,
)

__all__ = ["LABELS", "MANUAL", "Order", "event_of", "note_balance", "prepare_transfer", "waits"]
