"""Two people: one checks the frozen plan, another approves it."""

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.month import queries
from caisse.month.models import MonthlyRun, RunState
from caisse.people import operations as people

ORDER = list(RunState.values)


@ledger.repeatable
def check(*, month: Month, by: Actor) -> None:
    """The first person has read the differences with the month before. Repeatable.

    Raises Refusal: `not_frozen`, `too_late` once another person has checked it or later.
    """
    run = run_of(month)
    if run.state == RunState.CHECKED and run.checked_by == by.id:
        return
    if run.state != RunState.FROZEN:
        raise Refusal("too_late", f"Le mois {month} est déjà {RunState(run.state).label}.")
    run.state, run.checked_by = RunState.CHECKED, by.id
    run.save(update_fields=["state", "checked_by"])
    events.record("month.checked", subject=month, by=by, position=run.position)


@ledger.repeatable
def approve(*, month: Month, by: Actor) -> None:
    """The second person approves; never the one who checked. Repeatable.

    One person with two logins is one person. Raises Refusal: `same_person`, `not_checked`,
    `too_late`, `error_flagged` while an error of the month is flagged and nobody has answered.
    """
    run = run_of(month)
    if run.state == RunState.APPROVED and run.approved_by == by.id:
        return
    if run.state == RunState.FROZEN:
        raise Refusal("not_checked", f"Le mois {month} attend d’abord un contrôle.")
    if run.state != RunState.CHECKED:
        raise Refusal("too_late", f"Le mois {month} est déjà {RunState(run.state).label}.")
    if people.same_person(run.checked_by, by.id):
        raise Refusal(
            "same_person", "Vous avez contrôlé ce mois. Une autre personne doit l’approuver."
        )
    if queries.open_flags(month):
        raise Refusal(
            "error_flagged", f"Une erreur est signalée pour {month.words}. Répondez-y d’abord."
        )
    run.state, run.approved_by = RunState.APPROVED, by.id
    run.save(update_fields=["state", "approved_by"])
    events.record("month.approved", subject=month, by=by, position=run.position)


def run_of(month: Month) -> MonthlyRun:
    """The latest run of `month`, its row locked. Raises Refusal(not_frozen)."""
    rows = MonthlyRun.objects.select_for_update().filter(month=month).order_by("-position")
    run = rows.first()
    if run is None:
        raise Refusal("not_frozen", f"Le mois {month} n’est pas encore figé.")
    return run
