"""The damage catalogue: each line of the check is damaged underneath, and named, and no other.

A copy of the played year, triggers dropped, one raw statement; then exactly the lines that the
damage must break are red, and all the others stay green.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from caisse.accounting import checks
from caisse.accounting import queries as accounting
from caisse.kernel import clock, events, triggers
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import derived_id, new_id
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.merchants.models import Place
from caisse.payments.models import Device, Licence, Reserve

pytestmark = pytest.mark.usefixtures("played")


def sql(*statements: str) -> None:
    """Damage, with what would refuse it out of the way; the triggers come back afterwards."""
    triggers.drop(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            cursor.execute(statement)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
            cursor.execute("PRAGMA foreign_keys = ON")
    triggers.install(connection)


def red() -> set[str]:
    """The codes of the lines that fail."""
    return {line.code for line in checks.run() if not line.ok}


WALLET = "(SELECT MIN(id) FROM ledger_account WHERE code LIKE 'wallet:%')"
RICHEST = (
    "(SELECT id FROM ledger_account WHERE code LIKE 'wallet:%' "
    "ORDER BY credits - debits DESC, id LIMIT 1)"
)
PAYMENT = "(SELECT MIN(seq) FROM ledger_transfer WHERE reason = 'payment')"
REFUND = "(SELECT MIN(seq) FROM ledger_transfer WHERE reason = 'refund')"
ALLOCATION = "(SELECT MIN(seq) FROM ledger_transfer WHERE reason = 'allocation')"


def flip(column: str) -> str:
    """Another id with the same first 48 bits, in SQL."""
    if connection.vendor == "postgresql":
        end = f"CASE right({column}::text, 4) WHEN '0000' THEN 'ffff' ELSE '0000' END"
        return f"overlay({column}::text placing {end} from 33 for 4)::uuid"
    end = f"CASE substr({column}, 15) WHEN x'0000' THEN x'ffff' ELSE x'0000' END"
    return f"CAST(substr({column}, 1, 14) || {end} AS BLOB)"


DAMAGE: dict[str, tuple[Callable[[], None], set[str]]] = {
    # A cent appears in a wallet and nowhere else.
    "zero_sum": (
        lambda: sql(f"UPDATE ledger_account SET credits = credits + 1 WHERE id = {WALLET}"),
        {"zero_sum", "balances", "cover"},
    ),
    # A cent walks from one wallet's total to another's, without a transfer.
    "balances": (
        lambda: sql(
            f"UPDATE ledger_account SET credits = credits + 1 WHERE id = {WALLET}",
            f"UPDATE ledger_account SET credits = credits - 1 WHERE id = {WALLET} + 1",
        ),
        {"balances"},
    ),
    "after": (
        lambda: sql(
            f"UPDATE ledger_transfer SET debit_after = debit_after + 1 WHERE seq = {PAYMENT}"
        ),
        {"after"},
    ),
    "guards": (
        lambda: sql(
            f"UPDATE ledger_account SET floor = credits - debits - held + 1 WHERE id = {WALLET}"
        ),
        {"guards"},
    ),
    "holds": (
        lambda: sql(
            "UPDATE ledger_account SET held = held - 1 WHERE code = ("
            "SELECT MIN(code) FROM ledger_account WHERE held > 0)"
        ),
        {"holds"},
    ),
    # The operating account's euros are booked as if the segregated one had paid.
    "routes": (
        lambda: sql(
            "UPDATE ledger_transfer SET reason = 'interest' "
            "WHERE seq = (SELECT MIN(seq) FROM ledger_transfer WHERE reason = 'spend')"
        ),
        {"routes", "derived_ids", "chain"},
    ),
    # What a funder gave is counted as if it had come a year later: the months between are bare.
    "cover": (
        lambda: sql(
            "UPDATE ledger_account SET debits = debits - 100, credits = credits - 100 "
            "WHERE code = 'bank:caisse'",
            "UPDATE ledger_account SET debits = debits + 100 WHERE code = 'bank:caisse'",
            "UPDATE ledger_account SET debits = debits - 100 WHERE code = 'bank:operating'",
        ),
        {"balances", "cover", "operating_cash"},
    ),
    "cause": (
        lambda: sql(f"UPDATE ledger_transfer SET cause = {flip('cause')} WHERE seq = {PAYMENT}"),
        {"cause", "chain"},
    ),
    "derived_ids": (
        lambda: sql(f"UPDATE ledger_transfer SET id = {flip('id')} WHERE seq = {ALLOCATION}"),
        {"derived_ids", "chain"},
    ),
    # A refund is said to be of the smallest purchase of all.
    "refunds": (
        lambda: sql(
            "UPDATE ledger_transfer SET of = (SELECT id FROM ledger_transfer "
            "WHERE reason = 'payment' ORDER BY cents, seq LIMIT 1) "
            "WHERE seq = (SELECT seq FROM ledger_transfer WHERE reason = 'refund' "
            "ORDER BY cents DESC, seq LIMIT 1)"
        ),
        {"refunds", "chain"},
    ),
    "reverses": (
        lambda: sql(
            f"UPDATE ledger_transfer SET phase = 'reverse' WHERE seq = {REFUND}",
        ),
        {"reverses", "routes", "chain"},
    ),
    # A voucher that nobody has paid for.
    "vouchers": (
        lambda: sql(
            "INSERT INTO ledger_account (code, unit, debits, credits, held, guard, floor, state) "
            "VALUES ('voucher:1', 'money', 0, 0, 0, 'credit', 0, 'open')"
        ),
        {"vouchers"},
    ),
    # Settled for one cent less than it was called: the memo pair no longer cancels out.
    "receivables": (
        lambda: sql(
            "UPDATE ledger_account SET debits = debits + 1 WHERE code = 'claims:contribution'",
            f"UPDATE ledger_account SET credits = credits + 1 WHERE id = {WALLET}",
        ),
        {"receivables", "balances", "cover"},
    ),
    "operating_cash": (
        lambda: sql(
            "UPDATE ledger_account SET credits = credits + 500 WHERE code = 'cost:hr'",
            "UPDATE ledger_account SET debits = debits + 500 WHERE code = 'fund:operating'",
        ),
        {"operating_cash", "balances"},
    ),
    "month_zero": (
        lambda: sql(
            "UPDATE ledger_account SET credits = credits + 100 WHERE code = 'fund:month:2023-05'",
            f"UPDATE ledger_account SET credits = credits - 100 WHERE id = {RICHEST}",
        ),
        {"month_zero", "balances"},
    ),
    "plan": (
        lambda: sql(
            "UPDATE month_planline SET credited_cents = credited_cents - 100 "
            "WHERE id = (SELECT MIN(id) FROM month_planline)"
        ),
        {"plan"},
    ),
    "articles": (
        lambda: sql(
            "UPDATE bylaws_amendment SET adopted_at = adopted_at + 1 "
            "WHERE article = 'allocation.base_cents'"
        ),
        {"articles"},
    ),
    # An amendment adopted long after the seal reaches back into a sealed month.
    "seal": (
        lambda: sql(
            "UPDATE bylaws_amendment SET since = 202303 WHERE decision_id = "
            "(SELECT MAX(decision_id) FROM bylaws_amendment)"
        ),
        {"seal"},
    ),
    # Somebody without a role of the office has looked at a file.
    "access": (
        lambda: sql(
            "UPDATE kernel_event SET name = 'file.opened' WHERE id = ("
            "SELECT id FROM kernel_event WHERE name = 'login.created' ORDER BY at, id LIMIT 1)"
        ),
        {"access", "chain"},
    ),
    # One person has agreed to what she prepared herself.
    "roles": (lambda: sql(_act_alone()), {"roles"}),
    # Money set aside of which nobody knows whose it is.
    "reserves": (lambda: _post(f"wallet:{_rich()}", "reserve:feed", "reserve"), {"reserves"}),
    # A device may lose what does not lie ready.
    "room": (lambda: _licence(), {"room"}),
    # A loss is counted that nobody was paid for.
    "losses": (lambda: _post("loss:1", "loss:all", "loss", "loss"), {"losses"}),
    "chain": (
        lambda: sql(f"UPDATE ledger_transfer SET made_at = 1 WHERE seq = {PAYMENT}"),
        {"chain"},
    ),
}


def _post(debit: str, credit: str, reason: str, unit: str = "money") -> None:
    """A cent that the ledger takes, though no operation would move it so."""
    with transaction.atomic():
        ledger.open_accounts([debit, credit])
        cause = events.record("test.moved", subject="test", by=SYSTEM)
        ledger.post(
            [Transfer(derived_id(cause, reason), debit, credit, 1, reason, cause, unit=unit)]
        )


def _rich() -> int:
    wallets = books.balances("wallet")
    return int(max(wallets, key=lambda code: wallets[code]).removeprefix("wallet:"))


def _licence() -> None:
    """A licence of the first place, open, while nothing lies ready."""
    place = Place.objects.earliest("pk")
    device = Device.objects.create(place=place, label="Marché", cause=new_id())
    Licence.objects.create(
        device=device, place=place, till=new_id(), since=1, until=2, honoured_until=2,
        day_cents=200_00, total_cents=400_00, room_cents=60_00, member_cents=20_00, cause=new_id(),
    )  # fmt: skip


def _act_alone() -> str:
    """An act that is done, prepared and agreed by one login, in SQL."""
    id = f"'{'0' * 31}1'" if connection.vendor == "postgresql" else f"x'{'0' * 31}1'"
    return (
        "INSERT INTO people_preparedact (id, kind, subject, payload, cents, prepared_by, "
        f"prepared_at, state, second_by, second_at, reason) VALUES ({id}, 'essai', 'wallet:1', "
        "'{}', 100, 'coordination', 1, 'done', 'coordination', 2, '')"
    )


@pytest.fixture(autouse=True)
def _anchored(played: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The played days are linked; their last anchor lies in a home of the test's own."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    with transaction.atomic():
        ledger.anchor_again()


def test_all_lines_are_green_before_any_damage() -> None:
    assert red() == set()
    assert set(DAMAGE) | {"triggers", "partitions"} == set(checks.LINES)


@pytest.mark.parametrize("code", DAMAGE)
def test_a_damage_is_named_and_nothing_else(code: str) -> None:
    damage, expected = DAMAGE[code]
    damage()
    assert red() == expected
    named = next(line for line in checks.run([code]))
    assert code in expected and named.damaged >= 1 and named.first


def test_a_dropped_trigger_is_named() -> None:
    with connection.cursor() as cursor:
        on = " ON ledger_transfer" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER ledger_transfer_no_update{on}")
    assert red() == {"triggers"}


def test_a_month_without_its_partition_is_named() -> None:
    sql("UPDATE ledger_tip SET until_ms = from_ms + 1")
    assert red() == {"partitions"}


def test_a_gap_in_the_journal_is_named() -> None:
    sql("UPDATE ledger_tip SET seq = seq + 1")
    assert red() == {"chain"}


def test_time_that_goes_back_is_named() -> None:
    sql(f"UPDATE ledger_transfer SET at = at + 3600000 WHERE seq = {PAYMENT}")
    assert "chain" in red()


def test_an_older_copy_in_the_place_of_the_books_is_named() -> None:
    link = {"day": "2024-02-01", "link": "f" * 64}
    with (settings.HOME / "anchors.jsonl").open(encoding="utf-8") as file:
        first = json.loads(file.readlines()[-1])["first"]
    with (settings.HOME / "anchors.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({**link, "first": first}) + "\n")
    assert red() == {"chain"}


def test_half_a_line_left_by_a_power_cut_is_passed_over() -> None:
    with (settings.HOME / "anchors.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"day":"2024-0')
    assert red() == set()


def test_a_day_that_is_linked_does_not_change_when_the_clock_goes_back() -> None:
    clock.travel(clock.instant(date(2024, 2, 3)))
    ledger.anchor(date(2024, 2, 2))
    clock.travel(clock.instant(date(2024, 2, 1), 12))
    with transaction.atomic():
        events.record("test.late", subject="test", by=SYSTEM)
    assert red() == set()
    clock.travel(clock.instant(date(2024, 2, 6)))
    assert ledger.anchor(date(2024, 2, 5))[0][0] == date(2024, 2, 3)
    assert red() == set()


def test_what_a_start_looks_at_names_the_same_damage() -> None:
    assert all(line.ok for line in accounting.check_start())
    sql("UPDATE ledger_tip SET seq = seq + 1")
    assert [line.code for line in accounting.check_start() if not line.ok] == ["chain"]


def test_the_day_and_the_event_that_broke_the_cover_are_named() -> None:
    """Money issued on a day when nothing covered it: the fund goes below its floor underneath."""
    sql(
        "UPDATE ledger_transfer SET cents = cents + 10000000 WHERE seq = "
        "(SELECT MIN(seq) FROM ledger_transfer WHERE reason = 'allocation' AND for_month = 202401)"
    )
    line = checks.run(["cover"])[0]
    assert not line.ok and line.day == clock.day_of(clock.instant(date(2024, 1, 5), 12))
    assert "month.frozen" in line.first


def test_more_lost_at_a_place_than_the_article_allows_is_named() -> None:
    """Nobody moved it so: the counting account and the money are damaged alike."""
    sql("UPDATE ledger_account SET debits = debits + 6001 WHERE code = 'loss:1'")
    assert "losses" not in red()
    _post("loss:1", "loss:all", "loss", "loss")
    sql("UPDATE ledger_account SET debits = debits + 6001 WHERE code = 'loss:1'")
    line = checks.run(["losses"])[0]
    assert not line.ok and line.damaged == 2


def test_a_reserve_that_pays_another_place_is_named() -> None:
    code, wallet = "reserve:00000000000000aa", _rich()
    place, other = Place.objects.order_by("pk")[:2]
    Reserve.objects.create(
        key=code[8:], wallet=wallet, place=place, cents=1, since=1, until=2, cause=new_id()
    )
    _post(f"wallet:{wallet}", code, "reserve")
    assert red() == set()
    _post(code, f"place:{other.pk}", "payment")
    assert red() == {"reserves"}


def test_a_role_that_ends_before_it_begins_is_named() -> None:
    if connection.vendor == "postgresql":
        sql("ALTER TABLE people_role DROP CONSTRAINT role_until_after_since")
    sql("UPDATE people_role SET until = '2020-01-01' WHERE name = 'committee'")
    assert red() == {"roles"}


def test_an_act_agreed_by_another_login_of_one_person_is_named() -> None:
    sql(
        _act_alone().replace("'done', 'coordination'", "'done', 'x'"),
        "INSERT INTO people_login (password, identifier, is_active, person_id) "
        "SELECT password, 'x', is_active, person_id FROM people_login "
        "WHERE identifier = 'coordination'",
    )
    assert red() == {"roles"}
