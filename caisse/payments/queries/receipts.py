"""Reads of payments: receipts made of what the ledger stored, tills, what of a purchase is left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from caisse.kernel import events
from caisse.kernel.ids import Id, short_id, show_id
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.payments.models import Till
from caisse.payments.queries.parts import (
    NOBODY,
    PAID,
    Part,
    as_parts,
    parts_of,
    refunded_parts,
    sale_behind,
    wallet_behind,
)
from caisse.payments.reasons import at_shop, declined
from caisse.payments.words import words

VERSION = 1  # of the receipt's form; a new form gets a new number, old receipts keep theirs


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment or a refund that was posted: columns of its transfer and nothing else.

    `at` is the instant of posting (ms), `wallet_after` the member's balance right after; None where
    her wallet moved nothing: for a voucher, which was paid before, and for what was set aside. Sent
    again, the same payment gets the same receipt, byte for byte; `again` says that it was. `parts`
    are those of a sale without network; `wallet_id` is 0 when the caisse has paid all of it.
    """

    id: Id
    kind: str
    wallet_id: int
    place_id: int
    cents: int
    at: int
    seq: int
    wallet_after: int | None
    of: Id | None = None
    again: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def number(self) -> str:
        """The receipt's number: the id, as people write it."""
        return show_id(self.id)

    @property
    def words(self) -> tuple[str, str, str]:
        """Three words, the same for the shop and the member: to read out and to find it again."""
        return words(self.id)

    def for_shop(self) -> bytes:
        """The shop's document, canonical JSON: nothing of the member but this purchase."""
        return events.canonical(self._common()).encode()

    def for_member(self) -> bytes:
        """The member's document, canonical JSON, with what is left in the wallet, if it paid."""
        return events.canonical({**self._common(), "left_cents": self.wallet_after}).encode()

    def _common(self) -> dict[str, object]:
        return {
            "at": self.at,
            "cents": self.cents,
            "kind": self.kind,
            "number": self.number,
            "of": None if self.of is None else show_id(self.of),
            "place": self.place_id,
            "short": short_id(self.id),
            "v": VERSION,
            "words": list(self.words),
        }


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till: open while `closed_at` (ms) is None."""

    id: Id
    place_id: int
    opened_at: int
    closed_at: int | None


def receipt(id: Id) -> Receipt | None:
    """The receipt of the payment or refund `id`, or None when none was posted under it."""
    movement = books.transfer(id)
    return None if movement is None else receipt_of(movement)


def receipt_of(movement: Movement) -> Receipt | None:
    """The receipt of a transfer, or None when it is neither a payment nor a refund to a wallet.

    A sale by telephone is a purchase once it is posted; the hold that it closes is nobody's. Of a
    voucher it names the wallet that paid for it, to which a refund goes. A sale without network is
    one purchase, whatever paid its parts, and so is its refund.
    """
    if movement.reason == "refund" and movement.phase == "posted":
        return _of_refund(movement)
    further = movement.phase == "posted" and movement.of is not None  # a part is no purchase
    if movement.reason not in PAID or movement.phase not in ("posted", "post") or further:
        return None
    parts = [movement] if movement.made_at is None else parts_of(movement)
    found = _receipt(movement, "payment", [(one.debit, one.debit_after) for one in parts])
    if found is None or not movement.credit.startswith("place:"):
        return None
    place_id, cents = _number(movement.credit), sum(one.cents for one in parts)
    whole = len(parts) == 1 and movement.debit.startswith(("wallet:", "voucher:"))
    split = () if whole else as_parts(parts)
    return replace(found, place_id=place_id, cents=cents, parts=split)


def _of_refund(movement: Movement) -> Receipt | None:
    parts = refunded_parts(movement)
    found = _receipt(movement, "refund", [(one.credit, one.credit_after) for one in parts])
    if found is None or not movement.debit.startswith("place:"):
        return None
    place_id, cents = _number(movement.debit), sum(one.cents for one in parts)
    return replace(found, place_id=place_id, cents=cents, of=sale_behind(movement.of))


def _receipt(movement: Movement, kind: str, sides: Sequence[tuple[str, int]]) -> Receipt | None:
    """A receipt of whose accounts (code, balance after) the `sides` are; None for nobody's."""
    behind = [wallet_behind(code) for code, _after in sides]
    if behind[0] is None:
        return None
    wallet_id = next((one for one in behind if one), NOBODY)
    after = next((left for code, left in sides if code.startswith("wallet:")), None)
    return Receipt(movement.id, kind, wallet_id, 0, 0, movement.at, movement.seq, after)


def _number(code: str) -> int:
    return int(code.partition(":")[2])


def words_of(id: Id) -> tuple[str, str, str]:
    """The three words of a payment or refund, on the shop's receipt and on the member's."""
    return words(id)


def refused_in_words(reason: str, *, amount_cents: int = 0) -> str:
    """Why a purchase did not pass, as its member reads it, without what was left.

    `amount_cents` is the value of a voucher that was shown.
    """
    return at_shop(declined(reason, amount_cents=amount_cents), method="pin").member


def left_to_refund(payment_id: Id) -> int:
    """Cents of a purchase that have not been given back yet; 0 for one that is not known."""
    payment = receipt(payment_id)
    if payment is None or payment.kind != "payment":
        return 0
    return max(0, payment.cents - given_back([payment_id]).get(payment_id, 0))


def given_back(payment_ids: Sequence[Id]) -> dict[Id, int]:
    """The cents of each of these purchases that refunds gave back and nothing undid since."""
    found = books.referring_to(payment_ids)
    whole = {one.id: one.of for one in found if one.reason in PAID and one.phase == "posted"}
    found += books.referring_to(list(whole)) if whole else []
    refunds = [one for one in found if one.reason == "refund"]
    later = books.referring_to([one.id for one in refunds])
    undone = {one.of for one in later if one.phase == "reverse"}
    given: dict[Id, int] = {}
    for one in refunds:
        of = whole.get(one.of, one.of) if one.of is not None else None
        if of is not None and one.id not in undone:
            given[of] = given.get(of, 0) + one.cents
    return given


def till(till_id: Id) -> TillRow | None:
    """One till, or None."""
    row = Till.objects.filter(pk=till_id).first()
    return None if row is None else TillRow(row.id, row.place_id, row.opened_at, row.closed_at)


def open_tills(*, place_id: int) -> list[TillRow]:
    """The tills of a place that are open, the last opened first."""
    rows = Till.objects.filter(place_id=place_id, closed_at__isnull=True).order_by("-id")
    return [TillRow(row.id, row.place_id, row.opened_at, row.closed_at) for row in rows]
