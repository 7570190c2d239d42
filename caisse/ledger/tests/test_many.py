"""Spread and gather: the same as their transfers one by one, on arrays; caps, closed, repeats."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from caisse.kernel import clock, ids
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries
from caisse.ledger.rules import Refused, State, Transfer
from caisse.ledger.tests.books import START, balances, found, post, recount, rows, transfer

pytestmark = pytest.mark.django_db(transaction=True)
DAY_MS = 24 * 3_600_000
CAUSE = ids.new_id()


def fund(month: Month, cents: int) -> None:
    """More money of the month, to be spread."""
    post([transfer("fund:caisse", f"fund:month:{month}", cents, "month", ids.new_id())])


def allocate(
    month: Month, wallets: Sequence[int], amounts: Sequence[int],
    caps: Sequence[int] | None = None, **more: Any,
) -> list[int]:  # fmt: skip
    """An allocation of `amounts` to `wallets`, in a transaction; the cents credited."""
    asked: dict[str, Any] = {
        "debit": f"fund:month:{month}", "credits": [f"wallet:{n}" for n in wallets],
        "cents": np.array(amounts), "ids": ids.derived_ids(CAUSE, "allocation", wallets),
        "reason": "allocation", "cause": CAUSE, "for_month": month,
        "ceilings": None if caps is None else np.array(caps),
    }  # fmt: skip
    with transaction.atomic():
        return [int(n) for n in ledger.spread(**{**asked, **more})]


def expire(month: Month, debits: Sequence[str], cents: Sequence[int], **more: Any) -> list[int]:
    """Money of wallets goes back to the fund, in a transaction; the cents debited."""
    asked: dict[str, Any] = {
        "debits": list(debits), "credit": "fund:caisse", "cents": np.array(cents),
        "ids": ids.derived_ids(CAUSE, "expiry", debits), "reason": "expiry", "cause": CAUSE,
        "for_month": month,
    }  # fmt: skip
    with transaction.atomic():
        return [int(n) for n in ledger.gather(**{**asked, **more})]


def refused(act: Any, *args: Any, **more: Any) -> str:
    """The answer with which `act` was refused; the books are as they were."""
    before = balances()
    with pytest.raises(Refused) as error:
        act(*args, **more)
    assert balances() == before
    return error.value.answer


def test_a_month_is_spread_and_written_like_any_transfer() -> None:
    month = found()
    fund(month, 1_000)
    assert allocate(month, [2, 1], [300, 700]) == [300, 700]
    first, second = (queries.transfer(id_) for id_ in ids.derived_ids(CAUSE, "allocation", [2, 1]))
    assert first is not None and second is not None
    assert (first.debit, first.credit) == (f"fund:month:{month}", "wallet:2")
    assert (first.reason, first.phase, first.unit) == ("allocation", "posted", "money")
    assert (first.of, first.chain) == (None, None)
    assert (first.for_month, first.cause, first.seq + 1) == (month, CAUSE, second.seq)
    assert (first.debit_after, second.debit_after) == (700, 0)
    assert (second.credit_after, recount()) == (START + 700, [])


def test_both_ask_for_the_callers_transaction() -> None:
    month = found()
    for door, side in ((ledger.spread, "credits"), (ledger.gather, "debits")):
        other = "debit" if side == "credits" else "credit"
        asked: Any = {side: ["wallet:1"], other: "fund:caisse", "cents": np.array([1])}
        with pytest.raises(RuntimeError, match="the caller's transaction"):
            door(**asked, ids=[CAUSE], reason="expiry", cause=CAUSE, for_month=month)


def test_closed_ended_and_unknown_wallets_receive_nothing() -> None:
    month = found()
    fund(month, 1_000)
    ledger.open_accounts(["wallet:8"])
    ledger.set_state(["wallet:2"], "closed")
    ledger.set_state(["wallet:8"], "ended")
    assert allocate(month, [1, 2, 8, 99, 3], [100] * 5) == [100, 0, 0, 0, 100]
    assert queries.balance(f"fund:month:{month}") == 800
    ledger.set_state(["wallet:2"], "open")
    assert allocate(month, [1, 2, 8, 99, 3], [100] * 5) == [100, 100, 0, 0, 100]
    assert recount() == []


def test_ceilings_bound_the_balance_under_lock() -> None:
    month = found()
    fund(month, 1_000)
    ledger.open_accounts(["wallet:7"], ceiling=30)
    caps = [START + 40, START, START - 500, 1 << 60, 1 << 60]
    assert allocate(month, [1, 2, 3, 4, 7], [100] * 5, caps) == [40, 0, 0, 100, 30]
    assert allocate(month, [1, 2, 3, 4, 7], [100] * 5, caps) == [40, 0, 0, 100, 30]
    assert (queries.balance("wallet:7"), recount()) == (30, [])


def test_what_was_posted_before_is_told_again_and_not_moved() -> None:
    month = found()
    fund(month, 1_000)
    assert allocate(month, [1, 2], [100, 200]) == [100, 200]
    assert allocate(month, [3, 1, 2], [300, 100, 200]) == [300, 100, 200]
    ledger.set_state(["wallet:1"], "closed")
    assert allocate(month, [1, 2, 3], [100, 200, 300]) == [100, 200, 300]
    assert queries.balance(f"fund:month:{month}") == 400
    assert allocate(month, [1], [0]) == [100]
    assert recount() == []


def test_a_source_that_is_short_spreads_nothing() -> None:
    month = found()
    fund(month, 250)
    assert refused(allocate, month, [1, 2, 3], [100, 100, 51]) == "insufficient"
    assert allocate(month, [1, 2, 3], [100, 100, 50]) == [100, 100, 50]


def test_what_is_held_of_the_source_is_not_there_to_be_spread() -> None:
    month = found()
    post([transfer("wallet:1", "place:1", START - 10, "payment", ids.new_id(), phase="held")])
    gift: dict[str, Any] = {"debit": "wallet:1", "reason": "gift"}
    assert refused(allocate, month, [2, 3], [5, 6], **gift) == "insufficient"
    assert allocate(month, [2, 3], [5, 5], **gift) == [5, 5]


def test_an_id_used_for_something_else_differs() -> None:
    month = found()
    fund(month, 1_000)
    allocate(month, [1], [100])
    used = ids.derived_ids(CAUSE, "allocation", [1])
    assert refused(allocate, month, [2], [100], ids=used) == "differs"
    assert refused(allocate, month, [1], [50]) == "differs"
    assert refused(allocate, month, [1, 2], [100, 100], ids=used * 2) == "differs"
    assert refused(expire, month, ["wallet:1"], [100], ids=used) == "differs"
    expire(month, ["wallet:1"], [30])
    assert refused(expire, month, ["wallet:1"], [31]) == "differs"
    assert expire(month, ["wallet:1"], [0]) == [30]
    assert recount() == []


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"reason": "payment"}, "route"),
        ({"reason": "theft"}, "route"),
        ({"credits": ["place:1"]}, "route"),
        ({"debit": "fund:caisse"}, "route"),
        ({"debit": "fund:month:1999-01"}, "unknown"),
    ],
)
def test_routes_and_accounts_are_judged_as_ever(changes: dict[str, Any], answer: str) -> None:
    month = found()
    fund(month, 1_000)
    assert refused(allocate, month, [1], [100], **changes) == answer


def test_ids_of_another_time_are_stale_as_ever() -> None:
    month = found()
    fund(month, 1_000)
    old, early = ids.new_id(clock.now_ms() - 32 * DAY_MS), ids.new_id(clock.now_ms() + 900_000)
    for id in (old, early, ids.derived_id(ids.new_id(1), "x")):
        assert refused(allocate, month, [1], [100], ids=[id]) == "stale"


def test_nobody_gives_to_himself() -> None:
    month = found()
    wallets = [f"wallet:{n}" for n in (2, 1, 3)]
    gift = {"debit": "wallet:1", "reason": "gift", "credits": wallets}
    assert refused(allocate, month, [2, 1, 3], [10, 20, 30], **gift) == "route"


@pytest.mark.parametrize(
    ("state", "answers"), [("closed", ["closed", ""]), ("ended", ["closed"] * 2)]
)
def test_the_one_account_must_be_open_too(state: Any, answers: list[str]) -> None:
    month = found()
    ledger.open_accounts(["wallet:9"])
    ledger.set_state(["wallet:9"], state)
    for reason, answer in zip(("gift", "split"), answers, strict=True):
        asked: dict[str, Any] = {"credit": "wallet:9", "reason": reason}
        if answer:
            assert refused(expire, month, ["wallet:1", "wallet:2"], [5, 6], **asked) == answer
        else:
            assert expire(month, ["wallet:1", "wallet:2"], [5, 6], **asked) == [5, 6]


def test_an_ended_account_takes_nothing_even_by_what_passes_a_closed_one() -> None:
    month = found()
    ledger.open_accounts(["wallet:8", "wallet:9"])
    ledger.set_state(["wallet:8"], "closed")
    ledger.set_state(["wallet:9"], "ended")
    split: Any = {"debit": "wallet:1", "reason": "split"}
    assert allocate(month, [8, 9], [5, 5], **split) == [5, 0]


def test_the_one_who_receives_is_guarded_like_anybody() -> None:
    month = found()
    ledger.open_accounts(["wallet:7"], ceiling=10)
    gift: dict[str, Any] = {"credit": "wallet:7", "reason": "gift"}
    assert refused(expire, month, ["wallet:3", "wallet:4"], [5, 6], **gift) == "ceiling"
    assert expire(month, ["wallet:3", "wallet:4"], [5, 5], **gift) == [5, 5]
    for n in (1, 2):
        post([transfer(f"wallet:{n}", f"place:{n}", START, "payment", ids.new_id())])
    with connection.cursor() as cursor:  # a bank that holds less than is owed, as after a return
        cursor.execute(
            "UPDATE ledger_account SET credits = debits - %s WHERE code = 'bank:caisse'", [START]
        )
    bank: dict[str, Any] = {"credit": "bank:caisse", "reason": "redemption"}
    both = ["place:1", "place:2"]
    assert refused(expire, month, both, [START, 1], **bank) == "insufficient"
    assert expire(month, both, [START - 1, 1], **bank) == [START - 1, 1]


def test_only_money_of_accounts_without_a_debit_guard_goes_to_many() -> None:
    month = found()
    ledger.open_accounts(["cash:1", "loss:1"])
    deposit = {"debit": "bank:caisse", "credits": ["cash:1"], "reason": "deposit"}
    assert refused(allocate, month, [1], [5], **deposit) == "route"
    loss: dict[str, Any] = {"credit": "loss:all", "reason": "loss"}
    assert refused(expire, month, ["loss:1"], [5], **loss) == "route"


def test_gather_is_all_or_none() -> None:
    month = found()
    ledger.set_state(["wallet:3"], "closed")
    assert expire(month, ["wallet:1", "wallet:3"], [10, 20]) == [10, 20]  # expiry passes closed
    assert refused(expire, month, ["wallet:2", "wallet:4"], [10, START + 1]) == "insufficient"
    assert refused(expire, month, ["wallet:2", "wallet:99"], [10, 1]) == "unknown"
    assert expire(month, ["wallet:2", "wallet:99"], [10, 0]) == [10, 0]
    post([transfer("wallet:4", "place:1", START - 5, "payment", ids.new_id(), phase="held")])
    assert refused(expire, month, ["wallet:4"], [6]) == "insufficient"
    assert expire(month, ["wallet:4"], [5]) == [5]
    assert recount() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"amounts": [1]},
        {"amounts": [1, -1]},
        {"credits": ["wallet:1", "wallet:1"]},
        {"ids": [CAUSE]},
        {"ids": [CAUSE, b"short"]},
    ],
)
def test_columns_that_do_not_fit_are_a_mistake_of_the_caller(changes: dict[str, Any]) -> None:
    month = found()
    with pytest.raises(ValueError):
        allocate(**{"month": month, "wallets": [1, 2], "amounts": [1, 2], **changes})
    assert allocate(month, [], []) == []


LINES = st.lists(
    st.tuples(
        st.sampled_from(["open", "closed", "ended", "missing"]),
        st.integers(0, 300),  # cents asked
        st.sampled_from([None, 0, 50, 120, 1_000]),  # ceiling asked
        st.sampled_from([None, 100]),  # ceiling of the account
        st.booleans(),  # credited before
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=max(8, settings.default.max_examples // 6))  # type: ignore[union-attr]
@given(LINES, st.booleans())
def test_spread_is_the_same_transfers_posted_one_by_one(lines: list[Any], rich: bool) -> None:
    """Same rows, same balances: only the ids and the time tell them apart."""
    if queries.account("fund:caisse") is None:
        found([], [])
        post([transfer("bank:caisse", "fund:caisse", 1 << 40, "contribution", ids.new_id())])
    cause, month = ids.new_id(), Month.of(clock.today())
    by_spread, by_post = (_two_worlds(lines, rich, ids.show_id(cause), side) for side in "ab")
    spread = _spread(lines, by_spread, cause, month)
    posted = _one_by_one(lines, by_post, cause, month)
    assert spread == posted
    assert _standing(by_spread) == _standing(by_post)
    assert recount() == []


def _two_worlds(lines: list[Any], rich: bool, mark: str, side: str) -> list[str]:
    """A source and one wallet per line, the same for either side; their codes, the source first."""
    source = f"fund:month:{mark[:13]}{side}"
    wallets = [f"wallet:{mark}{side}{n}" for n in range(len(lines))]
    ledger.open_accounts([source])
    for code, (state, _, _, ceiling, _) in zip(wallets, lines, strict=True):
        if state != "missing":
            ledger.open_accounts([code], ceiling=ceiling)
    states: tuple[State, ...] = ("closed", "ended")
    for state in states:
        ledger.set_state([c for c, n in zip(wallets, lines, strict=True) if n[0] == state], state)
    cents = sum(line[1] for line in lines) if rich else max(1, sum(line[1] for line in lines) // 2)
    if cents:
        post([transfer("fund:caisse", source, cents, "month", ids.new_id())])
    return [source, *wallets]


def _rest(lines: list[Any], codes: list[str], cause: Id) -> tuple[list[Id], list[int]]:
    """The ids of all lines, and the numbers of those that come first, in a call of their own."""
    numbers = ids.derived_ids(cause, codes[0][-1], range(len(lines)))
    return numbers, [n for n, line in enumerate(lines) if line[4]]


def _spread(lines: list[Any], codes: list[str], cause: Id, month: Month) -> list[int] | str:
    numbers, early = _rest(lines, codes, cause)
    given: list[int] = []
    for some in (early, list(range(len(lines)))):
        ceilings = [1 << 60 if lines[n][2] is None else lines[n][2] for n in some]
        try:
            given = allocate(
                month, [], [lines[n][1] for n in some], ceilings, debit=codes[0],
                credits=[codes[n + 1] for n in some], ids=[numbers[n] for n in some], cause=cause,
            )  # fmt: skip
        except Refused as error:
            return error.answer
    return given


def _one_by_one(lines: list[Any], codes: list[str], cause: Id, month: Month) -> list[int] | str:
    """As `spread` says it: cap and state first, then every line or none."""
    numbers, early = _rest(lines, codes, cause)
    given: dict[int, int] = {}
    for some in (early, list(range(len(lines)))):
        moves = []
        for n in some:
            state, cents, cap, own, _ = lines[n]
            room = min(c for c in (cents, cap, own, 1 << 60) if c is not None)
            amount = given.get(n) or (room if state == "open" else 0)
            given[n] = amount
            if amount:
                moves.append(
                    Transfer(
                        numbers[n], codes[0], codes[n + 1], amount, "allocation", cause,
                        for_month=month,
                    )
                )  # fmt: skip
        try:
            post(moves)
        except Refused as error:
            return error.answer
    return [given[n] for n in range(len(lines))]


def _standing(codes: list[str]) -> list[Any]:
    """Balances and transfers of one world, without what tells it from the other."""
    known = queries.accounts(codes)
    accounts = [(known[c].balance, known[c].state) if c in known else None for c in codes]
    moves = rows(
        "SELECT a.code, t.cents, t.unit, t.reason, t.phase, t.expires_at, t.of, t.for_month, "
        "t.unless, t.method, t.made_at, t.debit_after, t.credit_after FROM ledger_transfer t "
        "JOIN ledger_account d ON d.id = t.debit JOIN ledger_account a ON a.id = t.credit "
        "WHERE d.code = %s ORDER BY t.seq",
        codes[0],
    )
    return [accounts, [(codes.index(move[0]), *move[1:]) for move in moves]]
