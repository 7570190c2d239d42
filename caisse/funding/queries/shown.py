"""What the pages of funding show: an agreement's instalments, costs paid, budget against actual."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from caisse.funding.models import Expectation, GrantReceipt, Instalment, PaidCost, PlannedCost
from caisse.funding.queries.expected import Change, Cost
from caisse.kernel.month import Month
from caisse.ledger import queries as books


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """One payment that an agreement promises, as known on a day.

    `changes` are the agreement and the letters since, oldest first; `received` what came, by day.
    """

    id: int
    number: int
    grant_id: int
    due_on: date
    cents: int
    changes: tuple[Change, ...]
    received: tuple[tuple[date, int], ...]

    @property
    def received_cents(self) -> int:
        """What came of it."""
        return sum(cents for _, cents in self.received)

    @property
    def left_cents(self) -> int:
        """What is still expected of it."""
        return max(0, self.cents - self.received_cents)


@dataclass(frozen=True, slots=True)
class CostPaid:
    """A cost that was paid; `undone_on` is the day of its counter-entry, with its reason."""

    id: int
    line: str
    cents: int
    paid_on: date
    planned_id: int | None
    undone_on: date | None
    undone_reason: str


@dataclass(frozen=True, slots=True)
class BudgetMonth:
    """What was planned and what was paid in one month, in cents, by line of costs."""

    month: Month
    planned: dict[str, int]
    paid: dict[str, int]

    @property
    def planned_cents(self) -> int:
        """All lines."""
        return sum(self.planned.values())

    @property
    def paid_cents(self) -> int:
        """All lines."""
        return sum(self.paid.values())


def instalment_rows(grant_ids: Iterable[int], *, known_at: date) -> list[InstalmentRow]:
    """The instalments of some grants, by grant then number, as known on a day. Three queries."""
    rows = Instalment.objects.filter(grant_id__in=list(grant_ids)).order_by("grant_id", "number")
    numbers = [row.pk for row in rows]
    changes: dict[int, list[Change]] = defaultdict(list)
    known = Expectation.objects.filter(instalment_id__in=numbers, known_on__lte=known_at)
    for each in known.order_by("known_on", "id"):
        changes[each.instalment_id].append(Change(each.known_on, each.due_on, each.cents))
    received: dict[int | None, list[tuple[date, int]]] = defaultdict(list)
    came = GrantReceipt.objects.filter(instalment_id__in=numbers, received_on__lte=known_at)
    for receipt in came.order_by("received_on", "id"):
        received[receipt.instalment_id].append((receipt.received_on, receipt.cents))
    return [
        InstalmentRow(
            row.pk, row.number, row.grant_id, changes[row.pk][-1].due_on, changes[row.pk][-1].cents,
            tuple(changes[row.pk]), tuple(received[row.pk]),
        )
        for row in rows
        if changes[row.pk]
    ]  # fmt: skip


def grant_of(instalment_id: int) -> int | None:
    """The number of the agreement that promises an instalment."""
    return Instalment.objects.filter(pk=instalment_id).values_list("grant_id", flat=True).first()


def costs_paid(*, before: int | None = None, limit: int = 50) -> list[CostPaid]:
    """Costs paid, the newest first, at most `limit`, those entered before the number `before`."""
    rows = PaidCost.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_paid(row) for row in rows[:limit]]


def cost_paid(paid_id: int) -> CostPaid | None:
    """One cost that was paid."""
    row = PaidCost.objects.filter(pk=paid_id).first()
    return None if row is None else _paid(row)


def planned_cost(planned_id: int, *, settled: bool = False) -> Cost | None:
    """One planned cost that may be changed or paid: not replaced, not cancelled, not paid.

    With `settled` also one that is: a form sent twice is answered like the first time.
    """
    rows = PlannedCost.objects.filter(pk=planned_id, cents__gt=0)
    if not settled:
        paid = PaidCost.objects.filter(planned=planned_id, undone=None)
        rows = rows.filter(replaced_by=None).exclude(pk__in=paid.values("planned"))
    row = rows.first()
    return None if row is None else Cost(row.pk, row.line, row.due_on, row.cents)


def budget(first: Month, last: Month) -> list[BudgetMonth]:
    """Planned and paid by line, each month from `first` to `last`.

    Planned is the version in force of each cost, by the month in which it is due; paid is the
    ledger's, counter-entries taken off in the month in which they were made.
    """
    planned: dict[Month, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = PlannedCost.objects.filter(
        replaced_by=None, due_on__gte=first.first, due_on__lte=last.last
    )
    for line, due_on, cents in rows.values_list("line", "due_on", "cents"):
        planned[Month.of(due_on)][line] += cents
    paid: dict[Month, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for flow in books.flows(["pay_cost"], side="debit", until=last.last):
        paid[flow.month][flow.code.removeprefix("cost:")] += flow.cents
    return [
        BudgetMonth(month, dict(planned[month]), dict(paid[month]))
        for month in (first + n for n in range(last - first + 1))
    ]


def named_funds() -> dict[str, int]:
    """What the funds hold that a levy filled: code of the fund -> cents that may be paid out."""
    codes = books.balances("fund:named")
    found = books.accounts(codes)
    return {code.removeprefix("fund:named:"): state.available for code, state in found.items()}


def _paid(row: PaidCost) -> CostPaid:
    return CostPaid(
        row.pk, row.line, row.cents, row.paid_on, row.planned_id, row.undone_on, row.undone_reason
    )
