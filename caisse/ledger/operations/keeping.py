"""Keeping the books: expired holds are voided, days are linked into the hash chain."""

import hashlib
import logging
import os
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import derived_id, show_id
from caisse.ledger.models import Account, Link, Tip
from caisse.ledger.models import Transfer as Row
from caisse.ledger.operations.moving import post, repeatable
from caisse.ledger.rules import DONE, Refused, Transfer

log = logging.getLogger("caisse.ledger")

FIRST_LINK = "0" * 64
CHUNK = 500  # holds voided in one transaction


@repeatable
def void_expired() -> int:
    """Void the holds whose time has passed; returns how many. Run every minute.

    One that cannot be voided (closed a moment ago, or an account that was ended) keeps none of the
    others.
    """
    holds = list(expired_holds(clock.now_ms())[:CHUNK])
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


def expired_holds(now: int) -> QuerySet[Row]:
    """The open holds whose time has passed at `now` (ms), each by the index on expires_at or of."""
    closing = Row.objects.filter(of=OuterRef("id"), phase__in=("post", "void"))
    return Row.objects.filter(~Exists(closing), phase="held", expires_at__lte=now)


@transaction.atomic
def anchor(until: date) -> list[tuple[date, str]]:
    """Link every ended business day up to `until` that has no link yet; returns the new links.

    A day that has not ended gets none, whatever `until` says.

    The link of a day = SHA-256(link of the day before | day | its transfers by seq | its events by
    id), each as canonical JSON of its columns without the `*_after`. After COMMIT, one line a day
    goes to `$CAISSE_HOME/anchors.jsonl`, outside the database and never restored with it.
    """
    Tip.objects.select_for_update().get(pk=1)
    last = Link.objects.order_by("-day").first()
    day = last.day + timedelta(1) if last else _first_day()
    link, seq = (last.link, last.seq) if last else (FIRST_LINK, 0)
    made = []
    until = min(until, clock.today() - timedelta(1))
    while day is not None and day <= until:
        link, seq = day_link(link, day, seq)
        Link.objects.create(day=day, link=link, seq=seq, at=clock.now_ms())
        made.append((day, link))
        day += timedelta(1)
    if made:
        transaction.on_commit(lambda: _write_anchors(made))
    return made


def anchor_again() -> None:
    """Anchor the last link once more: a restored, older chain is the one that goes on from here."""
    last = Link.objects.order_by("-day").first()
    if last is not None:
        made = [(last.day, last.link)]
        transaction.on_commit(lambda: _write_anchors(made))


def day_link(before: str, day: date, seq: int, last: int | None = None) -> tuple[str, int]:
    """The link of `day` after the link `before`, and the last seq that it holds.

    All transfers after the last one linked belong to it, also those that a clock put back dates
    into a day already linked. `last` is where a link ends that is recomputed.
    """
    digest = hashlib.sha256(f"{before}|{day.isoformat()}".encode())
    bounds = clock.instant(day), clock.instant(day + timedelta(1))
    rows = Row.objects.filter(seq__gt=seq, at__lt=bounds[1]).order_by("seq")
    if last is not None:
        rows = rows.filter(seq__lte=last)
    for row in rows.iterator(2000):
        digest.update(b"|" + canonical_transfer(row).encode())
        seq = row.seq
    for text in events.canonical_events(*bounds):
        digest.update(b"|" + text.encode())
    return digest.hexdigest(), seq


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


def _first_day() -> date | None:
    first = Row.objects.order_by("seq").values_list("at", flat=True).first()
    return events.first_day() if first is None else min(clock.day_of(first), events.first_day())
