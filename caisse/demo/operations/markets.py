"""Market days without network: set aside on the eve, a licence, sales that arrive in the evening.

Real operations: the stall's till and its customers' telephones sign with keys that follow from
their acts, and the caisse judges what they send as it judges anybody's.
"""

import logging
from typing import assert_never

from caisse.demo.operations.stage import Stage, act_id, instant
from caisse.demo.operations.tills import cashier, counter
from caisse.demo.world import acts
from caisse.demo.world.values import Aside, Market
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, show_id
from caisse.kernel.refusal import Refusal
from caisse.payments import operations as payments

log = logging.getLogger("caisse.demo")

MarketAct = acts.SetAside | acts.GoOut | acts.ComeHome
LABEL = "Téléphone du marché"


def telephone(household: int) -> Actor:
    """Who sets money aside: the telephone of the household of that number."""
    return Actor(f"telephone-{household}")


def do(stage: Stage, act: MarketAct) -> None:
    """Do one act; done before, it changes nothing."""
    market = stage.world.markets[act.market]
    match act:
        case acts.SetAside():
            for aside in market.asides:
                set_aside(stage, market, aside)
        case acts.GoOut():
            go_out(stage, market)
        case acts.ComeHome():
            come_home(stage, market)
        case _:
            assert_never(act)


def set_aside(stage: Stage, market: Market, aside: Aside) -> None:
    """One household's money, while it has network. What is refused is bought as usual."""
    try:
        slip_for(stage, market, aside)
    except Refusal as refusal:
        if stage.travels:
            raise
        log.warning("nothing was set aside for a purchase of the demo: %s", refusal.reason)


def slip_for(stage: Stage, market: Market, aside: Aside) -> bytes:
    """The slip on which this was set aside, the same whenever it is asked for."""
    sale, id = stage.world.purchases[aside.purchase - 1], stage.aside_id(aside.purchase)
    wanted = payments.Wanted(
        stage.places[market.place], aside.cents, payments.point_of(show_id(id))
    )
    return payments.issue_slips(
        wallet_id=stage.members[sale.household].wallet_id,
        wanted=[wanted],
        by=telephone(sale.household),
        id=id,
    )[0]


def go_out(stage: Stage, market: Market) -> int | None:
    """The number of the day's licence, the same whenever it is asked for.

    None when its last word is said: the stall was home already when the play was interrupted.
    """
    id = licence_id(market)
    try:
        return payments.open_licence(
            device_id=device_of(stage, market.place),
            by=cashier(market.place),
            id=id,
            sign=payments.sign_of(show_id(id)),
        ).licence_id
    except Refusal as refusal:
        if refusal.reason == "unknown_licence":
            return None
        raise


def licence_id(market: Market) -> Id:
    """The id under which the stall asks for its licence of the day."""
    return act_id(acts.GoOut(market.out, market.number), market.number)


def device_of(stage: Stage, place: int) -> int:
    """The device that a place takes to the market, linked before its first market day."""
    first = next(one for one in stage.world.markets if one.place == place)
    id = act_id(acts.GoOut(first.out, first.number), f"device:{place}")
    counter(stage, place)
    place_id, by = stage.places[place], cashier(place)
    device = payments.invite_device(place_id=place_id, label=LABEL, by=by, id=id)
    payments.link_standing_in(device_id=device, by=by)
    return device


def come_home(stage: Stage, market: Market) -> None:
    """The till sends what was sold, each sale once, and says that it holds nothing more."""
    licence = go_out(stage, market)
    if licence is None:
        return
    device = device_of(stage, market.place)
    sold = [one for one in market.asides if stage.is_at_market(one.purchase)]
    sent = [(licence, sale_for(stage, market, one, device)) for one in sold]
    told = payments.sync_till(device_id=device, records=sent)
    for one, answered in zip(sold, told, strict=True):
        if answered.answer != "posted" and stage.travels:
            raise RuntimeError(f"sale {one.purchase} of the demo: {answered.answer}")
    word = show_id(licence_id(market))
    payments.close_licence(
        device_id=device,
        licence_id=licence,
        by=cashier(market.place),
        last_word=payments.last_word(licence_id=licence, word=word),
    )


def sale_for(stage: Stage, market: Market, aside: Aside, device: int) -> payments.SlipSale:
    """The record of one sale, as the till keeps it until there is network again."""
    sale = stage.world.purchases[aside.purchase - 1]
    return payments.sold_for_slip(
        slip=slip_for(stage, market, aside),
        word=show_id(stage.aside_id(aside.purchase)),
        place_id=stage.places[market.place],
        device_id=device,
        cents=sale.cents,
        at=instant(sale.at),
    )
