"""The reference year as plain values: who buys where and when, what comes back, what is refused.

Month after month: baskets are shared out among wallets so that none can spend more than it holds,
then each is given a day, a place and a second, then the month is walked in the order of time.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from caisse.demo.world.shares import fill
from caisse.demo.world.spending import (
    MOST,
    MOST_AT_FIRST,
    Basket,
    Cell,
    baskets,
    cells_of_a_month,
    cells_of_the_year,
    refunds_of,
)
from caisse.demo.world.tables import (
    ALLOCATION,
    ATTEMPTS_PER_MILLE,
    FIRST,
    KINDS,
    SPAN,
)
from caisse.demo.world.values import (
    Attempt,
    Household,
    Method,
    Moment,
    Place,
    Purchase,
    Refund,
)
from caisse.demo.world.visits import CREDIT_DAY, Days, Tastes, method_of, second_of
from caisse.kernel.cents import split
from caisse.kernel.month import Month

ALLOCATION_CENTS = ALLOCATION * 100
LEAVE_MOST = 12000
"""What a wallet keeps at most at a month's end: far from the cap of three allocations."""
TRIES = 8
"""How many members are asked before the one with the largest wish takes a basket."""
LEFT_AFTER = (5500, 10500)
"""Euros in the wallets at each month's end after the reference year, from and to."""
MEAN_BASKET_CENTS = 2500
"""How many purchases make up a month after the reference year."""


@dataclass(slots=True)
class Story:
    """What has happened so far; `balances` in cents by household."""

    balances: list[int]
    purchases: list[Purchase] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(slots=True)
class Planned:
    """A purchase with its second, before the walk numbers it."""

    at: Moment
    household: int
    place: int
    cents: int
    method: Method
    refund_cents: int = 0
    number: int = 0


@dataclass(slots=True)
class Back:
    """A refund to come."""

    at: Moment
    purchase: Planned


@dataclass(slots=True)
class Try:
    """A refused sale just before `purchase`, at the same place: too much was keyed in."""

    at: Moment
    purchase: Planned
    too_much: int


def story(seed: int, households: Sequence[Household], places: Sequence[Place]) -> Story:
    """Every purchase, refund and refused attempt of the two years, strictly ordered in time."""
    told = Story([0] * len(households))
    year = cells_of_the_year(places)
    tastes = Tastes(random.Random(f"tastes/{seed}"), households, places)
    for month in SPAN:
        rng = random.Random(f"purchases/{seed}/{month}")
        members = [h for h in households if h.first_month <= month]
        cells = year.get(month) or _cells_after(rng, told, len(members))
        _tell_month(rng, told, month, members, cells, tastes)
    return told


def _cells_after(rng: random.Random, told: Story, members: int) -> list[Cell]:
    """A month after the reference year: the wallets end between two bounds, shares stay."""
    left = rng.randint(*LEFT_AFTER) * 100
    spent = sum(told.balances) + members * ALLOCATION_CENTS - left
    shares = split(spent, [euros for _, euros in KINDS.values()])
    return cells_of_a_month(spent // MEAN_BASKET_CENTS, dict(zip(KINDS, shares, strict=True)))


def _tell_month(
    rng: random.Random,
    told: Story,
    month: Month,
    members: Sequence[Household],
    cells: Sequence[Cell],
    tastes: Tastes,
) -> None:
    count = sum(cell.purchases for cell in cells)
    rooms = [told.balances[h.number] + ALLOCATION_CENTS for h in members]
    most = MOST_AT_FIRST if month == FIRST else min(MOST, max(rooms))
    bought = baskets(rng, month, cells, most, refunds_of(month, count))
    owners = _owners(rng, bought, rooms)
    days = Days(month, tastes.places)
    old = [told.balances[h.number] for h in members]
    planned: list[Planned] = []
    for i in rng.sample(range(len(bought)), len(bought)):
        planned += _plan(rng, days, tastes, bought[i], members[owners[i]], old)
    acts: list[Planned | Back | Try] = [*planned, *_backs(rng, month, planned)]
    acts += _tries(rng, planned)
    acts.sort(key=attrgetter("at"))
    _walk(told, acts, month.day(CREDIT_DAY), [h.number for h in members])


def _owners(rng: random.Random, bought: Sequence[Basket], rooms: Sequence[int]) -> list[int]:
    """For each basket, the position of a member whose wallet has room for it.

    Each wallet gets a wish of what to spend; baskets go, largest first, to anybody whose wish left
    is as large, so that some buy twice and some nine times. Nobody spends more than the wallet
    holds, whatever the order in the month, and wallets end at very different balances.
    """
    leave = sum(rooms) - sum(basket.cents for basket in bought)
    thrift = [int(room * rng.betavariate(0.6, 2.2)) + 1 for room in rooms]
    kept = fill(leave, thrift, [min(room, LEAVE_MOST) for room in rooms])
    wishes = [room - keep for room, keep in zip(rooms, kept, strict=True)]
    owners = [0] * len(bought)
    everybody = range(len(rooms))
    for b in sorted(range(len(bought)), key=lambda b: -bought[b].cents):
        cents = bought[b].cents
        i = next((i for i in rng.choices(everybody, k=TRIES) if wishes[i] >= cents), None)
        if i is None:
            i = max(everybody, key=wishes.__getitem__)
        if wishes[i] + kept[i] < cents:
            i = max(everybody, key=lambda i: wishes[i] + kept[i])
        if wishes[i] + kept[i] < cents:
            raise ValueError(f"no wallet has room for {cents} cents")
        wishes[i] -= cents
        owners[b] = i
    return owners


def _plan(
    rng: random.Random,
    days: Days,
    tastes: Tastes,
    basket: Basket,
    member: Household,
    old: list[int],
) -> Iterator[Planned]:
    """The purchases of one basket. Before the credit only what is `old` can be spent."""
    day = days.draw(rng, basket.kind, from_credit=False)
    if day < CREDIT_DAY:
        if old[member.number] >= basket.cents:
            old[member.number] -= basket.cents
        else:
            day = days.draw(rng, basket.kind, from_credit=True)
    place = tastes.draw(rng, member.number, basket.kind, days.open[basket.kind, day])
    cents = basket.cents // basket.pieces
    method = method_of(rng, member, cents)
    second = second_of(rng)
    for piece in range(basket.pieces):
        at = Moment(days.month.day(day), second + piece * 127)
        yield Planned(at, member.number, place.number, cents, method, basket.refund_cents)


def _backs(rng: random.Random, month: Month, planned: Sequence[Planned]) -> Iterator[Back]:
    """Refunds, from a few minutes to some days after, in the same month, at opening hours."""
    for purchase in planned:
        if not purchase.refund_cents:
            continue
        day, second = purchase.at
        later = rng.randint(1, 6)
        if rng.random() < 0.55 or day.day + later > month.days:
            yield Back(Moment(day, second + rng.randint(180, 2400)), purchase)
        else:
            yield Back(Moment(month.day(day.day + later), second_of(rng)), purchase)


def _tries(rng: random.Random, planned: Sequence[Planned]) -> Iterator[Try]:
    """Refused sales a minute before some purchases."""
    count = (len(planned) * ATTEMPTS_PER_MILLE + 500) // 1000
    for purchase in rng.sample(planned, count):
        day, second = purchase.at
        yield Try(Moment(day, second - rng.randint(40, 90)), purchase, rng.randint(50, 3000))


def _walk(
    told: Story, acts: Sequence[Planned | Back | Try], credit_day: date, members: Sequence[int]
) -> None:
    """Number the acts in the order of time, one second apart at least, and keep the balances."""
    balances = told.balances
    credited = False
    last = Moment(acts[0].at.day, 0)
    for act in acts:
        if not credited and act.at.day >= credit_day:
            credited = True
            for member in members:
                balances[member] += ALLOCATION_CENTS
        last = max(act.at, Moment(last.day, last.second + 1))
        match act:
            case Planned(_, household, place, cents, method):
                act.number = len(told.purchases) + 1
                balances[household] -= cents
                told.purchases.append(Purchase(last, act.number, household, place, cents, method))
            case Back(_, bought):
                balances[bought.household] += bought.refund_cents
                told.refunds.append(Refund(last, bought.number, bought.refund_cents))
            case Try(_, bought, too_much):
                cents = balances[bought.household] + too_much
                number = len(told.attempts) + 1
                told.attempts.append(
                    Attempt(last, number, bought.household, bought.place, cents, bought.method)
                )
