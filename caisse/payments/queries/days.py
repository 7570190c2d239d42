"""A day of a place: where each sale was taken and by whom, its three words, sums of each till.

Where, of the cause of its transfer: the till of a device, that of a cashier at it, that of the
printed QR, or what the office did. Nothing here tells who paid.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from caisse.kernel.ids import Id
from caisse.merchants import queries as merchants
from caisse.merchants.queries import DayTaken, Sale, Taken
from caisse.payments.models import Cashier, Device, Till
from caisse.payments.words import words

PRINTED_QR = "qr:place"  # who opens the tills of the printed QRs of places
_AT_DEVICE = re.compile(r"cashier:([0-9]+)@device:([0-9]+)")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something was taken: `key` is the same for one device, `label` what it is called.

    `cashier` is the name that the place gave to who stood there, "" for nobody's; `who` is the
    same for one of them.
    """

    key: str
    label: str
    cashier: str = ""
    who: str = ""

    @property
    def said(self) -> str:
        """« Comptoir, Lina »."""
        return ", ".join(part for part in (self.label, self.cashier) if part)


@dataclass(frozen=True, slots=True)
class DayLine:
    """A sale or a refund of a day; `words` are those of the receipt, « » for a refund."""

    sale: Sale
    spot: Spot
    words: str


@dataclass(frozen=True, slots=True)
class DaySums:
    """What was taken in all, at each spot, and by each person; each empty when there is but one."""

    taken: Taken
    spots: tuple[tuple[str, Taken], ...]
    people: tuple[tuple[str, Taken], ...]


def day_page(
    place_id: int, day: date, *, before: int | None, limit: int
) -> tuple[DaySums, list[DayLine]]:
    """The sums of a day and its last sales and refunds before the number, the newest first."""
    told = merchants.day_taken(place_id, day)
    rows = merchants.day_of_sales(place_id, day, before=before, limit=limit)
    spots = spots_of(place_id, {*told.by_cause, *(row.cause for row in rows)})
    return _sums(told, spots), _lines(rows, spots)


def day_closing(place_id: int, day: date) -> tuple[DaySums, list[DayLine]]:
    """The sums of a day and all its sales and refunds, the first one first: of one reading."""
    told, rows = merchants.day_closed(place_id, day)
    spots = spots_of(place_id, told.by_cause)
    return _sums(told, spots), _lines(rows, spots)


def spots_of(place_id: int, causes: Collection[Id]) -> dict[Id, Spot]:
    """Where each of these causes of sales of a place stands; three queries, whatever was sold."""
    if not causes:
        return {}
    tills = {
        id: (opened_by, closed_at is not None)
        for id, opened_by, closed_at in Till.objects.filter(
            place_id=place_id, pk__in=list(causes)
        ).values_list("pk", "opened_by", "closed_at")
    }
    devices = list(Device.objects.filter(place_id=place_id).values_list("pk", "label", "till"))
    labels = {pk: label for pk, label, _till in devices}
    own = {bytes(till): pk for pk, _label, till in devices if till is not None}
    names: dict[int, str] = {}
    if any(_AT_DEVICE.fullmatch(opened_by) for opened_by, _closed in tills.values()):
        names = dict(Cashier.objects.filter(place_id=place_id).values_list("pk", "label"))
    return {cause: _spot(cause, tills.get(cause), own, labels, names) for cause in causes}


def _spot(
    cause: Id,
    till: tuple[str, bool] | None,
    own: Mapping[Id, int],
    labels: Mapping[int, str],
    names: Mapping[int, str],
) -> Spot:
    if till is None:
        return Spot("office", _("Bureau de la caisse"))
    opened_by, closed = till
    if opened_by == PRINTED_QR:
        return Spot("printed", _("QR imprimé"))
    stood = _AT_DEVICE.fullmatch(opened_by)
    if stood is not None:
        cashier, device = map(int, stood.groups())
        return Spot(str(device), labels.get(device, ""), names.get(cashier, ""), stood[1])
    if cause in own:
        device = own[cause]
        return Spot(str(device), labels[device])
    return Spot("gone", _("Appareil retiré")) if closed else Spot("other", _("Autre appareil"))


def _lines(rows: Collection[Sale], spots: Mapping[Id, Spot]) -> list[DayLine]:
    return [
        DayLine(row, spots[row.cause], "" if row.of or row.cents <= 0 else " ".join(words(row.id)))
        for row in rows
    ]


def _sums(told: DayTaken, spots: Mapping[Id, Spot]) -> DaySums:
    people = _grouped(told, spots, lambda spot: (spot.who, spot.cashier or _("Sans nom")))
    return DaySums(
        told.taken, _grouped(told, spots, lambda spot: (spot.key, spot.label)), people
    )  # fmt: skip


def _grouped(
    told: DayTaken, spots: Mapping[Id, Spot], named: Callable[[Spot], tuple[str, str]]
) -> tuple[tuple[str, Taken], ...]:
    """The sums of each name, by name; none when all of it has the same."""
    found: dict[tuple[str, str], Taken] = {}
    for cause, taken in told.by_cause.items():
        name = named(spots[cause])
        found[name] = found.get(name, Taken()) + taken
    rows = sorted(
        ((label, taken) for (_key, label), taken in found.items()), key=lambda row: row[0]
    )
    return tuple(rows) if len(rows) > 1 else ()
