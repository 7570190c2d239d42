"""Keeping the books: expired holds are voided, days are linked into the hash chain."""

import hashlib
import logging
import os
from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from caisse.kernel import clock, events, work
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import derived_id, show_id
from caisse.kernel.month import days
from caisse.ledger.models import Account, Link, Tip
from caisse.ledger.models import Transfer as Row
from caisse.ledger.operations.moving import post, repeatable
from caisse.ledger.rules import DONE, HOUR_MS, Refused, Transfer

log = logging.getLogger("caisse.ledger")

FIRST_LINK = "0" * 64
CHUNK = 500  # holds voided in one transaction
SWEPT = "ledger.holds_swept"  # until when no expired hold was left
LATE_MS = 48 * HOUR_MS  # how long a hold may be written after its own expiry, and still be found


@repeatable
def void_expired() -> int:
    """Void the holds whose time has passed; returns how many. Run every minute.

    One that cannot be voided (closed a moment ago, or an account that was ended) keeps none of the
    others.
    """
    now, swept = clock.now_ms(), work.marked(SWEPT)
    ahead = swept > now  # the clock was ahead and has come back: look at everything once
    holds = list(expired_holds(now, since=0 if ahead else swept - LATE_MS)[:CHUNK])
    if (ahead and len(holds) < CHUNK) or (not holds and now - swept > HOUR_MS):
        work.mark(SWEPT, now)
    if not holds:
        return 0
    cause = events.record("holds.expired", subject="ledger", by=SYSTEM, holds=len(holds))
    numbers = {row.debit for row in holds} | {row.credit for row in holds}
    codes = dict(Account.objects.filter(pk__in=numbers).values_list("pk", "code"))
    voids = [
        Transfer(
            derived_id(cause, f"void:{show_id(row.id)}"), codes[row.debit], codes[row.credit],
            row.cents, row.reason, cause, unit=row.unit, phase="void", of=row.id,
        )
        for row in holds
    ]  # fmt: skip
    while voids:
        try:
            return len(post(voids))
        except Refused as refused:  # nothing was written: without these, the others can be
            bad = {o.id: o.answer for o in refused.outcomes if o.answer not in (*DONE, "chain")}
            log.warning("holds that cannot be voided: %s", sorted(set(bad.values())))
            voids = [void for void in voids if void.id not in bad]
    return 0


def expired_holds(now: int, *, since: int = 0) -> QuerySet[Row]:
    """The open holds whose time passed between `since` and `now` (ms); none is left from before.

    Each is found by the index on expires_at, and its closing by the one on `of`.
    """
    closing = Row.objects.filter(of=OuterRef("id"), phase__in=("post", "void"))
    rows = Row.objects.filter(~Exists(closing), phase="held", expires_at__lte=now)
    return rows.filter(expires_at__gt=min(since, now))


def anchor(until: date) -> list[tuple[date, str]]:
    """Link every ended business day up to `until` that has no link yet; returns the new links.

    A day that has not ended gets none, whatever `until` says.

    The link of a day = SHA-256(link of the day before | day | its transfers by seq | its events by
    id), each as canonical JSON of its columns without the `*_after`. After COMMIT, one line a day
    goes to `$CAISSE_HOME/anchors.jsonl`, outside the database and never restored with it. Ended
    days are hashed before anything is locked: nobody who pays waits for it.
    """
    until = min(until, clock.today() - timedelta(1))
    last = Link.objects.order_by("-day").first()
    first = last.day + timedelta(1) if last else _first_day()
    rows = [
        Link(day=day, link=link, seq=seq, at=clock.now_ms())
        for day, link, seq in _links(last, first, until)
    ]
    if not rows:
        return []
    with transaction.atomic():
        Tip.objects.select_for_update().get(pk=1)
        newest = Link.objects.order_by("-day").first()
        if (newest and newest.day) != (last and last.day):
            return []  # another process has linked these days meanwhile
        Link.objects.bulk_create(rows)
        events.close_until(clock.instant(rows[-1].day + timedelta(1)))
        made = [(row.day, row.link) for row in rows]
        transaction.on_commit(lambda: _write_anchors(made))
    return made


def anchor_again() -> None:
    """Anchor the last link once more: a restored, older chain is the one that goes on from here."""
    last = Link.objects.order_by("-day").first()
    if last is not None:
        made = [(last.day, last.link)]
        transaction.on_commit(lambda: _write_anchors(made))


def _links(last: Link | None, first: date, until: date) -> Iterator[tuple[date, str, int]]:
    """Day, link and last seq of each day, in one pass over the journal after the last link.

    All transfers after the last one linked belong to the day, also those that a clock put back
    dates into a day already linked.
    """
    link, seq = (last.link, last.seq) if last else (FIRST_LINK, 0)
    waiting = Row.objects.filter(seq__gt=seq).order_by("seq").iterator(2000)
    row = next(waiting, None)
    for day in days(first, until):
        end = clock.instant(day + timedelta(1))
        digest = hashlib.sha256(f"{link}|{day.isoformat()}".encode())
        while row is not None and row.at < end:
            digest.update(b"|" + canonical_transfer(row).encode())
            seq, row = row.seq, next(waiting, None)
        for text in events.canonical_events(clock.instant(day), end):
            digest.update(b"|" + text.encode())
        link = digest.hexdigest()
        yield day, link, seq


def canonical_transfer(row: Row) -> str:
    """Canonical JSON of a transfer's columns without the balances after it."""
    return events.canonical(
        {
            "at": row.at,
            "cause": show_id(row.cause),
            "cents": row.cents,
            "chain": None if row.chain is None else show_id(row.chain),
            "credit": row.credit,
            "debit": row.debit,
            "expires_at": row.expires_at,
            "for_month": row.for_month,
            "id": show_id(row.id),
            "made_at": row.made_at,
            "method": row.method,
            "of": None if row.of is None else show_id(row.of),
            "phase": row.phase,
            "reason": row.reason,
            "seq": row.seq,
            "unit": row.unit,
            "unless": row.unless,
        }
    )


def _write_anchors(made: list[tuple[date, str]]) -> None:
    """Append the new links; `first`, the first link of all, tells one ledger from another."""
    first = Link.objects.order_by("day").values_list("link", flat=True)[0]
    lines = [{"day": day.isoformat(), "first": first, "link": link} for day, link in made]
    with (settings.HOME / "anchors.jsonl").open("a", encoding="utf-8") as file:
        file.write("".join(f"{events.canonical(line)}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def _first_day() -> date:
    first = Row.objects.order_by("seq").values_list("at", flat=True).first()
    return events.first_day() if first is None else min(clock.day_of(first), events.first_day())
