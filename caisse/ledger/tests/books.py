"""A small caisse in the real database, and its books recounted by plain SQL.

`recount` reads the raw tables and nothing of `ledger.queries`: what it finds, it names.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from django.db import connection, transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import Id, derived_id, new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Outcome, Transfer

START = 1_000_00  # cents in each wallet
Rows: TypeAlias = Callable[..., list[tuple[Any, ...]]]


def found(wallets: Iterable[int] = (1, 2, 3, 4), places: Iterable[int] = (1, 2, 3)) -> Month:
    """Found the books: wallets with START each, places with nothing; returns the month."""
    month = Month.of(clock.today())
    codes = [f"wallet:{n}" for n in wallets]
    ledger.found(month)
    ledger.open_accounts([*codes, *(f"place:{n}" for n in places), f"fund:month:{month}"])
    total = START * len(codes)
    if not codes:
        return month
    with transaction.atomic():
        cause = told()
        ledger.post(
            [
                transfer("bank:caisse", "fund:caisse", 2 * total, "contribution", cause),
                transfer("fund:caisse", f"fund:month:{month}", total, "month", cause),
                *(
                    transfer(f"fund:month:{month}", code, START, "allocation", cause)
                    for code in codes
                ),
            ]
        )
    return month


def told(name: str = "test.asked") -> Id:
    """A cause: an event in the caller's transaction."""
    return events.record(name, subject="test", by=SYSTEM)


def transfer(debit: str, credit: str, cents: int, reason: str, cause: Id, **more: Any) -> Transfer:
    """A transfer with an id derived from its cause and accounts."""
    word = f"{debit}>{credit}:{reason}"
    return Transfer(derived_id(cause, word), debit, credit, cents, reason, cause, **more)


def pay(wallet: int = 1, place: int = 1, cents: int = 10_00, **more: Any) -> Transfer:
    """A payment with a sender's id; its own event."""
    id_ = more.pop("id", None) or new_id()
    return Transfer(id_, f"wallet:{wallet}", f"place:{place}", cents, "payment", id_, **more)


def closing(first: Transfer, phase: str, **more: Any) -> Transfer:
    """A post or a void of the hold `first`, or its reverse."""
    if phase == "reverse":
        more = {"debit": first.credit, "credit": first.debit, **more}
    return first._replace(**{"id": new_id(), "phase": phase, "of": first.id, **more})


def refund(first: Transfer, cents: int, **more: Any) -> Transfer:
    """A refund of the payment `first`."""
    return Transfer(
        new_id(), first.credit, first.debit, cents, "refund", new_id(), of=first.id, **more
    )


def post(chain: Sequence[Transfer]) -> list[Outcome]:
    """`ledger.post` in a transaction of its own."""
    with transaction.atomic():
        return ledger.post(chain)


def submit(*chain: Transfer) -> str:
    """The answers of `ledger.submit`, as words."""
    return " ".join(outcome.answer for outcome in ledger.submit(chain))


def rows(query: str, *params: Any) -> list[tuple[Any, ...]]:
    """What plain SQL says; ids as bytes on both databases."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        found = cursor.fetchall()
    return [tuple(getattr(cell, "bytes", cell) for cell in row) for row in found]


def execute(statement: str, *params: Any) -> int:
    """Raw SQL in a transaction of its own; how many rows it changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def balances() -> dict[str, tuple[int, int]]:
    """Balance and held of every account that is not at 0, by code."""
    found = rows("SELECT code, credits - debits, held FROM ledger_account ORDER BY code")
    return {code: (balance, held) for code, balance, held in found if balance or held}


def recount(rows: Rows = rows) -> list[str]:
    """What is wrong with the books: totals, holds, balances after, order; [] when nothing is.

    `rows` asks the database that is meant, by default that of the tests.
    """
    accounts = rows("SELECT id, code, unit, debits, credits, held FROM ledger_account")
    journal = rows(
        "SELECT seq, at, id, debit, credit, cents, phase, of, debit_after, credit_after "
        "FROM ledger_transfer ORDER BY seq"
    )
    running: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    holds: dict[Id, int] = {}
    wrong, last_at = [], 0
    for n, (seq, at, id_, debit, credit, cents, phase, of, *after) in enumerate(journal, 1):
        if phase == "held":
            running[debit][2] += cents
            holds[id_] = cents
        if phase in ("post", "void"):
            running[debit][2] -= holds.pop(of)
        if phase in ("posted", "post", "reverse"):
            running[debit][0] += cents
            running[credit][1] += cents
        balances = [running[each][1] - running[each][0] for each in (debit, credit)]
        wrong += [f"seq {seq} is not {n}"] if seq != n else []
        wrong += [f"after {seq}: {after}, not {balances}"] if after != balances else []
        wrong += [f"at of {seq} goes back"] if at < last_at else []
        last_at = at
    wrong += [
        f"{code}: {stored}, recounted {running[number]}"
        for number, code, _, *stored in accounts
        if stored != running[number]
    ]
    sums: dict[str, int] = defaultdict(int)
    for _, _, unit, debits, credits, _ in accounts:
        sums[unit] += credits - debits
    wrong += [f"{unit} sums to {cents}" for unit, cents in sums.items() if cents]
    tip = rows("SELECT seq, at FROM ledger_tip")
    return wrong + ([] if tip == [(len(journal), last_at)] else [f"the tip says {tip}"])


def raised(act: Callable[[], object], kind: type[BaseException] = Exception) -> str:
    """The text of what `act` raised, "" when it did not."""
    try:
        act()
    except kind as error:
        return str(error) or type(error).__name__
    return ""


def waiting() -> list[int]:
    """The sessions of this database that wait for a lock; only PostgreSQL can tell."""
    rows("SELECT pg_stat_clear_snapshot()")  # else it stays as the transaction first saw it
    query = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
    return [pid for (pid,) in rows(query, connection.settings_dict["NAME"])]


def wait_for_a_waiter() -> None:
    """Until another connection waits for a lock of ours."""
    over = time.monotonic() + 20
    while not waiting():
        assert time.monotonic() < over, "nobody waited"
        time.sleep(0.002)
