"""The doors of the ledger: open, post, spread, gather, submit. Nothing else moves money."""

from caisse.ledger.operations.accounts import (
    found,
    lock,
    open_accounts,
    prepare,
    prepare_as_here,
    set_ceiling,
    set_floor,
    set_state,
)
from caisse.ledger.operations.keeping import anchor, anchor_again, void_expired
from caisse.ledger.operations.many import gather, spread
from caisse.ledger.operations.moving import (
    outcome,
    post,
    repeatable,
    stop,
    submit,
    submit_all_later,
    submit_later,
)
from caisse.ledger.operations.tracing import trace

__all__ = [
    "anchor",
    "anchor_again",
    "found",
    "gather",
    "lock",
    "open_accounts",
    "outcome",
    "post",
    "prepare",
    "prepare_as_here",
    "repeatable",
    "set_ceiling",
    "set_floor",
    "set_state",
    "spread",
    "stop",
    "submit",
    "submit_all_later",
    "submit_later",
    "trace",
    "void_expired",
]
