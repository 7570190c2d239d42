"""What a till refused, told to the holders of the wallet on their own page, never to the shop."""

from caisse.messages import operations as messages
from caisse.payments.operations.paying import Purchase

TOLD = frozenset({"funds_short", "amount_limit", "day_limit", "means_unavailable"})
"""Refusals that a holder is told after her code was right; a wrong one stands in the journal."""


def note_refusal(purchase: Purchase, reason: str, *, right: bool) -> None:
    """Note a refusal of `pay_with_code` in memory; a wallet that nobody has is told nothing.

    `right`: the code was. Of a code that is in pause, right and wrong are noted alike.
    """
    paused = reason == "code_paused"
    if not purchase.wallet_id or not (paused or (right and reason in TOLD)):
        return
    messages.jot(
        wallet_id=purchase.wallet_id,
        kind="paused" if paused else "refused",
        reason=reason,
        place_id=purchase.place_id,
        cents=None if paused else purchase.cents,
    )
