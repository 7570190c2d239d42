"""Who reads a funder's page."""

from django.db import transaction

from caisse.funding.models import Funder, FunderRight
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people import operations as people


@transaction.atomic
def give_funder_right(*, funder_id: int, login: str, by: Actor) -> None:
    """Let a login read that funder's page from today on; twice is once. Refusal(unknown_funder)."""
    if not Funder.objects.select_for_update().filter(pk=funder_id).exists():
        raise Refusal("unknown_funder", f"Il n’y a pas de financeur n° {funder_id}.")
    if not FunderRight.objects.filter(funder_id=funder_id, login=login, until=None).exists():
        FunderRight.objects.create(funder_id=funder_id, login=login, since=clock.today())
        events.record("funder.right_given", subject=f"funder:{funder_id}", by=by, login=login)


@transaction.atomic
def end_funder_right(*, funder_id: int, login: str, by: Actor) -> None:
    """Take it away from today on; twice is once."""
    rows = FunderRight.objects.select_for_update().filter(funder_id=funder_id, login=login)
    row = rows.filter(until=None).first()
    if row is not None:
        row.until = max(clock.today(), row.since)
        row.save(update_fields=["until"])
        events.record("funder.right_ended", subject=f"funder:{funder_id}", by=by, login=login)


@ledger.repeatable
@transaction.atomic
def open_access(
    *,
    funder_id: int,
    given_name: str,
    family_name: str,
    email: str,
    by: Actor,
    id: Id | None = None,
) -> str:
    """Open a way in for a person of that funder, who reads its page from today on; the login.

    It is opened by the code that `people.operations.give_code` tells. Repeatable by `id`. Raises
    Refusal: unknown_funder, holders without a name, differs.
    """
    subject = f"funder:{funder_id}"
    person = {"given_name": given_name, "family_name": family_name, "email": email}
    before = events.repeated("funder.access_opened", subject=subject, id=id)
    if before is not None:
        login = str(before.data["login"])
        return login if people.stands_behind(login, **person) else events.refuse_other()
    login = people.open_way_in_for(**person, role="funder", by=by)
    give_funder_right(funder_id=funder_id, login=login, by=by)
    events.record("funder.access_opened", subject=subject, by=by, id=id, login=login)
    return login
