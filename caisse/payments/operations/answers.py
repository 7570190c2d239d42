"""The ledger's answers in the words of a till, where payments and refunds say the same."""

from typing import TypeAlias

from caisse.kernel.ids import Id
from caisse.ledger import queries as books
from caisse.payments.queries import Receipt
from caisse.payments.reasons import Declined, declined
from caisse.payments.refusals import CHECKING

Answer: TypeAlias = Receipt | Declined

OVER_DAY = "over_day"  # of a payment whose count passes what a wallet pays in a day
PLAIN = {
    "ceiling": "amount_limit",
    OVER_DAY: "day_limit",
    "stale": "device_clock",
    "uncertain": CHECKING,
}


def plain(answer: str) -> Declined:
    """The answers that need no further look.

    Raises RuntimeError for any other: `route` and its like are faults of ours, never a refusal.
    """
    if answer not in PLAIN:
        raise RuntimeError(f"the ledger answered {answer} to a till")
    return declined(PLAIN[answer])


def taken(id: Id) -> Declined:
    """Why an id cannot be a new payment: it was abandoned, or it stands for something else."""
    movement = books.transfer(id)
    was_abandoned = movement is not None and movement.reason == "abandon"
    return declined("abandoned" if was_abandoned else "id_reused")
