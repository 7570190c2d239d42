"""Follow the journal: where transfers of wallets and what they buy with stand, what places gained.

What is written here (`models.Trace`, `models.Gain`) is known from the journal; reads go to the
journal itself beyond the marks.
"""

from collections.abc import Callable

from django.db import connection, transaction

from caisse.kernel import clock, work
from caisse.kernel.month import Month
from caisse.ledger.models import Gain, Tip, Trace, Transfer
from caisse.ledger.queries.lines import FOLLOWED, SUMMED, TRACED

STEP = 20_000
_OF_FAMILIES = " OR ".join(f"a.code LIKE '{family}:%%'" for family in FOLLOWED)

FOLLOW = f"""
INSERT INTO {Trace._meta.db_table} (account, at, seq, transfer)
SELECT a.id, t.at, t.seq, t.id FROM {Transfer._meta.db_table} t
JOIN ledger_account a ON a.id = t.{{side}}
WHERE t.seq > %s AND t.seq <= %s
AND ({_OF_FAMILIES})
"""


SUM = f"""
INSERT INTO {Gain._meta.db_table} (account, month, reason, cents)
SELECT a.id, %s, t.reason, {{sign}}SUM(t.cents)
FROM {Transfer._meta.db_table} t JOIN ledger_account a ON a.id = t.{{side}}
WHERE t.seq > %s AND t.seq <= %s AND t.at >= %s AND t.at < %s
AND t.phase IN ('posted', 'post', 'reverse') AND a.code LIKE 'place:%%'
GROUP BY a.id, t.reason
ON CONFLICT (account, month, reason)
DO UPDATE SET cents = {Gain._meta.db_table}.cents + excluded.cents
"""


def trace() -> int:
    """Follow the journal to its end, in short transactions; how many transfers were followed.

    Repeatable: each mark moves in the transaction of what it marks, and two that follow at once
    take turns at the row `tip`.
    """
    return work.through(lambda: _some(TRACED, _trace)) + work.through(lambda: _some(SUMMED, _sum))


@transaction.atomic
def _some(mark: str, follow: Callable[[int, int], None]) -> int:
    """Follow the next transfers beyond this mark, at most STEP; how many there were."""
    last = Tip.objects.select_for_update().get(pk=1).seq
    first = work.marked(mark)
    until = min(first + STEP, last)
    if until <= first:
        return 0
    follow(first, until)
    work.mark(mark, until)
    return until - first


def _trace(first: int, until: int) -> None:
    with connection.cursor() as cursor:
        for side in ("debit", "credit"):
            cursor.execute(FOLLOW.format(side=side), [first, until])


def _sum(first: int, until: int) -> None:
    """Month by month: `at` never goes back in the journal, so a step holds one month or a few."""
    rows = Transfer.objects.filter(seq__gt=first, seq__lte=until).order_by("seq")
    ends = [one.at for one in (rows.first(), rows.last()) if one is not None]
    month, last = (Month.of(clock.day_of(at)) for at in (min(ends), max(ends)))
    with connection.cursor() as cursor:
        while month <= last:
            since, end = clock.instant(month.first), clock.instant(month.next().first)
            for side, sign in (("credit", ""), ("debit", "-")):
                words = [month.number, first, until, since, end]
                cursor.execute(SUM.format(side=side, sign=sign), words)
            month = month.next()
