"""The caisse's telephone number and the name of its unit, as the process remembers them: refusals
say them.

(own room: the table of refusals reads it, and looks at no database itself.)
No till waits for a look at it: whoever serves looks by itself, once a minute.
"""

import time

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, wording
from caisse.kernel.month import Month
from caisse.messages import queries as messages
from caisse.people.rules import CurrencyRules

LOOK_S = 60.0

_known: tuple[str, str, float] = ("", "", 0.0)


def phone() -> str:
    """The number that was seen last; "" while nobody has written one. No query."""
    return _known[0]


def amount(cents: int) -> str:
    """Cents of a wallet as a refusal says them, « 12,50 MonA », before the first look « 12,50 ».

    « € » is for euros that change hands: a wallet has none. No query.
    """
    unit = _known[1]
    return wording.amount(cents, unit, decimals=True) if unit else wording.bare(cents)


def look(now: float | None = None) -> bool:
    """Look whether they are others by now, at most once a minute; whether it looked."""
    global _known
    now = time.monotonic() if now is None else now
    if now < _known[2]:
        return False
    rules = bylaws.in_force(CurrencyRules, month=Month.of(clock.today()))
    _known = (messages.reach().phone, rules.food_unit_name, now + LOOK_S)
    return True


def forget() -> None:
    """Know neither, as a process that has just begun."""
    global _known
    _known = ("", "", 0.0)
