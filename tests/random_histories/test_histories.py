"""Random histories of a whole caisse, through its operations, against a handful of dictionaries.

Days pass; people join, pay, shop, bring back, leave; the bank takes debits back and refuses
transfers; places are suspended; months are frozen, credited, adjusted, closed; any of it may be
killed after any statement and asked again. After each step the answer is the model's, every
account holds what the model says, the identities hold and every line of the check is green.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from typing import Any

from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from caisse.accounting import checks
from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend, Effect
from caisse.contributions import operations as contributions
from caisse.contributions.operations import NewReceipt
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants.operations import ApprovePlace, WithdrawPlace
from caisse.merchants.tests import ground as market
from caisse.month import operations as months
from caisse.month.tests import ground
from caisse.month.tests.ground import COORDINATOR, FEBRUARY, TREASURER
from caisse.payments import operations as payments
from caisse.payments.operations.answers import Answer
from caisse.people import operations as people
from caisse.people.operations import NewHousehold
from conftest import LONG
from tests.crash.copies import Shelf, drop_connection
from tests.crash.killing import Killed, counted
from tests.random_histories.plain import DONE, Articles, Bought, Got, Home, Plain, Shop
from tests.year.identities import Journal

CASHIER = Actor("caisse-1", frozenset({"cashier"}))
KINDS = {"debit": "bank", "card": "bank", "cash": "desk"}
FIRST_DAY = date(2023, 1, 10)

some = st.integers(0, 1_000)  # which one, of those that there are
kills = st.none() | st.integers(1, 40)  # after which statement the operation is killed, if it is
ALL = 0  # what is in the wallet
amounts = st.sampled_from([ALL, 1, 4_99, 5_00, 23_45, 60_00, 150_00])
euros = st.sampled_from([1, 4_99, 50_00, 150_00])


class Histories(RuleBasedStateMachine):
    """One caisse, from its founding on."""

    shelf: Shelf

    def __init__(self) -> None:
        super().__init__()
        self.here = ExitStack()
        name = self.shelf.copy(self.shelf.empty, "history")
        self.here.callback(self.shelf.drop, name)
        self.here.enter_context(self.shelf.on(name))
        self.journal = Journal()

    def teardown(self) -> None:
        self.here.close()

    @initialize(
        cap=st.integers(1, 3), expiry=st.none() | st.integers(1, 3),
        fee_bp=st.sampled_from([0, 150]), least=st.sampled_from([0, 5_00]),
        floor=st.sampled_from([0, -50_00]), rich=st.sampled_from([True, True, True, False]), behind=st.integers(0, 3),
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

    # --- asking -------------------------------------------------------------------------------

    def asked(self, act: Callable[[], Any], kill: int | None = None) -> Any:
        """What the operation answers; with `kill`, to whoever asks again after it was killed."""
        try:
            if kill is not None:
                try:
                    with counted(kill):
                        act()
                except Killed:
                    drop_connection()
            return act()
        except Refusal as refusal:
            return refusal.reason

    def same(self, expected: str, act: Callable[[], Any], kill: int | None = None) -> None:
        """The operation says what the model says."""
        answer = self.asked(act, kill)
        assert (answer if isinstance(answer, str) else DONE) == expected

    def decide(self, *effects: Effect) -> str:
        def act() -> None:
            bylaws.decide(title="Essai", text="", body="comité", effects=effects, by=COORDINATOR)

        return self.asked(act) or DONE

    # --- time ---------------------------------------------------------------------------------

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.plain.pass_days(days)
        clock.travel(clock.instant(self.plain.day, 9))
        ledger.prepare(Month.of(self.plain.day) + 3)

    @rule()
    def the_day_of_the_credit_comes(self) -> None:
        month = Month.of(self.plain.day).next()
        self.days_pass((month.day(5) - self.plain.day).days)

    # --- people -------------------------------------------------------------------------------

    @rule(cents=st.sampled_from([0, 1_00, 50_00]), kill=kills)
    def join(self, cents: int, kill: int | None) -> None:
        id, day = new_id(), self.plain.day
        joined = self.asked(
            lambda: people.join(household=NewHousehold(), joined_on=day, by=COORDINATOR, id=id),
            kill,
        )
        home = Home(joined.membership_id, joined.wallet_id, day)
        self.plain.homes.append(home)
        if cents:
            self.pledge(home, cents, kill)

    @rule(which=some, cents=st.sampled_from([1_00, 20_00, 50_00]), kill=kills)
    def pledge_again(self, which: int, cents: int, kill: int | None) -> None:
        home = self.one_of(self.plain.homes, which)
        if home.left is None:
            self.pledge(home, cents, kill)

    def pledge(self, home: Home, cents: int, kill: int | None) -> None:
        id = new_id()
        told = self.asked(
            lambda: contributions.pledge(
                membership_id=home.membership, cents=cents, by=COORDINATOR, id=id
            ),
            kill,
        )
        home.pledges.append((told.since, cents))

    @rule(which=some)
    def leave(self, which: int) -> None:
        home = self.one_of(self.plain.homes, which)
        expected, day = self.plain.leave(home), self.plain.day
        self.same(
            expected,
            lambda: people.leave(membership_id=home.membership, on=day, by=COORDINATOR),
        )

    @precondition(lambda self: any(home.left for home in self.plain.homes))
    @rule(which=some, kill=kills)
    def end(self, which: int, kill: int | None) -> None:
        home = self.one_of([home for home in self.plain.homes if home.left], which)
        id, cents = new_id(), home.cents
        expected = self.plain.end(home)
        answer = self.asked(
            lambda: people.close(membership_id=home.membership, by=COORDINATOR, id=id), kill
        )
        assert answer == (cents if expected == DONE else expected)

    # --- contributions ------------------------------------------------------------------------

    @rule(kill=kills)
    def call(self, kill: int | None) -> None:
        month = Month.of(self.plain.day)
        self.same(
            self.plain.call(month), lambda: contributions.call(month=month, by=TREASURER), kill
        )

    @rule(
        which=some, kind=st.sampled_from(sorted(KINDS)), cents=euros, recovery=st.booleans(),
        kill=kills,
    )  # fmt: skip
    def receive(self, which: int, kind: str, cents: int, recovery: bool, kill: int | None) -> None:
        home, month, id = self.one_of(self.plain.homes, which), Month.of(self.plain.day), new_id()
        desk = "accueil" if kind == "cash" else None
        row = NewReceipt(home.membership, month, cents, kind, desk=desk, recovery=recovery)
        [told] = self.asked(
            lambda: contributions.receive_many(rows=[row], by=TREASURER, confirmed=True, id=id),
            kill,
        )
        ahead = max(0, cents - max(0, home.due))
        assert told.beyond_cents == ahead
        self.plain.receive(Got(told.receipt_id, home, month, cents, kind, KINDS[kind]))

    @rule(kill=kills)
    def deposit(self, kill: int | None) -> None:
        id = new_id()
        self.same(
            self.plain.deposit(),
            lambda: contributions.deposit(desk="accueil", kind="cash", by=TREASURER, id=id),
            kill,
        )

    @rule(which=some, cents=euros, kill=kills)
    def debit_comes_back(self, which: int, cents: int, kill: int | None) -> None:
        if not any(got.kind == "debit" for got in self.plain.got):
            self.receive(which, "debit", cents, False, kill)
        got = self.one_of([got for got in self.plain.got if got.kind == "debit"], which)
        id = new_id()
        self.same(
            self.plain.bounce(got),
            lambda: contributions.return_receipt(
                receipt_id=got.id, code="AM04", by=TREASURER, id=id
            ),
            kill,
        )

    @rule(kill=kills)
    def cover_returns(self, kill: int | None) -> None:
        id, expected = new_id(), self.plain.cover()
        assert (
            self.asked(lambda: contributions.cover_returns(by=TREASURER, id=id), kill) == expected
        )

    @rule(cents=st.sampled_from([10_00, 250_00, 1_000_00]))
    def give(self, cents: int) -> None:
        ground.give(cents)
        self.plain.give(cents)

    # --- the month ----------------------------------------------------------------------------

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

    # --- at the till --------------------------------------------------------------------------

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

    def answered(self, expected: str, act: Callable[[], Answer], twice: bool) -> None:
        """The till hears what the model says; asked twice it hears the first receipt again."""
        first = act()
        assert (first.reason if isinstance(first, payments.Declined) else DONE) == expected
        if twice and not isinstance(first, payments.Declined):
            again = act()
            assert not isinstance(again, payments.Declined) and again.again
            assert again.for_member() == first.for_member()

    # --- places -------------------------------------------------------------------------------

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

    @staticmethod
    def one_of(things: list[Any], which: int) -> Any:
        return things[which % len(things)]

    # --- what must be -------------------------------------------------------------------------

    @invariant()
    def the_books_are_the_model(self) -> None:
        if not hasattr(self, "plain"):
            return
        expected = self.plain.accounts()
        found = {code: row.balance for code, row in books.accounts(expected).items()}
        assert found == {code: cents for code, cents in expected.items() if cents or code in found}
        held = {f"place:{shop.place}": shop.held for shop in self.plain.shops}
        assert {code: row.held for code, row in books.accounts(held).items()} == held
        sums = self.journal.read()
        assert sums.wrong() == []
        assert sums.gap == self.plain.gap() == self.plain.fund - self.plain.owed
        red = {line.code for line in checks.run() if not line.ok}
        assert red == ({"cover"} if self.plain.uncovered or sums.gap < 0 else set())


def test_any_history_ends_as_the_model_says(shelf: Shelf) -> None:
    Histories.shelf = shelf
    examples = {"sqlite": 10, "postgresql": 5}[connection.vendor]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Histories,
        settings=settings(
            max_examples=examples * (25 if LONG else 1), stateful_step_count=40, deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
