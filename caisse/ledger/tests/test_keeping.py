"""Keeping the books: expired holds, accounts, insert-only tables, partitions and plans."""

import importlib
import re
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from caisse.kernel import clock, triggers
from caisse.kernel.ids import derived_id, first_id, new_id, show_id
from caisse.kernel.month import Month, months
from caisse.ledger import operations as ledger
from caisse.ledger import queries
from caisse.ledger.rules import LAG_MS, Transfer
from caisse.ledger.tests.books import (
    START,
    balances,
    closing,
    execute,
    found,
    pay,
    raised,
    recount,
    refund,
    rows,
    submit,
)

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE_MS, DAY_MS = 60_000, 24 * 3_600_000
TODAY = date(2024, 2, 29)
NOON = clock.instant(TODAY, 12)


def only_postgresql(why: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip(why)


# --- expired holds


def test_expired_holds_are_voided_and_nothing_else() -> None:
    with clock.travelled(NOON):
        found()
        holds = {
            word: pay(n, 1, cents=n, phase="held", expires_at=expires)
            for n, (word, expires) in enumerate(
                [
                    ("past", NOON + 1),
                    ("now", NOON + MINUTE_MS),
                    ("later", NOON + DAY_MS),
                    ("never", None),
                ],
                1,
            )
        }
        for hold in holds.values():
            assert submit(hold) == "posted"
        assert submit(closing(holds["past"], "post")) == "posted"
        assert ledger.void_expired() == 0
    with clock.travelled(NOON + MINUTE_MS):
        assert ledger.void_expired() == 1
        assert ledger.void_expired() == 0
        assert submit(closing(holds["now"], "post")) == "not_held"
    held = {code: held for code, (_, held) in balances().items() if held}
    assert held == {"wallet:3": 3, "wallet:4": 4}
    assert recount() == []


def a_try(account: str, expires_at: int) -> Transfer:
    return Transfer(
        new_id(), account, "tries:all", 1, "try", new_id(), "try", phase="held",
        expires_at=expires_at,
    )  # fmt: skip


def test_an_account_that_nobody_traces_is_told_all_the_same() -> None:
    """Its lines and holds, before and after the journal was followed, and what is over voided."""
    with clock.travelled(NOON):
        found()
        ledger.open_accounts(["tries:till:1", "tries:2:u"])
        ends = [NOON + minute * MINUTE_MS for minute in (3, 1, 2)]
        tried = [a_try("tries:till:1", end) for end in ends]
        assert submit(*tried, a_try("tries:2:u", NOON + 1)) == "posted posted posted posted"
        for _each in range(2):
            assert [line.id for line in queries.lines("tries:till:1")] == [t.id for t in tried]
            named = queries.named_in(["tries:till:1", "wallet:1"], reasons=("try",))
            assert sorted(named) == sorted(one.id for one in tried)
            held = queries.holds("tries:till:1", after_ms=ends[1], until_ms=NOON + DAY_MS)
            assert [one.expires_at for one in held] == [ends[2], ends[0]]
            assert {one.at for one in held} == {NOON}
            assert len(queries.holds("tries:till:1", after_ms=NOON, until_ms=ends[2])) == 2
            assert queries.holds("tries:till:9", after_ms=NOON, until_ms=ends[0]) == []
            ledger.trace()
    with clock.travelled(NOON + 2 * MINUTE_MS):
        assert ledger.void_expired() == 3
        ledger.trace()
        after = queries.holds("tries:till:1", after_ms=clock.now_ms(), until_ms=NOON + DAY_MS)
        assert [one.expires_at for one in after] == [ends[0]]
        assert sum(line.cents for line in queries.lines("tries:till:1")) == -1


def test_expired_holds_are_found_though_the_clock_was_a_year_ahead() -> None:
    """A sweep that has gone ahead with the clock must come back with it."""
    with clock.travelled(NOON):
        month = found()
    with clock.travelled(NOON + 400 * DAY_MS):
        ledger.prepare(month + 14)
        assert ledger.void_expired() == 0
    with clock.travelled(NOON + 1):
        assert ledger.void_expired() == 0
        hold = pay(1, 1, phase="held", expires_at=NOON + MINUTE_MS)
        assert submit(hold) == "posted"
    with clock.travelled(NOON + 2 * MINUTE_MS):
        assert ledger.void_expired() == 1
    assert balances()["wallet:1"] == (START, 0)


def test_a_sweep_that_finds_something_comes_back_with_the_clock_too() -> None:
    """Ahead for four days, then put back; what expired before that day is found all the same."""
    with clock.travelled(NOON):
        month = found()
    with clock.travelled(NOON + 4 * DAY_MS):
        ledger.prepare(month)
        assert ledger.void_expired() == 0
    with clock.travelled(NOON + 1):
        first, later = (
            pay(n, 1, phase="held", expires_at=NOON + n * 10 * MINUTE_MS) for n in (1, 2)
        )
        assert submit(first, later) == "posted posted"
    with clock.travelled(NOON + 15 * MINUTE_MS):
        assert ledger.void_expired() == 1
    with clock.travelled(NOON + 5 * DAY_MS):
        assert ledger.void_expired() == 1
    assert balances()["wallet:2"] == (START, 0)


def test_one_hold_that_cannot_be_voided_does_not_keep_the_others() -> None:
    with clock.travelled(NOON):
        found()
        stuck, free = (pay(n, 1, phase="held", expires_at=NOON + 1) for n in (1, 2))
        assert submit(stuck, free) == "posted posted"
    with connection.cursor() as cursor:  # by raw SQL: no operation would end it
        cursor.execute("UPDATE ledger_account SET state = 'ended' WHERE code = 'wallet:1'")
    with clock.travelled(NOON + MINUTE_MS):
        assert ledger.void_expired() == 1
        assert ledger.void_expired() == 0
    assert balances()["wallet:2"] == (START, 0)


def test_money_held_for_a_place_that_was_ended_comes_back() -> None:
    with clock.travelled(NOON):
        found()
        assert submit(pay(1, 3, phase="held", expires_at=NOON + 1)) == "posted"
        ledger.set_state(["place:3"], "ended")
    with clock.travelled(NOON + MINUTE_MS):
        assert ledger.void_expired() == 1
    assert balances()["wallet:1"] == (START, 0)


def test_a_hold_closed_meanwhile_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and locking, somebody else voids one."""
    with clock.travelled(NOON):
        found()
        one, two = (pay(n, 1, phase="held", expires_at=NOON + 1) for n in (1, 2))
        assert submit(one, two) == "posted posted"
    keeping: Any = importlib.import_module("caisse.ledger.operations.keeping")
    plain, busy = keeping.post, [True]

    def post_late(chain: Any) -> Any:
        if busy.pop() if busy else False:
            plain([closing(one, "void", id=derived_id(one.id, "other"))])
        return plain(chain)

    monkeypatch.setattr(keeping, "post", post_late)
    with clock.travelled(NOON + MINUTE_MS):
        assert ledger.void_expired() == 1
    assert {code for code, (_, held) in balances().items() if held} == set()
    assert recount() == []


# --- accounts


def test_an_account_is_ended_only_when_it_is_empty() -> None:
    found()
    submit(pay(2, 2, cents=START, phase="held"))
    for code, why in (
        ("wallet:1", "still holds"),
        ("wallet:2", "still holds"),
        ("x:1", "no account"),
    ):
        with pytest.raises(ValueError, match=why):
            ledger.set_state(["place:1", code], "ended")
        account = queries.account("place:1")
        assert account is not None and account.state == "open"
    hold = pay()._replace(debit="place:1", credit="bank:caisse", reason="redemption", phase="held")
    assert submit(hold) == "posted"  # at its floor a place may hold more than it has
    with pytest.raises(ValueError, match="still holds"):
        ledger.set_state(["place:1"], "ended")
    assert submit(closing(hold, "void")) == "posted"
    ledger.set_state(["place:1"], "ended")
    assert submit(pay()) == "closed"
    ledger.set_state(["place:1"], "open")
    assert submit(pay()) == "posted"


def test_accounts_are_opened_once_by_the_rules_of_their_family() -> None:
    found()
    ledger.open_accounts(["wallet:1", "wallet:5", "tries:5:u", "loss:5"], ceiling=7)
    known = queries.accounts(["wallet:1", "wallet:5", "place:1", "tries:5:u", "tries:till:1"])
    assert known["wallet:1"].ceiling is None
    assert (known["wallet:5"].ceiling, known["tries:5:u"].unit) == (7, "try")
    assert known["place:1"].floor == -5000
    assert known["place:1"].available == 5000
    with pytest.raises(ValueError, match="no family"):
        ledger.open_accounts(["wallet:6", "purse:1"])
    assert queries.account("wallet:6") is None


def test_a_floor_may_not_rise_above_what_is_there() -> None:
    found()
    ledger.set_floor(["place:1"], -100)
    payment = pay(cents=200)
    submit(payment)
    assert submit(refund(payment, 200)) == "posted"
    for floor in (1, 5):
        assert "cannot get the floor" in raised(lambda f=floor: ledger.set_floor(["place:1"], f))  # type: ignore[misc]


# --- insert only


@pytest.mark.parametrize("table", ["ledger_transfer", "ledger_link", "kernel_event"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = 1", "DELETE FROM {}"])
def test_raw_sql_cannot_change_the_past(table: str, change: str) -> None:
    with clock.travelled(NOON):
        found()
    with clock.travelled(NOON + DAY_MS):
        ledger.anchor(TODAY)
    before = rows(f"SELECT * FROM {table}")
    with pytest.raises(DatabaseError, match=f"{table} is insert-only"):
        execute(change.format(table))
    assert rows(f"SELECT * FROM {table}") == before != []


def test_a_partition_is_no_way_around() -> None:
    only_postgresql("SQLite has no partitions")
    month = found()
    name = f"ledger_transfer_{month.year:04d}_{month.month:02d}"
    assert rows(f"SELECT COUNT(*) > 0 FROM {name}") == [(True,)]
    for change in (f"UPDATE {name} SET cents = 1", f"DELETE FROM {name}"):
        with pytest.raises(DatabaseError, match="insert-only"):
            execute(change)
    ledger.prepare(month + 5)
    late = (month + 5).number
    name = f"ledger_transfer_{late // 100:04d}_{late % 100:02d}"
    inherited = rows(
        "SELECT COUNT(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", name
    )
    assert inherited == [(2,)]


def test_a_trigger_switched_off_on_one_partition_is_damage() -> None:
    only_postgresql("SQLite has no partitions")
    month = found()
    name = f"ledger_transfer_{month.year:04d}_{month.month:02d}"
    assert triggers.damage(connection) == []
    execute(f"ALTER TABLE {name} DISABLE TRIGGER ledger_transfer_no_delete")
    assert triggers.damage(connection) == ["ledger_transfer_no_delete"]
    triggers.install(connection)
    assert triggers.damage(connection) == []
    with pytest.raises(DatabaseError, match="insert-only"):
        execute(f"DELETE FROM {name}")


# --- partitions and plans


def test_prepared_months_follow_each_other_without_a_gap() -> None:
    with clock.travelled(NOON):
        month = found()
        assert queries.prepared() == (_start(month + -1), _start(month + 4))
        for wanted in (month + 2, month + 7, month + -5, month):
            ledger.prepare(wanted)
        first, last = month + -5, month + 7
        assert queries.prepared() == (_start(first), _start(last.next()))
        for each in months(first, last):
            for ms in (_start(each), _start(each.next()) - 1):
                payment = pay(id=derived_id(new_id(ms), "x"), cents=1)
                assert submit(payment) == "posted"
    if connection.vendor == "postgresql":
        found_ = rows(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'ledger_transfer'::regclass ORDER BY 1"
        )
        expected = [f"ledger_transfer_{m.year:04d}_{m.month:02d}" for m in months(first, last)]
        assert [name for (name,) in found_] == expected


def _start(month: Month) -> int:
    """Ids' months are those of Greenwich: the same on every machine."""
    return (month.first - date(1970, 1, 1)).days * DAY_MS


def plan(query: str, *params: object) -> tuple[set[str], str]:
    """The generic plan of a statement of the writer: the partitions it reads, and its text."""
    from caisse.ledger.writer.driver import connector

    own: Any = connector(connection)()
    try:
        cursor = own.raw.cursor()
        cursor.execute(f"PREPARE asked AS {query}")
        values = ", ".join(_literal(param) for param in params)
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) EXECUTE asked({values})")
        lines = [line for (line,) in cursor.fetchall()]
    finally:
        own.close()
    read = [line for line in lines if "never executed" not in line]
    found_ = re.findall(r" on (?:public\.)?(ledger_transfer_\d{4}_\d\d)\b", "\n".join(read))
    return set(found_), "\n".join(lines)


def _literal(param: object) -> str:
    if isinstance(param, list):
        kind = "uuid" if isinstance(param[0], bytes) else "text"
        return f"ARRAY[{', '.join(_literal(each) for each in param)}]::{kind}[]"
    return f"'{show_id(param) if isinstance(param, bytes) else param}'"


def test_look_ups_by_id_touch_one_partition_and_by_of_few() -> None:
    only_postgresql("SQLite has no partitions")
    from caisse.ledger.writer import postgres

    with clock.travelled(NOON):
        month = found()
        ledger.prepare(month + 11)
        ids = [new_id() for _ in range(5)]
    name = f"ledger_transfer_{month.year:04d}_{month.month:02d}"
    scanned, text = plan(postgres.SEEN, ids, min(ids), max(ids))
    assert scanned == {name}, text
    assert "Seq Scan" not in text
    oldest = first_id(NOON - LAG_MS)
    scanned, text = plan(postgres.NAMED, ids, oldest, min(ids), max(ids))
    assert "Seq Scan on ledger_transfer" not in text, text
    assert len([part for part in scanned if part < f"{name[:-7]}2024_01"]) == 0, text
    _, text = plan(postgres.LOCK, ["wallet:1", "place:1"])
    assert "Seq Scan" not in text, text


def test_looking_for_expired_holds_reads_no_whole_journal() -> None:
    """Every minute: it must not grow with the journal."""
    from caisse.ledger.operations.keeping import expired_holds

    found()
    text = _explained(expired_holds(clock.now_ms()))
    assert "SCAN" not in text.upper().replace("INDEX SCAN", "").replace("BITMAP HEAP SCAN", ""), (
        text
    )


def _explained(rows_: Any) -> str:
    if connection.vendor == "sqlite":
        return str(rows_.explain())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        return str(rows_.explain())
