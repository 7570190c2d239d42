"""The call of a month: what each household owes, written in the memo pair of the ledger."""

from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.db.models import Max

from caisse.bylaws import operations as register
from caisse.bylaws import queries as bylaws
from caisse.contributions.models import Call, Pledge
from caisse.contributions.queries import pledged
from caisse.contributions.rules import ContributionRules, cutoff
from caisse.kernel import clock, events, ids, work
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people import queries as people

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Called:
    """The call of a month: how many households owe something, the total, and its event."""

    month: Month
    members: int
    cents: int
    cause: Id


def call(*, month: Month, by: Actor) -> Called:
    """Call the contributions of `month`: each household on the roll owes its pledge in force.

    No money moves; households without a pledge, or paused, owe nothing. The roll and the pledges
    are those known when the call was first made, and the id of each line follows from its event:
    stopped at any point and called again it ends the same, and a month is called once.
    Raises Refusal: `not_founded`, `early` (pledges may still change).
    """
    begun = _begin(month, by)
    if not begun.done:
        _write(begun)
        Call.objects.filter(pk=begun.pk).update(done=True)
    return Called(begun.month, begun.members, begun.cents, begun.cause)


@ledger.repeatable
@transaction.atomic
def _begin(month: Month, by: Actor) -> Call:
    """Decide the call once: its instant, its event, its total."""
    register.lock()
    row = Call.objects.filter(month=month).first()
    if row is not None:
        return row
    _demand(month)
    now = max(clock.now_ms(), _last_recorded())
    _, cents = pledged(month=month, known_at=now)
    members, total = int((cents > 0).sum()), int(cents.sum())
    cause = events.record(
        "contributions.called", subject=month, by=by, members=members, total_cents=total
    )
    return Call.objects.create(month=month, cause=cause, known_at=now, members=members, cents=total)


def _last_recorded() -> int:
    """The newest statement of all: ahead of now when the clock was put back, yet known."""
    pledged_at = Pledge.objects.aggregate(at=Max("recorded_at"))["at"] or 0
    return max(pledged_at, people.last_recorded())


def _demand(month: Month) -> None:
    if bylaws.founding() is None:
        raise Refusal("not_founded", "Cette caisse n’est pas encore fondée.")
    limit = cutoff(month, bylaws.in_force(ContributionRules, month=month))
    if clock.today() <= limit:
        raise Refusal(
            "early",
            f"Les cotisations pour {month.words} peuvent encore changer jusqu’au {limit:%d/%m/%Y}.",
        )


def _write(begun: Call) -> None:
    """Every line that is not yet in the ledger, in transactions of `CHUNK` lines."""
    membership, cents = pledged(month=begun.month, known_at=begun.known_at)
    owing = np.flatnonzero(cents > 0)
    starts = iter(range(0, len(owing), CHUNK))

    def step() -> int:
        start = next(starts, None)
        if start is None:
            return 0
        chunk = owing[start : start + CHUNK]
        _write_chunk(begun, membership[chunk], cents[chunk])
        return len(chunk)

    work.through(step)


@ledger.repeatable
@transaction.atomic
def _write_chunk(begun: Call, membership: Array, cents: Array) -> None:
    numbers = membership.tolist()
    ledger.gather(
        debits=[f"receivable:contribution:{number}" for number in numbers],
        credit="claims:contribution",
        cents=cents,
        ids=ids.derived_ids(begun.cause, "call", numbers),
        reason="call",
        cause=begun.cause,
        for_month=begun.month,
    )
