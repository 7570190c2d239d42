"""The lines of an account are the same whether the journal was followed or not."""

import pytest
from django.db import connection

from caisse.kernel import clock, work
from caisse.ledger import operations, queries
from caisse.ledger.models import Account, Trace
from caisse.ledger.operations import tracing

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
    assert tracing._trace_some() == 10_000
    assert told(codes) == before
    assert operations.trace() == queries.tip()[0] - 10_000
    assert told(codes) == before
    assert operations.trace() == 0
    assert work.marked(tracing.TRACED) == queries.tip()[0]


def test_every_transfer_of_a_wallet_or_a_place_is_traced_once() -> None:
    operations.trace()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM ledger_transfer t JOIN ledger_account a "
            "ON a.id IN (t.debit, t.credit) WHERE a.code LIKE 'wallet:%' OR a.code LIKE 'place:%'"
        )
        wanted = cursor.fetchone()[0]
    assert Trace.objects.count() == wanted > 20_000
    assert Trace.objects.values("account", "seq").distinct().count() == wanted
