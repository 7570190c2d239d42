"""The monthly run: freeze, check, approve, credit, close; adjust for what was wrong, flag it."""

from caisse.month.operations.crediting import close, credit
from caisse.month.operations.flagging import answer_flag, flag
from caisse.month.operations.freezing import adjust, demand_order, freeze
from caisse.month.operations.validating import approve, check

__all__ = [
    "adjust",
    "answer_flag",
    "approve",
    "check",
    "close",
    "credit",
    "demand_order",
    "flag",
    "freeze",
]
