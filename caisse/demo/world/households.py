"""The reference year as plain values: who belongs to the caisse, from when, and what they give."""

import random
from collections.abc import Mapping
from typing import Any

from caisse.demo.world.names import FAMILY, GIVEN, HANDLES, POSTCODES, STREETS
from caisse.demo.world.tables import (
    AGE_BANDS,
    COHORTS,
    CONTRIBUTIONS,
    DEVICES,
    FIRST_MONTHS,
    INCOME_BANDS,
    JOINED_ON,
    PAID_BY,
    SIZES,
)
from caisse.demo.world.values import Device, Household, PaidBy

HOUSEHOLDS = sum(COHORTS)
COUPLES = 0.72
"""Share of the households of two people that are two adults."""
FREEDOM = 1.25
"""How loosely contributions follow incomes; found for a rank correlation of 0.6."""


def households(seed: int) -> list[Household]:
    """The 350 households in the order of entry: cohorts one after the other."""
    rng = random.Random(f"households/{seed}")
    cohorts = [cohort for cohort, size in enumerate(COHORTS, 1) for _ in range(size)]
    euros = _contributions(rng)
    paid_by: list[PaidBy] = _shuffled(rng, PAID_BY)
    devices: list[Device] = _shuffled(rng, DEVICES)
    sizes: list[int] = _shuffled(rng, SIZES)
    ages: list[int] = _shuffled(rng, dict(enumerate(AGE_BANDS)))
    incomes = _income_bands(rng, euros)
    names = _names(rng)
    handles = _handles(rng)
    made = []
    for number, cohort in enumerate(cohorts):
        adults, births = _composition(rng, sizes[number])
        given, family = names[number]
        made.append(
            Household(
                number=number,
                cohort=cohort,
                joined_on=JOINED_ON[cohort - 1],
                first_month=FIRST_MONTHS[cohort - 1],
                given=given,
                family=family,
                street=f"{rng.randint(1, 180)} {rng.choice(STREETS)}",
                postcode=rng.choice(POSTCODES),
                handle=handles[number],
                adults=adults,
                births=births,
                contribution_cents=euros[number] * 100,
                paid_by=paid_by[number],
                device=devices[number],
                income_band=incomes[number],
                age_band=ages[number],
            )
        )
    return made


def _shuffled(rng: random.Random, counts: Mapping[Any, int]) -> list[Any]:
    """Each key as often as it is counted, in a random order."""
    values = [key for key, count in counts.items() for _ in range(count)]
    rng.shuffle(values)
    return values


def _contributions(rng: random.Random) -> list[int]:
    """Euros a month as the table says, cohort after cohort, in a random order within each."""
    made: list[int] = []
    for cohort in range(len(COHORTS)):
        made += _shuffled(rng, {euros: row[cohort] for euros, row in CONTRIBUTIONS.items()})
    return made


def _income_bands(rng: random.Random, euros: list[int]) -> list[int]:
    """Bands that follow the contributions, loosely: free choice must be visible."""
    order = sorted(range(len(euros)), key=lambda i: (euros[i], i))
    rank = {i: position / len(euros) for position, i in enumerate(order)}
    loose = sorted(rank, key=lambda i: rank[i] + FREEDOM * (rng.random() - 0.5))
    bands = [0] * len(euros)
    start = 0
    for band, count in enumerate(INCOME_BANDS):
        for i in loose[start : start + count]:
            bands[i] = band
        start += count
    return bands


def _composition(rng: random.Random, size: int) -> tuple[int, tuple[str, ...]]:
    """Adults and birth months of the children, who are under 18 at the end of 2023."""
    if size == 1:
        return 1, ()
    adults = 2 if rng.random() < COUPLES else 1
    births = sorted(
        f"{rng.randint(2006, 2022)}-{rng.randint(1, 12):02d}" for _ in range(size - adults)
    )
    return adults, tuple(births)


def _names(rng: random.Random) -> list[tuple[str, str]]:
    """As many different pairs of given and family name as there are households."""
    pairs = [(given, family) for given in GIVEN for family in FAMILY]
    return rng.sample(pairs, HOUSEHOLDS)


def _handles(rng: random.Random) -> list[str]:
    """Different short identifiers: a word, or a word and two digits. They tell nothing."""
    words = list(HANDLES)
    rng.shuffle(words)
    numbered = [f"{word}{number}" for word in words for number in range(11, 100)]
    return words + rng.sample(numbered, HOUSEHOLDS - len(words))
