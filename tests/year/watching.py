"""Looks at the reference year while it is played: identities each day, the check on some."""

import os
import random
from datetime import date

from caisse.accounting import checks
from caisse.demo.world import world
from caisse.kernel.month import Month
from tests.year.identities import Journal

SEED = int(os.environ.get("CAISSE_SEED", "20230205"))
LAST = date(2024, 1, 31)
DRAWN = 10


def days_of_the_year() -> list[date]:
    """The days on which something happens; on the others the books stay as they were."""
    return [day for day, _ in world().days() if day <= LAST]


class Watch:
    """What was found wrong, and on which days it looked. `thorough`: the check runs every day."""

    def __init__(self, *, thorough: bool) -> None:
        self.journal = Journal()
        days = days_of_the_year()
        self.drawn = set(days if thorough else random.Random(SEED).sample(days, DRAWN))
        self.days: list[date] = []
        self.checked: list[date] = []
        self.wrong: list[str] = []

    def day(self, day: date, part: float) -> None:
        """That day is over: look."""
        self.days.append(day)
        sums = self.journal.read()
        self.wrong += [f"{day}: {said}" for said in sums.wrong()]
        if sums.gap < 0:
            self.wrong.append(f"{day}: not covered, {sums.gap}")
        if day in self.drawn or day == Month.of(day).last:
            self.checked.append(day)
            red = (line for line in checks.run() if not line.ok)
            self.wrong += [f"{day}: {line.code}, {line.first}" for line in red]
