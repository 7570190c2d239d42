"""The bank's own balance beside ours, and what may explain a difference (own room: part of the
queries)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from caisse.accounting.checks.line import FINAL, rows
from caisse.accounting.models import BankReading
from caisse.accounting.rules import Piece, explaining
from caisse.kernel import clock

RECENT = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class DayFlow:
    """What an account at the bank gained (lost, below 0) on one business day for one reason."""

    day: date
    reason: str
    cents: int
    count: int


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A balance that somebody read from a statement: `account` caisse or operating, cents."""

    id: int
    account: str
    day: date
    cents: int
    by: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A reading beside our books at the end of its day, in cents.

    `held_cents` is promised to places and named funds, not yet confirmed by the bank;
    `desk_cents` lies at desks; `recent` are the last days' movements of the account, by day and
    reason; `because` the pieces that make up the whole difference, when some do.
    """

    reading: ReadingRow
    ours_cents: int
    held_cents: int
    desk_cents: int
    recent: tuple[DayFlow, ...]
    because: tuple[Piece, ...]

    @property
    def difference_cents(self) -> int:
        """What the bank has more than our books."""
        return self.reading.cents - self.ours_cents


def readings(*, before: int | None = None, limit: int = 50) -> list[ReadingRow]:
    """Readings, the newest first, at most `limit`, those before the number `before`."""
    found = BankReading.objects.order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_row(row) for row in found[:limit]]


def reading(reading_id: int) -> ReadingRow | None:
    """One reading."""
    row = BankReading.objects.filter(pk=reading_id).first()
    return None if row is None else _row(row)


def compared(row: ReadingRow, *, held: str, desk: str, words: dict[str, str]) -> Compared:
    """The reading beside our books as they stood that day.

    `held` and `desk` are the words for money on its way out and money at desks; `words` names the
    reasons of the ledger.
    """
    code = f"bank:{row.account}"
    ours, on_its_way = _cash_at(code, row.day), _held_at(code, row.day)
    at_desks = -_cash_at("fund:transit", row.day) if code == "bank:caisse" else 0
    recent = tuple(_day_flows(code, row.day - RECENT, row.day))
    pieces = [Piece(held, -on_its_way), Piece(desk, at_desks)]
    pieces += [
        # our books have it, the bank not yet: its balance is short by what came in
        Piece(words.get(flow.reason, flow.reason), -flow.cents)
        for flow in reversed(recent)
    ]
    because = explaining(row.cents - ours, pieces)
    return Compared(row, ours, on_its_way, at_desks, recent, because)


def _cash_at(code: str, day: date) -> int:
    """debits − credits of one account at the end of a day: the cash of an account at the bank."""
    (found,) = rows(
        f"""
        SELECT COALESCE(SUM(CASE WHEN a.id = t.debit THEN t.cents ELSE -t.cents END), 0)
        FROM ledger_transfer t JOIN ledger_account a ON a.id IN (t.debit, t.credit)
        WHERE a.code = %s AND t.phase IN {FINAL} AND t.at < %s""",
        [code, _end_ms(day)],
    )
    return int(found[0])


def _held_at(code: str, day: date) -> int:
    """What was ordered to be paid from an account and not confirmed at the end of a day."""
    (found,) = rows(
        """
        SELECT COALESCE(SUM(t.cents), 0)
        FROM ledger_transfer t JOIN ledger_account a ON a.id = t.credit
        WHERE a.code = %s AND t.phase = 'held' AND t.at < %s AND NOT EXISTS (
            SELECT 1 FROM ledger_transfer c
            WHERE c.of = t.id AND c.phase IN ('post', 'void') AND c.at < %s)""",
        [code, _end_ms(day), _end_ms(day)],
    )
    return int(found[0])


def _day_flows(code: str, after: date, until: date) -> list[DayFlow]:
    """What moved an account after one day and until another, by day and reason, oldest first."""
    found = rows(
        f"""
        SELECT t.at, t.reason, COUNT(*),
               SUM(CASE WHEN a.id = t.debit THEN t.cents ELSE -t.cents END)
        FROM ledger_transfer t JOIN ledger_account a ON a.id IN (t.debit, t.credit)
        WHERE a.code = %s AND t.phase IN {FINAL} AND t.at >= %s AND t.at < %s
        GROUP BY t.at, t.reason ORDER BY t.at, t.reason""",
        [code, _end_ms(after), _end_ms(until)],
    )
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
    for at, reason, number, cents in found:
        entry = sums[clock.day_of(int(at)), reason]
        entry[0] += int(cents)
        entry[1] += int(number)
    return [DayFlow(day, reason, *entry) for (day, reason), entry in sums.items()]


def _end_ms(day: date) -> int:
    return clock.instant(day + timedelta(1))


def _row(row: BankReading) -> ReadingRow:
    return ReadingRow(row.pk, row.account, row.day, row.cents, row.by)
