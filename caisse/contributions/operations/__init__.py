"""Writes of contributions: pledge, call, receive, deposit, return, cover, import and undo."""

from caisse.contributions.operations.agreeing import KIND as IMPORT_KIND
from caisse.contributions.operations.agreeing import Sifted, prepare_import, sift, understood
from caisse.contributions.operations.calling import Called, call
from caisse.contributions.operations.closing import Closed, close_desk, difference
from caisse.contributions.operations.contacting import NAME as CONTACT_NOTED
from caisse.contributions.operations.contacting import ContactEnd, ContactWay, note_contact
from caisse.contributions.operations.depositing import Deposited, deposit
from caisse.contributions.operations.importing import (
    Imported,
    import_receipts,
    import_returns,
    undo_import,
)
from caisse.contributions.operations.pausing import LONGEST_PAUSE, pause, pause_months, resume
from caisse.contributions.operations.pledging import (
    NewPledge,
    Pledged,
    first_month,
    may_undo,
    open_month,
    pledge,
    pledge_many,
    undo_pledge,
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
    "CONTACT_NOTED",
    "IMPORT_KIND",
    "LONGEST_PAUSE",
    "Called",
    "Closed",
    "ContactEnd",
    "ContactWay",
    "Deposited",
    "Imported",
    "NewPledge",
    "NewReceipt",
    "Pledged",
    "Received",
    "Returned",
    "Sifted",
    "call",
    "close_desk",
    "cover_returns",
    "deposit",
    "difference",
    "first_month",
    "import_receipts",
    "import_returns",
    "may_undo",
    "note_contact",
    "open_month",
    "pause",
    "pause_months",
    "pledge",
    "pledge_many",
    "prepare_import",
    "receive",
    "receive_many",
    "resume",
    "return_receipt",
    "sift",
    "understood",
    "undo_import",
    "undo_pledge",
    "undo_receipt",
    "undo_return",
]
