"""Reads of the months: runs, the lines of their plans, what differs from the month before."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Sum

from caisse.bylaws import queries as bylaws
from caisse.contributions import queries as contributions
from caisse.contributions.rules import ContributionRules, cutoff, top_up
from caisse.funding import queries as funding
from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.ledger import queries as ledger
from caisse.month.models import MonthlyRun, PlanLine, RunState
from caisse.month.rules import AllocationRules, credit_on
from caisse.people import queries as people

MOST_NAMED = 4_096  # plans whose number of households is remembered
_named: dict[Id, int] = {}
WINDOW = 3  # months over which the share of contributions really cashed is observed


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as it stands, in cents; `articles` as computed with, `waits_for` a ledger answer."""

    id: int
    month: Month
    position: int
    state: str
    cause: Id
    verdict: str
    asked_cents: int
    total_cents: int
    levy_cents: int
    available_cents: int
    forecast_cents: int
    credit_on: date
    checked_by: str
    approved_by: str
    waits_for: str
    credited_cents: int | None
    articles: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LineView:
    """One wallet's line of a plan, in cents."""

    id: int
    wallet: int
    membership: int
    adults: int
    children: int
    full_cents: int
    allocated_cents: int
    credited_cents: int | None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month in a list: its ordinary run, how many households, its adjustments in order."""

    run: RunView
    households: int
    adjusted: tuple[RunView, ...]

    @property
    def last(self) -> RunView:
        """The run that the next step is about."""
        return self.adjusted[-1] if self.adjusted else self.run


@dataclass(frozen=True, slots=True)
class Differences:
    """What a run changes against the ordinary run of the month before, in households and cents."""

    members: int
    members_before: int
    came: tuple[int, ...]
    went: tuple[int, ...]
    changed: tuple[int, ...]
    total_cents: int
    total_before_cents: int


def run(*, month: Month, position: int | None = None) -> RunView | None:
    """The run of `month` at `position`; None means the latest one."""
    rows = MonthlyRun.objects.filter(month=month).order_by("-position")
    if position is not None:
        rows = rows.filter(position=position)
    row = rows.first()
    return None if row is None else _view(row)


def runs(*, first: Month | None = None, last: Month | None = None) -> list[RunView]:
    """All runs between two months, in order."""
    rows = MonthlyRun.objects.order_by("month", "position")
    if first is not None:
        rows = rows.filter(month__gte=first)
    if last is not None:
        rows = rows.filter(month__lte=last)
    return [_view(row) for row in rows]


def runs_of(month: Month) -> list[RunView]:
    """The ordinary run of `month` and its adjustments, in order."""
    return [_view(row) for row in MonthlyRun.objects.filter(month=month).order_by("position")]


def month_rows(*, before: Month | None = None, limit: int = 50) -> list[MonthRow]:
    """The newest months first, at most `limit`, below `before`; adjustments count in theirs."""
    rows = MonthlyRun.objects.filter(position=0).order_by("-month")
    if before is not None:
        rows = rows.filter(month__lt=before)
    ordinary = [_view(row) for row in rows[:limit]]
    further = MonthlyRun.objects.filter(
        month__in=[run.month for run in ordinary], position__gt=0
    ).order_by("position")
    adjusted: dict[Month, list[RunView]] = {}
    for row in further:
        adjusted.setdefault(row.month, []).append(_view(row))
    households = households_in([(run.cause, run.id) for run in ordinary])
    return [
        MonthRow(run, named, tuple(adjusted.get(run.month, ())))
        for run, named in zip(ordinary, households, strict=True)
    ]


def households_of(cause: Id, run_id: int) -> int:
    """How many households the plan of that run names."""
    return households_in([(cause, run_id)])[0]


def households_in(runs: Sequence[tuple[Id, int]]) -> list[int]:
    """The same for several runs, in their order, each given by its cause and its number.

    A frozen plan names the same households for ever: each is counted once in this process.
    """
    known = {cause: n for cause, _ in runs if (n := _named.get(cause)) is not None}
    missing = {cause: run_id for cause, run_id in runs if cause not in known}
    if missing:
        rows = PlanLine.objects.filter(run__in=missing.values()).values("run_id")
        found = dict(rows.annotate(n=Count("pk")).values_list("run_id", "n"))
        counted = {cause: found.get(run_id, 0) for cause, run_id in missing.items()}
        if len(_named) > MOST_NAMED:
            _named.clear()
        _named.update(counted)
        known |= counted
    return [known[cause] for cause, _ in runs]


def flag_subject(month: Month) -> str:
    """What a question of the office about `month` is about."""
    return f"month:{month}"


def flags(month: Month) -> list[people.InquiryView]:
    """The errors of `month` that were flagged, the newest first. Their texts are personal."""
    return people.inquiries(subject=flag_subject(month))


def open_flags(month: Month) -> list[people.InquiryView]:
    """Those that nobody has answered yet: the approval of the month waits for them."""
    return [found for found in flags(month) if found.answered_at is None]


def members(*, last: Month) -> dict[Month, int]:
    """How many households each frozen plan up to `last` names; one counts once a month."""
    rows = PlanLine.objects.filter(run__month__lte=last).values("run__month")
    counted = rows.annotate(n=Count("wallet", distinct=True)).values_list("run__month", "n")
    return dict(counted)


def lines(*, run_id: int, after: int = 0, limit: int = 100) -> list[LineView]:
    """The plan's lines by id, at most `limit`, beginning after the id `after`."""
    rows = PlanLine.objects.filter(run_id=run_id, pk__gt=after).order_by("pk")[:limit]
    return [
        LineView(
            row.pk, row.wallet, row.membership, row.adults, row.children, row.full_cents,
            row.allocated_cents, row.credited_cents,
        )
        for row in rows
    ]  # fmt: skip


def waiting_cents(*, apart_from: Month | None = None) -> int:
    """Cents promised by frozen plans (and their levies) that are not yet credited."""
    rows = MonthlyRun.objects.filter(
        state__in=(RunState.FROZEN, RunState.CHECKED, RunState.APPROVED), expired_at=None
    )
    if apart_from is not None:
        rows = rows.exclude(month=apart_from)
    found = rows.aggregate(total=Sum("total_cents"), levy=Sum("levy_cents"))
    return (found["total"] or 0) + (found["levy"] or 0)


def differences(*, run_id: int) -> Differences:
    """What the coordinator checks: who came, who went, whose amount changed (memberships)."""
    row = MonthlyRun.objects.get(pk=run_id)
    before = MonthlyRun.objects.filter(month=row.month.previous(), position=0).first()
    now_of = dict(row.lines.values_list("membership", "allocated_cents"))
    then_of = (
        {} if before is None else dict(before.lines.values_list("membership", "allocated_cents"))
    )
    return Differences(
        members=len(now_of),
        members_before=len(then_of),
        came=tuple(sorted(now_of.keys() - then_of.keys())),
        went=tuple(sorted(then_of.keys() - now_of.keys())),
        changed=tuple(sorted(m for m in now_of.keys() & then_of.keys() if now_of[m] != then_of[m])),
        total_cents=row.total_cents,
        total_before_cents=0 if before is None else before.total_cents,
    )


def cashed_share(*, known_at: date) -> tuple[int, int]:
    """Contributions cashed and called (cents) in the last three months ended or begun: the share.

    (1, 1) before the first call: nothing says yet that a pledge is not kept.
    """
    last = Month.of(known_at)
    first = last + -(WINDOW - 1)
    called = _sum("call", "debit", known_at, first)
    cashed = (
        _sum("contribution", "credit", known_at, first)
        + _sum("recovery", "credit", known_at, first)
        - _sum("return", "credit", known_at, first)
    )
    return (cashed, called) if called > 0 else (1, 1)


def expected_cents(*, until: date) -> int:
    """Receipts of the caisse fund foreseen from tomorrow to `until`, in cents.

    Planned instalments, and the pledges of the months whose debit day lies between, times the
    share cashed in the last three months, with what a third party adds to each (savoie_ssalsa).
    """
    today = clock.today()
    planned = funding.planned_instalments(fund="caisse", after=today, until=until, known_at=today)
    cents = sum(instalment.cents for instalment in planned)
    cashed, called = cashed_share(known_at=today)
    month = Month.of(today)
    while month.first <= until:
        if today < debit_on(month) <= until:
            pledged = contributions.pledged(month=month)[1]
            cents += int(pledged.sum()) * max(0, cashed) // called
            rules = bylaws.in_force(ContributionRules, month=month)
            cents += int(top_up(pledged, rules).sum()) if rules.topup_by else 0
        month = month.next()
    return cents


def credit_day(month: Month) -> date:
    """The day on which the wallets are to be credited for a month that is not frozen yet."""
    return credit_on(month, bylaws.in_force(AllocationRules, month=month))


def debit_on(month: Month) -> date:
    """The day on which the contributions of `month` are collected."""
    return month.day(bylaws.in_force(ContributionRules, month=month).debit_day)


def _sum(reason: str, side: str, until: date, first: Month) -> int:
    flows = ledger.flows([reason], side=side, until=until)
    return sum(flow.cents for flow in flows if flow.month >= first)


def _view(row: MonthlyRun) -> RunView:
    return RunView(
        row.pk, row.month, row.position, row.state, row.cause, row.verdict, row.asked_cents,
        row.total_cents, row.levy_cents, row.available_cents, row.forecast_cents, row.credit_on,
        row.checked_by, row.approved_by, row.waits_for, row.credited_cents,
        json.loads(row.articles),
    )  # fmt: skip


def next_to_freeze() -> Month | None:
    """The first month without a frozen plan; None before the founding."""
    founding, sealed = bylaws.founding(), bylaws.sealed_until()
    if founding is None:
        return None
    return founding.first_month if sealed is None else sealed.next()


def late_to_freeze() -> Month | None:
    """That month, once its last day to change is over and nobody froze it; else None."""
    month = next_to_freeze()
    if month is None:
        return None
    return month if cut_off(month) < clock.today() else None


def cut_off(month: Month) -> date:
    """The last day on which something still changes `month`; its plan is frozen that night."""
    return cutoff(month, bylaws.in_force(ContributionRules, month=month))
