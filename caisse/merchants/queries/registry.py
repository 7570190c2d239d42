"""Places and agreements at a date, what the public may know of a place, who may act for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from caisse.merchants.models import (
    PRODUCERS,
    Agreement,
    Closure,
    Kind,
    Opening,
    Place,
    PlaceRight,
    Suspension,
)
from caisse.merchants.rules import Hours


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place and its latest agreement (`state` is "" when it never had one)."""

    id: int
    merchant_id: int
    name: str
    merchant: str
    kind: str
    kind_label: str
    producer: bool
    commune: str
    account: str
    since: date | None
    until: date | None
    state: str
    rate: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Days on which a place is closed: `first` and `last` are."""

    id: int
    first: date
    last: date
    note: str


@dataclass(frozen=True, slots=True)
class Shop:
    """What the public may know of a place with an agreement; `decision` gave it that.

    Coordinates are in 1e-5 degree, both or none; `closures` end on the asked day or later.
    """

    id: int
    name: str
    kind: str
    producer: bool
    commune: str
    address: str
    sells: str
    access: str
    latitude_e5: int | None
    longitude_e5: int | None
    since: date
    decision: int
    suspended: bool
    hours: tuple[Hours, ...]
    closures: tuple[Closed, ...]

    def open_on(self, day: date) -> tuple[Hours, ...]:
        """Its hours on that day, none when it is closed or suspended then."""
        closed = any(one.first <= day <= one.last for one in self.closures)
        if closed or self.suspended:
            return ()
        return tuple(one for one in self.hours if one.weekday == day.weekday())


@dataclass(frozen=True, slots=True)
class RightRow:
    """What a login may do for a place: "manager" (everything) or "reader"."""

    place_id: int
    login: str
    right: str
    since: date


def rights(
    *,
    login: str | None = None,
    place_id: int | None = None,
    place_ids: Iterable[int] | None = None,
) -> list[RightRow]:
    """The rights held today: of one login, at one place or some, or both."""
    rows = PlaceRight.objects.filter(until=None).order_by("place_id", "pk")
    if login is not None:
        rows = rows.filter(login=login)
    if place_id is not None:
        rows = rows.filter(place_id=place_id)
    if place_ids is not None:
        rows = rows.filter(place_id__in=list(place_ids))
    return [RightRow(row.place_id, row.login, row.right, row.since) for row in rows[:500]]


def kinds() -> dict[str, str]:
    """The kinds of place: code -> label, in the order of the reference scenario."""
    return {kind.value: _(str(kind.label)) for kind in Kind}


def places(*, at: date) -> list[PlaceRow]:
    """The places that had an agreement on the day `at` (a suspended one has it still), by id."""
    rows = in_force(at).select_related("place__merchant").order_by("place_id", "id")
    return [_place_row(row.place, row) for row in rows]


def count_by_kind(*, at: date) -> dict[str, int]:
    """How many places of each kind had an agreement on the day `at`; every kind is there."""
    counts = dict.fromkeys(Kind.values, 0)
    for kind in in_force(at).values_list("place__kind", flat=True):
        counts[kind] += 1
    return counts


def place(place_id: int) -> PlaceRow | None:
    """One place with its latest agreement, or None."""
    row = Place.objects.select_related("merchant").filter(pk=place_id).first()
    if row is None:
        return None
    return _place_row(row, row.agreements.order_by("since", "id").last())


def place_named(name: str) -> PlaceRow | None:
    """The place of that name, or None when there is none, or more than one."""
    rows = Place.objects.filter(name=name)[:2]
    return place(rows[0].pk) if len(rows) == 1 else None


def names() -> dict[int, str]:
    """Place id -> name, of every place that was ever written down."""
    return dict(Place.objects.values_list("id", "name"))


def applied(*, limit: int = 20) -> list[PlaceRow]:
    """The places that asked to join and about which the committee has not decided, oldest first."""
    rows = Place.objects.filter(agreements=None).select_related("merchant").order_by("pk")
    return [_place_row(row, None) for row in rows[:limit]]


def shops(*, at: date) -> list[Shop]:
    """The places with an agreement on the day `at`, as the public may see them, by id: 4 reads."""
    agreements = list(in_force(at).select_related("place").order_by("place_id", "id"))
    stopped = Suspension.objects.filter(since__lte=at).filter(
        Q(until__isnull=True) | Q(until__gt=at)
    )
    suspended_ids = set(stopped.values_list("agreement_id", flat=True))
    hours: dict[int, list[Hours]] = {}
    for one in Opening.objects.order_by("place_id", "weekday", "opens"):
        hours.setdefault(one.place_id, []).append(
            Hours(one.weekday, one.opens, one.closes, one.market)
        )
    closures: dict[int, list[Closed]] = {}
    for row in Closure.objects.filter(last__gte=at).order_by("first", "id"):
        found = Closed(row.pk, row.first, row.last, row.note)
        closures.setdefault(row.place_id, []).append(found)
    return [
        _shop(one, one.pk in suspended_ids, hours.get(one.place_id), closures.get(one.place_id))
        for one in agreements
    ]


def open_on(day: date) -> dict[int, tuple[Hours, ...]]:
    """Place id -> its hours on that day, for the places that are open then."""
    found = {shop.id: shop.open_on(day) for shop in shops(at=day)}
    return {place_id: hours for place_id, hours in found.items() if hours}


def kind_of(place_ids: Iterable[int] | None = None) -> dict[int, str]:
    """Place id -> code of its kind, for all places or those named: figures by kind join on it."""
    rows = Place.objects.all()
    if place_ids is not None:
        rows = rows.filter(pk__in=list(place_ids))
    return dict(rows.values_list("id", "kind"))


def away_from_shops(*, at: date) -> set[int]:
    """The places with an agreement on the day `at` that are farms, or sell at markets, by their
    kind or by the hours that they have written; a suspended one is none. One read."""
    market = Opening.objects.exclude(market="").values("place")
    rows = in_force(at).filter(Q(place__kind__in=PRODUCERS) | Q(place__in=market))
    return set(rows.exclude(state=Agreement.State.SUSPENDED).values_list("place_id", flat=True))


def suspended(place_id: int, *, at: date) -> bool:
    """True when the place's agreement was suspended on the day `at`."""
    rows = in_force(at).filter(place_id=place_id, suspensions__since__lte=at)
    open_ = Q(suspensions__until__isnull=True) | Q(suspensions__until__gt=at)
    return rows.filter(open_).exists()


def in_force(at: date) -> QuerySet[Agreement]:
    """Agreements that held on the day `at`; `ended_on` is the first day without."""
    return Agreement.objects.filter(
        Q(until__isnull=True) | Q(until__gte=at),
        Q(ended_on__isnull=True) | Q(ended_on__gt=at),
        since__lte=at,
    )


def _shop(
    agreement: Agreement,
    suspended: bool,
    hours: list[Hours] | None,
    closures: list[Closed] | None,
) -> Shop:
    row = agreement.place
    return Shop(
        id=row.pk,
        name=row.name,
        kind=row.kind,
        producer=row.producer,
        commune=row.commune,
        address=row.address,
        sells=row.sells,
        access=row.access,
        latitude_e5=row.latitude_e5,
        longitude_e5=row.longitude_e5,
        since=agreement.since,
        decision=agreement.decision,
        suspended=suspended,
        hours=tuple(hours or ()),
        closures=tuple(closures or ()),
    )


def _place_row(row: Place, agreement: Agreement | None) -> PlaceRow:
    return PlaceRow(
        id=row.pk,
        merchant_id=row.merchant_id,
        name=row.name,
        merchant=row.merchant.name,
        kind=row.kind,
        kind_label=_(str(Kind(row.kind).label)),
        producer=row.producer,
        commune=row.commune,
        account=row.account,
        since=agreement.since if agreement else None,
        until=agreement.until if agreement else None,
        state=agreement.state if agreement else "",
        rate=agreement.rate if agreement else "",
    )
