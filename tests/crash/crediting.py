"""What a child of the month's crash test does: credit a month while its members pay (child side).

A payment follows from the id of its month and a number alone, so that another life can send the
same id again.
"""

import random
import threading
import time
from collections.abc import Iterable
from datetime import date
from functools import partial

from django.core.management import call_command
from django.db import connection, transaction

from caisse.accounting import checks
from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.ids import Id, derived_id, first_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Outcome, Transfer
from caisse.merchants import operations as merchants
from caisse.merchants.tests import ground as market
from caisse.month import operations as months
from caisse.month.models import MonthlyRun
from caisse.month.operations import crediting
from caisse.month.tests import ground
from caisse.people import operations as people
from caisse.people.operations import Joining, NewHousehold
from tests.crash.nursery import tell

PLACES, AT_ONCE, CHUNK = 3, 16, 100
HEAD_START_S, BREATH_S = 0.05, 0.005
ALLOCATION = 100_00  # cents, and the cap of a wallet
KEPT = 2  # months, that of the credit included: what is older leaves before the next credit


def found(wallets: int) -> None:
    """A caisse of so many households, money for years, three places."""
    call_command("migrate", verbosity=0)
    ground.travel(date(2023, 1, 10))
    bylaws.found(
        name="Essai", preset="montpellier_2023", first_month=ground.FEBRUARY, by=ground.COORDINATOR
    )
    amended = {
        "admission.capacity": None, "balance.cap_multiple": 1, "balance.expiry_months": KEPT
    }  # fmt: skip
    bylaws.decide(
        title="Essai", text="", body="comité", by=ground.COORDINATOR,
        effects=[Amend(name, value, Month(2023, 1)) for name, value in amended.items()],
    )  # fmt: skip
    rows = [Joining(NewHousehold(), date(2023, 1, 11))] * wallets
    people.join_many(rows=rows, by=ground.COORDINATOR)
    for n in range(PLACES):
        market.approved(f"Lieu {n}", "grocery")
    ground.give(wallets * ALLOCATION * 100)
    connection.close()
    tell(founded=True)


def ready(number: int) -> None:
    """The month of that number is frozen and approved, its ids possible."""
    month = Month.from_number(number)
    ground.travel(month.previous().day(20))
    ledger.prepare(month + 1)
    months.freeze(month=month, by=ground.COORDINATOR)
    months.check(month=month, by=ground.TREASURER)
    months.approve(month=month, by=ground.COORDINATOR)
    tell(approved=True)


def credit(number: int, wallets: int, again: list[int], first: int) -> None:
    """Credit the month while payments come in: those of `again`, then new ones from `first` on."""
    month = Month.from_number(number)
    ground.travel(month.day(5))
    _take_turns()
    over = threading.Event()
    payer = threading.Thread(target=_pay, args=(month, wallets, again, first, over))
    payer.start()
    time.sleep(HEAD_START_S)
    try:
        given = months.credit(month=month, by=ground.TREASURER)
    finally:
        over.set()
        payer.join()
        ledger.stop()
    tell(credited=given)


def _take_turns() -> None:
    """Small chunks, and a breath after each, in which payers reach the one lock of SQLite."""
    real = crediting._credit_some
    crediting.CHUNK = CHUNK

    def credit_some(run: MonthlyRun) -> bool:
        more = real(run)
        time.sleep(BREATH_S)
        return more

    crediting._credit_some = credit_some


def ask_again(number: int, wallets: int, count: int) -> None:
    """Send the first `count` payments of the month again; they have no effect any more."""
    month = Month.from_number(number)
    ground.travel(month.day(5), 20)
    _ask(month, wallets, range(count), threading.Event())
    ledger.stop()
    tell(done=True)


def hold(number: int) -> None:
    """Hold the sales of the month."""
    month = Month.from_number(number)
    ground.travel(month.last, 23)
    told = merchants.hold_sales(month=month, by=ground.TREASURER)
    tell(held=told.cents)


def examine(number: int) -> None:
    """At the end of the month: lines of the check that fail, money left in passing."""
    ground.travel(Month.from_number(number).last)
    left = {code: cents for code, cents in books.balances("fund:month").items() if cents}
    tell(red=[f"{line.code}: {line.first}" for line in checks.run() if not line.ok], left=left)


def payment(month: Month, wallets: int, number: int) -> Transfer:
    """Payment `number` of the month."""
    base = first_id(clock.instant(month.day(5), 9))
    chance = random.Random(f"{month} {number}")
    id = derived_id(base, f"payment:{number}")
    wallet, place = chance.randint(1, wallets), chance.randint(1, PLACES)
    cents = chance.choice([1, 4_50, 23_99, 60_00])
    return Transfer(id, f"wallet:{wallet}", f"place:{place}", cents, "payment", cause_of(month))


def cause_of(month: Month) -> Id:
    """What the payments of the month hang on."""
    return derived_id(first_id(clock.instant(month.day(5), 9)), "cause")


def _pay(month: Month, wallets: int, again: list[int], first: int, over: threading.Event) -> None:
    with transaction.atomic():
        events.record("test.opened", subject="test", by=ground.TREASURER, id=cause_of(month))
    endless = iter(range(first, 1 << 40))
    _ask(month, wallets, [*again], threading.Event())
    _ask(month, wallets, endless, over)
    connection.close()


def _ask(month: Month, wallets: int, numbers: Iterable[int], over: threading.Event) -> None:
    """Ask for the payments `numbers`, AT_ONCE of them under way, until it is over."""
    room = threading.Semaphore(AT_ONCE)

    def answered(number: int, outcomes: list[Outcome]) -> None:
        tell(n=number, told=[outcomes[0].answer, *outcomes[0][2:]])
        room.release()

    for number in numbers:
        if over.is_set():
            break
        room.acquire()
        chain = [payment(month, wallets, number)]
        ledger.submit_later(chain, partial(answered, number))
    for _ in range(AT_ONCE):
        room.acquire()
