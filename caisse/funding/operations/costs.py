"""Costs of operating: planned, changed, paid, undone; never from the segregated account."""

from datetime import date

from caisse.funding.models import Fund, Line, PaidCost, PlannedCost
from caisse.funding.operations.checks import check_cents, check_known_on, check_reason
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Refused, Transfer

RING_FENCE = (
    "Refusé : l’argent du compte de la caisse garantit les MonA en circulation. Il ne paie jamais "
    "le fonctionnement. Payez depuis le compte de fonctionnement, ou reportez la dépense."
)


@ledger.repeatable
def plan_cost(
    *,
    line: str,
    due_on: date,
    cents: int,
    by: Actor,
    known_on: date | None = None,
    id: Id | None = None,
) -> int:
    """Expect a cost of `line` (hr, running, evaluation, it) on `due_on`; the planned cost's id.

    Raises Refusal: unknown_line, amount, known_on, differs.
    """
    content = {
        "cents": check_cents(cents), "due_on": str(due_on), "known_on": str(known_on or "")
    }  # fmt: skip
    if id is not None and events.repeated("cost.planned", subject=_account(line), id=id, **content):
        return PlannedCost.objects.get(cause=id).pk
    on = check_known_on(known_on)
    cause = events.record("cost.planned", subject=_account(line), by=by, id=id, **content)
    row = PlannedCost.objects.create(
        line=line, due_on=due_on, cents=cents, known_on=on, cause=cause
    )
    return row.pk


@ledger.repeatable
def change_cost(
    *,
    planned_id: int,
    by: Actor,
    due_on: date | None = None,
    cents: int | None = None,
    known_on: date | None = None,
    id: Id | None = None,
) -> int:
    """Move a planned cost, or change it; 0 cents cancel it. Returns the id of the row in force.

    The older row stays: forecasts for the days before do not change. Raises Refusal: unknown_cost,
    replaced (a later row stands), settled (it was paid), amount, known_on, differs.
    """
    old = PlannedCost.objects.select_for_update().filter(pk=planned_id).first()
    if old is None:
        raise Refusal("unknown_cost", "Cette dépense prévue n’est pas connue.")
    content = {
        "cents": cents, "due_on": str(due_on or ""), "known_on": str(known_on or ""),
        "replaces": planned_id,
    }  # fmt: skip
    subject = _account(old.line)
    if id is not None and events.repeated("cost.changed", subject=subject, id=id, **content):
        return PlannedCost.objects.get(cause=id).pk
    _check_changeable(old)
    if cents:
        check_cents(cents)
    on = check_known_on(known_on, not_before=old.known_on)
    cause = events.record("cost.changed", subject=subject, by=by, id=id, **content)
    row = PlannedCost.objects.create(
        line=old.line,
        due_on=due_on or old.due_on,
        cents=old.cents if cents is None else cents,
        known_on=on,
        replaces=old,
        cause=cause,
    )
    return row.pk


@sent_again
@ledger.repeatable
def pay_cost(
    *,
    line: str,
    cents: int,
    by: Actor,
    fund: str = "operating",
    planned_id: int | None = None,
    id: Id | None = None,
) -> Id:
    """Pay a cost of `line` from the operating account, overdrawn if need be; the event's id.

    `planned_id` names the planned cost that this settles. From the fund caisse the ledger knows no
    way: its answer `route` becomes Refusal("route"), the ring fence in words. Raises Refusal also
    for unknown_line, unknown_fund, amount, unknown_cost, settled, differs.
    """
    if fund not in Fund.values:
        raise Refusal("unknown_fund", "Ce fonds n’existe pas : écrivez caisse ou operating.")
    content = {"cents": check_cents(cents), "fund": fund, "planned": planned_id}
    subject = _account(line)
    if id is not None and events.repeated("cost.paid", subject=subject, id=id, **content):
        return id
    if planned_id is not None:
        _check_payable(planned_id, line)
    cause = events.record("cost.paid", subject=subject, by=by, id=id, **content)
    PaidCost.objects.create(
        line=line, cents=cents, paid_on=clock.today(), planned_id=planned_id, cause=cause
    )
    try:
        ledger.post(spending(line, cents, cause, fund=fund))
    except Refused as refused:
        if refused.answer == "route":
            raise Refusal("route", RING_FENCE) from refused
        raise
    return cause


@sent_again
@ledger.repeatable
def undo_cost(*, paid_id: int, by: Actor, reason: str, id: Id | None = None) -> int:
    """Undo a cost that was paid by mistake, by counter-entry; returns its cents, undone or not.

    The money is back on the operating account today, and a planned row is to be paid again; what
    figures of past days said does not change. Raises Refusal: unknown_cost, reason, differs.
    """
    subject = f"cost_paid:{paid_id}"
    before = events.repeated("cost.undone", subject=subject, id=id)
    row = PaidCost.objects.select_for_update().filter(pk=paid_id).first()
    if row is None:
        raise Refusal("unknown_cost", "Cette dépense payée n’est pas connue.")
    if before is not None and " ".join(reason.split()) != row.undone_reason:
        events.refuse_other()
    if before is None and row.undone is None:
        kept = check_reason(reason)
        cause = events.record("cost.undone", subject=subject, by=by, id=id)
        row.undone, row.undone_on, row.undone_reason = cause, clock.today(), kept
        row.save(update_fields=["undone", "undone_on", "undone_reason"])
        ledger.post(
            [
                step._replace(
                    id=derived_id(cause, step.reason), debit=step.credit, credit=step.debit,
                    cause=cause, phase="reverse", of=step.id,
                )
                for step in reversed(spending(row.line, row.cents, row.cause))
            ]
        )  # fmt: skip
    return row.cents


def spending(line: str, cents: int, cause: Id, *, fund: str = "operating") -> list[Transfer]:
    """fund → cost → bank: `cost:<line>` is a passage, its debits are the budget line."""
    steps = [
        ("spend", f"fund:{fund}", _account(line)),
        ("pay_cost", _account(line), f"bank:{fund}"),
    ]
    return [
        Transfer(derived_id(cause, reason), debit, credit, cents, reason, cause)
        for reason, debit, credit in steps
    ]


def _account(line: str) -> str:
    if line not in Line.values:
        raise Refusal("unknown_line", f"Cette ligne n’existe pas : {', '.join(Line.values)}.")
    return f"cost:{line}"


def _check_changeable(cost: PlannedCost) -> None:
    if PaidCost.objects.filter(planned=cost, undone=None).exists():
        raise Refusal("settled", "Cette dépense est déjà payée.")
    if PlannedCost.objects.filter(replaces=cost).exists():
        raise Refusal(
            "replaced", "Cette dépense a déjà été modifiée : changez la dernière version."
        )


def _check_payable(planned_id: int, line: str) -> None:
    cost = PlannedCost.objects.select_for_update().filter(pk=planned_id, line=line).first()
    if cost is None:
        raise Refusal("unknown_cost", "Cette dépense prévue n’est pas connue.")
    _check_changeable(cost)
