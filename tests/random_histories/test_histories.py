"""Random histories of a whole caisse, through its operations, against a handful of dictionaries.

Days pass; people join, pay, shop, bring back, leave; the bank takes debits back and refuses
transfers; places are suspended; months are frozen, credited, adjusted, closed; any of it may be
killed after any statement and asked again. After each step the answer is the model's, every
account holds what the model says, the identities hold and every line of the check is green.
"""

from datetime import date
from typing import Any

from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend, Effect
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.merchants import operations as merchants
from caisse.merchants.operations import ApprovePlace, WithdrawPlace
from caisse.merchants.tests import ground as market
from caisse.month import operations as months
from caisse.month.tests.ground import COORDINATOR, FEBRUARY, TREASURER
from caisse.payments import operations as payments
from caisse.payments.operations.answers import Answer
from conftest import LONG
from tests.crash.copies import Shelf
from tests.random_histories.asking import euros, kills, some
from tests.random_histories.members import Members
from tests.random_histories.plain import DONE, Articles, Bought, Home, Plain, Shop

CASHIER = Actor("caisse-1", frozenset({"cashier"}))
FIRST_DAY = date(2023, 1, 10)
ALL = 0  # what is in the wallet
amounts = st.sampled_from([ALL, 1, 4_99, 5_00, 23_45, 60_00, 150_00])


class Histories(Members):
    """One caisse, from its founding on."""

    @initialize(
        cap=st.integers(1, 3), expiry=st.none() | st.integers(1, 3),
        fee_bp=st.sampled_from([0, 150]), least=st.sampled_from([0, 5_00]),
        floor=st.sampled_from([0, -50_00]), rich=st.sampled_from([True, True, True, False]),
        behind=st.integers(0, 3),
    )  # fmt: skip
    def found(self, rich: bool, behind: int, **articles: Any) -> None:
        """The caisse is founded, and `behind` months of it lie behind when the history begins."""
        chosen = Articles(**articles)
        clock.travel(clock.instant(FIRST_DAY, 9))
        bylaws.found(name="Essai", preset="montpellier_2023", first_month=FEBRUARY, by=COORDINATOR)
        places = [market.registered(f"Lieu {n}", "grocery") for n in range(3)]
        amended = {
            "admission.capacity": None, "balance.cap_multiple": chosen.cap,
            "balance.expiry_months": chosen.expiry, "redemption.fee_bp": chosen.fee_bp,
            "redemption.min_amount_cents": chosen.least,
            "redemption.refund_floor_cents": chosen.floor,
        }  # fmt: skip
        self.decide(
            *(Amend(name, value, Month(2023, 1)) for name, value in amended.items()),
            *(ApprovePlace(place, FIRST_DAY) for place in places),
        )
        self.plain = Plain(chosen, FIRST_DAY, FEBRUARY)
        self.plain.shops = [Shop(place) for place in places]
        self.give(5_000_00 if rich else 60_00)
        for cents in (50_00, 1_00):
            self.join(cents, None)
        for _ in range(behind):
            self.a_month_begins(None)
            self.pay([(0, 0, 23_45), (1, 1, 60_00), (1, 2, ALL)], False)

    def decide(self, *effects: Effect) -> str:
        def act() -> None:
            bylaws.decide(title="Essai", text="", body="comité", effects=effects, by=COORDINATOR)

        return self.asked(act) or DONE

    @rule(kill=kills)
    def freeze(self, kill: int | None) -> None:
        month = self.plain.next_month()
        expected = self.plain.freeze(month)
        self.same(expected, lambda: months.freeze(month=month, by=COORDINATOR), kill)
        if expected == DONE:
            self.approve(month, kill)

    def approve(self, month: Month, kill: int | None) -> None:
        self.same(DONE, lambda: months.check(month=month, by=TREASURER), kill)
        self.same(DONE, lambda: months.approve(month=month, by=COORDINATOR), kill)

    @precondition(lambda self: self.plain.runs)
    @rule(which=some, kill=kills)
    def credit(self, which: int, kill: int | None) -> None:
        month = self.one_of(sorted(self.plain.runs), which)
        self.same(self.plain.credit(month), lambda: months.credit(month=month, by=TREASURER), kill)

    @rule(kill=kills)
    def someone_is_forgotten(self, kill: int | None) -> None:
        """A household joins between the plan and its month; an adjustment makes it good."""
        self.freeze(kill)
        self.join(20_00, kill)
        self.a_month_begins(kill)
        if self.plain.runs:
            self.adjust(len(self.plain.runs) - 1)

    @precondition(lambda self: self.plain.runs)
    @rule(which=some)
    def adjust(self, which: int) -> None:
        month = self.one_of(sorted(self.plain.runs), which)
        expected = self.plain.adjust(month)
        self.same(expected, lambda: months.adjust(month=month, by=COORDINATOR))
        if expected == DONE:
            self.approve(month, None)
            self.credit(sorted(self.plain.runs).index(month), None)

    @precondition(lambda self: self.plain.runs)
    @rule(which=some, kill=kills)
    def close(self, which: int, kill: int | None) -> None:
        month = self.one_of(sorted(self.plain.runs), which)
        self.same(self.plain.close(month), lambda: months.close(month=month, by=TREASURER), kill)

    @rule(kill=kills)
    def a_month_begins(self, kill: int | None) -> None:
        """All that is on time: the plan, the call, the credit on its day."""
        if all(run.state != "approved" for runs in self.plain.runs.values() for run in runs):
            self.freeze(kill)
        month = max(self.plain.runs, default=FEBRUARY)
        self.days_pass(max(1, (month.day(5) - self.plain.day).days))
        self.call(kill)
        if month in self.plain.runs:
            self.same(
                self.plain.credit(month), lambda: months.credit(month=month, by=TREASURER), kill
            )

    @rule(
        baskets=st.lists(st.tuples(some, some, amounts), min_size=1, max_size=4),
        again=st.booleans(),
    )
    def pay(self, baskets: list[tuple[int, int, int]], again: bool) -> None:
        for which, where, cents in baskets:
            home = self.one_of(self.plain.homes, which)
            shop = self.one_of(self.plain.shops, where)
            self.buy(home, shop, cents if cents != ALL else home.cents or 1, again)

    def buy(self, home: Home, shop: Shop, cents: int, twice: bool) -> None:
        bought = Bought(new_id(), home, shop, cents, self.plain.day)
        expected = self.plain.pay(bought)

        def act() -> Answer:
            return payments.pay(
                payment_id=bought.id, wallet_id=home.wallet, place_id=shop.place, cents=cents,
                method="pin", by=CASHIER,
            )  # fmt: skip

        self.answered(expected, act, twice)

    @precondition(lambda self: self.plain.bought)
    @rule(which=some, cents=euros, whole=st.booleans(), twice=st.booleans())
    def refund(self, which: int, cents: int, whole: bool, twice: bool) -> None:
        bought, id = self.one_of(self.plain.bought[-3:], which), new_id()
        cents = bought.cents - bought.back if whole and bought.cents > bought.back else cents
        expected = self.plain.refund(bought, cents)

        def act() -> Answer:
            return payments.refund(refund_id=id, payment_id=bought.id, cents=cents, by=CASHIER)

        self.answered(expected, act, twice)

    @rule(kill=kills)
    def hold_sales(self, kill: int | None) -> None:
        month = self.plain.next_sales()
        self.same(
            self.plain.hold(month), lambda: merchants.hold_sales(month=month, by=TREASURER), kill
        )

    @rule(kill=kills)
    def a_month_ends(self, kill: int | None) -> None:
        """Its last evening, when the sales are held."""
        last = self.plain.next_sales().last
        if last > self.plain.day:
            self.days_pass((last - self.plain.day).days)
        self.hold_sales(kill)

    @precondition(lambda self: self.plain.sales)
    @rule(which=some, kill=kills)
    def pay_redemptions(self, which: int, kill: int | None) -> None:
        month = self.one_of(sorted(self.plain.sales), which)
        self.same(
            self.plain.pay_sales(month),
            lambda: merchants.pay_redemptions(month=month, by=TREASURER),
            kill,
        )

    @precondition(lambda self: self.plain.sales)
    @rule(which=some, where=some, kill=kills)
    def send_back(self, which: int, where: int, kill: int | None) -> None:
        month, shop = (
            self.one_of(sorted(self.plain.sales), which),
            self.one_of(self.plain.shops, where),
        )
        id = new_id()
        self.same(
            self.plain.send_back(month, shop),
            lambda: merchants.void_redemption(
                place_id=shop.place, month=month, by=TREASURER, code="AC04", id=id
            ),
            kill,
        )

    @rule(where=some, word=st.sampled_from(["suspend", "resume"]), kill=kills)
    def suspend_or_resume(self, where: int, word: str, kill: int | None) -> None:
        shop, id = self.one_of(self.plain.shops, where), new_id()
        expected = getattr(self.plain, word)(shop)
        operation = getattr(merchants, f"{word}_place")
        self.same(expected, lambda: operation(place_id=shop.place, by=COORDINATOR, id=id), kill)

    @rule(where=some)
    def withdraw(self, where: int) -> None:
        shop = self.plain.shops[0]  # one at most, or nobody could pay any more
        if where % 5 == 0:
            expected = self.plain.withdraw(shop)
            assert self.decide(WithdrawPlace(shop.place)) == expected


def test_any_history_ends_as_the_model_says(shelf: Shelf) -> None:
    Histories.shelf = shelf
    examples = {"sqlite": 10, "postgresql": 5}[connection.vendor]
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=examples * (25 if LONG else 1),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
