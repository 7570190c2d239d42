"""Money from funders and money for operating costs: two funds that never meet.

Each operation is one transaction: an event, its rows, one chain of transfers. It may be sent again
with the same `id` (the event's): the second time changes nothing, other content is refused.
"""

from caisse.funding.operations.bank import make_fee_good, record_fee, record_interest
from caisse.funding.operations.costs import change_cost, pay_cost, plan_cost, undo_cost
from caisse.funding.operations.documents import attach_document, withdraw_document
from caisse.funding.operations.grants import (
    Signed,
    add_funder,
    postpone,
    receive_instalment,
    sign_grant,
    top_up,
    write_off_grant,
)
from caisse.funding.operations.levies import confirm_levy, pay_out_levy, void_levy
from caisse.funding.operations.rights import (
    end_funder_right,
    give_funder_right,
    open_access,
)

__all__ = [
    "Signed",
    "add_funder",
    "attach_document",
    "change_cost",
    "confirm_levy",
    "end_funder_right",
    "give_funder_right",
    "make_fee_good",
    "open_access",
    "pay_cost",
    "pay_out_levy",
    "plan_cost",
    "postpone",
    "receive_instalment",
    "record_fee",
    "record_interest",
    "sign_grant",
    "top_up",
    "undo_cost",
    "void_levy",
    "withdraw_document",
    "write_off_grant",
]
