"""What the office reads of places: the list with what each is owed, agreements, descriptions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from caisse.bylaws import queries as bylaws
from caisse.kernel.month import Month
from caisse.kernel.sheet import fold
from caisse.ledger import queries as books
from caisse.merchants.models import Agreement, Closure, Opening, Place, Redemption, RedemptionRun
from caisse.merchants.queries.redeeming import Progress, progress
from caisse.merchants.queries.registry import Closed
from caisse.merchants.queries.takings import REFUNDS, SALES
from caisse.merchants.rules import Hours, RedemptionRules, paid_on


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in the office's list; its money is 0 where the reader may not know it."""

    id: int
    name: str
    merchant: str
    kind: str
    commune: str
    state: str
    until: date | None
    month_cents: int
    owed_cents: int
    next_cents: int
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Presence:
    """What a place tells its customers, whether it has an agreement or not."""

    address: str
    sells: str
    access: str
    latitude_e5: int | None
    longitude_e5: int | None
    hours: tuple[Hours, ...]
    closures: tuple[Closed, ...]


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement of a place, with the decision that gave it and the times it was suspended."""

    since: date
    until: date | None
    ended_on: date | None
    state: str
    label: str
    decision: int
    rate: str
    suspensions: tuple[tuple[date, date | None], ...]


def place_lines(
    *, at: date, search: str = "", after: int | None = None, limit: int = 50, money: bool = True
) -> list[PlaceLine]:
    """Places by name, at most `limit` after the one with the id `after`; six reads for any number.

    `search` is found anywhere in the name of the place or of its merchant, without accents.
    """
    wanted = fold(search)
    named = [
        (fold(name), number)
        for number, name, merchant in Place.objects.values_list("id", "name", "merchant__name")
        if wanted in fold(f"{name} {merchant}")
    ]
    ids = [number for _, number in sorted(named)]
    start = ids.index(after) + 1 if after in ids else 0 if after is None else len(ids)
    shown = ids[start : start + limit]
    rows = {row.pk: row for row in Place.objects.select_related("merchant").filter(pk__in=shown)}
    latest = _latest_agreements(shown)
    sums = _sums(shown, at) if money else _Sums({}, {}, {})
    return [_line(rows[number], latest.get(number), sums) for number in shown]


def presence(place_id: int, *, at: date) -> Presence | None:
    """What a place tells its customers; the closures that end on that day or later."""
    row = Place.objects.filter(pk=place_id).first()
    if row is None:
        return None
    hours = Opening.objects.filter(place=row).order_by("weekday", "opens")
    closures = Closure.objects.filter(place=row, last__gte=at).order_by("first", "id")
    return Presence(
        address=row.address,
        sells=row.sells,
        access=row.access,
        latitude_e5=row.latitude_e5,
        longitude_e5=row.longitude_e5,
        hours=tuple(Hours(one.weekday, one.opens, one.closes, one.market) for one in hours),
        closures=tuple(Closed(one.pk, one.first, one.last, one.note) for one in closures),
    )


def agreements(place_id: int) -> list[AgreementRow]:
    """The agreements of a place, the newest first."""
    rows = Agreement.objects.filter(place_id=place_id).prefetch_related("suspensions")
    return [
        AgreementRow(
            since=row.since,
            until=row.until,
            ended_on=row.ended_on,
            state=row.state,
            label=str(Agreement.State(row.state).label),
            decision=row.decision,
            rate=row.rate,
            suspensions=tuple(
                (one.since, one.until) for one in sorted(row.suspensions.all(), key=_since)
            ),
        )
        for row in rows.order_by("-since", "-id")
    ]


def state_labels() -> dict[str, str]:
    """The French word of each state of an agreement; "" for a place that never had one."""
    return {"": "sans convention"} | {one.value: str(one.label) for one in Agreement.State}


def runs(*, before: Month | None = None, limit: int = 24) -> list[Progress]:
    """The months whose sales were held, the newest first; before a month when it is named."""
    rows = RedemptionRun.objects.order_by("-month")
    if before is not None:
        rows = rows.filter(month__lt=before)
    told = [progress(month=month) for month in rows.values_list("month", flat=True)[:limit]]
    return [one for one in told if one is not None]


def to_pay(*, month: Month) -> int:
    """Cents that the places are still to be paid for the sales of `month`."""
    rows = Redemption.objects.filter(run__month=month, state=Redemption.State.COMPUTED)
    return sum(rows.values_list("cents", flat=True))


def merchants_of(place_ids: Iterable[int]) -> dict[int, int]:
    """Place id -> the id of the merchant that holds it."""
    rows = Place.objects.filter(pk__in=list(place_ids))
    return dict(rows.values_list("pk", "merchant_id"))


def count_by_state() -> dict[str, int]:
    """How many places there are in each state of their latest agreement; "" for none at all."""
    latest = dict.fromkeys(Place.objects.values_list("pk", flat=True), "")
    rows = Agreement.objects.order_by("since", "id").values_list("place_id", "state")
    return dict(Counter((latest | dict(rows)).values()))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Cents by place: sold this month, owed in all, and the next payment with its day."""

    month: dict[int, int]
    owed: dict[int, int]
    coming: dict[int, tuple[int, date]]


def _sums(ids: Sequence[int], at: date) -> _Sums:
    codes = {f"place:{number}": number for number in ids}
    month = books.gained(list(codes), (*SALES, *REFUNDS), since=Month.of(at))
    owed = {codes[code]: row.balance for code, row in books.accounts(codes).items()}
    coming: dict[int, tuple[int, date]] = {}
    rows = Redemption.objects.filter(
        place_id__in=list(ids), state=Redemption.State.COMPUTED, cents__gt=0
    ).values_list("place_id", "cents", "run__month")
    for number, cents, of in rows.order_by("-run__month"):
        before = coming[number][0] if number in coming else 0
        rules = bylaws.in_force(RedemptionRules, month=of)
        coming[number] = (before + cents, paid_on(of, rules))
    return _Sums({codes[code]: cents for code, cents in month.items()}, owed, coming)


def _line(row: Place, agreement: Agreement | None, sums: _Sums) -> PlaceLine:
    cents, on = sums.coming.get(row.pk, (0, None))
    return PlaceLine(
        id=row.pk,
        name=row.name,
        merchant=row.merchant.name,
        kind=row.kind,
        commune=row.commune,
        state=agreement.state if agreement else "",
        until=agreement.until if agreement else None,
        month_cents=sums.month.get(row.pk, 0),
        owed_cents=sums.owed.get(row.pk, 0),
        next_cents=cents,
        next_on=on,
    )


def _latest_agreements(ids: Sequence[int]) -> dict[int, Agreement]:
    rows = Agreement.objects.filter(place_id__in=list(ids)).order_by("since", "id")
    return {row.place_id: row for row in rows}


def _since(one: object) -> date:
    found: date = one.since  # type: ignore[attr-defined]
    return found
