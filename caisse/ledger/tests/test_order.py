"""Order and time: seq without gaps in commit order, at never back, months, threads, deadlocks."""

import threading
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pytest
from django.db import connection, transaction

from caisse.kernel import clock
from caisse.kernel.ids import derived_id, new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries
from caisse.ledger.rules import Outcome, Refused, Transfer
from caisse.ledger.tests.books import (
    balances,
    found,
    pay,
    post,
    recount,
    rows,
    submit,
    wait_for_a_waiter,
)
from caisse.ledger.writer.reading import turn_of_month

pytestmark = pytest.mark.django_db(transaction=True)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def in_threads(jobs: Sequence[Callable[[], object]]) -> list[BaseException]:
    """Run all at once; what was raised."""
    failed: list[BaseException] = []
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            together.wait(20)
            job()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return failed


def test_commits_appear_in_the_order_of_seq_and_without_gaps() -> None:
    """A reader of the log never skips one: at any instant seq is 1, 2, … up to the last."""
    found()
    seen: list[tuple[int, ...]] = []
    looked, stopped = threading.Condition(), threading.Event()
    answers: list[str] = []

    def by_post(wallet: int) -> None:
        for n in range(6):
            answers.append(_posted([pay(wallet, cents=n + 1), pay(5 - wallet, cents=1)]))

    def by_submit(wallet: int) -> None:
        for n in range(12):
            if n % 4 == 0:
                look()
            answers.append(submit(pay(wallet, cents=n + 1), pay(5 - wallet, 2, cents=1)))

    def look() -> None:
        """Go on when the reader has looked once more, from its beginning to its end."""
        with looked:
            now = len(seen)
            assert looked.wait_for(lambda: len(seen) >= now + 2, 60)

    def reader() -> None:
        over = False
        while not over:
            over = stopped.is_set()
            query = (
                "SELECT COUNT(*), COALESCE(MAX(seq), 0), COUNT(DISTINCT seq) FROM ledger_transfer"
            )
            found_there = rows(query)[0]
            with looked:
                seen.append(found_there)
                looked.notify_all()

    payers = [lambda w=w: (by_post if w > 2 else by_submit)(w) for w in (1, 2, 3, 4)] * 2

    def until_paid() -> None:
        try:
            failed.extend(in_threads(payers))
        finally:
            stopped.set()

    failed: list[BaseException] = []
    assert in_threads([until_paid, reader]) == failed == []
    assert set(answers) == {"posted posted"}
    assert all(count == last == distinct for count, last, distinct in seen)
    assert len(set(seen)) > 3, "the reader looked in between"
    assert recount() == []


def _posted(chain: list[Transfer]) -> str:
    """Post, and again when the database asks for it."""
    outcomes: list[Outcome] = ledger.repeatable(lambda: ledger.post(chain))()
    return " ".join(outcome.answer for outcome in outcomes)


def test_two_threads_that_send_the_same_ids_move_money_once() -> None:
    found()
    chains = [[pay(n % 4 + 1, cents=n + 1), pay(n % 3 + 1, 2, cents=1)] for n in range(50)]
    told: list[list[list[Outcome]]] = []

    def sender() -> None:
        waiting = threading.Semaphore(0)
        mine: list[list[Outcome]] = [[] for _ in chains]

        def keep(n: int, outcomes: list[Outcome]) -> None:
            mine[n] = outcomes
            waiting.release()

        for n, chain in enumerate(chains):
            ledger.submit_later(chain, lambda outcomes, n=n: keep(n, outcomes))  # type: ignore[misc]
        for _ in chains:
            assert waiting.acquire(timeout=30)
        told.append(mine)

    assert in_threads([sender, sender]) == []
    one, two = ([[o._replace(answer="") for o in chain] for chain in mine] for mine in told)
    assert one == two
    answers = [{a[0].answer, b[0].answer} for a, b in zip(*told, strict=True)]
    assert answers == [{"posted", "exists"}] * 50
    assert rows("SELECT COUNT(*) FROM ledger_transfer WHERE reason = 'payment'") == [(100,)]
    assert recount() == []


def test_the_same_id_by_both_doors_at_once_moves_money_once() -> None:
    """With other accounts nothing but the id itself stands between them."""
    found()
    payments = [pay(1, 1, cents=n + 1) for n in range(10)]
    answers: list[str] = []
    jobs: list[Callable[[], object]] = [
        lambda: answers.extend(submit(p) for p in payments),
        lambda: answers.extend(_posted([p]) for p in payments),
    ]
    assert in_threads(jobs) == []
    assert sorted(answers) == ["exists"] * 10 + ["posted"] * 10
    assert recount() == []


def test_a_deadlock_is_tried_again() -> None:
    """Two operations lock two rows in opposite order: the database stops one, it runs again."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock: there is nothing to cross")
    found()
    crossing, ended = threading.Barrier(2, timeout=20), threading.Event()
    turns = {1: 0, 2: 0}

    def crossed(first: int, second: int) -> None:
        turns[first] += 1
        if turns[first] > 1:  # else they may cross once more
            assert ended.wait(20)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM ledger_account WHERE code = %s FOR UPDATE", [f"wallet:{first}"]
            )
        if turns[first] == 1:
            crossing.wait()
        ledger.post([pay(second, cents=7)])

    def through(first: int, second: int) -> None:
        ledger.repeatable(crossed)(first, second)
        ended.set()

    jobs = [lambda a=a, b=b: through(a, b) for a, b in ((1, 2), (2, 1))]
    assert in_threads(jobs) == []
    assert sum(turns.values()) == 3
    assert balances()["place:1"] == (14, 0)


@pytest.mark.parametrize("door", ["post", "submit"])
def test_the_same_id_inserted_twice_at_once_differs(door: str) -> None:
    """Other accounts, so that no lock of theirs stands between: the key stops the second."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock: the second begins after the first has ended")
    found()
    id_, posted = new_id(), threading.Event()
    answers: list[str] = []

    def one() -> None:
        with transaction.atomic():
            ledger.post([pay(1, 1, id=id_)])
            posted.set()
            wait_for_a_waiter()

    def two() -> None:
        assert posted.wait(20)
        other = pay(2, 2, id=id_)
        try:
            answers.append(submit(other) if door == "submit" else _posted([other]))
        except Refused as refused:
            answers.append(refused.answer)

    assert in_threads([one, two]) == []
    assert (answers, recount()) == (["differs"], [])


def test_at_never_goes_back_when_the_clock_does() -> None:
    start = clock.now_ms()
    with clock.travelled(start):
        found()
        first = ledger.submit([pay()])[0]
    with clock.travelled(start - HOUR_MS):
        second = ledger.submit([pay()])[0]
        (third,) = post([pay()])
    with clock.travelled(start + 5):
        fourth = ledger.submit([pay()])[0]
    assert [o.answer for o in (first, second, third, fourth)] == ["posted"] * 4
    assert [o.at - start for o in (first, second, third, fourth)] == [0, 0, 0, 5]
    assert [o.seq - first.seq for o in (second, third, fourth)] == [1, 2, 3]
    assert recount() == []


def test_a_clock_that_was_a_year_ahead_does_not_stop_the_caisse() -> None:
    """What was posted then keeps its time; ids of today are still of today, holds of today hold."""
    start = clock.now_ms()
    with clock.travelled(start):
        month = found()
    with clock.travelled(start + 400 * DAY_MS):
        ledger.prepare(Month.of(clock.today()))
        assert submit(pay()) == "posted"
    with clock.travelled(start + 1):
        hold = pay(phase="held", expires_at=start + HOUR_MS)
        assert submit(hold) == "posted"
        assert submit(hold._replace(id=new_id(), phase="post", of=hold.id)) == "posted"
        assert post([pay()])[0].answer == "posted"
        assert submit(pay(id=new_id(start + 400 * DAY_MS))) == "stale"
        with transaction.atomic():
            cause = new_id()
            moved = ledger.gather(
                debits=["wallet:1"], credit="fund:caisse", cents=np.array([5]), reason="expiry",
                ids=[derived_id(cause, "x")], cause=cause, for_month=month,
            )  # fmt: skip
        assert moved.tolist() == [5]
    for _, at, for_month in rows(
        "SELECT seq, at, for_month FROM ledger_transfer WHERE reason = 'payment'"
    ):
        assert for_month == Month.of(clock.day_of(at)).number
    assert recount() == []


@pytest.mark.parametrize(
    ("day", "hour", "minute", "month"),
    [
        (date(2024, 2, 29), 23, 59, "2024-02"),
        (date(2024, 3, 1), 0, 0, "2024-03"),
        (date(2024, 3, 31), 2, 30, "2024-03"),  # an hour that does not exist
        (date(2024, 3, 31), 23, 59, "2024-03"),  # 21:59 in Greenwich
        (date(2024, 10, 27), 2, 30, "2024-10"),  # an hour that comes twice
        (date(2024, 12, 31), 23, 59, "2024-12"),
        (date(2025, 1, 1), 0, 0, "2025-01"),  # 31 December in Greenwich
    ],
)
def test_a_payment_belongs_to_the_business_month_of_its_posting(
    day: date, hour: int, minute: int, month: str
) -> None:
    with clock.travelled(clock.instant(day, hour, minute)):
        found()
        one, two = pay(), pay(made_at=clock.now_ms() - 40 * DAY_MS)
        assert (submit(one), post([two])[0].answer) == ("posted", "posted")
        for each in (one, two):
            posted = queries.transfer(each.id)
            assert posted is not None and str(posted.for_month) == month
            assert posted.at == clock.now_ms()


def test_months_turn_at_local_midnight_also_where_it_is_not_a_full_hour() -> None:
    """In the Marquesas islands midnight is half past nine in Greenwich."""
    zone = clock.zone().key
    clock.set_zone("Pacific/Marquesas")
    midnight = clock.instant(date(2024, 3, 1))
    clock.set_zone(zone)
    assert turn_of_month(midnight - 60_000).number == 202403  # in Paris it has long been March
    clock.set_zone("Pacific/Marquesas")
    try:
        assert midnight % HOUR_MS == HOUR_MS // 2
        with clock.travelled(midnight - 60_000):
            found()
            before = pay()
            assert submit(before) == "posted"
        with clock.travelled(midnight):
            after = pay()
            assert submit(after) == "posted"
        told = [queries.transfer(each.id) for each in (before, after)]
        assert [str(t.for_month) for t in told if t] == ["2024-02", "2024-03"]
    finally:
        clock.set_zone(zone)


def test_the_month_follows_the_hour_that_was_written_not_the_one_that_was_read() -> None:
    """Between reading the clock and locking the tip, another connection may open a new month."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite reads the clock under the lock of the file")
    turn = clock.instant(date(2024, 3, 1))
    with clock.travelled(turn - 1):
        found()
        payment = pay()
        locked, answers = threading.Event(), []

        def later() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE ledger_tip SET at = %s", [turn + 1])
                locked.set()
                wait_for_a_waiter()

        def now() -> None:
            assert locked.wait(20)
            answers.append(submit(payment))

        assert in_threads([later, now]) == []
    told = queries.transfer(payment.id)
    assert answers == ["posted"]
    assert told is not None and (told.at, str(told.for_month)) == (turn + 1, "2024-03")
