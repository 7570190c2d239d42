"""What a run changes against the month before, in households and cents, for those who check it.

A plan does not change once it is frozen: what follows from two plans is kept by the causes of
their runs, so that half a million households are compared once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum

from caisse.bylaws import queries as bylaws
from caisse.contributions import queries as contributions
from caisse.kernel import events
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import queries as ledger
from caisse.month.models import MonthlyRun, PlanLine
from caisse.month.queries.receiving import articles_of
from caisse.month.queries.runs import RunView, households_of
from caisse.month.rules import credited, expired, months_kept

Only = Literal["came", "went", "changed", "capped"]
LOOKED_AT = 20_000  # households whose balances are read to foresee caps and expiry
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Moved:
    """Some households, and what they make together in cents."""

    households: int = 0
    cents: int = 0


NOBODY = Moved()


@dataclass(frozen=True, slots=True)
class Changes:
    """A run against the ordinary run of the month before; `before` is None for the first month."""

    before: Month | None
    households: int
    households_before: int
    came: Moved
    went: Moved
    more: Moved
    less: Moved
    called_cents: int
    called_before_cents: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What caps would hold back and what would expire if the run were credited now."""

    capped: Moved
    expiring: Moved


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan line with what the same wallet was allocated the month before (None: nothing)."""

    id: int
    membership: int
    adults: int
    children: int
    full_cents: int
    allocated_cents: int
    credited_cents: int | None
    before_cents: int | None


def changes_of(run: RunView) -> Changes:
    """What `run` changes since the month before: came, went, more, less, contributions."""
    before = _before(run.month)
    return _changes(run.cause, run.id, run.month, before.cause if before else None)


def amended(month: Month) -> list[tuple[str, str]]:
    """The articles that read otherwise at `month` than the month before: name and label."""
    pairs = zip(
        bylaws.articles_in_force(month=month),
        bylaws.articles_in_force(month=month.previous()),
        strict=True,
    )
    return [(now.article.name, now.article.label) for now, then in pairs if now.value != then.value]


def kept_back(run: RunView) -> Moved:
    """What caps and closed wallets kept out of a credited run."""
    less = PlanLine.objects.filter(run_id=run.id, credited_cents__lt=F("allocated_cents"))
    found = less.aggregate(n=Count("pk"), all=Sum("allocated_cents"), got=Sum("credited_cents"))
    return Moved(found["n"], (found["all"] or 0) - (found["got"] or 0))


def foreseen(run: RunView) -> Foreseen | None:
    """What caps and expiry would do today; None for a plan too large to look at each wallet."""
    if households_of(run.cause, run.id) > LOOKED_AT:
        return None
    row = MonthlyRun.objects.get(pk=run.id)
    _, keeping = articles_of(row.articles)
    kept = months_kept(keeping) if row.position == 0 else None
    if keeping.rollover != "capped" and kept is None:
        return Foreseen(NOBODY, NOBODY)
    lines = list(row.lines.values_list("wallet", "allocated_cents", "ceiling_cents"))
    held = ledger.balances("wallet")
    recent = {} if kept is None else recent_cents([line[0] for line in lines], row.month, kept)
    back, gone = [], []
    for wallet, cents, most in lines:
        balance = held.get(f"wallet:{wallet}", 0)
        old = 0 if kept is None else expired(balance, recent.get(wallet, 0), keeping)
        gone.append(old)
        back.append(cents - credited(cents, balance - old, most))
    return Foreseen(_moved(back), _moved(gone))


def recent_cents(wallets: list[int], month: Month, kept: int) -> dict[int, int]:
    """What each wallet was credited in the months still kept, before the credit of `month`.

    What a caisse that already ran brought in is as new as its first month here.
    """
    found: dict[int, int] = {}
    first, last = month + -(kept - 1), month.previous()
    for start in range(0, len(wallets), CHUNK):
        chunk = wallets[start : start + CHUNK]
        rows = PlanLine.objects.filter(
            wallet__in=chunk, run__month__gte=first, run__month__lte=last
        )
        sums = dict(rows.values_list("wallet").annotate(Sum("credited_cents")))
        opened = ledger.opening_wallets(chunk, first=first, last=last)
        for wallet in chunk:
            found[wallet] = (sums.get(wallet) or 0) + opened.get(wallet, 0)
    return found


def plan_rows(
    run: RunView, *, only: Only | None = None, after: int = 0, limit: int | None = 100
) -> list[PlanRow]:
    """The lines of a plan by id, after the id `after`; `only` those that came, changed…

    Those that went are lines of the month before.
    """
    before = _before(run.month)
    run_id, other_id = run.id, None if before is None else before.pk
    if only == "went":
        if before is None:
            return []
        run_id, other_id = before.pk, run.id
    rows = _with_before(run_id, other_id).filter(pk__gt=after).order_by("pk")
    if only in ("came", "went"):
        rows = rows.filter(before=None)
    elif only == "changed":
        rows = rows.exclude(before=None).exclude(before=F("allocated_cents"))
    elif only == "capped":
        rows = rows.filter(credited_cents__lt=F("allocated_cents"))
    fields = (
        "pk", "membership", "adults", "children", "full_cents", "allocated_cents",
        "credited_cents", "before",
    )  # fmt: skip
    chosen = rows.values_list(*fields)
    return [PlanRow(*row) for row in (chosen if limit is None else chosen[:limit])]


@lru_cache(maxsize=64)
def _changes(cause: Id, run_id: int, month: Month, before_cause: Id | None) -> Changes:
    before = None if before_cause is None else MonthlyRun.objects.get(cause=before_cause)
    other = None if before is None else before.pk
    now = _with_before(run_id, other)
    stayed = now.exclude(before=None)
    if before is None:
        came = went = NOBODY
    else:
        came = _sum(now.filter(before=None))
        went = _sum(_with_before(before.pk, run_id).filter(before=None))
    up = stayed.filter(allocated_cents__gt=F("before"))
    down = stayed.filter(allocated_cents__lt=F("before"))
    return Changes(
        before=None if before is None else before.month,
        households=households_of(cause, run_id),
        households_before=0 if before is None else households_of(before.cause, before.pk),
        came=came,
        went=went,
        more=_sum(up, against=True),
        less=_sum(down, against=True),
        called_cents=_called(cause, month),
        called_before_cents=0 if before is None else _called(before.cause, before.month),
    )


def _before(month: Month) -> MonthlyRun | None:
    return MonthlyRun.objects.filter(month=month.previous(), position=0).first()


@lru_cache(maxsize=128)
def _called(cause: Id, month: Month) -> int:
    """What the households of the roll had pledged for `month` when its plan was frozen."""
    frozen = events.happened(cause)
    known_at = None if frozen is None else frozen.at
    return int(contributions.pledged(month=month, known_at=known_at)[1].sum())


def _with_before(run_id: int, other_id: int | None) -> "QuerySet[Any]":
    """The lines of a run, each with what the other run allocated to its wallet, or null."""
    other = PlanLine.objects.filter(run_id=other_id or 0, wallet=OuterRef("wallet"))
    return PlanLine.objects.filter(run_id=run_id).annotate(
        before=Subquery(other.values("allocated_cents")[:1])
    )


def _sum(rows: "QuerySet[Any]", *, against: bool = False) -> Moved:
    value = F("allocated_cents") - F("before") if against else F("allocated_cents")
    found = rows.aggregate(n=Count("pk"), cents=Sum(value))
    return Moved(found["n"], found["cents"] or 0)


def _moved(cents: Iterable[int]) -> Moved:
    some = [int(one) for one in cents if one]
    return Moved(len(some), sum(some))
