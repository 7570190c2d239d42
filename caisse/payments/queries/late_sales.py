"""Sales without network that came too late: those that wait for a person, and one of them."""

from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from caisse.kernel import clock
from caisse.kernel.ids import Id, show_id
from caisse.merchants import queries as merchants
from caisse.payments.models import LateSale
from caisse.payments.queries.offline import offline_rules
from caisse.payments.queries.sales_lists import ListRow, paid_lists_of
from caisse.people import queries as people

MONTH_MS = 31 * clock.DAY_MS


@dataclass(frozen=True, slots=True)
class LateRow:
    """A sale that came too late; `made_at` (ms) is what its device said, `at` when it came.

    `signed`: by a telephone, whose money was not enough any more; a code was not looked at.
    `state` is waiting, paid, refused, or posted when its member has paid after all. `waits` says
    that one person wants to pay it and a second one has not agreed yet. `listed` is the paper list
    that was paid for its licence: the sale may be on it.
    """

    id: Id
    place_id: int
    place: str
    device: str
    cents: int
    method: str
    signed: bool
    made_at: int
    at: int
    state: str
    waits: bool
    listed: ListRow | None

    @property
    def number(self) -> str:
        """Its id, as an address says it."""
        return show_id(self.id)


def late_sales(*, before: Id | None = None, limit: int) -> list[LateRow]:
    """Those that nobody has decided, the last one made first."""
    rows = LateSale.objects.filter(state=LateSale.State.WAITING).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return _told(list(rows.select_related("licence__device")[:limit]))


def late_sale(id: Id) -> LateRow | None:
    """One of them, decided or not; None for no such number."""
    rows = LateSale.objects.filter(pk=id).select_related("licence__device")
    return next(iter(_told(list(rows))), None)


def count_late_sales() -> int:
    """How many wait for a person."""
    return LateSale.objects.filter(state=LateSale.State.WAITING).count()


def alone_left(place_id: int) -> int:
    """Up to how much one person alone pays a place of its late sales now (cents).

    It is the room of a place, less what was paid so within 31 days: what nobody looks at twice
    stays as small as what nobody has looked at.
    """
    since = clock.now_ms() - MONTH_MS
    rows = LateSale.objects.filter(
        place=place_id, state=LateSale.State.PAID, decided_at__gt=since
    )  # fmt: skip
    paid = rows.aggregate(cents=Sum("cents"))["cents"] or 0
    return max(0, offline_rules().offline_trust_cents - paid)


def _told(rows: list[LateSale]) -> list[LateRow]:
    names = merchants.names() if rows else {}
    waiting = people.waiting_acts("offline.late") if rows else []
    acts = {act.payload.get("sale") for act in waiting}
    lists = paid_lists_of([row.licence_id for row in rows if row.licence.listed_at is not None])
    return [
        LateRow(
            id=row.pk,
            place_id=row.place_id,
            place=names.get(row.place_id, ""),
            device=row.licence.device.label,
            cents=row.cents,
            method=_method(row.method),
            signed=row.request is not None,
            made_at=row.made_at,
            at=row.at,
            state=row.state,
            waits=show_id(row.pk) in acts,
            listed=lists.get(row.licence_id),
        )
        for row in rows
    ]


def _method(method: str) -> str:
    said = {"card": _("par carte"), "pin": _("par identifiant"), "member_qr": _("par téléphone")}
    return said.get(method, method)
