"""What stands between a place and its euros: no account that was rung back, a transfer returned.

Source: decision 0021. Nothing is refused at the till for it; the office reads it each morning.
"""

from dataclasses import dataclass
from datetime import date

from caisse.kernel import events
from caisse.kernel.month import Month
from caisse.merchants.codes import CODES
from caisse.merchants.models import Agreement, BankDetails, Redemption
from caisse.merchants.queries.registry import in_force

State = BankDetails.State
MONTHS = 12  # a transfer that came back before them is the accountant's
A_PLACE = 20  # refusals of one place that are looked through


@dataclass(frozen=True, slots=True)
class Unpayable:
    """A place that may take payments, and has said no account, since its agreement began."""

    place_id: int
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Returned:
    """A transfer that the bank refused or sent back: `why` in words, `at` (ms) when noted."""

    place_id: int
    place: str
    month: Month
    cents: int
    why: str
    at: int


def without_account(*, at: date) -> list[Unpayable]:
    """The places that may take payments and whose euros could go nowhere, the oldest first.

    Where an account waits to be rung back, that is what waits (`waiting_bank_details`).
    """
    said = BankDetails.objects.filter(state__in=(State.IN_FORCE, State.PROPOSED))
    rows = in_force(at).filter(state=Agreement.State.ACTIVE)
    rows = rows.exclude(place__merchant__in=said.values("merchant")).order_by("since", "place_id")
    return [
        Unpayable(row.place_id, row.place.name, row.since) for row in rows.select_related("place")
    ]


def returned_transfers(*, at: date) -> list[Returned]:
    """Transfers to places that came back and wait for somebody, the oldest first.

    One waits until the account was changed since, or until a later month of the place was paid.
    """
    rows = Redemption.objects.filter(
        state=Redemption.State.REFUSED, run__month__gte=Month.of(at) + -MONTHS
    )
    found = []
    for row in rows.select_related("place", "run"):
        noted = _noted(row)
        if noted and not _settled(row, noted):
            why = CODES.get(row.code, row.code)
            found.append(
                Returned(row.place_id, row.place.name, row.run.month, row.cents, why, noted)
            )
    return sorted(found, key=lambda one: (one.at, one.place_id))


def _noted(row: Redemption) -> int:
    """When somebody noted that it came back; 0 where nobody did."""
    subject, names = f"place:{row.place_id}", ("redemption.refused",)
    told = events.history(subject=subject, names=names, limit=A_PLACE)
    return next((one.at for one in told if one.data["month"] == str(row.run.month)), 0)


def _settled(row: Redemption, noted: int) -> bool:
    changed = BankDetails.objects.filter(
        merchant=row.place.merchant_id, state=State.IN_FORCE, changed_at__gt=noted
    )
    later = Redemption.objects.filter(
        place=row.place_id, run__month__gt=row.run.month, state=Redemption.State.PAID
    )
    return changed.exists() or later.filter(cents__gt=0).exists()
