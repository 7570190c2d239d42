"""Market days of the world: purchases of its story, each covered by what was set aside for it."""

from collections import Counter
from datetime import date

from caisse.demo.world import World
from caisse.demo.world.acts import Decide, FeedRoom
from caisse.kernel.month import Month

PRODUCERS = {"market_producer", "farm_producer"}


def test_market_days_are_saturdays_of_producers_in_the_reference_year(lived: World) -> None:
    assert 30 <= len(lived.markets) <= 70
    assert [one.number for one in lived.markets] == list(range(len(lived.markets)))
    for market in lived.markets:
        place = lived.places[market.place]
        assert place.kind in PRODUCERS and place.sells_on(market.day)
        assert market.day.weekday() == 5
        assert date(2023, 6, 1) < market.day <= date(2024, 1, 31)
        assert Month.of(market.eve.day) == Month.of(market.day)


def test_every_sale_of_a_market_is_a_purchase_of_the_year_and_covered(lived: World) -> None:
    refunded = {one.of for one in lived.refunds}
    seen = Counter[int]()
    for market in lived.markets:
        sales = [lived.purchases[one.purchase - 1] for one in market.asides]
        assert len(sales) >= 2
        assert sum(sale.cents for sale in sales) <= 200_00
        for aside, sale in zip(market.asides, sales, strict=True):
            seen[sale.number] += 1
            assert (sale.place, sale.at.day, sale.method) == (market.place, market.day, "member_qr")
            assert sale.number not in refunded
            assert lived.households[sale.household].device == "smartphone"
            assert sale.cents <= aside.cents <= 60_00
            assert market.out < sale.at < market.home
    assert set(seen) == set(lived.at_market) and set(seen.values()) == {1}


def test_a_household_sets_aside_for_one_stall_on_a_saturday(lived: World) -> None:
    buyers = Counter(
        (market.day, lived.purchases[one.purchase - 1].household)
        for market in lived.markets
        for one in market.asides
    )
    assert set(buyers.values()) == {1}


def test_the_committee_lets_places_sell_before_any_does_and_feeds_later(lived: World) -> None:
    [ruling] = [
        act
        for act in lived.office
        if isinstance(act, Decide) and any(one.article == "payment.offline" for one in act.amends)
    ]
    assert ruling.at.day == date(2023, 5, 13)
    assert {one.since for one in ruling.amends} == {Month(2023, 6)}
    [fed] = [act for act in lived.office if isinstance(act, FeedRoom)]
    assert (fed.at.day, fed.cents) == (date(2024, 2, 6), 3_300_00)
