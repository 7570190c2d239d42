"""Sales in parts: those without network are paid by what was set aside, a wallet, the caisse.

The first part bears the sale's number, the others numbers derived from it and, in `of`, the first.
"""

from collections.abc import Sequence
from typing import NamedTuple

from caisse.kernel.ids import Id, derived_id
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.payments.models import Reserve, Voucher

FUND = "fund:offline"
PAID = ("payment", "offline_loss")
NOBODY = 0  # whose wallet the caisse's own money is
MOST_PARTS = 3


class Part(NamedTuple):
    """So many cents of a sale, and the account that they came from."""

    id: Id
    account: str
    cents: int


def wallet_behind(code: str) -> int | None:
    """The wallet that an account stands for: itself, the one that paid for the voucher, or whose
    money was set aside on it.

    NOBODY for what the caisse lost; None for any other account.
    """
    family, _, number = code.partition(":")
    if family == "wallet":
        return int(number)
    if code == FUND:
        return NOBODY
    if family == "voucher":
        known = Voucher.objects.filter(pk=int(number))
        return known.values_list("sheet__wallet", flat=True).first()
    if family != "reserve":
        return None
    return Reserve.objects.filter(key=number).values_list("wallet", flat=True).first()


def parts_of(first: Movement) -> list[Movement]:
    """The transfers that make up a sale, the one under its own number first; [] for no sale."""
    if first.reason not in PAID or not first.credit.startswith("place:"):
        return []
    if first.chain is None or first.phase != "posted":
        return [first]
    others = [
        one for one in books.refers_to(first.id)
        if one.reason in PAID and one.credit == first.credit and one.phase == "posted"
    ]  # fmt: skip
    return [first, *others]


def refunded_parts(first: Movement) -> list[Movement]:
    """The transfers that make up a refund, the one under its own number first."""
    if first.chain is None:
        return [first]
    others = books.transfers([part_id(first.id, n) for n in range(1, MOST_PARTS)])
    return [first, *others]


def part_id(id: Id, n: int) -> Id:
    """The number of the n-th part of a sale or a refund; of the first, its own."""
    return derived_id(id, f"part:{n}") if n else id


def sale_behind(part: Id | None) -> Id | None:
    """The sale to which a part belongs; itself when it is the first."""
    found = None if part is None else books.transfer(part)
    further = found is not None and found.reason in PAID and found.phase == "posted"
    return found.of if found is not None and further and found.of is not None else part


def as_parts(movements: Sequence[Movement]) -> tuple[Part, ...]:
    """What came from which account."""
    return tuple(Part(one.id, one.debit, one.cents) for one in movements)
