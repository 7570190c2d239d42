"""The doors post and submit on the real database: every answer, first receipts, what is refused."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from caisse.kernel import clock
from caisse.kernel.ids import derived_id, new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries
from caisse.ledger.rules import Outcome, Refused, Transfer, judge
from caisse.ledger.tests.books import (
    START,
    balances,
    closing,
    found,
    pay,
    post,
    recount,
    refund,
    rows,
    submit,
    transfer,
)
from caisse.ledger.writer import door_on, read_book, touched
from caisse.ledger.writer.reading import TRANSFER_COLUMNS

pytestmark = pytest.mark.django_db(transaction=True)
DAY_MS = 24 * 3_600_000


def test_each_door_asks_for_its_own_transaction() -> None:
    found()
    with pytest.raises(RuntimeError, match="the caller's transaction"):
        ledger.post([pay()])
    with transaction.atomic(), pytest.raises(RuntimeError, match="not inside another"):
        ledger.submit([pay()])
    with pytest.raises(ValueError, match="empty chain"):
        ledger.submit([])
    with transaction.atomic():
        assert ledger.post([]) == []
    assert balances()["wallet:1"] == (START, 0)


def test_every_answer_through_submit() -> None:
    found()
    ledger.open_accounts(["wallet:7"], ceiling=50)
    ledger.open_accounts(["tries:1:u", "wallet:8", "wallet:9"])
    ledger.set_state(["wallet:8"], "closed")
    ledger.set_state(["wallet:9"], "ended")
    first = pay()
    gift = Transfer(new_id(), "wallet:1", "wallet:7", 51, "gift", new_id())
    tries = [
        Transfer(new_id(), "tries:1:u", "tries:all", 1, "try", new_id(), "try", phase="held")
        for _ in range(3)
    ]
    asked: list[tuple[tuple[Transfer, ...], str]] = [
        ((first,), "posted"),
        ((first,), "exists"),
        ((first._replace(cents=1),), "differs"),
        ((pay(id=new_id(clock.now_ms() - 32 * DAY_MS)),), "stale"),
        ((pay()._replace(credit="bank:operating"),), "route"),
        ((pay(99),), "unknown"),
        ((refund(pay(), 1),), "unknown"),
        ((closing(first, "post"),), "not_held"),
        (tuple(tries), "posted posted posted"),
        ((pay(unless="tries:1:u"),), "limited"),
        ((pay(8),), "closed"),
        ((closing(pay(), "reverse", of=first.id, debit="place:1", credit="wallet:9"),), "route"),
        ((gift,), "ceiling"),
        ((pay(cents=START),), "insufficient"),
        ((pay(), pay(cents=START), pay()), "chain insufficient chain"),
        ((pay(), first, pay()), "posted exists posted"),
    ]
    for chain, answers in asked:
        assert submit(*chain) == answers, chain
    assert recount() == []


def test_the_same_id_gives_the_first_receipt_whatever_happened_since() -> None:
    found()
    chain = [pay(), pay(2)]
    first = ledger.submit(chain)
    assert [o.answer for o in first] == ["posted", "posted"]
    assert (first[0].debit_after, first[0].credit_after) == (START - 10_00, 10_00)
    submit(refund(chain[0], 3_00))
    ledger.submit([pay(n) for n in (1, 2, 3)])
    again = [o._replace(answer="posted") for o in ledger.submit(chain)]
    ledger.stop()
    restarted = [o._replace(answer="posted") for o in ledger.submit(chain)]
    posted = [o._replace(answer="posted") for o in post(chain)]
    assert first == again == restarted == posted
    stored = rows("SELECT seq, at, debit_after, credit_after FROM ledger_transfer ORDER BY seq")
    assert [tuple(o[2:]) for o in first] == [
        r for r in stored if r[0] in (first[0].seq, first[1].seq)
    ]
    assert recount() == []


def test_what_was_posted_by_one_door_exists_for_the_other() -> None:
    found()
    one, two = pay(), pay()
    (first,) = post([one])
    assert ledger.submit([one])[0] == first._replace(answer="exists")
    (second,) = ledger.submit([two])
    assert post([two])[0] == second._replace(answer="exists")
    with pytest.raises(Refused) as refused, transaction.atomic():
        ledger.post([two._replace(cents=1)])
    assert refused.value.answer == "differs"


@pytest.mark.parametrize("door", ["post", "submit"])
def test_the_same_id_with_other_content_differs(door: str) -> None:
    month = found()
    hold = pay(phase="held", expires_at=clock.now_ms() + DAY_MS, method="pin")
    assert submit(hold) == "posted"
    same: dict[str, Any] = {"cause": new_id(), "made_at": 1, "for_month": month + 1}
    same |= {"expires_at": None, "unless": "place:1"}
    others: dict[str, Any] = {"debit": "wallet:2", "credit": "place:2", "cents": 9_99}
    others |= {"unit": "mark", "reason": "gift", "phase": "posted", "of": new_id()}
    others |= {"method": None}
    for changes, answer in ((same, "exists"), (others, "differs")):
        for field, value in changes.items():
            changed = hold._replace(**{field: value})
            got = _ask(door, changed)
            assert (got, field) == (answer, field)
    assert balances()["wallet:1"] == (START, 10_00)


def _ask(door: str, one: Transfer) -> str:
    if door == "submit":
        return submit(one)
    try:
        return post([one])[0].answer
    except Refused as refused:
        return refused.answer


def test_post_is_all_or_none_and_leaves_the_callers_transaction_usable() -> None:
    found()
    before = balances()
    with transaction.atomic():
        with pytest.raises(Refused) as refused:
            ledger.post([pay(), pay(2, cents=START + 1), pay(3)])
        answers = [outcome.answer for outcome in refused.value.outcomes]
        assert answers == ["chain", "insufficient", "chain"]
        assert refused.value.answer == "insufficient"
        assert balances() == before
        ledger.open_accounts(["wallet:77"])
    assert queries.account("wallet:77") is not None
    assert (balances(), recount()) == (before, [])


def test_what_the_caller_undoes_was_never_posted() -> None:
    found()
    before, payment = balances(), pay()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ledger.post([payment])
        raise ZeroDivisionError
    assert balances() == before
    assert queries.transfer(payment.id) is None
    assert submit(payment) == "posted"
    assert recount() == []


def test_only_posted_is_remembered_a_refused_id_may_be_posted_later() -> None:
    found()
    payment = pay(cents=START + 5)
    assert submit(payment) == "insufficient"
    assert submit(Transfer(new_id(), "wallet:2", "wallet:1", 5, "gift", new_id())) == "posted"
    assert submit(payment) == "posted"
    assert submit(payment) == "exists"


def test_an_id_needs_a_prepared_month() -> None:
    month = found()
    first, last = month.previous(), month + 3
    from_ms, until_ms = queries.prepared()
    assert clock.at(from_ms).date() == first.first
    assert clock.at(until_ms).date() == last.next().first
    for ms, answer in ((from_ms - 1, "stale"), (from_ms, "posted"), (until_ms, "stale")):
        assert submit(pay(id=derived_id(new_id(ms), "x"), cents=1)) == answer
    assert submit(pay(id=derived_id(new_id(until_ms - 1), "x"), cents=1)) == "posted"


def test_a_hold_is_closed_once_by_whichever_door() -> None:
    found()
    hold = pay(cents=20_00, phase="held")
    assert submit(hold) == "posted"
    assert balances()["wallet:1"] == (START, 20_00)
    assert [line.cents for line in queries.lines("wallet:1")][-1:] == [-20_00]
    keyed = closing(hold, "post", cents=15_00)
    assert post([keyed])[0].answer == "posted"
    (line,) = queries.lines("wallet:1", reasons=("payment",))
    assert (line.id, line.cents) == (hold.id, -15_00), "what was posted of it, when it was set"
    assert sum(one.cents for one in queries.lines("wallet:1")) == START - 15_00
    assert submit(closing(hold, "void")) == "not_held"
    assert submit(keyed) == "exists"
    assert balances()["wallet:1"] == (START - 15_00, 0)
    assert [m.phase for m in queries.refers_to(hold.id)] == ["post"]
    assert recount() == []


def test_refunds_and_reverses_never_exceed_what_was_paid() -> None:
    found()
    payment = pay(cents=20_00)
    assert submit(payment) == "posted"
    part = refund(payment, 15_00)
    assert submit(part) == "posted"
    assert submit(refund(payment, 5_01)) == "ceiling"
    assert submit(closing(payment, "reverse")) == "ceiling"
    assert submit(closing(part, "reverse")) == "posted"
    assert submit(closing(part, "reverse")) == "ceiling"
    assert submit(refund(payment, 20_00), refund(payment, 1)) == "chain ceiling"
    assert submit(refund(payment, 20_00)) == "posted"
    assert balances()["wallet:1"] == (START, 0)
    assert recount() == []


def test_a_closing_older_than_its_hold_is_found_as_far_as_clocks_may_differ() -> None:
    found()
    hold = pay(cents=20_00, phase="held", id=new_id(clock.now_ms() + 500_000))
    assert submit(hold) == "posted"
    old = closing(hold, "void", id=new_id(clock.now_ms() - 31 * DAY_MS + 60_000))
    assert submit(old) in ("posted", "stale")  # stale when that month was not prepared
    with transaction.atomic():
        ledger.prepare(Month.of(clock.today()) + -2)
    assert submit(old) in ("posted", "exists")
    for _ in range(2):
        assert submit(closing(hold, "post")) == "not_held"
    assert balances()["wallet:1"] == (START, 0)


def test_a_callback_that_fails_does_not_stop_the_writer() -> None:
    found()
    told: list[list[Outcome]] = []
    both = threading.Semaphore(0)

    def failing(outcomes: list[Outcome]) -> None:
        told.append(outcomes)
        both.release()
        raise ZeroDivisionError

    ledger.submit_later([pay()], failing)
    ledger.submit_later([pay()], failing)
    assert both.acquire(timeout=10) and both.acquire(timeout=10)
    assert submit(pay()) == "posted"
    assert [outcomes[0].answer for outcomes in told] == ["posted", "posted"]


FLAWS: list[dict[str, Any]] = [
    {"id": b"x" * 15}, {"id": b"x" * 17}, {"of": b"x"}, {"cause": b""}, {"made_at": 1 << 63},
    {"method": "thirteen_long"}, {"debit": "wallet:1\0"}, {"unless": "wallet:\0"},
    {"expires_at": -1, "phase": "held"}, {"credit": "place:\ud800"},
]  # fmt: skip


def test_what_no_row_could_hold_is_refused_at_the_door() -> None:
    """Not in the writer, where one such chain would hold up all the others."""
    found()
    before = balances()
    for flaw in FLAWS:
        with pytest.raises(ValueError, match="ids have 16 bytes"):
            ledger.submit([pay(), pay()._replace(**flaw)])
        with pytest.raises(ValueError, match="ids have 16 bytes"), transaction.atomic():
            ledger.post([pay(), pay()._replace(**flaw)])
    assert balances() == before


def test_the_writer_pays_into_the_database_of_the_connection() -> None:
    found()
    assert submit(pay()) == "posted"
    assert rows("SELECT count(*) FROM ledger_transfer WHERE reason = 'payment'") == [(1,)]
    assert not connection.in_atomic_block


def test_a_payment_tells_where_it_belongs() -> None:
    month = found()
    payment = pay(method="card", made_at=clock.now_ms() - 5_000)
    chain = [payment, transfer("place:1", "bank:caisse", 5_00, "redemption", payment.cause)]
    first, second = ledger.submit(chain)
    found_ = queries.transfer(payment.id)
    assert found_ is not None
    assert (found_.debit, found_.credit, found_.cents) == ("wallet:1", "place:1", 10_00)
    assert (found_.method, found_.made_at) == ("card", payment.made_at)
    assert (found_.for_month, found_.seq, found_.at) == (month, first.seq, first.at)
    assert found_.chain == payment.id
    assert second.seq == first.seq + 1
    assert [m.id for m in queries.since(first.seq - 1)] == [payment.id, chain[1].id]
    assert queries.tip() == (second.seq, second.at)


def test_what_is_quiet_is_left_out_of_the_journal() -> None:
    found()
    online, offline, other = pay(), pay(made_at=clock.now_ms() - 5_000), pay()
    redeemed = transfer("place:1", "bank:caisse", 5_00, "redemption", online.cause)
    first = ledger.submit([online])[0].seq
    for one in (offline, redeemed, other):
        ledger.submit([one])

    def told(*of: str, until: int = first + 3) -> list[bytes]:
        found_ = queries.since_but(first - 1, until=until, quiet=["payment"], of=of)
        return [one.id for one in found_]

    assert told() == told("wallet:999") == [offline.id, redeemed.id]
    everything = [online.id, offline.id, redeemed.id, other.id]
    assert told("wallet:1") == told("place:1", "wallet:9") == everything
    assert told("wallet:1", until=first) == [online.id]


def test_a_batch_of_transfers_of_every_shape_stands_as_it_was_asked() -> None:
    """More than one INSERT takes at once; NULL wherever a transfer says nothing."""
    month = found()
    ledger.open_accounts(["tries:1:u"])
    now = clock.now_ms()
    hold = pay(2, cents=3, phase="held", expires_at=now + DAY_MS, unless="tries:1:u")
    chains: list[list[Transfer]] = [[pay(n % 4 + 1, cents=n)] for n in range(1, 46)]
    chains += [[pay(cents=1, method="code", made_at=now)], [pay(cents=2, for_month=month + -1)]]
    chains += [[hold], [closing(hold, "post", cents=2)], [pay(), pay(2)]]
    with transaction.atomic():
        door = door_on(connection)
        book, _tip = read_book(door, chains, now)
        answers, entries = judge(book, chains)
        before = door.put(entries, touched(book, entries), now)
    assert {outcome.answer for outcomes in answers for outcome in outcomes} == {"posted"}
    wanted = [
        (
            *(t.id, e.debit, e.credit, t.cents, t.unit, t.reason, t.phase, t.expires_at, t.of),
            *(e.chain, (t.for_month or month).number, t.cause, e.unless, t.method, t.made_at),
            *(before.at, seq, e.debit_after, e.credit_after),
        )
        for seq, (t, e) in enumerate(((e.transfer, e) for e in entries), before.seq + 1)
    ]
    query = f"SELECT {TRANSFER_COLUMNS} FROM ledger_transfer WHERE seq > %s ORDER BY seq"
    assert rows(query, before.seq) == wanted
    assert recount() == []
