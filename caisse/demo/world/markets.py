"""The reference year as plain values: market days without network, paid from what was set aside.

On a Saturday a producer takes some of the day's purchases, by telephone, where nobody has network.
They are purchases of the story: same households, places and cents, on the same day. Each household
has set money aside the evening before, rounded up where its wallet leaves room for it until the
stall is home again; so nothing of this is a loss, and no other purchase of hers is refused for it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from caisse.demo.world.acts import Act, ComeHome, GoOut, SetAside
from caisse.demo.world.purchases import ALLOCATION_CENTS, Story
from caisse.demo.world.tables import PRODUCERS, SPAN, YEAR
from caisse.demo.world.values import Aside, Household, Market, Moment, Place, Purchase
from caisse.demo.world.visits import CREDIT_DAY
from caisse.kernel.month import Month

SINCE = Month(2023, 6)
"""The first month in which the bylaws let places sell without network."""
SATURDAY = 5
LEAST_SALES = 2
"""Purchases by telephone that make a market day."""
DAY_CENTS = 20_000
"""Article `payment.offline_day_cents`: what a till takes without network in a day."""
HOUSEHOLD_CENTS = 6_000
"""Article `payment.offline_reserve_cents`: what a household has set aside at most."""
ROUND_CENTS = 500
Flow = tuple[Moment, int]


def markets(
    story: Story, households: Sequence[Household], places: Sequence[Place]
) -> Iterator[Market]:
    """The market days of the reference year, in the order of time, numbered from 0."""
    flows = _flows(story, households)
    given_back = {refund.of for refund in story.refunds}
    chosen = [
        sale
        for sale in story.purchases
        if _is_by_telephone(sale, places) and sale.number not in given_back
    ]
    number = 0
    for day, todays in groupby(chosen, key=lambda sale: sale.at.day):
        sales = _once_each(list(todays))
        for place in sorted({sale.place for sale in sales}):
            there = [sale for sale in sales if sale.place == place]
            asides = tuple(_set_aside(there, flows))
            if len(asides) >= LEAST_SALES:
                yield Market(number, place, day, asides)
                number += 1


def round_of(days: Sequence[Market]) -> Iterator[Act]:
    """What happens of each: set aside on the eve, out in the morning, home in the evening."""
    for market in days:
        yield SetAside(market.eve, market.number)
        yield GoOut(market.out, market.number)
        yield ComeHome(market.home, market.number)


def _is_by_telephone(sale: Purchase, places: Sequence[Place]) -> bool:
    """A member's telephone pays a producer on a Saturday; the eve is in the same month."""
    day = sale.at.day
    return (
        sale.method == "member_qr"
        and places[sale.place].kind in PRODUCERS
        and day.weekday() == SATURDAY
        and day.day > 1
        and SINCE <= Month.of(day) <= YEAR[-1]
    )


def _once_each(sales: Sequence[Purchase]) -> list[Purchase]:
    """Those of households that buy once only: each sets aside for one stall, for one purchase."""
    by_household: dict[int, list[Purchase]] = defaultdict(list)
    for sale in sales:
        by_household[sale.household].append(sale)
    return [sale for sale in sales if len(by_household[sale.household]) == 1]


def _set_aside(sales: Sequence[Purchase], flows: Mapping[int, Sequence[Flow]]) -> Iterator[Aside]:
    """What was set aside for each of these that a wallet can, within what a till takes in a day."""
    taken = 0
    for sale in sales:
        most = min(HOUSEHOLD_CENTS, _free(sale, flows[sale.household]))
        if sale.cents <= most and taken + sale.cents <= DAY_CENTS:
            taken += sale.cents
            rounded = -(-sale.cents // ROUND_CENTS) * ROUND_CENTS
            yield Aside(sale.number, min(most, rounded))


def _free(sale: Purchase, flows: Sequence[Flow]) -> int:
    """Cents that the wallet can spare from the eve until the stall is home, this purchase apart."""
    market = Market(0, sale.place, sale.at.day, ())
    balance = sum(cents for at, cents in flows if at <= market.eve)
    least = balance
    for at, cents in flows:
        if market.eve < at <= market.home:
            balance += 0 if at == sale.at else cents
            least = min(least, balance)
    return least


def _flows(story: Story, households: Sequence[Household]) -> dict[int, list[Flow]]:
    """What comes in and goes out of each wallet, in the order of time."""
    flows: dict[int, list[Flow]] = {
        home.number: [
            (Moment.at(month.day(CREDIT_DAY), 6), ALLOCATION_CENTS)
            for month in SPAN
            if home.first_month <= month
        ]
        for home in households
    }
    for sale in story.purchases:
        flows[sale.household].append((sale.at, -sale.cents))
    for refund in story.refunds:
        bought = story.purchases[refund.of - 1]
        flows[bought.household].append((refund.at, refund.cents))
    return {number: sorted(each) for number, each in flows.items()}
