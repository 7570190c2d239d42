"""What becomes of what a wallet holds: at the next credit, and later, if nothing is spent first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Sum

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.month import Month, months
from caisse.ledger import queries as ledger
from caisse.month.models import MonthlyRun, PlanLine, RunState
from caisse.month.rules import (
    AllocationRules,
    BalanceRules,
    allocation,
    ceiling,
    credit_on,
    credited,
    first_month,
    leaving,
    months_kept,
)
from caisse.people import queries as people

C = TypeVar("C")

HORIZON = 60  # months: the longest that the bylaws may keep an allocation
PAID = (RunState.CREDITED, RunState.CLOSED)


@dataclass(frozen=True, slots=True)
class Unspent:
    """What the next credit does to what a wallet holds, if nothing is spent before. Cents.

    `keeps`: what is left stays for the next month. `next_month` and `credit_on`: the next credit.
    `coming_cents`: what it brings, None while nobody can know (the mean of the contributions).
    `cap_cents`: how much the wallet may hold after it, None without a cap; `over_cap_cents` of what
    comes would be held back. `expires_cents` of what is there now leave on `expires_on`, the first
    of the days on which something leaves, for `destination` ("fund", "solidarity_pot",
    "investment_fund"). `waits`: the credit day has come and the fund cannot pay yet.
    """

    keeps: bool
    next_month: Month
    credit_on: date
    coming_cents: int | None
    cap_cents: int | None
    over_cap_cents: int
    expires_cents: int
    expires_on: date | None
    destination: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Leaving:
    """On a day, what leaves a wallet if nothing is spent before, in cents."""

    month: Month
    on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Becoming:
    """A wallet today, what becomes of it, and all the days on which something leaves."""

    balance_cents: int
    unspent: Unspent
    leaving: tuple[Leaving, ...]
    kept_months: int | None


def unspent(wallet_id: int, month: Month) -> Unspent:
    """What becomes of what the wallet holds, seen from `month` (the month of today, mostly).

    The next credit is that of `month` while it is not credited, then that of the month after.
    """
    return becoming(wallet_id, month).unspent


def becoming(wallet_id: int, month: Month) -> Becoming:
    """The same with its balance and every day on which something will leave."""
    run = _next_run(month)
    coming = _next_month(month) if run is None else run.month
    allocations, keeping = _dated(AllocationRules, coming), _dated(BalanceRules, coming)
    rules, kept = allocations(coming), keeping(coming)
    asked, most = _coming(wallet_id, coming, run, rules, kept)
    state = ledger.account(f"wallet:{wallet_id}")
    balance = 0 if state is None else max(0, state.available)
    first, *later = _schedule(wallet_id, balance, coming, keeping, allocations)
    now = first if asked != 0 else Leaving(first.month, first.on, 0)  # no line, no expiry
    left = tuple(one for one in (now, *later) if one.cents)
    return Becoming(
        balance_cents=balance,
        unspent=Unspent(
            keeps=kept.rollover != "none",
            next_month=coming,
            credit_on=credit_on(coming, rules) if run is None else run.credit_on,
            coming_cents=asked,
            cap_cents=most,
            over_cap_cents=_held_back(asked, balance - now.cents, most),
            expires_cents=left[0].cents if left else 0,
            expires_on=left[0].on if left else None,
            destination=kept.expiry_destination,
            waits=run is not None and bool(run.waits_for),
        ),
        leaving=left,
        kept_months=months_kept(kept),
    )


def _next_run(month: Month) -> MonthlyRun | None:
    """The ordinary run that will be credited next, if it is frozen."""
    rows = MonthlyRun.objects.filter(month__in=[month, month.next()], position=0)
    return rows.exclude(state__in=PAID).order_by("month").first()


def _next_month(month: Month) -> Month:
    """The month of the next credit when its plan is not frozen yet."""
    paid = MonthlyRun.objects.filter(month=month, position=0).exists()
    founding = bylaws.founding()
    first = month if founding is None else founding.first_month
    return max(first, month.next() if paid else month)


def _dated(cls: type[C], first: Month) -> Callable[[Month], C]:
    """The articles of `cls` at any month from `first` on, each reading of the bylaws made once."""
    at = [(since, bylaws.in_force(cls, month=since)) for since in bylaws.changes(cls, first)]
    return lambda month: [rules for since, rules in at if since <= month][-1]


def _coming(
    wallet_id: int, month: Month, run: MonthlyRun | None, rules: AllocationRules, kept: BalanceRules
) -> tuple[int | None, int | None]:
    """What the credit of `month` brings to the wallet, and its cap: planned, else as foreseen."""
    if run is not None:
        row = run.lines.filter(wallet=wallet_id).first()
        return (0, None) if row is None else (row.allocated_cents, row.ceiling_cents)
    membership = people.latest_membership(wallet_id)
    standing = people.timeline(membership) if membership is not None else []
    on = credit_on(month, rules)
    reached = [statement.state for statement in standing if statement.since <= on]
    if membership is None or not reached or reached[-1] != "active":
        return 0, None
    if rules.mode == "mean_of_contributions":
        return None, None
    adults, children = people.composition(
        membership, month=month, child_max_age=rules.child_max_age
    )
    full = allocation(adults, children, rules)
    joined = next(one.since for one in standing if one.state == "active")
    begun = first_month(full, joined.toordinal(), month, rules)
    return begun, ceiling(full, kept)


def _held_back(asked: int | None, balance: int, most: int | None) -> int:
    if asked is None or most is None:
        return 0
    given: int = credited(asked, balance, most)
    return asked - given


def _schedule(
    wallet_id: int, balance: int, first: Month, keeping: Callable[[Month], BalanceRules],
    allocations: Callable[[Month], AllocationRules],
) -> list[Leaving]:  # fmt: skip
    """What leaves at the credit of `first` and of each month after it, as long as there is some."""
    span = months(first, first + HORIZON)
    if all(months_kept(keeping(month)) is None for month in span):
        return [Leaving(first, credit_on(first, allocations(first)), 0)]
    given = _credited_in(wallet_id, first + -HORIZON)
    found, gone = [], 0
    for month in span:
        until_now = max(gone, leaving(balance, given, month, keeping(month)))
        found.append(Leaving(month, credit_on(month, allocations(month)), until_now - gone))
        gone = until_now
        if gone >= balance:
            break
    return found


def _credited_in(wallet_id: int, first: Month) -> dict[Month, int]:
    """What the wallet was credited in each month from `first` on, opening balances included."""
    rows = PlanLine.objects.filter(wallet=wallet_id, run__month__gte=first, credited_cents__gt=0)
    given = dict(rows.values_list("run__month").annotate(Sum("credited_cents")))
    founding = bylaws.founding()
    if founding is None:
        return given
    founded = Month.of(clock.day_of(founding.at))
    for month in months(max(first, founded), founding.first_month):  # they are entered once, then
        opened = ledger.opening_wallets([wallet_id], first=month, last=month)
        if opened:
            given[month] = given.get(month, 0) + opened[wallet_id]
    return given
