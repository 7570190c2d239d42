"""Who looks at whose file: written down before anything is shown, and read by its household."""

from django.db import transaction

from caisse.kernel import events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.people.models import LookReason, Membership


@transaction.atomic
def open_file(*, membership_id: int, by: Actor) -> Id:
    """Open the file of a household to `by`, for some hours. Raises Refusal: `unknown`."""
    return events.record("file.opened", subject=_looked_at(membership_id), by=by)


@transaction.atomic
def show_contact(*, membership_id: int, by: Actor) -> Id:
    """Write down that the address and the telephone are shown once. Raises Refusal: `unknown`."""
    return events.record("contact.shown", subject=_looked_at(membership_id), by=by)


@transaction.atomic
def show_balance(*, membership_id: int, reason: str, by: Actor) -> Id:
    """Write down that the balance and the payments are shown, and why (a `LookReason`).

    Raises Refusal: `unknown`, `reason`.
    """
    if reason not in LookReason.values:
        raise Refusal("reason", "Dites pourquoi vous regardez ce solde.")
    return events.record("balance.shown", subject=_looked_at(membership_id), by=by, reason=reason)


def _looked_at(membership_id: int) -> str:
    if not Membership.objects.filter(pk=membership_id).exists():
        raise Refusal("unknown", "Cette adhésion n’existe pas.")
    return f"membership:{membership_id}"
