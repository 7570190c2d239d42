"""What the tests of funding stand on: a ledger that was founded, a clock, short ways to read it."""

from datetime import date

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books

ACCOUNTANT = Actor("accountant", frozenset({"accountant"}))


def founded(day: date) -> None:
    """A ledger with its fixed accounts, months prepared around `day`, the clock at 9:00 on it."""
    clock.travel(clock.instant(day, 9))
    ledger.found(Month.of(day))


def go(day: date) -> None:
    """The clock at 9:00 on `day`, its month prepared."""
    clock.travel(clock.instant(day, 9))
    ledger.prepare(Month.of(day))


def cash(fund: str) -> int:
    """What lies at the bank of `fund`, in cents."""
    return -books.balance(f"bank:{fund}")
