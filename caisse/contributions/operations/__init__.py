"""Writes of contributions: pledge, call, receive, deposit, return, cover, import and undo."""

from caisse.contributions.operations.calling import Called, call
from caisse.contributions.operations.depositing import Deposited, deposit
from caisse.contributions.operations.importing import (
    Imported,
    import_receipts,
    import_returns,
    undo_import,
)
from caisse.contributions.operations.pledging import (
    NewPledge,
    Pledged,
    open_month,
    pledge,
    pledge_many,
)
from caisse.contributions.operations.receiving import (
    NewReceipt,
    Received,
    receive,
    receive_many,
)
from caisse.contributions.operations.returning import Returned, cover_returns, return_receipt
from caisse.contributions.operations.undoing import undo_receipt, undo_return

__all__ = [
    "Called",
    "Deposited",
    "Imported",
    "NewPledge",
    "NewReceipt",
    "Pledged",
    "Received",
    "Returned",
    "call",
    "cover_returns",
    "deposit",
    "import_receipts",
    "import_returns",
    "open_month",
    "pledge",
    "pledge_many",
    "receive",
    "receive_many",
    "return_receipt",
    "undo_import",
    "undo_receipt",
    "undo_return",
]
