"""The bank test: many clients, random chains, and whoever looks sees the books balance."""

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from caisse.kernel.ids import new_id
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Refused, Transfer
from caisse.ledger.tests.books import found, recount, rows
from caisse.ledger.writer import writer
from conftest import LONG

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS, WALLETS, PLACES = 16, 14, 4
LASTS_S = 60.0 if LONG else 3.0
LOOK_S = 0.01
SUMS = (
    "SELECT SUM(debits), SUM(credits), MIN(held), "
    "SUM(CASE WHEN guard = 'credit' AND credits - debits - held < floor THEN 1 ELSE 0 END), "
    "(SELECT COALESCE(SUM(CASE phase WHEN 'held' THEN 0 WHEN 'void' THEN 0 ELSE cents END), 0) "
    "FROM ledger_transfer) FROM ledger_account"
)


class Client:
    """Asks for random chains until the time is over, and remembers what it was told."""

    def __init__(self, seed: int, until: float) -> None:
        self.chance, self.until = random.Random(seed), until
        self.told: dict[bytes, str] = {}
        self.paid: list[Transfer] = []
        self.held: list[Transfer] = []

    def run(self) -> None:
        """Until the time is over."""
        try:
            while time.monotonic() < self.until:
                chain = [self._link() for _ in range(self.chance.randint(1, 3))]
                for t, answer in zip(chain, self._ask(chain), strict=True):
                    self.told[t.id] = answer
                    if answer in ("posted", "exists"):
                        self._keep(t)
        finally:
            connection.close()

    def _ask(self, chain: list[Transfer]) -> list[str]:
        """By either door; what is uncertain is asked again until it is not."""
        for _ in range(50):
            if self.chance.random() < 0.15:
                try:
                    outcomes = ledger.repeatable(lambda: ledger.post(chain))()
                except Refused as refused:
                    outcomes = refused.outcomes
            else:
                outcomes = ledger.submit(chain)
            answers = [outcome.answer for outcome in outcomes]
            if "uncertain" not in answers:
                return answers
        raise AssertionError("uncertain for ever")

    def _keep(self, t: Transfer) -> None:
        if t.reason == "payment" and t.phase != "void":
            (self.held if t.phase == "held" else self.paid).append(t)

    def _link(self) -> Transfer:
        pick, id_ = self.chance.random(), new_id()
        one, two = self.chance.sample(range(1, WALLETS + 1), 2)
        wallet, place = f"wallet:{one}", f"place:{self.chance.randint(1, PLACES)}"
        cents = self.chance.choice([1, 100, 10_00, 400_00])
        if pick < 0.2:
            return Transfer(id_, wallet, f"wallet:{two}", cents, "gift", id_)
        if pick < 0.3:
            return Transfer(id_, wallet, "fund:caisse", cents, "leaving", id_)
        if pick < 0.4:
            return Transfer(id_, place, "bank:caisse", cents, "redemption", id_)
        if pick < 0.5 and self.paid:
            first = self.chance.choice(self.paid)
            return Transfer(
                id_, first.credit, first.debit, min(cents, first.cents), "refund", id_, of=first.id
            )
        if pick < 0.65 and self.held:
            first = self.chance.choice(self.held)
            return first._replace(id=id_, phase=self.chance.choice(["post", "void"]), of=first.id)
        phase = "held" if pick > 0.9 else "posted"
        return Transfer(id_, wallet, place, cents, "payment", id_, phase=phase)


def break_connection() -> None:
    """Break the writer's connection under its hands, if it has one just now."""
    running = writer()._connection
    raw = getattr(running, "raw", None)
    if raw is None:
        return
    if connection.vendor == "sqlite":
        raw.interrupt()
    else:
        rows("SELECT pg_terminate_backend(%s)", raw.info.backend_pid)


def test_the_books_balance_at_any_instant() -> None:
    found(range(1, WALLETS + 1), range(1, PLACES + 1))
    over = time.monotonic() + LASTS_S
    clients = [Client(seed, over) for seed in range(CLIENTS)]
    looks: list[tuple[int, ...]] = []
    failed: list[BaseException] = []

    def reader() -> None:
        while time.monotonic() < over:
            looks.append(tuple(int(cell) for cell in rows(SUMS)[0]))
            time.sleep(LOOK_S)

    def breaker() -> None:
        while time.monotonic() < over - 0.5:
            time.sleep(0.2)
            break_connection()

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    jobs = [*(client.run for client in clients), reader, breaker]
    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LASTS_S + 60)
    assert failed == []
    assert [look for look in looks if not (look[0] == look[1] == look[4])] == []
    assert [look for look in looks if look[2] < 0 or look[3] > 0] == []
    assert len(set(looks)) > 10, "the reader saw it move"
    told = {id_: answer for client in clients for id_, answer in client.told.items()}
    posted = {bytes(id_) for (id_,) in rows("SELECT id FROM ledger_transfer")}
    lost = [a for id_, a in told.items() if a in ("posted", "exists") and id_ not in posted]
    told_no = [a for id_, a in told.items() if a not in ("posted", "exists") and id_ in posted]
    assert (lost, told_no) == ([], [])
    assert {"posted", "insufficient", "chain"} <= set(told.values())
    assert recount() == []
