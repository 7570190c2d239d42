"""Wrong codes that came in numbers, as the office hears of them for a day."""

from typing import NamedTuple

from caisse.kernel import clock, events

PAUSED, STRICT = "till.code_paused", "codes.strict"
TOLD_MS = clock.DAY_MS  # nobody marks it as seen: it is told for a day
MOST = 200  # events of one day that are looked at


class Paused(NamedTuple):
    """A place at which a device took no code for a while, the last time until when (ms)."""

    place_id: int
    until: int


class CodeAlarms(NamedTuple):
    """The last day: until when at least (ms) identifiers are taken at usual places only, 0 for
    never; the places of which a device was in pause, the last one first."""

    strict_until: int
    paused: list[Paused]


def code_alarms() -> CodeAlarms:
    """What is told of wrong codes, in one look."""
    now = clock.now_ms()
    strict, found = 0, dict[int, int]()
    for one in events.history(names=(PAUSED, STRICT), limit=MOST):
        if not now - TOLD_MS < one.at <= now:
            continue
        until = int(one.data["until"])
        if one.name == STRICT:
            strict = max(strict, until)
        else:
            place = int(one.subject.removeprefix("place:"))
            found[place] = max(found.get(place, 0), until)
    paused = [Paused(*row) for row in sorted(found.items(), key=lambda row: -row[1])]
    return CodeAlarms(strict, paused)
