"""What did not pass: kept in memory while a till waits for its answer, written down afterwards.

A refusal moves nothing, so no row of the ledger tells it. What is lost when the machine stops in
between was a courtesy: nothing was taken. The process that serves writes it at its next turn.
"""

import threading

from django.db import transaction

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.messages.models import Remark, Topic
from caisse.messages.operations.following import News, tell
from caisse.people import queries as people

MINUTE_MS = 60_000
MOST = 2_000  # that wait in memory; when they are more, the newest are not kept
KEPT_MS = 62 * clock.DAY_MS
BATCH = 5_000  # rows of one purge

Slot = tuple[int, str, int]

_LOCK = threading.Lock()
_WAITING: dict[Slot, Remark] = {}


def jot(*, wallet_id: int, kind: str, reason: str, place_id: int, cents: int | None) -> None:
    """Note in memory what did not pass: one for a wallet and minute, of a paused code one a day.

    Microseconds, and no query: it is called before a till has its answer. `kind` is of Remark.Kind,
    `reason` of the tills' closed list.
    """
    at = clock.now_ms()
    slot = at // MINUTE_MS if kind == Remark.Kind.REFUSED else clock.day_of(at).toordinal()
    with _LOCK:
        if len(_WAITING) < MOST and (wallet_id, kind, slot) not in _WAITING:
            _WAITING[wallet_id, kind, slot] = Remark(
                id=new_id(), wallet_id=wallet_id, kind=kind, slot=slot, reason=reason,
                place_id=place_id, cents=cents, at=at,
            )  # fmt: skip


def write_jotted() -> int:
    """Write down what waits in memory, and note who is told; how many were new.

    A wallet that nobody holds any more hears nothing.
    """
    with _LOCK:
        rows = list(_WAITING.values())
        _WAITING.clear()
    held = people.persons_of_wallets({row.wallet_id for row in rows}) if rows else {}
    rows = [row for row in rows if row.wallet_id in held]
    return _write(rows) if rows else 0


@transaction.atomic
def _write(rows: list[Remark]) -> int:
    Remark.objects.bulk_create(rows, ignore_conflicts=True, batch_size=100)
    new = set()
    for start in range(0, len(rows), 900):  # below SQLite's least limit of parameters
        ids = [row.id for row in rows[start : start + 900]]
        new |= set(Remark.objects.filter(pk__in=ids).values_list("pk", flat=True))
    refused = [row for row in rows if row.id in new and row.kind == Remark.Kind.REFUSED]
    tell([News(row.wallet_id, row.kind, Topic.PAYMENTS, row.id) for row in refused])
    return len(new)


@transaction.atomic
def forget_remarks() -> int:
    """Forget the remarks of more than two months ago; how many."""
    old = Remark.objects.filter(at__lt=clock.now_ms() - KEPT_MS)
    return Remark.objects.filter(pk__in=old.values("pk")[:BATCH]).delete()[0]
