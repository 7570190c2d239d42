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
from caisse.merchants.operations.bank import (
    confirm_bank_details,
    decline_bank_details,
    propose_bank_details,
)
from caisse.merchants.operations.describing import (
    close_for,
    describe_place,
    open_again,
    set_hours,
)
from caisse.merchants.operations.paying import (
    payment_begun,
    prepare_payment,
    resume_payment,
    waiting_payment,
)
from caisse.merchants.operations.redemption import (
    ask_redemption,
    hold_sales,
    pay_redemptions,
    void_redemption,
)
from caisse.merchants.operations.rights import (
    end_right,
    give_right,
    invite,
    let_in,
    note_email,
)

__all__ = [
    "ApprovePlace",
    "WithdrawPlace",
    "approve_place",
    "ask_redemption",
    "close_for",
    "confirm_bank_details",
    "decline_bank_details",
    "describe_place",
    "end_right",
    "give_right",
    "hold_sales",
    "invite",
    "let_in",
    "note_email",
    "open_again",
    "pay_redemptions",
    "payment_begun",
    "prepare_payment",
    "propose_bank_details",
    "register_place",
    "resume_payment",
    "resume_place",
    "set_hours",
    "suspend_place",
    "turn_agreements",
    "void_redemption",
    "waiting_payment",
    "withdraw_place",
]
