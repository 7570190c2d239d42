"""What a child of the crash tests does: found a small caisse, pay, ask again (child side).

Chains follow from a seed and a number alone, so that another life can send the same ids again.
"""

import random
import threading
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.management import call_command
from django.db import connection, connections, transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Outcome, Transfer
from tests.crash.nursery import live, tell

WALLETS, PLACES, START = 8, 3, 1_000_00
AT_ONCE = 16  # chains in flight


def found() -> None:
    """The schema, the accounts, START cents in each wallet."""
    call_command("migrate", verbosity=0)
    month = Month.of(clock.today())
    wallets = [f"wallet:{n}" for n in range(1, WALLETS + 2)]
    with transaction.atomic():
        ledger.found(month)
        ledger.open_accounts([*wallets, *(f"place:{n}" for n in range(1, PLACES + 1))])
        cause = events.record("crash.founded", subject="test", by=SYSTEM)
        moves = [("bank:caisse", "fund:caisse", START * len(wallets), "contribution")]
        moves += [("fund:caisse", wallet, START, "opening_wallet") for wallet in wallets]
        ledger.post(
            [
                Transfer(derived_id(cause, f"{to}"), *move, cause)
                for move in moves
                for to in move[1:2]
            ]
        )
    connection.close()
    tell(founded=True)


def elsewhere(file: str, job: str, *arguments: Any) -> None:
    """A job in the SQLite file `file` instead of the home's own; before anything is opened."""
    connections["default"].settings_dict["NAME"] = file
    live(job, list(arguments))


def chain_of(base: str, number: int, kind: str) -> list[Transfer]:
    """Chain `number` of those that hang on the id `base` (hex).

    `plain` ones come from a wallet that nobody else empties: no rule refuses them.
    """
    cause = bytes.fromhex(base)
    chance = random.Random(f"{base}{number}")
    ids = [derived_id(cause, f"{number}.{n}") for n in range(4)]
    wallet, other = (f"wallet:{n}" for n in chance.sample(range(1, WALLETS + 1), 2))
    place = f"place:{chance.randint(1, PLACES)}"
    if kind == "plain":
        return [Transfer(ids[0], f"wallet:{WALLETS + 1}", place, 1, "payment", cause)]
    cents = chance.choice([1, 50, 20_00, 300_00])
    payment = Transfer(ids[0], wallet, place, cents, "payment", cause)
    held = payment._replace(phase="held")
    refund = Transfer(ids[1], place, wallet, 1, "refund", cause, of=ids[0])
    chains = [
        [payment],
        [payment, refund],
        [payment, Transfer(ids[1], place, "bank:caisse", cents, "redemption", cause)],
        [held, held._replace(id=ids[1], phase="post", of=ids[0], cents=max(1, cents // 2))],
        [Transfer(ids[0], wallet, other, cents, "gift", cause), payment._replace(id=ids[1])],
        [held],
        [
            Transfer(ids[0], "bank:caisse", "fund:caisse", 150_00, "contribution", cause),
            Transfer(ids[1], "fund:caisse", wallet, 150_00, "opening_wallet", cause),
        ],
    ]
    return chance.choice(chains)


def pay(base: str, kind: str, again: list[int], first: int, count: int, at_once: int) -> None:
    """Ask for the chains `again`, then for `count` new ones; tell each as it is answered."""
    _ask(base, kind, [*again, *range(first, first + count)], at_once)
    ledger.stop()
    tell(done=True)


def _ask(base: str, kind: str, numbers: Iterable[int], at_once: int) -> None:
    room = threading.Semaphore(at_once)

    def answered(number: int, outcomes: list[Outcome]) -> None:
        tell(
            n=number,
            told=[[o.answer, o.seq, o.at, o.debit_after, o.credit_after] for o in outcomes],
        )
        room.release()

    for number in numbers:
        room.acquire()
        ledger.submit_later(chain_of(base, number, kind), partial(answered, number))
    for _ in range(at_once):
        room.acquire()


def ids_of(base: str, number: int, kind: str) -> list[Id]:
    """The ids of a chain, for whoever counts."""
    return [transfer.id for transfer in chain_of(base, number, kind)]
