"""Files that the caisse has kept as long as it may."""

from datetime import date

from django.db.models import Exists, OuterRef

from caisse.people.models import Membership, MembershipState, State


def erasable(*, closed_by: date, limit: int) -> list[int]:
    """Memberships closed on that day or before, and not erased yet; the oldest numbers first."""
    rows = MembershipState.objects.filter(
        state=State.CLOSED, since__lte=closed_by, membership__erased_on=None
    )
    numbers = rows.order_by("membership_id").values_list("membership_id", flat=True)
    return list(numbers.distinct()[:limit])


def stale_applications(*, applied_by: date, limit: int) -> list[int]:
    """Households that asked to join on that day or before, and for whom nothing came of it."""
    later = MembershipState.objects.filter(membership=OuterRef("membership"), pk__gt=OuterRef("pk"))
    rows = MembershipState.objects.filter(state=State.APPLIED, since__lte=applied_by)
    numbers = rows.filter(~Exists(later)).order_by("membership_id")
    return list(numbers.values_list("membership_id", flat=True)[:limit])


def erased_on(membership_id: int) -> date | None:
    """The day on which the caisse forgot who this household was; None while it knows."""
    return Membership.objects.filter(pk=membership_id).values_list("erased_on", flat=True).first()
