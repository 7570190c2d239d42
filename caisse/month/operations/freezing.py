"""Freeze: decide the allocations of a month once and write them down; no money moves."""

from collections.abc import Mapping

from caisse.bylaws import operations as bylaws_operations
from caisse.bylaws import queries as bylaws
from caisse.bylaws.rules import to_json
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.cents import show
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import from_month, month_name
from caisse.ledger import operations as ledger
from caisse.month import queries
from caisse.month.models import MonthlyRun, PlanLine
from caisse.month.queries import Planned
from caisse.month.rules import AllocationRules, BalanceRules, ceiling, credit_on

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
    demand_order(month)
    return _write(0, _unblocked(queries.plan_of(month)), by).pk


@ledger.repeatable
def adjust(*, month: Month, by: Actor) -> int:
    """A further run of `month` for what its runs owe by today's roll; returns the run's id.

    Only what is missing is given: nothing is taken back, as what was credited may be spent.
    Raises Refusal: `not_credited` while a run of the month is under way, `nothing_to_adjust`,
    `budget_blocked`.
    """
    bylaws_operations.lock()
    runs = MonthlyRun.objects.filter(month=month)
    states = list(runs.values_list("state", flat=True))
    if not states or not set(states) <= {"credited", "closed"}:
        raise Refusal("not_credited", f"Le mois {month} n’est pas encore versé en entier.")
    planned = queries.adjustment_of(month)
    if not planned.lines:
        raise Refusal("nothing_to_adjust", f"Rien ne manque au mois {month}.")
    return _write(len(states), _unblocked(planned), by).pk


def _unblocked(planned: Planned) -> Planned:
    """The plan, unless the article says that a shortage stops the campaign."""
    if planned.budgeted.verdict == "blocked":
        raise Refusal(
            "budget_blocked",
            f"Il manque {show(planned.budgeted.missing_cents)} pour verser {planned.month}. "
            "Le règlement arrête alors la campagne. Rien n’est versé.",
        )
    return planned


def demand_order(month: Month) -> None:
    """Refuse a month that cannot be frozen today: `not_founded`, `out_of_order`, `too_early`."""
    founding = bylaws.founding()
    if founding is None:
        raise Refusal("not_founded", "La caisse n’est pas encore fondée.")
    if month < founding.first_month:
        raise Refusal("out_of_order", f"La caisse commence en {month_name(founding.first_month)}.")
    if Month.of(clock.today()) < month.previous():
        raise Refusal(
            "too_early", f"Le mois {from_month(month)} se fige au plus tôt le mois d’avant."
        )
    before = month.previous()
    known = MonthlyRun.objects.filter(month=before, position=0).exists()
    if month > founding.first_month and not known:
        raise Refusal("out_of_order", f"Le mois {before} n’est pas encore figé.")


def _write(position: int, planned: Planned, by: Actor) -> MonthlyRun:
    """The run, its lines, the seal and the event, in the caller's transaction."""
    month, plan = planned.month, planned.budgeted
    kind = "month.frozen" if position == 0 else "month.adjusted"
    cause = events.record(
        kind, subject=month, by=by, lines=planned.lines, total_cents=plan.total_cents,
        verdict=plan.verdict, missing_cents=plan.missing_cents,
    )  # fmt: skip
    if position == 0:
        bylaws_operations.seal(month=month, cause=cause)
        ledger.open_accounts([f"fund:month:{month}"])
    run = MonthlyRun.objects.create(
        month=month, position=position, cause=cause,
        articles=_articles(month),
        verdict=plan.verdict, asked_cents=plan.asked_cents, total_cents=plan.total_cents,
        levy_cents=planned.levy_cents, available_cents=plan.available_cents,
        forecast_cents=planned.expected_cents,
        credit_on=max(credit_on(month, planned.rules), clock.today()), frozen_by=by.id,
    )  # fmt: skip
    most = ceiling(planned.full, bylaws.in_force(BalanceRules, month=month))
    _write_lines(run, planned.roll, planned.full, plan.cents, most)
    return run


def _write_lines(
    run: MonthlyRun, roll: Mapping[str, Array], full: Array, cents: Array, most: Array | None
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
