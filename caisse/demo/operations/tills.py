"""At the tills: sales handed over by the half-day, refunds, sales that do not pass."""

from dataclasses import dataclass, field
from datetime import date

from caisse.demo.operations.office import open_login
from caisse.demo.operations.stage import Stage, act_id
from caisse.demo.world.values import Attempt, Purchase, Refund
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.payments import operations as payments
from caisse.payments import queries as paid

TillAct = Purchase | Refund | Attempt
NOON = 14
"""Markets end at two."""


def cashier(place: int) -> Actor:
    """Who takes the payments at the place of that number."""
    return Actor(f"lieu-{place}", frozenset({"cashier"}))


def half_day(sale: Purchase | Attempt) -> tuple[date, bool]:
    """What is submitted together: a year of single commits would take a slow disk minutes."""
    return sale.at.day, sale.at.clock[0] < NOON


@dataclass(slots=True)
class Tills:
    """Sales wait here until the half-day is over; then they are submitted together, in order."""

    stage: Stage
    waiting: list[Purchase | Attempt] = field(default_factory=list)
    open: dict[int, Id] = field(default_factory=dict)

    def do(self, act: TillAct) -> None:
        """Take one sale or give one back."""
        if isinstance(act, Refund):
            self.refund(act)
            return
        if isinstance(act, Purchase) and self.stage.is_at_market(act.number):
            return  # the stall has no network: markets.py sends it in the evening
        if self.waiting and half_day(self.waiting[0]) != half_day(act):
            self.flush()
        self.waiting.append(act)

    def flush(self) -> None:
        """Submit what is waiting, at the second of the last sale."""
        if not self.waiting:
            return
        sales, self.waiting = self.waiting, []
        self.stage.stand(sales[-1].at)
        answers = payments.pay_many([self._sale(sale) for sale in sales])
        for sale, answer in zip(sales, answers, strict=True):
            if isinstance(sale, Purchase) and isinstance(answer, payments.Declined):
                if not answer.settled:
                    raise RuntimeError(f"sale {sale.number} of the demo: {answer.reason}")
                self.stage.missing.add(sale.number)

    def refund(self, act: Refund) -> None:
        """Give back a purchase that was really taken."""
        self.flush()
        bought = self.stage.world.purchases[act.of - 1]
        if bought.number in self.stage.missing:
            return
        self.stage.stand(act.at)
        payments.refund(
            refund_id=act_id(act, act.of),
            payment_id=act_id(bought, bought.number),
            cents=act.cents,
            by=cashier(bought.place),
            till=self._till(bought.place),
        )

    def _sale(self, sale: Purchase | Attempt) -> payments.Purchase:
        return payments.Purchase(
            act_id(sale, sale.number),
            self.stage.members[sale.household].wallet_id,
            self.stage.places[sale.place],
            sale.cents,
            sale.method,
            self._till(sale.place),
        )

    def _till(self, place: int) -> Id:
        if place not in self.open:
            self.open[place] = counter(self.stage, place)
        return self.open[place]


def counter(stage: Stage, place: int) -> Id:
    """The till at a place's counter, opened when it is first needed; its devices come later."""
    place_id, by = stage.places[place], cashier(place)
    known = paid.open_tills(place_id=place_id)
    if known:
        return known[-1].id
    open_login(by.id, tuple(by.roles))
    return payments.open_till(place_id=place_id, by=by)
