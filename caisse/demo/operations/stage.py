"""What every act of the demo needs: the world, who acts, and the numbers given to its people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from caisse.demo.world import World
from caisse.demo.world.acts import Act, SetAside
from caisse.demo.world.values import Household, Moment
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.people.operations import Joined

Progress = Callable[[date, float], None]
"""Called after each day with its date and the part of the way that is done, 0 to 1."""

CAST: dict[str, tuple[str, ...]] = {
    "coordination": ("coordinator", "desk"),
    "tresorerie": ("treasurer",),
    "comite": ("committee",),
    "accueil": ("desk",),
    "recherche": ("researcher",),
    "administration": ("administrator",),
}
"""Logins of the demo, without a password, and their roles."""

NAMES: dict[str, tuple[str, str]] = {
    "coordination": ("Nadia", "Benhammad"),
    "tresorerie": ("Paul", "Estournelle"),
    "comite": ("Raymonde", "Coulibassy"),
    "accueil": ("Salif", "Doukouran"),
    "recherche": ("Irène", "Combescure"),
    "administration": ("Youcef", "Galabrun"),
}
"""Who they are."""


def actor(identifier: str) -> Actor:
    """One of the cast, as `people.queries.actor` tells it."""
    return Actor(identifier, frozenset(CAST[identifier]))


COORDINATION, TREASURY = actor("coordination"), actor("tresorerie")
COMMITTEE, DESK = actor("comite"), actor("accueil")


@dataclass(slots=True)
class Stage:
    """The world with the numbers that the caisse gave to what is in it.

    `travels`: the clock is put at each act; otherwise it runs by itself and acts happen now.
    `begun_at` is where the books stood when this play began (milliseconds).
    """

    world: World
    travels: bool
    begun_at: int
    members: dict[int, Joined] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    instalments: dict[tuple[int, int], int] = field(default_factory=dict)
    costs: dict[tuple[str, date], int] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    """Purchases that were refused although the world did not mean it: a visitor spent the money."""

    def stand(self, at: Moment) -> None:
        """Be at `at`, or where the books already are when an interrupted day is played again."""
        if self.travels:
            clock.travel(max(instant(at), self.begun_at))

    def again(self, at: Moment) -> bool:
        """True when the books were past `at` before this play began: the day was interrupted."""
        return self.travels and instant(at) <= self.begun_at

    def aside_id(self, purchase: int) -> Id:
        """The id under which money is set aside for a purchase at a market, the eve before it."""
        market = self.world.at_market[purchase]
        return act_id(SetAside(market.eve, market.number), purchase)

    def is_at_market(self, purchase: int) -> bool:
        """True when a purchase is made without network: money was set aside for it indeed."""
        there = purchase in self.world.at_market
        return there and events.happened(self.aside_id(purchase)) is not None

    def household(self, number: int) -> Household:
        """The household of that number."""
        return self.world.households[number]


def instant(at: Moment) -> int:
    """Milliseconds of a moment of the world."""
    return clock.instant(at.day, *at.clock)


def act_id(act: Act, word: object = "") -> Id:
    """The id of what an act does, the same at every play: its instant, then its kind and `word`."""
    return ids.derived_id(ids.first_id(instant(act.at)), f"demo:{type(act).__name__}:{word}")
