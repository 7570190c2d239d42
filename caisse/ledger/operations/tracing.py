"""Follow the journal: where each wallet's and each place's transfers stand (`models.Trace`)."""

from django.db import connection, transaction

from caisse.kernel import work
from caisse.ledger.models import Tip, Trace, Transfer

TRACED = "ledger.traced"  # the mark of the last transfer number that was followed
STEP = 20_000

FOLLOW = f"""
INSERT INTO {Trace._meta.db_table} (account, at, seq, transfer)
SELECT a.id, t.at, t.seq, t.id FROM {Transfer._meta.db_table} t
JOIN ledger_account a ON a.id = t.{{side}}
WHERE t.seq > %s AND t.seq <= %s AND (a.code LIKE 'wallet:%%' OR a.code LIKE 'place:%%')
"""


def trace() -> int:
    """Follow the journal to its end, in short transactions; how many transfers were followed.

    Repeatable: the mark moves in the transaction of what it marks, and two that follow at once
    take turns at the row `tip`.
    """
    return work.through(_trace_some)


@transaction.atomic
def _trace_some() -> int:
    last = Tip.objects.select_for_update().get(pk=1).seq
    first = work.marked(TRACED)
    until = min(first + STEP, last)
    if until <= first:
        return 0
    with connection.cursor() as cursor:
        for side in ("debit", "credit"):
            cursor.execute(FOLLOW.format(side=side), [first, until])
    work.mark(TRACED, until)
    return until - first
