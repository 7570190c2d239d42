"""A month is killed with SIGKILL while it is credited and its members pay (P1, P5).

However often it is killed, started again it ends the same: every household has its allocation, once
(less what its cap leaves out, judged on the balance under lock), what the plan says is what moved,
and every payment that was acknowledged is there, once, with the receipt that was given.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from pytest_django.plugin import DjangoDbBlocker

from caisse.kernel.month import Month
from caisse.ledger.tests.books import recount
from conftest import LONG
from tests.crash import crediting
from tests.crash.crediting import ALLOCATION, AT_ONCE, PLACES
from tests.crash.home import Home, Nursery, Told

SEED = int(os.environ.get("CAISSE_SEED", "20230205"))
KILLS = 50 if LONG else 5  # on each database
WALLETS = 3_000
FEBRUARY = Month(2023, 2)
JOBS = crediting.__name__


class Caisse:
    """A caisse in a home of its own, and what its payers were told in a month."""

    def __init__(self, home: Home) -> None:
        self.home, self.nursery = home, Nursery(home)
        self.month = FEBRUARY.previous()
        self.do("found", WALLETS)

    def do(self, job: str, *arguments: object) -> list[Told]:
        """One life that nobody disturbs."""
        told, code = self.nursery.live(f"{JOBS}:{job}", *arguments)
        assert code == 0, (job, told[-3:])
        return told

    def at_once(self, job: str, *arguments: object) -> list[list[Told]]:
        """The same life in two processes at the same time; what each told at its end."""
        with closing(Nursery(self.home)) as other, ThreadPoolExecutor(2) as pool:
            lives = [
                pool.submit(nursery.live, f"{JOBS}:{job}", *arguments)
                for nursery in (self.nursery, other)
            ]
            ends = [life.result() for life in lives]
        assert [code for _, code in ends] == [0, 0]
        return [[line for line in told if "n" not in line] for told, _ in ends]

    def next_month(self) -> None:
        """Another month waits for its credit; nobody has paid in it."""
        self.month = self.month.next()
        self.asked, self.told = 0, dict[int, list[object]]()
        self.do("ready", self.month.number)

    def credit(self, kill: Callable[[Told], bool] = lambda told: False) -> int | None:
        """One life that credits while people pay; the cents credited, None when it was killed."""
        doubts = [n for n in range(self.asked) if n not in self.told]
        lines, code = self.nursery.live(
            f"{JOBS}:credit", self.month.number, WALLETS, doubts, self.asked, kill=kill
        )
        for line in lines:
            if "n" in line:
                self.told.setdefault(line["n"], line["told"])
                self.asked = max(self.asked, line["n"] + 1)
        if code == 0:
            return int(lines[-1]["credited"])
        assert code == -9
        self.asked += AT_ONCE  # these may have been under way
        return None


@pytest.fixture(scope="module")
def caisse(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Caisse]:
    with django_db_blocker.unblock():
        home = Home(tmp_path_factory.mktemp("month"), "month")
        home.create()
        made = Caisse(home)
        yield made
        made.nursery.close()
        home.drop()


def after(seconds: float) -> Callable[[Told], bool]:
    """Kill at the first answer after so many seconds."""
    end = time.monotonic() + seconds
    return lambda told: time.monotonic() >= end


def test_a_month_that_is_killed_again_and_again_ends_the_same(caisse: Caisse) -> None:
    draw = random.Random(SEED)
    caisse.next_month()
    began = time.monotonic()
    assert caisse.credit() == WALLETS * ALLOCATION
    length_s = time.monotonic() - began
    killed = 0
    while killed < KILLS:
        caisse.next_month()
        for _ in range(min(draw.choice([1, 2, 3]), KILLS - killed)):
            given = caisse.credit(after(draw.uniform(0, length_s)))
            killed += given is None
        given = caisse.credit()
        assert given is not None
        as_planned(caisse, given)
        as_ruled(caisse)
        as_told(caisse)
    sound(caisse)


def test_two_processes_that_credit_the_same_month_credit_it_once(caisse: Caisse) -> None:
    for _ in range(8 if LONG else 1):
        caisse.next_month()
        given = caisse.at_once("credit", caisse.month.number, WALLETS, [], 0)
        assert given[0] == given[1]
        as_planned(caisse, given[0][-1]["credited"])
        as_ruled(caisse)
    sound(caisse)


def test_two_processes_that_hold_the_same_sales_hold_them_once(caisse: Caisse) -> None:
    month = caisse.month.number
    ends = caisse.at_once("hold", month)
    assert ends[0] == ends[1]
    rows = caisse.home.rows(
        "SELECT a.code, a.held, a.credits - a.debits, t.cents FROM ledger_transfer t "
        "JOIN ledger_account a ON a.id = t.debit "
        f"WHERE t.reason = 'redemption' AND t.phase = 'held' AND t.for_month = {month}"
    )
    assert len(rows) == PLACES
    assert all(held == owed == cents for _, held, owed, cents in rows)
    assert sum(row[3] for row in rows) == ends[0][-1]["held"]
    sound(caisse)


def as_planned(caisse: Caisse, given: int) -> None:
    """What the plan says is what moved, each line once, within the cap; the rest went back."""
    rows = caisse.home.rows(
        "SELECT l.wallet, l.allocated_cents, l.credited_cents, r.total_cents, r.credited_cents, "
        "r.state FROM month_planline l JOIN month_monthlyrun r ON r.id = l.run_id "
        f"WHERE r.month = {caisse.month.number}"
    )
    moved = caisse.home.rows(
        "SELECT a.code, t.cents, t.credit_after FROM ledger_transfer t "
        "JOIN ledger_account a ON a.id = t.credit "
        f"WHERE t.reason = 'allocation' AND t.for_month = {caisse.month.number}"
    )
    assert len(rows) == WALLETS
    assert {row[5] for row in rows} == {"credited"}
    credited = {f"wallet:{wallet}": cents for wallet, _, cents, *_ in rows if cents}
    assert sorted((code, cents) for code, cents, _ in moved) == sorted(credited.items())
    assert sum(credited.values()) == given == rows[0][4]
    assert max(after for _, _, after in moved) <= ALLOCATION
    aside = caisse.home.rows(
        "SELECT SUM(CASE reason WHEN 'month' THEN cents ELSE -cents END) FROM ledger_transfer "
        f"WHERE reason IN ('month', 'month_rest') AND for_month = {caisse.month.number}"
    )
    assert aside == [(given,)]


def as_ruled(caisse: Caisse) -> None:
    """What expired was old: by the balance at that very moment, and before the month's credit."""
    recent = dict(
        caisse.home.rows(
            "SELECT l.wallet, l.credited_cents FROM month_planline l JOIN month_monthlyrun r "
            f"ON r.id = l.run_id WHERE r.month = {caisse.month.previous().number}"
        )
    )
    journal = caisse.home.rows(
        "SELECT a.code, t.reason, t.cents, t.debit_after FROM ledger_transfer t "
        "JOIN ledger_account a "
        "ON a.id = CASE t.reason WHEN 'expiry' THEN t.debit ELSE t.credit END "
        f"WHERE t.reason IN ('expiry', 'allocation') AND t.for_month = {caisse.month.number} "
        "ORDER BY t.seq"
    )
    credited: set[str] = set()
    for code, reason, cents, after in journal:
        if reason == "allocation":
            credited.add(code)
        else:
            kept = recent.get(int(code.removeprefix("wallet:")), 0)
            assert (code in credited, cents) == (False, after + cents - kept)


def as_told(caisse: Caisse) -> None:
    """Each payment sent again gets the receipt that was given; what was refused moved nothing."""
    again = {
        line["n"]: line["told"]
        for line in caisse.do("ask_again", caisse.month.number, WALLETS, caisse.asked)
        if "n" in line
    }
    assert len(again) == caisse.asked
    for number, (answer, *receipt) in caisse.told.items():
        if answer in ("posted", "exists"):
            assert again[number] == ["exists", *receipt]
        else:
            assert again[number][0] != "exists", "told no, and done all the same"


def sound(caisse: Caisse) -> None:
    """Every line of the check is green, plain SQL finds nothing, nothing is left in a month."""
    [found] = caisse.do("examine", caisse.month.number)
    assert (found["red"], found["left"]) == ([], {})
    assert recount(caisse.home.rows) == []
