"""The changing QR of a member's telephone: what a scanned one says, and that it pays once.

Source: payments.md section 3. A ticket is used up in the same chain of the ledger as the payment,
under an id of its own: whoever comes second with it is told so, and nothing is claimed for a
payment that was refused.
"""

from functools import lru_cache
from typing import NamedTuple

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.wording import hour
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.payments import formats, keys, wire
from caisse.payments.models import Phone
from caisse.payments.operations.phones import TICKET_KEY, mark_accounts
from caisse.payments.queries import Receipt, receipt
from caisse.payments.reasons import Declined, declined
from caisse.payments.rules import PaymentRules

WITHIN_MINUTES = 5  # that the two clocks may differ, and a QR be old
TICKET_DAYS = 30  # for how long a ticket is good: a phone asks for new ones far earlier


class Shown(NamedTuple):
    """What a QR says that is good: whose it is, the most it pays, under which id it is used up."""

    phone_id: int
    holder_id: int
    most_cents: int
    claim_id: Id


class Opened(NamedTuple):
    """A ticket of this caisse's, and under which id it is used up."""

    ticket: formats.Ticket
    claim_id: Id


class NotTaken(NamedTuple):
    """Why a QR is not taken; whose telephone has proven it, 0 where none has."""

    answer: Declined
    holder_id: int = 0


def good_qr(text: str) -> Shown | NotTaken:
    """What the QR of a telephone says, or why it is not taken."""
    message = formats.message_of(text)
    if message is None or message[0] != formats.MEMBER_QR:
        return NotTaken(declined("qr_unreadable"))
    said = formats.read_member_qr(message)
    opened = _opened(said.ticket) if said.key_id == TICKET_KEY else None
    phone = None if opened is None else Phone.objects.filter(pk=opened.ticket.phone_id).first()
    if opened is None or phone is None or opened.ticket.number >= phone.tickets:
        return NotTaken(declined("other_caisse"))
    ticket = opened.ticket
    same = ticket.generation == phone.generation and bool(phone.public_key)
    proven = same and formats.is_proven(
        said, phone_key(bytes(phone.public_key), phone.pk, phone.generation)
    )
    if ticket.generation != phone.generation or phone.state != Phone.State.ACTIVE:
        return NotTaken(declined("means_unavailable"), phone.holder_id if proven else 0)
    if not proven:
        return NotTaken(declined("qr_unreadable"))
    now = clock.now_ms()
    age = formats.minute_of(now) - said.minute
    if abs(age) > WITHIN_MINUTES or not 0 <= formats.day_of(now) - ticket.day <= TICKET_DAYS:
        return NotTaken(declined("qr_expired"), phone.holder_id)
    return Shown(phone.pk, phone.holder_id, said.most_cents, opened.claim_id)


def limits(shown: Shown, cents: int, digits: str, *, up_to: bool) -> Declined | None:
    """Why this amount is not paid with this QR, or not without the code; None when it is.

    All that one has, `up_to` the amount, always needs the code: who scans the QR is the till.
    """
    rules = bylaws.in_force(PaymentRules, month=Month.of(clock.today()))
    most = min(shown.most_cents, rules.qr_max_cents)
    if cents > most:
        return declined("amount_limit", amount_cents=most)
    from_cents = rules.qr_pin_above_cents
    needed = up_to or (from_cents is not None and cents >= from_cents)
    if digits or not needed:
        return None
    return declined("code_needed", amount_cents=0 if up_to else from_cents or 0)


def used_at(shown: Shown) -> str:
    """The hour at which a QR has paid, « 9 h 40 »; "" for one that has not."""
    claim = books.transfer(shown.claim_id)
    return "" if claim is None else hour(clock.local(claim.at))


def used_up(shown: Shown, payment_id: Id, till: Id) -> Transfer:
    """The ticket's end, for this payment alone: the last link of its chain."""
    given, used = mark_accounts(shown.phone_id)
    return Transfer(
        shown.claim_id, given, used, 1, "claim", till, unit="mark", of=payment_id, method=None
    )


def paid_with(sealed: bytes, phone_id: int) -> Receipt | None:
    """What a ticket of this telephone has paid, or None. `sealed` is the ticket, 16 bytes."""
    opened = _opened(sealed)
    if opened is None or opened.ticket.phone_id != phone_id:
        return None
    claim = books.transfer(opened.claim_id)
    return None if claim is None or claim.of is None else receipt(claim.of)


@lru_cache(maxsize=20_000)
def phone_key(point: bytes, phone_id: int, generation: int) -> bytes:
    """`k_device`: the key that the caisse shares with a telephone."""
    return wire.shared_key(keys.till_key(), point, phone_id, generation, b"phone")


def _opened(sealed: bytes) -> Opened | None:
    """The ticket, when this caisse has made it; a caisse without a phone has no key yet.

    It is used up under the key that has sealed it, however many came since: once.
    """
    if not Phone.objects.exists():
        return None
    for key in keys.ticket_keys():
        ticket = formats.open_ticket(sealed, key)
        if ticket is not None:
            return Opened(ticket, formats.ticket_id(ticket, key))
    return None
