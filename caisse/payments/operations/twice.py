"""One request, one payment: with network or without, by one signature or two; and its way back."""

from collections.abc import Sequence

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import Id, derived_id, instant_of
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.ledger.rules import DONE
from caisse.payments.operations.covering import undoing
from caisse.payments.operations.opening import Opened
from caisse.payments.queries.parts import as_parts
from caisse.payments.refusals import CHECKING
from caisse.payments.rules import PaymentRules, refundable

TOO_LATE = "refund_too_late"
UNDONE = {"ceiling": "refund_too_large", "insufficient": "funds_short", "differs": "id_reused"}


def given_up(opened: Opened) -> bool:
    """Whether the till has burnt the number of this request: nobody pays it with network."""
    return opened.request is not None and _burnt(opened.request)


def number_used(opened: Opened) -> Id | None:
    """The number under which this sale uses its request up; None for a code, which has none."""
    return None if opened.request is None else number_under(opened.request)


def number_under(request: Id) -> Id:
    """The number that uses a request up.

    It is the one of the payment with network; where that was burnt, one that follows from it.
    """
    return derived_id(request, "given up") if _burnt(request) else request


def _burnt(request: Id) -> bool:
    found = books.transfer(request)
    return found is not None and found.reason == "abandon"


def paid_otherwise(opened: Opened) -> Movement | None:
    """The first transfer of what has paid this request, under another number than this sale's."""
    return paid_under(opened.request)


def paid_under(request: Id | None) -> Movement | None:
    """The first transfer of what has paid a request (its number); None for none."""
    number = None if request is None else number_under(request)
    found = None if number is None else books.transfer(number)
    if found is None or found.reason == "abandon":  # burnt just now: nobody has paid it
        return None
    if found.reason != "claim" or found.of is None:
        return found
    return books.transfer(found.of)


def undo(opened: Opened, refund: Id, parts: Sequence[Movement]) -> str:
    """Give back what was posted before the shop's word arrived that the sale was undone.

    Only the device that has sold it says so, and while its licence is open; what was given back
    before is told again.
    """
    before = books.transfer(refund)
    again = before is not None and (before.reason, before.of) == ("refund", parts[0].id)
    if not again and not _is_own(opened, parts[0]):
        return "id_reused"
    if not again and not _may_undo(opened, parts[0]):
        return TOO_LATE
    outcomes = ledger.submit(undoing(opened, refund, as_parts(parts)))
    said = next((one.answer for one in outcomes if one.answer not in {*DONE, "chain"}), None)
    if said is None:
        return "posted"
    if said == "stale":  # a clock that was ahead: its time comes
        ahead = clock.now_ms() < instant_of(refund) < opened.licence.until
        return CHECKING if ahead else TOO_LATE
    return UNDONE.get(said, CHECKING)


def _is_own(opened: Opened, first: Movement) -> bool:
    """Whether this device's till has sold it. What a slip signed says so itself, by its number."""
    if opened.counter is not None:
        return True
    said = (opened.made_at, bytes(opened.licence.till), opened.method)
    return (first.made_at, first.cause, first.method) == said


def _may_undo(opened: Opened, first: Movement) -> bool:
    licence, today = opened.licence, clock.today()
    rules = bylaws.in_force(PaymentRules, month=Month.of(today))
    is_open = licence.closed_at is None and clock.now_ms() <= licence.honoured_until
    return is_open and refundable(clock.day_of(first.at), today, rules)
