"""Random histories, first part: days pass, people join and leave, contributions come and go."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from caisse.contributions import operations as contributions
from caisse.contributions.operations import NewReceipt
from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.month.tests import ground
from caisse.month.tests.ground import COORDINATOR, TREASURER
from caisse.people import operations as people
from caisse.people.operations import NewHousehold
from tests.random_histories.asking import Asking, euros, kills, some
from tests.random_histories.plain import DONE, Got, Home

KINDS = {"debit": "bank", "card": "bank", "cash": "desk"}


class Members(Asking):
    """What happens to households and to their money."""

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.plain.pass_days(days)
        clock.travel(clock.instant(self.plain.day, 9))
        ledger.prepare(Month.of(self.plain.day) + 3)

    @rule()
    def the_day_of_the_credit_comes(self) -> None:
        month = Month.of(self.plain.day).next()
        self.days_pass((month.day(5) - self.plain.day).days)

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
