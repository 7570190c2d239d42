"""What redemption computed and paid, month by month."""

from dataclasses import dataclass

from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.merchants.models import Redemption, RedemptionRun


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """The statement of a place for a month, in cents; see `models.Redemption`.

    `hold` is the id of the held transfer that pays it (there is none when `cents` is 0).
    """

    place_id: int
    place: str
    month: Month
    cents: int
    fee_cents: int
    carried_cents: int
    state: str
    code: str
    hold: Id


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the redemption of a month is."""

    month: Month
    held: bool
    paid: bool
    places: int
    cents: int
    fee_cents: int


def redemptions(*, month: Month) -> list[RedemptionRow]:
    """The statements of the sales of `month`, by place."""
    rows = Redemption.objects.filter(run__month=month).select_related("place", "run")
    return [redemption_row(row) for row in rows.order_by("place_id")]


def redemption(*, place_id: int, month: Month) -> RedemptionRow | None:
    """The statement of one place for one month, or None before it was computed."""
    rows = Redemption.objects.filter(run__month=month, place_id=place_id)
    row = rows.select_related("place", "run").first()
    return None if row is None else redemption_row(row)


def statements(place_id: int) -> list[RedemptionRow]:
    """All statements of a place, the newest first."""
    rows = Redemption.objects.filter(place_id=place_id).select_related("place", "run")
    return [redemption_row(row) for row in rows.order_by("-run__month")]


def progress(*, month: Month) -> Progress | None:
    """How far the redemption of `month` is, or None when nothing was held yet."""
    run = RedemptionRun.objects.filter(month=month).first()
    if run is None:
        return None
    rows = list(run.redemptions.filter(cents__gt=0).values_list("cents", "fee_cents"))
    return Progress(
        month=month,
        held=run.held,
        paid=run.paid,
        places=len(rows),
        cents=sum(cents for cents, _ in rows),
        fee_cents=sum(fee for _, fee in rows),
    )


def redemption_row(row: Redemption) -> RedemptionRow:
    """What others read of a row that was fetched with its place and its run."""
    return RedemptionRow(
        place_id=row.place_id,
        place=row.place.name,
        month=row.run.month,
        cents=row.cents,
        fee_cents=row.fee_cents,
        carried_cents=row.carried_cents,
        state=row.state,
        code=row.code,
        hold=derived_id(row.run.held_cause, f"redemption:{row.place_id}"),
    )
