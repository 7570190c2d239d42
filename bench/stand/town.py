"""The town that every variant is measured on: one caisse, wallets with money, places, a journal.

`python -m bench.stand.town WALLETS PLACES CENTS` founds it, by the ledger's own operations, in the
database that the environment names. Each wallet starts with CENTS.
"""

import sys

import numpy as np
from django.core.management import call_command
from django.db import transaction

import bench.stand.ready  # noqa: F401
from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import Id, derived_id, derived_ids
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer

CHUNK = 5_000


def found(wallets: int, places: int, opening_cents: int) -> None:
    """Migrate, open the accounts, bring money to the bank and into each wallet."""
    call_command("migrate", verbosity=0)
    ledger.found(Month.of(clock.today()))
    codes = [f"wallet:{n}" for n in range(1, wallets + 1)]
    ledger.open_accounts(codes)
    ledger.open_accounts(f"place:{n}" for n in range(1, places + 1))
    with transaction.atomic():
        cause, cents = cause_of("bank.opened"), wallets * opening_cents
        bank = derived_id(cause, "bank")
        ledger.post([Transfer(bank, "bank:caisse", "fund:caisse", cents, "opening_bank", cause)])
    for start in range(0, wallets, CHUNK):
        with transaction.atomic():
            _fill(codes[start : start + CHUNK], opening_cents)


def cause_of(name: str) -> Id:
    """An event of the bench, in the caller's transaction."""
    return events.record(f"bench.{name}", subject="bench", by=SYSTEM)


def _fill(codes: list[str], cents: int) -> None:
    cause = cause_of("wallets.opened")
    ledger.spread(
        debit="fund:caisse", credits=codes, cents=np.full(len(codes), cents, dtype=np.int64),
        ids=derived_ids(cause, "opening", codes), reason="opening_wallet", cause=cause,
        for_month=Month.of(clock.today()),
    )  # fmt: skip


if __name__ == "__main__":
    found(*map(int, sys.argv[1:]))
