"""A household suspends its membership by itself, for whole months; sent twice, it is once."""

from django.db import transaction

from caisse.contributions.operations.pledging import open_month
from caisse.contributions.queries import pause_of
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month, months
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people import operations as people

LONGEST_PAUSE = 12
WINDOW = 6  # in how many months from the first open one a pause may begin


def pause_months() -> list[Month]:
    """The months in which a pause may begin: from the first one not yet frozen or called."""
    first = open_month()
    return months(first, first + (WINDOW - 1))


@ledger.repeatable
@transaction.atomic
def pause(*, membership_id: int, first: Month, months: int, by: Actor) -> None:
    """Suspend a membership for `months` whole months from `first` on. No reason is asked.

    Repeatable. Raises Refusal: `period`, `first`, and those of `people.operations.pause`.
    """
    if not 1 <= months <= LONGEST_PAUSE:
        raise Refusal("period", f"Une pause dure de 1 à {LONGEST_PAUSE} mois.")
    last = first + (months - 1)
    standing = pause_of(membership_id)
    if standing is not None and (standing.first, standing.last) == (first, last):
        return
    if first not in pause_months():
        raise Refusal("first", f"Une pause peut commencer dès {open_month().words}.")
    people.pause(membership_id=membership_id, first=first, last=last, by=by)


@ledger.repeatable
@transaction.atomic
def resume(*, membership_id: int, by: Actor) -> Month | None:
    """End the pause that stands, from the first month that may still change; that month.

    A pause that did not begin yet is cancelled. None when no pause stands: twice is once.
    Raises Refusal: those of `people.operations.resume`.
    """
    standing = pause_of(membership_id)
    if standing is None:
        return None
    first = max(standing.first, open_month())
    if standing.last is not None and first > standing.last:
        return None
    people.resume(membership_id=membership_id, first=first, by=by)
    return first
