"""Sales agreed by telephone: those that wait, of a place, of a wallet, of all."""

from dataclasses import dataclass

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import Id, show_id
from caisse.kernel.month import Month
from caisse.payments import paper
from caisse.payments.models import PaperSale
from caisse.payments.rules import InstrumentRules, PaymentRules

OPEN, KEYED, CANCELLED, EXPIRED = "open", "keyed", "cancelled", "expired"


@dataclass(frozen=True, slots=True)
class PaperSaleRow:
    """A sale agreed by telephone; `agreed_at` and `until` in milliseconds, `cents` at most.

    `state` is open, keyed, cancelled or expired. `bears` is False when its figures were typed wrong
    too often: until others are drawn it can only be cancelled. `may_draw` says whether they can be.
    """

    id: Id
    wallet_id: int
    place_id: int
    cents: int
    agreed_at: int
    until: int
    state: str
    bears: bool
    may_draw: bool
    payment: Id | None

    @property
    def number(self) -> str:
        """Its id, as an address says it."""
        return show_id(self.id)


def paper_sale(id: Id) -> PaperSaleRow | None:
    """One of them; None for no such number."""
    row = PaperSale.objects.filter(pk=id).first()
    return None if row is None else _row(row, clock.now_ms())


def open_paper_sales(
    *,
    place_id: int | None = None,
    wallet_id: int | None = None,
    before: Id | None = None,
    limit: int,
) -> list[PaperSaleRow]:
    """Those that wait to be typed, the last one agreed first; one query."""
    now = clock.now_ms()
    rows = PaperSale.objects.filter(closed_at=None, expires_at__gt=now).order_by("-pk")
    if place_id is not None:
        rows = rows.filter(place_id=place_id)
    if wallet_id is not None:
        rows = rows.filter(wallet_id=wallet_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_row(row, now) for row in rows[:limit]]


def paper_sale_days() -> int:
    """For how many days a sale by telephone is held today; 0 where nobody sells so."""
    month = Month.of(clock.today())
    if "paper" not in bylaws.in_force(InstrumentRules, month=month).kinds:
        return 0
    return bylaws.in_force(PaymentRules, month=month).paper_sale_days


def _row(row: PaperSale, now: int) -> PaperSaleRow:
    state = OPEN if row.expires_at > now else EXPIRED
    if row.closed_at is not None:
        state = KEYED if row.payment is not None else CANCELLED
    return PaperSaleRow(
        id=row.id,
        wallet_id=row.wallet_id,
        place_id=row.place_id,
        cents=row.cents,
        agreed_at=row.agreed_at,
        until=row.expires_at,
        state=state,
        bears=paper.bears(row.wrong, row.wrong_before),
        may_draw=row.wrong + row.wrong_before < paper.IN_ALL,
        payment=row.payment,
    )
