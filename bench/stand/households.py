"""A month for very many households on PostgreSQL: its town, and our ways to credit it.

`python -m bench.stand.households found NUMBER CENTS` founds it in the database that the environment
names: a caisse, NUMBER wallets, the money of two months in the fund, one of them set apart, and an
approved plan of CENTS each for the other. `spread` and `credit` then credit one month and print the
seconds that it took.
"""

import sys
import time

import numpy as np
from django.core.management import call_command
from django.db import connection, transaction

import bench.stand.ready  # noqa: F401
from bench.stand.town import cause_of
from caisse.bylaws import operations as bylaws
from caisse.kernel import clock
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import derived_id, derived_ids
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.month import operations as month_operations
from caisse.month.models import MonthlyRun, PlanLine, RunState

CHUNK = 5_000
LINES = f"""
INSERT INTO {PlanLine._meta.db_table} (run_id, wallet, membership, adults, children, full_cents,
    allocated_cents) SELECT %s, n, n, 1, 0, %s, %s FROM generate_series(1, %s) n"""


def this_month() -> Month:
    """The month that is credited."""
    return Month.of(clock.today())


def apart() -> str:
    """The account that holds the money of the month which `spread` and the references credit."""
    return f"fund:month:{this_month().previous()}"


def found(number: int, cents: int) -> None:
    """Found the caisse and open the wallets; nobody has been credited yet."""
    call_command("migrate", verbosity=0)
    bylaws.found(name="Mesure", preset="national_150", first_month=this_month(), by=SYSTEM)
    ledger.open_accounts(f"wallet:{n}" for n in range(1, number + 1))
    ledger.open_accounts([apart(), f"fund:month:{this_month()}"])
    total = number * cents
    with transaction.atomic():
        cause = cause_of("bank.opened")
        bank, month = derived_id(cause, "bank"), derived_id(cause, "month")
        ledger.post(
            [
                Transfer(bank, "bank:caisse", "fund:caisse", 2 * total, "opening_bank", cause),
                Transfer(month, "fund:caisse", apart(), total, "month", cause),
            ]
        )
        _plan(cause, number, cents)


def _plan(cause: bytes, number: int, cents: int) -> None:
    """An approved run and its lines, as `freeze`, `check` and `approve` leave them."""
    total = number * cents
    run = MonthlyRun.objects.create(
        month=this_month(), state=RunState.APPROVED, cause=derived_id(cause, "run"),
        articles="{}", verdict="ok", asked_cents=total, total_cents=total, available_cents=total,
        forecast_cents=0, credit_on=clock.today(), frozen_by="bench", checked_by="one",
        approved_by="two",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LINES, [run.pk, cents, cents, number])


def spread(number: int, cents: int) -> None:
    """Credit the month that is set apart, in transactions of 5,000 wallets."""
    with transaction.atomic():
        cause = cause_of("month.credited")
    for start in range(1, number + 1, CHUNK):
        wallets = range(start, min(start + CHUNK, number + 1))
        with transaction.atomic():
            ledger.spread(
                debit=apart(), credits=[f"wallet:{n}" for n in wallets],
                cents=np.full(len(wallets), cents, dtype=np.int64),
                ids=derived_ids(cause, "allocation", wallets), reason="allocation", cause=cause,
                for_month=this_month().previous(),
            )  # fmt: skip


def credit(_number: int, _cents: int) -> None:
    """Credit the approved plan by the operation that an office calls."""
    month_operations.credit(month=this_month(), by=SYSTEM)


if __name__ == "__main__":
    work = {"found": found, "spread": spread, "credit": credit}[sys.argv[1]]
    started = time.perf_counter()
    work(int(sys.argv[2]), int(sys.argv[3]))
    print(time.perf_counter() - started)
