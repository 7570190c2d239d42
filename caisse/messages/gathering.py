"""What is told together: the movements of a part of a day, in one notice when it has ended.

(own room: the worker gathers by it, and the pages that write the words sum up by it.)
"""

from datetime import timedelta
from typing import NamedTuple

from caisse.kernel import clock

MORNING, EVENING = 8, 20  # o'clock, in the caisse's time zone


class Part(NamedTuple):
    """A part of a day, `since` until `until` (ms), of which one notice tells when it `leaves`."""

    since: int
    until: int
    leaves: int


def gathered(at: int) -> Part:
    """The part of its day in which an instant (ms) lies: until 20 h, told then; or the evening,
    told at 8 h on the day after. Neither waits for as long as a day, when it would be no news."""
    day = clock.day_of(at)
    start, evening = clock.instant(day), clock.instant(day, EVENING)
    if at < evening:
        return Part(start, evening, evening)
    after = day + timedelta(days=1)
    return Part(evening, clock.instant(after), clock.instant(after, MORNING))
