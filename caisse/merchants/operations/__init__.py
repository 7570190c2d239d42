"""Places: approved and withdrawn by decision, suspended by a person, redeemed month by month."""

from caisse.merchants.operations.agreements import (
    ApprovePlace,
    WithdrawPlace,
    approve_place,
    register_place,
    resume_place,
    suspend_place,
    turn_agreements,
    withdraw_place,
)
from caisse.merchants.operations.describing import (
    close_for,
    describe_place,
    open_again,
    set_hours,
)
from caisse.merchants.operations.redemption import (
    ask_redemption,
    hold_sales,
    pay_redemptions,
    void_redemption,
)

__all__ = [
    "ApprovePlace",
    "WithdrawPlace",
    "approve_place",
    "ask_redemption",
    "close_for",
    "describe_place",
    "hold_sales",
    "open_again",
    "pay_redemptions",
    "register_place",
    "resume_place",
    "set_hours",
    "suspend_place",
    "turn_agreements",
    "void_redemption",
    "withdraw_place",
]
