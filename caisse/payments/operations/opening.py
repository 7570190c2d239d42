"""Sales made without network, as they were sent: looked at, never believed.

A slip proves itself by two signatures. A card or an identifier has a sealed code beside it, which
is compared here and judged with the others (payments.md 2.3).
"""

from hashlib import sha256
from typing import NamedTuple

from django.db.models import Q

from caisse.kernel.ids import Id
from caisse.payments import cards, formats, keys
from caisse.payments.models import Device, Licence, Reserve
from caisse.payments.offline.judging import Proof
from caisse.payments.offline.records import CodeSale, Sent, SlipSale, bound_to, digest_of
from caisse.payments.offline.sealing import Typed, unseal
from caisse.payments.operations.beginning import Entry
from caisse.payments.operations.cards import good_card, holder_of
from caisse.payments.operations.paying import Purchase
from caisse.payments.operations.pins import Tried, try_pin, try_pin_of_card
from caisse.payments.operations.reserves import slip_of
from caisse.payments.reasons import Declined

UNREADABLE = "qr_unreadable"
NO_LICENCE = "offline_licence_old"
WRONG_CLOCK = "offline_clock"
TILL_BITS = 0xFFFF  # of a device's number, in its request
METHODS = frozenset({"card", "pin"})
OF_A_PHONE = "member_qr"
MINUTE_MS = 60_000


class Opened(NamedTuple):
    """A sale that may be judged: what is asked, by whom, and what proves it.

    `counter` is a slip's, None for a code, as is `request`, the number under which the same request
    is paid with network. `entry` and `tried` are a code's; a card that was replaced in the meantime
    has none: nobody's code could be right with it. `ready_cents` is what the licence names for the
    card, whatever became of it since. `is_copy`: a telephone has sent it.
    """

    id: Id
    licence: Licence
    cents: int
    made_at: int
    method: str
    handle: str
    digest: bytes
    wallet_id: int
    reserve: Reserve | None
    proof: Proof
    counter: int | None = None
    request: Id | None = None
    is_copy: bool = False
    ready_cents: int = 0
    cancelled: Id | None = None
    entry: Entry | None = None
    tried: Tried | None = None

    @property
    def place(self) -> str:
        """The account of the place."""
        return f"place:{self.licence.place_id}"


class Closed(NamedTuple):
    """A record that nobody looks at any further, and why."""

    id: Id
    answer: str


NO_ID = bytes(16)


def number_of(sent: Sent) -> Id:
    """The number of a sale, as whoever sent it knows it; NO_ID for what is no record at all."""
    if not isinstance(sent, SlipSale):
        return sent.id
    if not (_is(sent.request, formats.REQUEST) and _is(sent.payment, formats.OFFLINE)):
        return NO_ID
    paid = formats.read_offline_payment(sent.payment)
    return formats.offline_id(paid.slip.slip_id, paid.counter, sent.request)


def open_slip(sent: SlipSale, licence: Licence | None) -> Opened | Closed:
    """A sale paid by phone. Without a licence, that of the till that asked is looked for."""
    id = number_of(sent)
    if id == NO_ID:
        return Closed(NO_ID, UNREADABLE)
    asked, paid = formats.read_request(sent.request), formats.read_offline_payment(sent.payment)
    place = int.from_bytes(asked.place, "big")
    made_at = formats.instant_of_minute(asked.minute)
    licence = licence_of(place, asked.till, made_at) if licence is None else licence
    if licence is None or asked.cents <= 0:
        return Closed(id, UNREADABLE)
    if (licence.place_id, licence.device_id & TILL_BITS) != (place, asked.till):
        return Closed(id, UNREADABLE)
    reserve = Reserve.objects.filter(key=paid.slip.slip_id.hex(), holder=None).first()
    if reserve is None or slip_of(reserve) != formats.pack_slip(paid.slip):
        return Closed(id, UNREADABLE)
    if not formats.has_paid(paid, sent.request):
        return Closed(id, UNREADABLE)
    return Opened(
        id=id, licence=licence, cents=asked.cents, made_at=made_at, method=OF_A_PHONE,
        handle=f"slip:{reserve.key}", digest=digest_of(sent, licence.place_id),
        wallet_id=reserve.wallet, reserve=reserve, proof="signed", counter=paid.counter,
        request=formats.request_id(sent.request), cancelled=sent.cancelled,
    )  # fmt: skip


def as_asked(sent: CodeSale, licence: Licence) -> Opened:
    """A sale by card or identifier before anybody has opened its code: nobody's."""
    return Opened(
        id=sent.id, licence=licence, cents=sent.cents, made_at=sent.made_at, method=sent.method,
        handle="", digest=digest_of(sent, licence.place_id), wallet_id=0, reserve=None,
        proof="wrong", cancelled=sent.cancelled,
    )  # fmt: skip


def open_code(sent: CodeSale, licence: Licence) -> Opened | Closed:
    """The same with its code compared, which is not judged yet."""
    bound = bound_to(sent.id, licence.pk, sent.cents)
    typed = unseal(sent.sealed, bound, key=keys.till_key())
    if typed is None or sent.method not in METHODS or sent.cents <= 0:
        return Closed(sent.id, UNREADABLE)
    return (_by_card if sent.method == "card" else _by_handle)(sent, licence, typed)


def _by_handle(sent: CodeSale, licence: Licence, typed: Typed) -> Opened:
    handle = f"pin:{_short(cards.tidy_number(typed.who) or typed.who)}"
    return _compared(sent, licence, typed, handle, try_pin(typed.who, typed.digits))


def _by_card(sent: CodeSale, licence: Licence, typed: Typed) -> Opened | Closed:
    """Of a card that was replaced since, the caisse bears what the licence allowed."""
    good, handle = good_card(typed.who), f"card:{_short(typed.who)}"
    if isinstance(good, Declined) and good.reason == UNREADABLE:
        return Closed(sent.id, UNREADABLE)
    holder_id = holder_of(typed.who) if isinstance(good, Declined) else good.holder_id
    named = list(Reserve.objects.filter(holder=holder_id, licence=licence.pk).order_by("pk"))
    if isinstance(good, Declined):
        opened = as_asked(sent, licence)._replace(handle=handle)
    else:
        tried = try_pin_of_card(good.holder_id, typed.digits)
        ready = next((one for one in named if one.released_at is None), None)
        opened = _compared(sent, licence, typed, handle, tried)._replace(reserve=ready)
    return opened._replace(ready_cents=sum(one.cents for one in named))


def _compared(sent: CodeSale, licence: Licence, typed: Typed, handle: str, tried: Tried) -> Opened:
    purchase = Purchase(
        sent.id, tried.wallet_id, licence.place_id, sent.cents, sent.method, bytes(licence.till),
        sent.made_at,
    )  # fmt: skip
    return as_asked(sent, licence)._replace(
        handle=handle, wallet_id=tried.wallet_id, proof="right" if tried.right else "wrong",
        entry=Entry(purchase, typed.who, typed.digits, sent.attempt, False, bytes(licence.till)),
        tried=tried,
    )  # fmt: skip


def licence_of(place_id: int, till: int, at: int) -> Licence | None:
    """The licence of the device of a place whose number ends so: the one in force at an instant
    (ms), else the open one, else the last."""
    devices = Device.objects.filter(place=place_id).values_list("pk", flat=True)
    same = [pk for pk in devices if pk & TILL_BITS == till]
    rows = Licence.objects.filter(device__in=same)
    then = rows.filter(since__lte=at + MINUTE_MS, until__gte=at)  # requests name whole minutes
    last = then.filter(Q(closed_at=None) | Q(closed_at__gte=at)).order_by("-pk").first()
    return last or rows.filter(closed_at=None).first() or rows.order_by("-pk").first()


def _is(message: bytes, kind: int) -> bool:
    return len(message) == formats.SIZES[kind] and message[0] == kind


def _short(typed: str) -> str:
    """What tells two handles apart, and is neither of them."""
    return sha256(typed.strip().lower().encode()).hexdigest()[:24]
