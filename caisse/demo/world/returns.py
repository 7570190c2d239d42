"""The reference year as plain values: which direct debits came back, and which were made good.

A returned debit is a whole call, so its amount is somebody's contribution; a recovery is a whole
call among those returned the month before. Each month's returned calls are therefore chosen in two
parts: those that will be recovered in the next month, and the others. Chosen blindly they soon
leave recoveries that no whole calls add up to.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from caisse.demo.world.tables import (
    RECOVERED,
    RECOVERED_AFTER,
    RETURNED,
    RETURNED_AFTER,
    SPAN,
    YEAR,
)
from caisse.demo.world.values import Household, PaidBy, Recovered, Returned

CODES = ("AM04", "AM04", "AM04", "AM04", "MS02", "AC04")


@dataclass(frozen=True, slots=True)
class Debits:
    """What happened to direct debits after they were collected."""

    returned: list[Returned]
    recovered: list[Recovered]


def debits(seed: int, households: Sequence[Household]) -> Debits:
    """Returned and recovered calls of every month, in order. Sums are those of the tables."""
    rng = random.Random(f"returns/{seed}")
    after = len(SPAN) - len(YEAR)
    returned_euros = RETURNED + (RETURNED_AFTER,) * after
    recovered_euros = RECOVERED[1:] + (RECOVERED_AFTER,) * (after + 1)
    made = Debits([], [])
    for month, whole, good in zip(SPAN, returned_euros, recovered_euros, strict=True):
        payers = [h for h in households if h.paid_by == "debit" and h.first_month <= month]
        rng.shuffle(payers)
        mended = adding_up_to(good * 100, payers)
        lost = adding_up_to((whole - good) * 100, [h for h in payers if h not in mended])
        for household in sorted(mended + lost, key=lambda h: h.number):
            cents, code = household.contribution_cents, rng.choice(CODES)
            made.returned.append(Returned(month, household.number, cents, code))
        for household in sorted(mended, key=lambda h: h.number):
            paid_by: PaidBy = rng.choice(("debit", "transfer"))
            cents = household.contribution_cents
            made.recovered.append(Recovered(month, household.number, cents, month.next(), paid_by))
    return made


def adding_up_to(cents: int, payers: Sequence[Household]) -> list[Household]:
    """Some of `payers` whose contributions sum to exactly `cents`; the first ones are preferred.

    Subset sum by reachable totals: for each total, the payer that reached it first and the total
    before. Raises ValueError when no whole calls add up.
    """
    reached: dict[int, tuple[int, Household] | None] = {0: None}
    for payer in payers:
        if cents in reached:
            break
        for total in list(reached):
            more = total + payer.contribution_cents
            if more <= cents and more not in reached:
                reached[more] = (total, payer)
    if cents not in reached:
        raise ValueError(f"no whole calls among {len(payers)} add up to {cents} cents")
    chosen = []
    step = reached[cents]
    while step is not None:
        before, payer = step
        chosen.append(payer)
        step = reached[before]
    return chosen
