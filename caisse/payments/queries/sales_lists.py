"""Paper lists of sales without network that a lost or broken device could not send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.kernel import clock
from caisse.kernel.cents import show
from caisse.kernel.wording import day, hour
from caisse.payments.models import LateSale, Licence, SalesList

PAID_LATE = (LateSale.State.PAID, LateSale.State.POSTED)
OFFERED = 20  # licences of a place, the last ones


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list, paid since `paid_at` (ms) or not yet: what it says, and of which device.

    `other_cents` is all else that its licence has honoured: what came by itself.
    """

    licence_id: int
    device: str
    sold_on: date
    sales: int
    cents: int
    note: str
    paid_at: int | None
    other_cents: int

    @property
    def told(self) -> str:
        """« 5 ventes du 6 février 2023, 42,00 € », in one line."""
        words = {"n": self.sales, "day": day(self.sold_on), "cents": show(self.cents)}
        said = ngettext(
            "%(n)s vente du %(day)s, %(cents)s", "%(n)s ventes du %(day)s, %(cents)s", self.sales
        )
        return said % words


@dataclass(frozen=True, slots=True)
class Listable:
    """A licence whose hours are over, for which a list may be paid (cents; ms).

    `came_cents` has come of it by itself, `left_cents` is the most that a list may say.
    """

    licence_id: int
    device: str
    since: int
    until: int
    came_cents: int
    left_cents: int

    @property
    def told(self) -> str:
        """« Marché, du 6 février 2023, 9 h 00 au 8 février 2023, 9 h 00 »."""
        words = {"device": self.device, "since": _moment(self.since), "until": _moment(self.until)}
        return _("%(device)s, du %(since)s au %(until)s") % words


def listable(place_id: int) -> list[Listable]:
    """Those of a place, the last one first; 20 at most."""
    silent = Q(closed_at=None) | Q(closed_at__gt=F("honoured_until"))  # no last word in its days
    rows = Licence.objects.filter(silent, place=place_id, listed_at=None, until__lt=clock.now_ms())
    rows = rows.select_related("device").order_by("-until", "-pk")
    found = list(rows[:OFFERED])
    came = came_of(found)
    return [
        Listable(
            row.pk, row.device.label, row.since, row.until, came[row.pk],
            max(0, row.total_cents - came[row.pk]),
        )
        for row in found
    ]  # fmt: skip


def came_of(rows: Sequence[Licence]) -> dict[int, int]:
    """What was paid of each licence, by its number: honoured, listed, or paid though late."""
    paid = LateSale.objects.filter(licence__in=rows, state__in=PAID_LATE)
    late = dict(paid.values_list("licence").annotate(cents=Sum("cents"))) if rows else {}
    return {row.pk: row.used_cents + late.get(row.pk, 0) for row in rows}


def selling_until(place_id: int) -> int:
    """Until when (ms) a device of a place may still sell without network; 0 for none."""
    rows = Licence.objects.filter(place=place_id, closed_at=None, until__gte=clock.now_ms())
    return max(rows.values_list("until", flat=True), default=0)


def paid_list(licence_id: int) -> ListRow | None:
    """The list that was paid for a licence."""
    return paid_lists_of([licence_id]).get(licence_id)


def paid_lists_of(licences: Sequence[int]) -> dict[int, ListRow]:
    """The same for several, by licence."""
    if not licences:
        return {}
    rows = SalesList.objects.filter(licence__in=set(licences), paid_at__isnull=False)
    return {row.licence_id: row for row in _told(rows)}


def paid_lists(place_id: int) -> list[ListRow]:
    """The lists that were paid at a place, the last one first; 20 at most."""
    rows = SalesList.objects.filter(licence__place=place_id, paid_at__isnull=False)
    return _told(rows.order_by("-paid_at", "pk")[:OFFERED])


def _told(rows: QuerySet[SalesList]) -> list[ListRow]:
    found = list(rows.select_related("licence__device"))
    came = came_of([row.licence for row in found])
    return [
        ListRow(
            row.licence_id, row.licence.device.label, row.sold_on, row.sales, row.cents, row.note,
            row.paid_at, came[row.licence_id] - row.cents,
        )
        for row in found
    ]  # fmt: skip


def _moment(ms: int) -> str:
    at = clock.local(ms)
    return f"{day(at.date())}, {hour(at)}"
