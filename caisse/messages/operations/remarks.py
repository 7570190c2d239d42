"""What did not pass: kept in memory while a till waits for its answer, written down afterwards.

A refusal moves nothing, so no row of the ledger tells it. What is lost when the machine stops in
between was a courtesy: nothing was taken. The process that serves writes it at its next turn.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence

from django.db import transaction

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.messages.models import Remark, Topic
from caisse.messages.operations.following import News, tell
from caisse.people import queries as people

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
MOST = 2_000  # that wait in memory; when they are more, the newest are not kept
MOST_A_DAY = {
    Remark.Kind.REFUSED: 20,
    Remark.Kind.CARD: 5,
    Remark.Kind.QR: 5,
    Remark.Kind.VOUCHER: 5,
}
"""Of one wallet, by kind: whoever has found a card must not be able to flood its owner."""
TOLD_AS = "refused"  # the kind of their notices
SHOWN = (Remark.Kind.CARD, Remark.Kind.QR, Remark.Kind.VOUCHER)  # by whoever holds it
KEPT_MS = 62 * clock.DAY_MS
BATCH = 5_000  # rows of one purge

Slot = tuple[int, int, str, int]

_LOCK = threading.Lock()
_WAITING: dict[Slot, tuple[int, Remark]] = {}


def jot(
    *,
    kind: str,
    reason: str,
    place_id: int,
    cents: int | None,
    wallet_id: int = 0,
    holder_id: int = 0,
) -> None:
    """Note in memory what did not pass with a wallet, or with that of a holder.

    One for a wallet and minute; of what was shown one an hour, of a paused code one a day.
    Microseconds, and no query: it is called before a till has its answer. `kind` is of Remark.Kind,
    `reason` of the tills' closed list.
    """
    at = clock.now_ms()
    slot = _slot(kind, at)
    with _LOCK:
        if len(_WAITING) < MOST and (wallet_id, holder_id, kind, slot) not in _WAITING:
            row = Remark(
                id=new_id(), wallet_id=wallet_id, kind=kind, slot=slot, reason=reason,
                place_id=place_id, cents=cents, at=at,
            )  # fmt: skip
            _WAITING[wallet_id, holder_id, kind, slot] = (holder_id, row)


def _slot(kind: str, at: int) -> int:
    if kind == Remark.Kind.REFUSED:
        return at // MINUTE_MS
    return at // HOUR_MS if kind in SHOWN else clock.day_of(at).toordinal()


def write_jotted() -> int:
    """Write down what waits in memory, and note who is told; how many were new.

    A wallet that nobody holds any more hears nothing.
    """
    with _LOCK:
        waiting = list(_WAITING.values())
        _WAITING.clear()
    if not waiting:
        return 0
    shown = people.wallets_of_holders({holder for holder, _row in waiting if holder})
    for holder, row in waiting:
        row.wallet_id = shown.get(holder, 0) if holder else row.wallet_id
    held = people.persons_of_wallets({row.wallet_id for _holder, row in waiting})
    rows = [row for _holder, row in waiting if row.wallet_id in held]
    return _write(rows) if rows else 0


@transaction.atomic
def _write(rows: list[Remark]) -> int:
    rows = list(_within_day(rows))
    Remark.objects.bulk_create(rows, ignore_conflicts=True, batch_size=100)
    new = set()
    for start in range(0, len(rows), 900):  # below SQLite's least limit of parameters
        ids = [row.id for row in rows[start : start + 900]]
        new |= set(Remark.objects.filter(pk__in=ids).values_list("pk", flat=True))
    told = [row for row in rows if row.id in new and row.kind in MOST_A_DAY]
    tell([News(row.wallet_id, TOLD_AS, Topic.PAYMENTS, row.id) for row in told])
    return len(new)


def _within_day(rows: Sequence[Remark]) -> Iterator[Remark]:
    """Those for which their wallet's day has room still."""
    counted: Counter[tuple[int, str, int]] = Counter()
    wallets = sorted({row.wallet_id for row in rows if row.kind in MOST_A_DAY})
    since = clock.instant(clock.day_of(min(row.at for row in rows)))
    for start in range(0, len(wallets), 900):
        known = Remark.objects.filter(wallet__in=wallets[start : start + 900], at__gte=since)
        for wallet, kind, at in known.values_list("wallet_id", "kind", "at"):
            counted[wallet, kind, clock.day_of(at).toordinal()] += 1
    for row in rows:
        day = row.wallet_id, str(row.kind), clock.day_of(row.at).toordinal()
        counted[day] += 1
        if row.kind not in MOST_A_DAY or counted[day] <= MOST_A_DAY[Remark.Kind(row.kind)]:
            yield row


@transaction.atomic
def forget_remarks() -> int:
    """Forget the remarks of more than two months ago; how many."""
    old = Remark.objects.filter(at__lt=clock.now_ms() - KEPT_MS)
    return Remark.objects.filter(pk__in=old.values("pk")[:BATCH]).delete()[0]
