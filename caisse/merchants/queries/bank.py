"""Bank details of merchants: the ones in force, the ones that wait. An IBAN is shown masked."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from caisse.kernel.ids import Id
from caisse.merchants.models import BankDetails

State = BankDetails.State


@dataclass(frozen=True, slots=True)
class BankRow:
    """Where a merchant is paid. `iban` is for the bank's file; people read `masked`."""

    id: int
    merchant_id: int
    holder: str = field(repr=False)
    iban: str = field(repr=False)
    state: str = ""
    proposed_by: str = ""
    proposed_at: int = 0
    act: Id | None = None
    changed_at: int | None = None

    @property
    def masked(self) -> str:
        """« FR76 •••• 1234 »."""
        return f"{self.iban[:4]} •••• {self.iban[-4:]}"


def bank_details(merchant_id: int) -> BankRow | None:
    """Where the merchant is paid today, or None."""
    return _first(merchant_id, State.IN_FORCE)


def proposed_bank_details(merchant_id: int) -> BankRow | None:
    """The change that waits for the office, or None."""
    return _first(merchant_id, State.PROPOSED)


def bank_details_of(merchant_ids: Iterable[int]) -> dict[int, BankRow]:
    """Merchant id -> where it is paid today, for those that said it."""
    rows = BankDetails.objects.filter(merchant_id__in=list(merchant_ids), state=State.IN_FORCE)
    return {row.merchant_id: _row(row) for row in rows}


def waiting_bank_details() -> list[BankRow]:
    """The changes that wait for the office, the oldest first."""
    rows = BankDetails.objects.filter(state=State.PROPOSED).order_by("proposed_at")
    return [_row(row) for row in rows[:200]]


def _first(merchant_id: int, state: str) -> BankRow | None:
    row = BankDetails.objects.filter(merchant_id=merchant_id, state=state).first()
    return None if row is None else _row(row)


def _row(row: BankDetails) -> BankRow:
    return BankRow(
        id=row.pk,
        merchant_id=row.merchant_id,
        holder=row.holder,
        iban=row.iban,
        state=row.state,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        act=row.act,
        changed_at=row.changed_at,
    )
