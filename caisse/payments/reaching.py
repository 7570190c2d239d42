"""The caisse's telephone number, as the process remembers it: refusals name it.

(own room: the table of refusals reads it, and looks at no database itself.)
No till waits for a look at it: whoever serves looks by itself, once a minute.
"""

import time

from caisse.messages import queries as messages

LOOK_S = 60.0

_known: tuple[str, float] = ("", 0.0)


def phone() -> str:
    """The number that was seen last; "" while nobody has written one. No query."""
    return _known[0]


def look(now: float | None = None) -> bool:
    """Look whether it is another one by now, at most once a minute; whether it looked."""
    global _known
    now = time.monotonic() if now is None else now
    if now < _known[1]:
        return False
    _known = (messages.reach().phone, now + LOOK_S)
    return True


def forget() -> None:
    """Know none, as a process that has just begun."""
    global _known
    _known = ("", 0.0)
