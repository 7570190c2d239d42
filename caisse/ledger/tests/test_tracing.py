"""Lines and gains of an account are the same whether the journal was followed or not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from caisse.kernel import clock, work
from caisse.kernel.month import Month
from caisse.ledger import operations, queries
from caisse.ledger.models import Account, Gain, Trace
from caisse.ledger.operations import tracing
from caisse.ledger.queries.lines import SUMMED, TRACED

pytestmark = pytest.mark.usefixtures("played")


def some_codes() -> list[str]:
    """A few wallets and places, busy and quiet."""
    rows = Account.objects.filter(code__startswith="wallet:").order_by("pk")
    places = Account.objects.filter(code__startswith="place:").order_by("pk")
    picked = [*rows[::40], *places[::8]]
    return [row.code for row in picked]


def told(codes: list[str]) -> list[object]:
    """The lines of each, whole, of a stretch of time, and the newest few with one reason."""
    since, until = clock.instant(clock.today()) - 90 * 86_400_000, clock.now_ms() - 30 * 86_400_000
    return [
        (
            queries.lines(code),
            queries.lines(code, since_ms=since, until_ms=until),
            queries.lines(code, limit=7),
            queries.lines(code, limit=3, before=9_000, reasons=("payment", "redemption")),
        )
        for code in codes
    ]


def test_lines_are_the_same_before_between_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = some_codes()
    before = told(codes)
    monkeypatch.setattr(tracing, "STEP", 10_000)
    assert tracing._some(TRACED, tracing._trace) == 10_000
    assert told(codes) == before
    assert operations.trace() == 2 * queries.tip()[0] - 10_000
    assert told(codes) == before
    assert operations.trace() == 0
    assert work.marked(TRACED) == queries.tip()[0]


class Meanwhile:
    """Follow 5,000 transfers, once, right after something was read from that table."""

    def __init__(self, table: str, mark: str, follow: Callable[[int, int], None]) -> None:
        self.table, self.mark, self.follow = table, mark, follow
        self.read = self.done = False

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        if self.read and not self.done:
            self.done = True
            assert tracing._some(self.mark, self.follow) == 5_000
        self.read = self.read or f'FROM "{self.table}"' in sql
        return execute(sql, *rest)


def test_lines_are_told_once_when_the_journal_is_followed_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = some_codes()
    before = [queries.lines(code) for code in codes]
    monkeypatch.setattr(tracing, "STEP", 5_000)
    for code, wanted in zip(codes[:4], before, strict=False):
        meanwhile = Meanwhile("ledger_transfer", TRACED, tracing._trace)
        with connection.execute_wrapper(meanwhile):
            assert queries.lines(code) == wanted
        assert meanwhile.done


def test_gains_count_once_when_the_sums_are_written_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = gains()
    monkeypatch.setattr(tracing, "STEP", 5_000)
    for _each in range(3):
        meanwhile = Meanwhile("ledger_gain", SUMMED, tracing._sum)
        with connection.execute_wrapper(meanwhile):
            assert gains() == before
        assert meanwhile.done


def gains() -> list[dict[str, int]]:
    """What all places gained: sales since the first month, in the last one, and euros paid."""
    codes = list(Account.objects.filter(code__startswith="place:").values_list("code", flat=True))
    reasons, paid = ("payment", "offline_loss", "refund"), ("redemption",)
    first, last = Month(2023, 2), Month(2024, 1)
    return [
        queries.gained(codes, reasons, since=first),
        queries.gained(codes, reasons, since=last),
        queries.gained(codes, paid, since=Month(2023, 8)),
    ]


def test_what_places_gained_is_the_same_before_between_and_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also when a step ends within a month, or holds several of them."""
    before = gains()
    assert sum(before[0].values()) > sum(before[1].values()) > 0 > sum(before[2].values())
    for step in (1, 7_001, 50, 9_000):
        monkeypatch.setattr(tracing, "STEP", step)
        assert tracing._some(SUMMED, tracing._sum) == step
        assert gains() == before
    operations.trace()
    assert gains() == before
    assert work.marked(SUMMED) == queries.tip()[0]


def test_the_gains_of_a_place_are_its_balance() -> None:
    operations.trace()
    found: dict[int, int] = {}
    for number, cents in Gain.objects.values_list("account", "cents"):
        found[number] = found.get(number, 0) + cents
    places = Account.objects.filter(code__startswith="place:")
    moved = {one.pk: one.credits - one.debits for one in places if one.credits or one.debits}
    assert len(moved) >= 55 and found == moved


def test_every_transfer_of_an_account_that_is_followed_is_traced_once() -> None:
    """Of wallets, places and what wallets have set aside; nobody has printed a voucher."""
    operations.trace()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM ledger_transfer t JOIN ledger_account a "
            "ON a.id IN (t.debit, t.credit) WHERE a.code LIKE 'wallet:%' OR a.code LIKE 'place:%' "
            "OR a.code LIKE 'reserve:%'"
        )
        wanted = cursor.fetchone()[0]
    assert Trace.objects.count() == wanted > 20_000
    assert Trace.objects.values("account", "seq").distinct().count() == wanted
