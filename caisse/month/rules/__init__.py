"""What a household receives for a month, why, and what becomes of what it does not spend: pure."""

from caisse.month.rules.allocating import (
    NO_POT,
    AllocationRules,
    Budgeted,
    Mode,
    Pot,
    SizeBand,
    allocation,
    budget,
    credit_on,
    first_month,
    levy,
)
from caisse.month.rules.explaining import Kind, Part, Received, explain
from caisse.month.rules.keeping import (
    BalanceRules,
    ceiling,
    credited,
    expired,
    leaving,
    months_kept,
)

__all__ = [
    "NO_POT",
    "AllocationRules",
    "BalanceRules",
    "Budgeted",
    "Kind",
    "Mode",
    "Part",
    "Pot",
    "Received",
    "SizeBand",
    "allocation",
    "budget",
    "ceiling",
    "credit_on",
    "credited",
    "expired",
    "explain",
    "first_month",
    "leaving",
    "levy",
    "months_kept",
]
