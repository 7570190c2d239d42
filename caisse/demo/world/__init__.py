"""Montpellier from February 2023, and the year after (own room: plain values, played elsewhere).

No Django, no database: one seed gives one world, always the same. The figures of the reference year
are the same to the cent whatever the seed; who spends them where is not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, groupby
from operator import attrgetter

from caisse.demo.world import office
from caisse.demo.world.acts import Act
from caisse.demo.world.grants import costs, grants
from caisse.demo.world.households import households
from caisse.demo.world.markets import markets, round_of
from caisse.demo.world.places import places
from caisse.demo.world.presences import presences
from caisse.demo.world.purchases import story
from caisse.demo.world.returns import debits
from caisse.demo.world.tables import YEAR
from caisse.demo.world.values import (
    Attempt,
    Cost,
    Grant,
    Household,
    Market,
    Place,
    Presence,
    Purchase,
    Recovered,
    Refund,
    Returned,
)

SEED = 2023


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happens, in plain lists, each in its own order of time."""

    seed: int
    households: tuple[Household, ...]
    places: tuple[Place, ...]
    presences: tuple[Presence, ...]
    """One per place, in the order of the places."""
    grants: tuple[Grant, ...]
    costs: tuple[Cost, ...]
    returned: tuple[Returned, ...]
    recovered: tuple[Recovered, ...]
    purchases: tuple[Purchase, ...]
    refunds: tuple[Refund, ...]
    attempts: tuple[Attempt, ...]
    markets: tuple[Market, ...]
    """The days on which a place sold without network, by their number."""
    at_market: Mapping[int, Market]
    """Number of a purchase -> the market day on which it was made."""
    office: tuple[Act, ...]
    """Every act but purchases, refunds and attempts."""
    acts: tuple[Act, ...]
    """Every act, in the order of time."""

    def days(self) -> Iterator[tuple[date, list[Act]]]:
        """The days on which something happens, in order, each with its acts in order."""
        for day, acts in groupby(self.acts, key=lambda act: act.at.day):
            yield day, list(acts)

    def last_day(self) -> date:
        """The last day that can be played."""
        return self.office[-1].at.day


LAST_DAY_OF_THE_YEAR = YEAR[-1].last


@lru_cache(maxsize=4)
def world(seed: int = SEED) -> World:
    """The world of `seed`."""
    people, shops = households(seed), places(seed)
    given, planned, bank = grants(), costs(), debits(seed, people)
    told = story(seed, people, shops)
    days = tuple(markets(told, people, shops))
    by_the_office = chain(
        office.founding(),
        office.agreements(given),
        office.budgets(planned),
        office.entries(people),
        office.meetings(shops),
        office.rulings(),
        office.room(),
        round_of(days),
        office.runs(people),
        office.bank(bank),
    )
    office_acts = sorted(by_the_office, key=attrgetter("at"))
    everything = [*office_acts, *told.purchases, *told.refunds, *told.attempts]
    return World(
        seed=seed,
        households=tuple(people),
        places=tuple(shops),
        presences=tuple(presences(seed, shops)),
        grants=tuple(given),
        costs=tuple(planned),
        returned=tuple(bank.returned),
        recovered=tuple(bank.recovered),
        purchases=tuple(told.purchases),
        refunds=tuple(told.refunds),
        attempts=tuple(told.attempts),
        markets=days,
        at_market={aside.purchase: day for day in days for aside in day.asides},
        office=tuple(office_acts),
        acts=tuple(sorted(everything, key=attrgetter("at"))),
    )
