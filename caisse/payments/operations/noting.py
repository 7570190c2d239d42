"""What a till refused, told to the holders of the wallet on their own page, never to the shop.

Only where the wallet is known for certain: its code was right, a card of the caisse's was shown, a
QR that her telephone has proven, a voucher that was printed for her. All of it waits in memory.
"""

from caisse.messages import operations as messages
from caisse.payments.operations.paying import Purchase

TOLD = frozenset(
    {
        "funds_short", "amount_limit", "day_limit", "means_unavailable", "place_closed",
        "category_not_covered",
    }
)  # fmt: skip
"""Refusals that a holder is told after her code was right; a wrong one stands in the journal."""
AS_SHOP = {"funds_reserved": "funds_short"}
"""Noted as the shop was told: what was set aside then, the books say when she reads it."""
OF_CARD = frozenset({"card_replaced", "means_unavailable"})
OF_QR = frozenset({"qr_expired", "qr_used", "means_unavailable"})
OF_VOUCHER = frozenset({"voucher_used", "voucher_expired", "voucher_whole"})


def note_refusal(purchase: Purchase, reason: str, *, right: bool) -> None:
    """Note a refusal of `pay_with_code` in memory; a wallet that nobody has is told nothing.

    `right`: the code was. Of a code that is in pause, right and wrong are noted alike.
    """
    reason = AS_SHOP.get(reason, reason)
    paused = reason == "code_paused"
    twice = reason == "qr_used" and purchase.method == "member_qr"
    if not purchase.wallet_id or not (paused or (right and (twice or reason in TOLD))):
        return
    kind = "paused" if paused else "qr" if twice else "refused"
    messages.jot(
        wallet_id=purchase.wallet_id,
        kind=kind,
        reason=reason,
        place_id=purchase.place_id,
        cents=None if paused else purchase.cents,
    )


def note_card(purchase: Purchase, reason: str, *, holder_id: int) -> None:
    """Note that a card was shown which is blocked or was replaced; 0 is nobody's."""
    if holder_id and reason in OF_CARD:
        messages.jot(
            holder_id=holder_id, kind="card", reason=reason, place_id=purchase.place_id, cents=None
        )


def note_qr(purchase: Purchase, reason: str, *, holder_id: int) -> None:
    """Note why a QR that a telephone has proven was not taken; 0 is nobody's."""
    if not holder_id or reason not in {*OF_QR, "amount_limit"}:
        return
    over = reason == "amount_limit"  # she stands there herself, or a photo is tried: told as such
    messages.jot(
        holder_id=holder_id,
        kind="refused" if over else "qr",
        reason=reason,
        place_id=purchase.place_id,
        cents=purchase.cents if over else None,
    )


def note_voucher(purchase: Purchase, reason: str, *, wallet_id: int, cents: int) -> None:
    """Note why a voucher of a wallet, worth `cents`, was not cashed."""
    if reason in OF_VOUCHER:
        messages.jot(
            wallet_id=wallet_id, kind="voucher", reason=reason, place_id=purchase.place_id,
            cents=cents,
        )  # fmt: skip
