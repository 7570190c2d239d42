"""Freeze: decide the allocations of a month once and write them down; no money moves."""

import numpy as np

from caisse.bylaws import operations as bylaws_operations
from caisse.bylaws import queries as bylaws
from caisse.bylaws.rules import to_json
from caisse.contributions import queries as contributions
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.cents import show
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as balances
from caisse.month import queries
from caisse.month.models import MonthlyRun, PlanLine
from caisse.month.rules import (
    AllocationRules,
    BalanceRules,
    Budgeted,
    Pot,
    allocation,
    budget,
    ceiling,
    credit_on,
    first_month,
    levy,
)
from caisse.people import queries as people

CHUNK = 2_000


@ledger.repeatable
def freeze(*, month: Month, by: Actor) -> int:
    """Freeze the plan of `month`: roll, articles in force, budget guard; returns the run's id.

    Frozen again, it is left as it is. Raises Refusal: `too_early` before the article's cut-off is
    near (the month before), `out_of_order` when the month before is not frozen, `budget_blocked`.
    """
    bylaws_operations.lock()  # no decision between the reading of the articles and the seal
    run = MonthlyRun.objects.filter(month=month, position=0).first()
    if run is not None:
        return run.pk
    _in_order(month)
    rules = bylaws.in_force(AllocationRules, month=month)
    roll = _present(people.roll(month=month, child_max_age=rules.child_max_age), month, rules)
    called = int(contributions.pledged(month=month)[1].sum())
    full = allocation(roll["adults"], roll["children"], rules, Pot(called, len(roll["wallet"])))
    begun = first_month(full, roll["joined"], month, rules)
    kept = (begun > 0) | (full == 0)
    taken = levy(called, rules) if rules.mode == "mean_of_contributions" else 0
    expected = queries.expected_cents(until=credit_on(month, rules))
    available = balances.balance("fund:caisse") - queries.waiting_cents() + expected - taken
    plan = _unblocked(budget(begun[kept], available, rules), month)
    columns = {name: column[kept] for name, column in roll.items()}
    return _write(month, 0, rules, columns, full[kept], plan, taken, expected, by).pk


@ledger.repeatable
def adjust(*, month: Month, by: Actor) -> int:
    """A further run of `month` for what its runs owe by today's roll; returns the run's id.

    Only what is missing is given: nothing is taken back, as what was credited may be spent.
    Raises Refusal: `not_credited` while a run of the month is under way, `nothing_to_adjust`,
    `budget_blocked`.
    """
    bylaws_operations.lock()
    runs = list(MonthlyRun.objects.filter(month=month).order_by("position"))
    if not runs or any(run.state not in ("credited", "closed") for run in runs):
        raise Refusal("not_credited", f"Le mois {month} n’est pas encore versé en entier.")
    rules = bylaws.in_force(AllocationRules, month=month)
    roll = _present(people.roll(month=month, child_max_age=rules.child_max_age), month, rules)
    called = int(contributions.pledged(month=month)[1].sum())
    full = allocation(roll["adults"], roll["children"], rules, Pot(called, len(roll["wallet"])))
    due = first_month(full, roll["joined"], month, rules)
    if runs[0].verdict == "scaled":  # nobody receives more for having been forgotten
        due = due * runs[0].total_cents // runs[0].asked_cents
    given: dict[int, int] = {}
    for wallet, cents in PlanLine.objects.filter(run__month=month).values_list(
        "wallet", "allocated_cents"
    ):
        given[wallet] = given.get(wallet, 0) + cents
    before = np.array([given.get(int(wallet), 0) for wallet in roll["wallet"]], dtype=np.int64)
    missing = np.maximum(due - before, 0)
    kept = missing > 0
    if not kept.any():
        raise Refusal("nothing_to_adjust", f"Rien ne manque au mois {month}.")
    available = balances.balance("fund:caisse") - queries.waiting_cents()
    plan = _unblocked(budget(missing[kept], available, rules), month)
    columns = {name: column[kept] for name, column in roll.items()}
    return _write(month, len(runs), rules, columns, full[kept], plan, 0, 0, by).pk


def _unblocked(plan: Budgeted, month: Month) -> Budgeted:
    """The plan, unless the article says that a shortage stops the campaign."""
    if plan.verdict == "blocked":
        raise Refusal(
            "budget_blocked",
            f"Il manque {show(plan.missing_cents)} pour verser {month}. "
            "Le règlement arrête alors la campagne. Rien n’est versé.",
        )
    return plan


def _in_order(month: Month) -> None:
    founding = bylaws.founding()
    if founding is None:
        raise Refusal("not_founded", "La caisse n’est pas encore fondée.")
    if month < founding.first_month:
        raise Refusal("out_of_order", f"La caisse commence en {founding.first_month}.")
    if Month.of(clock.today()) < month.previous():
        raise Refusal("too_early", f"Le mois {month} se fige au plus tôt le mois d’avant.")
    before = month.previous()
    known = MonthlyRun.objects.filter(month=before, position=0).exists()
    if month > founding.first_month and not known:
        raise Refusal("out_of_order", f"Le mois {before} n’est pas encore figé.")


def _present(roll: people.Roll, month: Month, rules: AllocationRules) -> dict[str, Array]:
    """The columns of those who are still members on the credit day."""
    stays = (roll.left == 0) | (roll.left > credit_on(month, rules).toordinal())
    names = ("membership", "wallet", "adults", "children", "joined")
    return {name: getattr(roll, name)[stays] for name in names}


def _write(
    month: Month, position: int, rules: AllocationRules, roll: dict[str, Array], full: Array,
    plan: Budgeted, levy_cents: int, expected: int, by: Actor,
) -> MonthlyRun:  # fmt: skip
    """The run, its lines, the seal and the event, in the caller's transaction."""
    kind = "month.frozen" if position == 0 else "month.adjusted"
    cause = events.record(
        kind, subject=month, by=by, lines=len(full), total_cents=plan.total_cents,
        verdict=plan.verdict, missing_cents=plan.missing_cents,
    )  # fmt: skip
    if position == 0:
        bylaws_operations.seal(month=month, cause=cause)
        ledger.open_accounts([f"fund:month:{month}"])
    caps = bylaws.in_force(BalanceRules, month=month)
    run = MonthlyRun.objects.create(
        month=month, position=position, cause=cause,
        articles=_articles(month),
        verdict=plan.verdict, asked_cents=plan.asked_cents, total_cents=plan.total_cents,
        levy_cents=levy_cents, available_cents=plan.available_cents, forecast_cents=expected,
        credit_on=max(credit_on(month, rules), clock.today()), frozen_by=by.id,
    )  # fmt: skip
    most = ceiling(full, caps)
    _write_lines(run, roll, full, plan.cents, most)
    return run


def _write_lines(
    run: MonthlyRun, roll: dict[str, Array], full: Array, cents: Array, most: Array | None
) -> None:
    columns = zip(
        roll["wallet"].tolist(), roll["membership"].tolist(), roll["adults"].tolist(),
        roll["children"].tolist(), full.tolist(), cents.tolist(),
        [None] * len(full) if most is None else most.tolist(), strict=True,
    )  # fmt: skip
    PlanLine.objects.bulk_create(
        (
            PlanLine(
                run=run, wallet=wallet, membership=membership, adults=adults, children=children,
                full_cents=whole, allocated_cents=allocated, ceiling_cents=cap,
            )
            for wallet, membership, adults, children, whole, allocated, cap in columns
        ),
        batch_size=CHUNK,
    )  # fmt: skip


def _articles(month: Month) -> str:
    """Canonical JSON of the articles that the month is computed with, as in force now."""
    return events.canonical(
        {
            each.article.name: to_json(each.article.name, each.value)
            for each in bylaws.articles_in_force(month=month)
            if each.article.owner in (AllocationRules, BalanceRules)
        }
    )
