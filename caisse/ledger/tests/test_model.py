"""The model test: any sequence of doors, crashes, repeats and jumps of the clock, and a dictionary.

Each run has accounts of its own beside the shared ones, so that no table is emptied in between.
"""

import itertools
import threading
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from caisse.kernel import clock
from caisse.kernel.ids import derived_id, derived_ids, new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries
from caisse.ledger.rules import Outcome, Refused, Transfer
from caisse.ledger.tests.books import recount, rows
from caisse.ledger.tests.plain import Plain, Told
from caisse.ledger.tests.test_bank import break_connection
from conftest import LONG

START_MS = 1_708_000_000_000  # 15 February 2024
MONTH = Month(2024, 2)
SHARED = ("bank:caisse", "fund:caisse", "fund:offline", "tries:all", "bank:operating")
RUNS = itertools.count()
HOUR_MS = 3_600_000

WALLETS, PLACES = st.integers(1, 4), st.integers(1, 3)
CENTS = st.sampled_from([1, 5, 20, 100, 250, 1_000])
DOORS = st.sampled_from(["submit", "submit", "post"])
Chain = list[Transfer]


class Caisse(RuleBasedStateMachine):
    """Commands on the real doors; after each, answers and balances are the dictionary's."""

    sent = Bundle("sent")  # chains that were asked, posted or not

    def __init__(self) -> None:
        super().__init__()
        self.run, self.count = next(RUNS), 0
        self.now = self.latest = START_MS
        clock.travel(self.now)
        self.model = Plain(self.now)

    @initialize(wallets=st.tuples(CENTS, CENTS, CENTS, CENTS))
    def found(self, wallets: tuple[int, ...]) -> None:
        """Four wallets, three places, a month, buckets for wrong PINs; money in the wallets."""
        if queries.account("bank:caisse") is None:
            ledger.found(MONTH)
        ledger.void_expired()  # as each minute does: the clock was put back since the last run
        stored = queries.accounts(SHARED)
        for code in SHARED:
            self.model.open(code, balance=stored[code].balance)
        for n in range(1, 5):
            self._open(self.wallet(n), ceiling=1_500 if n == 2 else None)
        for n in range(1, 4):
            self._open(self.place(n), floor=-50)
        self._open(f"fund:month:{self.run}")
        self._open(f"tries:{self.run}:u", ceiling=2)
        total = sum(wallets)
        first = [
            self.link("bank:caisse", "fund:caisse", 2 * total, "contribution"),
            self.link("fund:caisse", f"fund:month:{self.run}", 2 * total, "month"),
            *(
                self.link(f"fund:month:{self.run}", self.wallet(n), cents, "allocation")
                for n, cents in enumerate(wallets, 1)
            ),
        ]
        assert self.ask(first, "post") == "posted"

    # --- what is asked

    @rule(target=sent, door=DOORS, wallet=WALLETS, place=PLACES, cents=CENTS, limited=st.booleans())
    def pay(self, door: str, wallet: int, place: int, cents: int, limited: bool) -> Chain:
        """A payment, perhaps unless too many PINs were wrong."""
        unless = f"tries:{self.run}:u" if limited else None
        link = self.link(self.wallet(wallet), self.place(place), cents, "payment", unless=unless)
        return self.told([link], door)

    @rule(target=sent, wallet=WALLETS, other=WALLETS, place=PLACES, cents=CENTS, door=DOORS)
    def chain(self, wallet: int, other: int, place: int, cents: int, door: str) -> Chain:
        """Three links, all or none."""
        links = [
            self.link(self.wallet(wallet), self.place(place), cents, "payment"),
            self.link(self.wallet(other), self.wallet(wallet), cents, "gift"),
            self.link(self.place(place), "bank:caisse", cents, "redemption"),
        ]
        return self.told(links, door)

    @rule(
        target=sent, wallet=WALLETS, place=PLACES, cents=CENTS, door=DOORS,
        hours=st.sampled_from([None, 0, 1, 30]),
    )  # fmt: skip
    def hold(self, wallet: int, place: int, cents: int, door: str, hours: int | None) -> Chain:
        """A paper sale, with or without an end."""
        expires = None if hours is None else self.now + hours * HOUR_MS
        link = self.link(
            self.wallet(wallet), self.place(place), cents, "payment", phase="held",
            expires_at=expires,
        )  # fmt: skip
        return self.told([link], door)

    @rule(target=sent, door=DOORS)
    def wrong_pin(self, door: str) -> Chain:
        """One more in the bucket, for an hour."""
        link = self.link(
            f"tries:{self.run}:u", "tries:all", 1, "try", unit="try", phase="held",
            expires_at=self.now + HOUR_MS,
        )  # fmt: skip
        return self.told([link], door)

    @rule(
        target=sent, chain=sent, phase=st.sampled_from(["post", "void", "reverse", "refund"]),
        cents=CENTS, whole=st.booleans(), door=DOORS,
    )  # fmt: skip
    def close(self, chain: Chain, phase: str, cents: int, whole: bool, door: str) -> Chain:
        """Something that refers to what was asked before, whatever became of it."""
        first = chain[0]
        amount = first.cents if whole else min(first.cents, cents)
        there, back = (first.debit, first.credit), (first.credit, first.debit)
        if phase == "refund":
            link = self.link(*back, amount, "refund", of=first.id)
        else:
            pair = back if phase == "reverse" else there
            link = self.link(
                *pair, first.cents if phase == "void" else amount, first.reason, of=first.id,
                phase=phase, unit=first.unit,
            )  # fmt: skip
        return self.told([link], door)

    @rule(target=sent, wallet=WALLETS)
    def pay_costs_with_it(self, wallet: int) -> Chain:
        """From the segregated account, from a wallet: never."""
        link = self.link(self.wallet(wallet), "bank:operating", 1, "pay_cost")
        other = self.link("bank:caisse", "bank:operating", 1, "interest")
        self.told([other], "post")
        return self.told([link], "submit")

    # --- the same again

    @rule(chain=sent, door=DOORS)
    def duplicate(self, chain: Chain, door: str) -> None:
        """The same ids again, by either door."""
        self.ask(chain, door)

    @rule(chain=sent, door=DOORS, field=st.sampled_from(["cents", "credit", "reason", "method"]))
    def tamper(self, chain: Chain, door: str, field: str) -> None:
        """The same ids with other content."""
        first = chain[0]
        others: dict[str, Any] = {"cents": first.cents + 1, "credit": self.place(3)}
        others |= {"reason": "split", "method": "paper"}
        self.ask([first._replace(**{field: others[field]}), *chain[1:]], door)

    @rule(target=sent, chains=st.lists(sent, max_size=4), wallet=WALLETS, cents=CENTS)
    def at_once(self, chains: list[Chain], wallet: int, cents: int) -> Any:
        """Old chains and new ones arrive together and out of order."""
        fresh = [
            self.told_later(self.link(self.wallet(wallet), self.place(n), cents, "payment"))
            for n in (1, 2)
        ]
        batch = [fresh[0], *chains, fresh[1]]
        told: list[list[Outcome]] = [[] for _ in batch]
        all_told = threading.Semaphore(0)

        def keep(n: int, outcomes: list[Outcome]) -> None:
            told[n] = outcomes
            all_told.release()

        for n, chain in enumerate(batch):
            ledger.submit_later(chain, lambda outcomes, n=n: keep(n, outcomes))  # type: ignore[misc]
        for _ in batch:
            assert all_told.acquire(timeout=30)
        for chain, outcomes in zip(batch, told, strict=True):
            self.same(outcomes, self.model.ask(chain))
        return multiple(*fresh)

    # --- months

    @rule(
        cents=st.tuples(CENTS, CENTS, CENTS, CENTS), cap=st.sampled_from([None, 300, 1_200]),
        twice=st.booleans(),
    )  # fmt: skip
    def credit(self, cents: tuple[int, ...], cap: int | None, twice: bool) -> None:
        """The wallets are credited by `spread`; the dictionary does it one by one."""
        cause = self.cause()
        codes = [self.wallet(n) for n in range(1, 5)]
        numbers = derived_ids(cause, "allocation", range(4))
        chain = []
        for code, amount, id_ in zip(codes, cents, numbers, strict=True):
            account = self.model.accounts[code]
            caps = [c - account["balance"] for c in (cap, account["ceiling"]) if c is not None]
            room = max(0, min(amount, *caps)) if caps else amount
            if account["state"] == "open" and room:
                chain.append(
                    Transfer(id_, f"fund:month:{self.run}", code, room, "allocation", cause)
                )
        told = self.model.ask(chain) if chain else []
        for _ in range(1 + twice):
            answer = self._spread(codes, cents, numbers, cause, cap)
            if any(each[0] != "posted" for each in told):
                assert answer == "insufficient"
            else:
                given = {t.id: t.cents for t in chain}
                assert answer == [given.get(id_, 0) for id_ in numbers]

    def _spread(
        self, codes: list[str], cents: tuple[int, ...], numbers: list[bytes], cause: bytes,
        cap: int | None,
    ) -> list[int] | str:  # fmt: skip
        try:
            with transaction.atomic():
                return ledger.spread(  # type: ignore[no-any-return]
                    debit=f"fund:month:{self.run}", credits=codes, cents=np.array(cents),
                    ids=numbers, reason="allocation", cause=cause, for_month=MONTH,
                    ceilings=None if cap is None else np.array([cap] * 4),
                ).tolist()  # fmt: skip
        except Refused as refused:
            return refused.answer

    @rule(first=WALLETS, second=WALLETS, cents=st.tuples(CENTS, CENTS))
    def expire(self, first: int, second: int, cents: tuple[int, int]) -> None:
        """Money goes back by `gather`, all or none."""
        if first == second:
            return
        cause = self.cause()
        codes = [self.wallet(first), self.wallet(second)]
        numbers = derived_ids(cause, "expiry", codes)
        told = self.model.ask(
            [
                Transfer(id_, code, "fund:caisse", amount, "expiry", cause)
                for id_, code, amount in zip(numbers, codes, cents, strict=True)
            ]
        )
        try:
            with transaction.atomic():
                moved = ledger.gather(
                    debits=codes, credit="fund:caisse", cents=np.array(cents), ids=numbers,
                    reason="expiry", cause=cause, for_month=MONTH,
                ).tolist()  # fmt: skip
            assert (moved, {each[0] for each in told}) == (list(cents), {"posted"})
        except Refused as refused:
            assert refused.answer in {each[0] for each in told} - {"chain"}

    @rule()
    def void_expired(self) -> None:
        """The timetable's minute."""
        due = [
            t for t, _ in self.model.posted.values()
            if t.phase == "held" and t.expires_at is not None and t.expires_at <= self.now
            and not any(u.of == t.id and u.phase in ("post", "void")
                        for u, _ in self.model.posted.values())
        ]  # fmt: skip
        assert ledger.void_expired() == len(due)
        for t in due:
            for (id_,) in rows("SELECT id FROM ledger_transfer WHERE of = %s", _param(t.id)):
                void = t._replace(id=bytes(id_), phase="void", of=t.id, unless=None)
                if bytes(id_) not in self.model.posted:
                    assert self.model.ask([void])[0][0] == "posted"

    # --- what happens around

    @rule(
        which=st.sampled_from(["wallet", "place"]),
        n=PLACES,
        state=st.sampled_from(["open", "closed"]),
    )
    def suspend(self, which: str, n: int, state: Any) -> None:
        """Close or open a wallet or a place."""
        code = self.wallet(n) if which == "wallet" else self.place(n)
        ledger.set_state([code], state)
        self.model.accounts[code]["state"] = state

    @rule(how=st.sampled_from(["stopped", "broken"]))
    def crash(self, how: str) -> None:
        """The writer's connection is gone; whoever asks next must not notice."""
        ledger.stop() if how == "stopped" else break_connection()

    @rule(hours=st.sampled_from([-1, 1, 31]))
    def time_passes(self, hours: int) -> None:
        """The clock goes on, or back."""
        self.now += hours * HOUR_MS
        self.latest = max(self.latest, self.now)
        self.model.now = self.now
        clock.travel(self.now)
        ledger.prepare(Month.of(clock.today()))

    @invariant()
    def the_balances_are_the_dictionarys(self) -> None:
        """Of this run's accounts and of the shared ones."""
        stored = queries.accounts(self.model.accounts)
        assert {c: (a.balance, a.held, a.state) for c, a in stored.items()} == {
            c: (a["balance"], a["held"], a["state"]) for c, a in self.model.accounts.items()
        }

    def teardown(self) -> None:
        """Everything recounted by plain SQL; the next run finds no expired holds of this one."""
        clock.travel(self.latest + 40 * HOUR_MS)  # also what was held before the clock went back
        ledger.void_expired()
        clock.travel(None)
        assert recount() == []

    # --- words

    def wallet(self, n: int) -> str:
        return f"wallet:{self.run}{'abcd'[n - 1]}"

    def place(self, n: int) -> str:
        return f"place:{self.run}{'abc'[n - 1]}"

    def cause(self) -> bytes:
        """An id that the same run gives again: a failing one must fail twice."""
        self.count += 1
        return derived_id(new_id(self.now)[:6] + bytes(10), f"{self.run}.{self.count}")

    def link(self, debit: str, credit: str, cents: int, reason: str, **more: Any) -> Transfer:
        id_ = self.cause()
        return Transfer(id_, debit, credit, cents, reason, id_, **more)

    def _open(self, code: str, *, floor: int | None = None, ceiling: int | None = None) -> None:
        ledger.open_accounts([code], floor=floor, ceiling=ceiling)
        self.model.open(code, floor=floor or 0, ceiling=ceiling)

    def told(self, chain: Chain, door: str) -> Chain:
        """Ask, and keep it to be asked again."""
        self.ask(chain, door)
        return chain

    def told_later(self, link: Transfer) -> Chain:
        return [link]

    def ask(self, chain: Chain, door: str) -> str:
        """By one door and in the dictionary; the first answer."""
        if door == "submit":
            outcomes = ledger.submit(chain)
        else:
            try:
                with transaction.atomic():
                    outcomes = ledger.post(chain)
            except Refused as refused:
                outcomes = refused.outcomes
        self.same(outcomes, self.model.ask(chain))
        return outcomes[0].answer

    def same(self, outcomes: list[Outcome], wanted: list[Told]) -> None:
        assert [(o.answer, o.debit_after, o.credit_after) for o in outcomes] == wanted


def _param(id_: bytes) -> object:
    return id_ if connection.vendor == "sqlite" else id_.hex()


@pytest.mark.django_db(transaction=True)
def test_the_ledger_is_the_dictionary() -> None:
    run_state_machine_as_test(
        Caisse,
        settings=settings(max_examples=300 if LONG else 12, stateful_step_count=60 if LONG else 25),
    )
