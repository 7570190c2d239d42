"""Printed vouchers: the sheets of a wallet, what of each is left, which purchases they paid.

What became of a voucher is read from its account in the ledger: full, or its value went back, or it
was cashed. Of where it was cashed only its wallet's own history tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from caisse.kernel import clock
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.payments.models import Voucher, VoucherSheet

BEFORE_MS = 31 * clock.DAY_MS  # a payment may be told that much after its voucher's last day


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet of vouchers: `good` can be cashed, `cashed` was, `back` is on the wallet again.

    Each is a number of vouchers, with `…_cents`; `values` says how many there were of each value.
    `ended_on` is the day on which what was left went back.
    """

    number: int
    wallet_id: int
    made_on: date
    last_day: date
    ended_on: date | None
    values: tuple[tuple[int, int], ...]
    good: int
    good_cents: int
    cashed: int
    cashed_cents: int
    back_cents: int

    @property
    def count(self) -> int:
        """How many vouchers were printed."""
        return sum(number for _cents, number in self.values)

    @property
    def cents(self) -> int:
        """What was paid for them."""
        return sum(cents * number for cents, number in self.values)


def sheets(wallet_id: int, *, before: int | None = None, limit: int = 10) -> list[SheetView]:
    """The last sheets of a wallet below the number `before`, the newest first."""
    rows = VoucherSheet.objects.filter(wallet_id=wallet_id).order_by("-pk")
    return _views(rows if before is None else rows.filter(pk__lt=before), limit)


def sheet(number: int, *, wallet_id: int) -> SheetView | None:
    """One sheet of a wallet; None for no such one."""
    found = _views(VoucherSheet.objects.filter(pk=number, wallet_id=wallet_id), 1)
    return found[0] if found else None


def cashed(
    wallet_id: int, *, number: int | None = None, since_ms: int = 0, until_ms: int | None = None
) -> list[Movement]:
    """The purchases that vouchers of a wallet, or of its sheet `number`, paid then, in order.

    A purchase that was undone is there twice: once as paid, once as reversed.
    """
    rows = Voucher.objects.filter(sheet__wallet=wallet_id)
    rows = rows.filter(sheet__last_day__gte=clock.day_of(max(0, since_ms - BEFORE_MS)))
    if number is not None:
        rows = rows.filter(sheet=number)
    if until_ms is not None:
        rows = rows.filter(sheet__made_at__lt=until_ms)
    found = list(rows.values_list("n", "sheet__made_at"))
    if not found:
        return []
    since_ms = max(since_ms, min(made_at for _n, made_at in found))
    codes = [f"voucher:{n}" for n, _made_at in found]
    ids = books.named_in(codes, reasons=("payment",), since_ms=since_ms, until_ms=until_ms)
    movements = sorted(books.transfers(ids), key=lambda one: one.seq)
    return [one for one in movements if one.phase in ("posted", "reverse")]


def _views(rows: "QuerySet[VoucherSheet]", limit: int) -> list[SheetView]:
    some = list(rows[:limit])
    of: dict[int, list[Voucher]] = {row.pk: [] for row in some}
    for voucher in Voucher.objects.filter(sheet__in=of).order_by("cents"):
        of[voucher.sheet_id].append(voucher)
    codes = [voucher.account for vouchers in of.values() for voucher in vouchers]
    accounts = books.accounts(codes)
    full = {code for code, account in accounts.items() if account.balance > 0}
    return [_view(row, of[row.pk], full) for row in some]


def _view(row: VoucherSheet, vouchers: Sequence[Voucher], full: set[str]) -> SheetView:
    good = [one.cents for one in vouchers if one.account in full]
    returned = [one.cents for one in vouchers if one.back]
    values: dict[int, int] = {}
    for one in vouchers:
        values[one.cents] = values.get(one.cents, 0) + 1
    cents = sum(one.cents for one in vouchers)
    return SheetView(
        number=row.pk,
        wallet_id=row.wallet_id,
        made_on=clock.day_of(row.made_at),
        last_day=row.last_day,
        ended_on=None if row.ended_at is None else clock.day_of(row.ended_at),
        values=tuple(values.items()),
        good=len(good),
        good_cents=sum(good),
        cashed=len(vouchers) - len(good) - len(returned),
        cashed_cents=cents - sum(good) - sum(returned),
        back_cents=sum(returned),
    )
