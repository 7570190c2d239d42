"""The monthly run: freeze, check, approve, credit, close; adjust for what was wrong."""

from caisse.month.operations.crediting import close, credit
from caisse.month.operations.freezing import adjust, freeze
from caisse.month.operations.validating import approve, check

__all__ = ["adjust", "approve", "check", "close", "credit", "freeze"]
