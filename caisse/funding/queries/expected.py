"""Who gives, what is still expected, and as it was known on a given day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from caisse.funding.models import (
    Expectation,
    Funder,
    FunderRight,
    Grant,
    GrantReceipt,
    Instalment,
    Line,
    PaidCost,
    PlannedCost,
)
from caisse.kernel.month import Month
from caisse.ledger import queries as books


@dataclass(frozen=True, slots=True)
class FunderRow:
    """A funder, with its public name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant: `account` is its passage account, `left_cents` what is still expected of it."""

    id: int
    funder_id: int
    funder: str
    fund: str
    label: str
    signed_on: date
    is_investment: bool
    open_ended: bool
    account: str
    cents: int
    received_cents: int
    left_cents: int


@dataclass(frozen=True, slots=True)
class Planned:
    """Money expected of an instalment that has not come, as known on a day."""

    instalment_id: int
    grant_id: int
    funder: str
    fund: str
    due_on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Cost:
    """A planned cost that has not been paid, as known on a day."""

    planned_id: int
    line: str
    due_on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Change:
    """One row of an instalment's history: from `known_on`, `cents` were expected for `due_on`."""

    known_on: date
    due_on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Received:
    """What one grant brought in one month, in cents, net of reversals."""

    funder_id: int
    funder: str
    fund: str
    grant_id: int
    is_investment: bool
    month: Month
    cents: int


def funders() -> list[FunderRow]:
    """All funders, in the order in which they came."""
    return [FunderRow(row.pk, row.name) for row in Funder.objects.order_by("id")]


def lines() -> dict[str, str]:
    """The lines of operating costs: code -> French label."""
    return {line.value: str(line.label) for line in Line}


def grants(*, known_at: date) -> list[GrantRow]:
    """The grants signed by `known_at`, with what came in and was still expected on that day."""
    rows = Grant.objects.filter(signed_on__lte=known_at).select_related("funder").order_by("id")
    received = dict(
        GrantReceipt.objects.filter(received_on__lte=known_at)
        .values_list("grant_id")
        .annotate(Sum("cents"))
    )
    left: dict[int, int] = {}
    for planned in _expected(known_at):
        left[planned.grant_id] = left.get(planned.grant_id, 0) + planned.cents
    return [
        GrantRow(
            id=row.pk,
            funder_id=row.funder_id,
            funder=row.funder.name,
            fund=row.fund,
            label=row.label,
            signed_on=row.signed_on,
            is_investment=row.is_investment,
            open_ended=row.open_ended,
            account=row.account,
            cents=row.cents,
            received_cents=received.get(row.pk, 0),
            left_cents=left.get(row.pk, 0),
        )
        for row in rows
    ]


def instalments(grant_id: int) -> list[int]:
    """The ids of a grant's instalments, in the order of the agreement."""
    rows = Instalment.objects.filter(grant_id=grant_id).order_by("number")
    return list(rows.values_list("id", flat=True))


def history(instalment_id: int) -> list[Change]:
    """What was expected of an instalment, oldest knowledge first."""
    rows = Expectation.objects.filter(instalment_id=instalment_id).order_by("known_on", "id")
    return [Change(row.known_on, row.due_on, row.cents) for row in rows]


def expected_of(instalment_id: int, *, known_at: date) -> Planned | None:
    """What was still expected of one instalment on the day `known_at`; None when nothing was."""
    found = _expected(known_at, instalment_ids=[instalment_id])
    return found[0] if found else None


def planned_instalments(*, fund: str, after: date, until: date, known_at: date) -> list[Planned]:
    """Instalments of `fund` due after `after` and until `until` and not received.

    As known at `known_at`; `cents` is what is left of a partly paid one. Those already late are in
    `overdue_instalments`.
    """
    return [p for p in _expected(known_at, fund=fund) if after < p.due_on <= until]


def overdue_instalments(*, fund: str, known_at: date) -> list[Planned]:
    """Instalments of `fund` whose day had come at `known_at`, not received in whole."""
    return [p for p in _expected(known_at, fund=fund) if p.due_on <= known_at]


def planned_costs(*, after: date, until: date, known_at: date) -> list[Cost]:
    """Costs due after `after` and until `until`, not paid, as known at `known_at`; by day, line."""
    rows = PlannedCost.objects.filter(known_on__lte=known_at, due_on__gt=after, due_on__lte=until)
    changed = PlannedCost.objects.filter(known_on__lte=known_at, replaces__isnull=False)
    paid = PaidCost.objects.filter(
        Q(undone_on=None) | Q(undone_on__gt=known_at), paid_on__lte=known_at, planned__isnull=False
    )
    rows = rows.exclude(id__in=changed.values("replaces_id")).exclude(
        id__in=paid.values("planned_id")
    )
    rows = rows.filter(cents__gt=0).order_by("due_on", "line", "id")
    return [Cost(row.pk, row.line, row.due_on, row.cents) for row in rows]


def received(*, until: date) -> list[Received]:
    """What each grant brought in each month until the day `until`: from the ledger, with names."""
    grants = {row.account: row for row in Grant.objects.select_related("funder")}
    flows = books.flows(["grant_in"], side="credit", until=until)
    rows = [
        Received(
            funder_id=grants[flow.code].funder_id,
            funder=grants[flow.code].funder.name,
            fund=grants[flow.code].fund,
            grant_id=grants[flow.code].pk,
            is_investment=grants[flow.code].is_investment,
            month=flow.month,
            cents=flow.cents,
        )
        for flow in flows
        if flow.cents
    ]
    return sorted(rows, key=lambda row: (row.funder_id, row.month, row.grant_id))


def _expected(
    known_at: date, *, fund: str | None = None, instalment_ids: Iterable[int] | None = None
) -> list[Planned]:
    """What was left to come of each instalment on a day, by due date; settled ones are left out."""
    rows = Expectation.objects.filter(known_on__lte=known_at)
    receipts = GrantReceipt.objects.filter(received_on__lte=known_at, instalment__isnull=False)
    if fund is not None:
        rows = rows.filter(instalment__grant__fund=fund)
        receipts = receipts.filter(grant__fund=fund)
    if instalment_ids is not None:
        rows = rows.filter(instalment_id__in=instalment_ids)
        receipts = receipts.filter(instalment_id__in=instalment_ids)
    received = dict(receipts.values_list("instalment_id").annotate(Sum("cents")))
    # The last row of an instalment wins: latest knowledge, and the latest written of one day.
    rows = rows.select_related("instalment__grant__funder").order_by("known_on", "id")
    latest = {row.instalment_id: row for row in rows}
    planned = [
        Planned(
            instalment_id=row.instalment_id,
            grant_id=row.instalment.grant_id,
            funder=row.instalment.grant.funder.name,
            fund=row.instalment.grant.fund,
            due_on=row.due_on,
            cents=row.cents - received.get(row.instalment_id, 0),
        )
        for row in latest.values()
    ]
    return sorted((p for p in planned if p.cents > 0), key=lambda p: (p.due_on, p.instalment_id))


def funders_read_by(login: str) -> list[FunderRow]:
    """The funders whose page that login may read today, by name."""
    rows = FunderRight.objects.filter(login=login, until=None).select_related("funder")
    return [FunderRow(row.funder_id, row.funder.name) for row in rows.order_by("funder__name")]


def readers_of(funder_id: int) -> list[str]:
    """The logins that may read that funder's page today, in the order in which they were let in."""
    rows = FunderRight.objects.filter(funder_id=funder_id, until=None).order_by("pk")
    return list(rows.values_list("login", flat=True))
