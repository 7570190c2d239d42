"""The same id twice at the same time: the second sender gets the first answer, not a refusal."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from caisse.kernel import events
from caisse.kernel.refusal import Refusal

P = ParamSpec("P")
R = TypeVar("R")


def sent_again(operation: Callable[P, R]) -> Callable[P, R]:
    """Ask an operation again when it was refused because its own first sending just succeeded.

    For operations with a keyword `id`, the id of their event. Two senders of one id both find it
    new; the slower one then meets what the faster one wrote (a duplicate, a debit that is returned
    already) and would be refused. Once the event is there, the operation answers as the first time.
    """

    @functools.wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        id: Any = kwargs.get("id")
        if id is None:
            return operation(*args, **kwargs)
        was_there = events.happened(id) is not None
        try:
            return operation(*args, **kwargs)
        except Refusal:
            if was_there or events.happened(id) is None:
                raise
        return operation(*args, **kwargs)

    return run
