"""How a random history asks its caisse, and what must be true after each step."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from caisse.accounting import checks
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.payments import operations as payments
from caisse.payments.operations.answers import Answer
from tests.crash.copies import Shelf, drop_connection
from tests.crash.killing import Killed, counted
from tests.random_histories.plain import DONE, Plain
from tests.year.identities import Journal

some = st.integers(0, 1_000)  # which one, of those that there are
kills = st.none() | st.integers(1, 40)  # after which statement the operation is killed, if it is
euros = st.sampled_from([1, 4_99, 50_00, 150_00])


class Asking(RuleBasedStateMachine):
    """One caisse in a database of its own, and its model."""

    shelf: Shelf
    plain: Plain

    def __init__(self) -> None:
        super().__init__()
        self.here = ExitStack()
        name = self.shelf.copy(self.shelf.empty, "history")
        self.here.callback(self.shelf.drop, name)
        self.here.enter_context(self.shelf.on(name))
        self.journal = Journal()

    def teardown(self) -> None:
        """Leave the database; it is no more."""
        self.here.close()

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

    def answered(self, expected: str, act: Callable[[], Answer], twice: bool) -> None:
        """The till hears what the model says; asked twice it hears the first receipt again."""
        first = act()
        assert (first.reason if isinstance(first, payments.Declined) else DONE) == expected
        if twice and not isinstance(first, payments.Declined):
            again = act()
            assert not isinstance(again, payments.Declined) and again.again
            assert again.for_member() == first.for_member()

    @staticmethod
    def one_of(things: list[Any], which: int) -> Any:
        return things[which % len(things)]

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
