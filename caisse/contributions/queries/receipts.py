"""Receipts one by one and month by month, and what waits at the desks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet, Sum

from caisse.contributions.codes import CODES
from caisse.contributions.models import DESK_KINDS, DeskClosing, Kind, Receipt, Return
from caisse.kernel import clock, events, ids
from caisse.kernel.ids import Id
from caisse.kernel.month import Month


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A debit that came back: the bank's code, what it means and what to propose first."""

    id: int
    code: str
    label: str
    action: str
    returned_on: date
    by_fund: bool


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """One receipt and what became of it. For those who may see the amounts of households."""

    id: int
    membership_id: int
    month: Month
    cents: int
    kind: str
    kind_label: str
    received_on: date
    desk: str
    recovery: bool
    batch_id: int | None
    deposited_on: date | None
    undone_on: date | None
    undone_reason: str
    returned: ReturnView | None


class KindTotal(NamedTuple):
    """What came in for a month in one way, and how much of it the bank took back."""

    kind: str
    label: str
    receipts: int
    cents: int
    returns: int
    returned_cents: int


class MonthTotal(NamedTuple):
    """What came in for a month, and how much of it the bank took back."""

    month: Month
    receipts: int
    cents: int
    returns: int
    returned_cents: int


@dataclass(frozen=True, slots=True)
class DeskView:
    """What waits at one desk for the bank; `typed_by` are the logins that entered it."""

    desk: str
    cash: int
    cash_cents: int
    cheques: int
    cheque_cents: int
    since: date
    typed_by: frozenset[str]

    @property
    def total_cents(self) -> int:
        """What waits in all."""
        return self.cash_cents + self.cheque_cents


class ClosingView(NamedTuple):
    """One count of a desk: what was counted and what the books said, in cents."""

    id: int
    desk: str
    closed_on: date
    by: str
    cash_counted: int
    cash_booked: int
    cheques_counted: int
    cheques_booked: int
    explanation: str

    @property
    def cash_difference(self) -> int:
        """What was counted in cash, less what the books said."""
        return self.cash_counted - self.cash_booked

    @property
    def cheques_difference(self) -> int:
        """The same for cheques."""
        return self.cheques_counted - self.cheques_booked

    @property
    def agrees(self) -> bool:
        """Whether all that was counted is what the books said."""
        return self.cash_difference == self.cheques_difference == 0


def receipt_at(*, membership_id: int, month: Month, kind: str = "debit") -> int | None:
    """The number of the receipt that a returned debit is about: the last one not yet returned."""
    rows = Receipt.objects.filter(
        membership=membership_id, month=month, kind=kind, undone=None
    ).exclude(returns__in=Return.objects.filter(undone=None))
    row = rows.order_by("-received_on", "-pk").first()
    return None if row is None else row.pk


def receipt(receipt_id: int) -> ReceiptView | None:
    """One receipt."""
    return next(iter(_views(Receipt.objects.filter(pk=receipt_id))), None)


def receipts_of_month(
    month: Month, *, membership_id: int | None = None, after: int = 0, limit: int | None = 50
) -> list[ReceiptView]:
    """The receipts for a month by their number, those above `after`, undone ones included."""
    rows = Receipt.objects.filter(month=month, pk__gt=after).order_by("pk")
    if membership_id is not None:
        rows = rows.filter(membership=membership_id)
    return _views(rows if limit is None else rows[:limit])


def receipts_of(membership_id: int, *, limit: int = 50) -> list[ReceiptView]:
    """The last receipts of one household, the newest first, undone ones included."""
    return _views(Receipt.objects.filter(membership=membership_id).order_by("-pk")[:limit])


def return_view(return_id: int) -> tuple[ReceiptView, ReturnView] | None:
    """A return that was not undone, with its receipt."""
    row = Return.objects.filter(pk=return_id, undone=None).select_related("receipt").first()
    told = None if row is None else receipt(row.receipt_id)
    return None if told is None or told.returned is None else (told, told.returned)


def totals(month: Month) -> list[KindTotal]:
    """What came in for a month, way by way; ways without a receipt are left out."""
    rows = Receipt.objects.filter(month=month, undone=None).values_list("kind")
    came = {kind: (n, cents) for kind, n, cents in rows.annotate(n=Count("pk"), c=Sum("cents"))}
    back = Return.objects.filter(receipt__month=month, undone=None).values_list("receipt__kind")
    went = {k: (n, c) for k, n, c in back.annotate(n=Count("pk"), c=Sum("receipt__cents"))}
    return [
        KindTotal(kind.value, str(kind.label), *came[kind], *went.get(kind, (0, 0)))
        for kind in Kind
        if kind in came
    ]


def months_received(*, limit: int = 36) -> list[MonthTotal]:
    """The months for which something came in, the newest first, and how much."""
    rows = Receipt.objects.filter(undone=None).values_list("month")
    came = rows.annotate(n=Count("pk"), c=Sum("cents")).order_by("-month")[:limit]
    back = Return.objects.filter(undone=None).values_list("receipt__month")
    went = {m: (n, c) for m, n, c in back.annotate(n=Count("pk"), c=Sum("receipt__cents"))}
    return [MonthTotal(month, n, c, *went.get(month, (0, 0))) for month, n, c in came]


def at_desk(*, desk: str, kind: str) -> tuple[int, int]:
    """How many receipts of that kind wait at a desk for the bank, and their cents."""
    rows = Receipt.objects.filter(desk=desk, kind=kind, deposited=None, undone=None)
    cents = list(rows.values_list("cents", flat=True))
    return len(cents), sum(cents)


def desks() -> list[DeskView]:
    """The desks where cash or cheques wait for the bank, by name."""
    waiting = Receipt.objects.filter(kind__in=DESK_KINDS, deposited=None, undone=None)
    causes = list(waiting.values_list("desk", "cause").distinct())
    authors = events.authors([cause for _, cause in causes])
    cash, cheque = Q(kind=Kind.CASH), Q(kind=Kind.CHEQUE)
    rows = waiting.values("desk").annotate(
        n=Count("pk", filter=cash), c=Sum("cents", filter=cash),
        m=Count("pk", filter=cheque), d=Sum("cents", filter=cheque), since=Min("received_on"),
    )  # fmt: skip
    return [
        DeskView(
            row["desk"], row["n"], row["c"] or 0, row["m"], row["d"] or 0, row["since"],
            frozenset(authors[cause] for desk, cause in causes if desk == row["desk"]),
        )
        for row in rows.order_by("desk")
    ]  # fmt: skip


def desk(name: str) -> DeskView | None:
    """One desk where something waits, or None."""
    return next((found for found in desks() if found.desk == name), None)


def desk_names() -> list[str]:
    """The desks that ever took cash or a cheque, by name."""
    rows = Receipt.objects.exclude(desk="").values_list("desk", flat=True)
    return sorted(set(rows.distinct()))


def closings(*, limit: int = 20) -> list[ClosingView]:
    """The last counts of the desks, the newest first."""
    rows = list(DeskClosing.objects.order_by("-pk")[:limit])
    authors = events.authors([row.cause for row in rows])
    return [
        ClosingView(
            row.pk, row.desk, row.closed_on, authors.get(row.cause, ""), row.cash_counted,
            row.cash_booked, row.cheques_counted, row.cheques_booked, row.explanation,
        )
        for row in rows
    ]  # fmt: skip


def _views(rows: "QuerySet[Receipt, Receipt]") -> list[ReceiptView]:
    found = list(rows)
    back = Return.objects.filter(receipt__in=[row.pk for row in found], undone=None)
    if len(found) > 500:  # a whole month, for a file: one question for all of them
        back = Return.objects.filter(receipt__month=found[0].month, undone=None)
    return list(_told(found, {row.receipt_id: row for row in back}))


def _told(found: Iterable[Receipt], back: dict[int, Return]) -> Iterable[ReceiptView]:
    for row in found:
        yield ReceiptView(
            row.pk, row.membership_id, row.month, row.cents, row.kind, str(Kind(row.kind).label),
            row.received_on, row.desk, row.recovery, row.batch_id, _day(row.deposited),
            _day(row.undone), row.undone_reason, _returned(back.get(row.pk)),
        )  # fmt: skip


def _returned(row: Return | None) -> ReturnView | None:
    if row is None:
        return None
    code = CODES[row.code]
    return ReturnView(row.pk, row.code, code.label, code.action, row.returned_on, row.by_fund)


def _day(event: Id | None) -> date | None:
    """The day of an event, read from its id."""
    return None if event is None else clock.day_of(ids.instant_of(event))
