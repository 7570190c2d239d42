"""Licences: what a device may sell without network, opened, closed, swept after their time.

One device of a place holds one; its room is what the place may still lose: the article less open
losses, less the rooms of licences that nobody has closed, within what the committee put aside.
"""

import logging
import secrets
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import F, Q, QuerySet, Sum

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import hour
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.payments import cards, keys, signing
from caisse.payments.cards import Sealed
from caisse.payments.models import Card, Device, Licence, OfflineSale, OfflineStop, Reserve
from caisse.payments.offline.judging import ceiling_left, room_left
from caisse.payments.offline.licences import (
    Terms,
    chance_needed,
    covered,
    last_word_of,
    licence_text,
    signature_of,
)
from caisse.payments.operations.first_keys import first_sign_key
from caisse.payments.operations.reserves import (
    HOUR_MS,
    may_go_home,
    release,
)
from caisse.payments.queries.offline import (
    FUND,
    late_ms,
    loss_account,
    offline_rules,
    offline_today,
)
from caisse.payments.rules import OfflineRules, licence_total_cents

log = logging.getLogger("caisse.till")

NONCE_BYTES = 16
OVER_DAYS = 31  # since somebody may not spend any more: no licence lasts so long
CHUNK = 200


class Licensed(NamedTuple):
    """A licence as its device keeps it: its number, its text, the caisse's signature."""

    licence_id: int
    text: str
    signature: bytes


def open_licence(
    *,
    device_id: int,
    by: Actor,
    id: Id,
    sign: bytes = b"",
    holds_nothing: bool = False,
    last_word: bytes = b"",
) -> Licensed:
    """Let a device sell without network for the hours of the article; its licence, signed.

    `sign` is the key with which the device will sign its last word on it: kind, 32 bytes.
    It takes the ways of paying of today, whatever is decided while it lasts.
    `holds_nothing` is its last word on the licence before this one, signed in `last_word`: no sale
    of it is left to send. Repeatable by `id`. Raises Refusal: unknown_device, not_active, key,
    offline_off, licence_open, unknown_licence for one that is closed again, licence_held while
    another device of the place has one, last_word, unsettled, differs.
    """
    row = _opened(device_id, by, id, sign, last_word if holds_nothing else None)
    ended = Reserve.objects.filter(place=row.place_id, struck_at__lte=row.since)
    release(list(may_go_home(ended).values_list("pk", flat=True)), by)
    return licensed(row)


@ledger.repeatable
def _opened(device_id: int, by: Actor, id: Id, sign: bytes, last_word: bytes | None) -> Licence:
    device = Device.objects.select_for_update().filter(pk=device_id).first()
    if device is None:
        raise Refusal("unknown_device", "Cet appareil n’est pas connu.")
    subject = f"place:{device.place_id}"
    said = {"device": device_id, "texts": events.fingerprint(sign.hex())}
    if events.repeated("licence.opened", subject=subject, id=id, **said) is not None:
        row = Licence.objects.get(cause=id)
        if row.closed_at is not None:
            raise Refusal("unknown_licence", "Cette autorisation est finie. Demandez-en une autre.")
        return row
    rules, ways = offline_today()
    if not ways:
        raise Refusal("offline_off", "Cette caisse ne vend pas sans réseau.")
    if device.state != Device.State.ACTIVE or device.till is None:
        raise Refusal("not_active", "Cet appareil n’encaisse pas en ce moment.")
    if sign and not signing.is_key(sign[0], sign[1:]):
        raise Refusal("key", "Cet appareil ne sait pas faire de clé. Mettez-le à jour.")
    account = loss_account(device.place_id)
    ledger.open_accounts([account], ceiling=0)
    ledger.lock([account, FUND])  # devices of one place take turns, before anything is read
    now = clock.now_ms()
    until = now + rules.offline_licence_hours * HOUR_MS
    _make_room_for(device, now, last_word, by)
    room = _room_of(device.place_id, rules)
    first_sign_key()
    row = Licence.objects.create(
        device=device, place_id=device.place_id, till=bytes(device.till), since=now, until=until,
        honoured_until=until + late_ms(rules), day_cents=rules.offline_day_cents,
        total_cents=licence_total_cents(rules), room_cents=room,
        member_cents=rules.offline_member_cents, ways=" ".join(ways), sign=sign, cause=id,
    )  # fmt: skip
    events.record("licence.opened", subject=subject, by=by, id=id, **said, room=room)
    _write(row)
    return row


def licensed(row: Licence) -> Licensed:
    """What the device keeps of its licence."""
    return Licensed(row.pk, row.text, bytes(row.signature))


def close_licence(*, device_id: int, licence_id: int, by: Actor, last_word: bytes = b"") -> None:
    """A device's last word on its licence: it holds no sale of it.

    What was set aside here goes home, but what was set aside for tomorrow: a slip or an entry of
    which nothing was taken, whose hours last beyond midnight. `last_word` is signed with the key
    that the device gave with the licence. Twice is once. Raises Refusal: unknown_licence,
    last_word; unsettled while a sale of it is under way.
    """
    row = Licence.objects.filter(pk=licence_id, device=device_id).first()
    if row is None:
        raise Refusal("unknown_licence", "Cet appareil n’a pas cette autorisation.")
    _demand_last_word(row, last_word)
    settle_sales(row)
    _close(licence_id, by, last_word)
    mine = Reserve.objects.filter(place=row.place_id, since__lt=row.until)
    release(_over_today(may_go_home(mine)), by)


def _over_today(rows: QuerySet[Reserve]) -> list[int]:
    """Those of which something was taken, that were struck, or whose hours end before midnight."""
    found = list(rows)
    held = books.accounts([one.account for one in found]) if found else {}
    midnight = clock.instant(clock.today() + timedelta(1))
    return [
        one.pk
        for one in found
        if one.until <= midnight
        or one.struck_at is not None
        or held[one.account].balance < one.cents
    ]


def sweep_offline() -> int:
    """Close the licences of which nothing came in time, send home what nothing holds; how many.

    Run every hour. Each step is a transaction of its own, and repeatable.
    """
    now, rules = clock.now_ms(), offline_rules()
    over = Licence.objects.filter(closed_at=None, honoured_until__lt=now)[:CHUNK]
    for row in over:
        log.warning("licence %s of place:%s was never closed", row.pk, row.place_id)
        settle_sales(row, give_up=True)
        _close(row.pk, SYSTEM)
    past = Reserve.objects.filter(released_at=None, until__lte=now)
    free = may_go_home(past, late_ms=late_ms(rules)).order_by("pk")
    ids = list(free.values_list("pk", flat=True)[:CHUNK])
    release(ids, SYSTEM, late_ms=late_ms(rules))
    return len(over) + len(ids)


def settle_sales(row: Licence, *, give_up: bool = False) -> None:
    """Look what became of the sales that were begun; with `give_up` forget those never posted."""
    for sale in OfflineSale.objects.filter(licence=row.pk, posted=False):
        if books.transfer(sale.id) is not None:
            OfflineSale.objects.filter(pk=sale.id).update(posted=True)
        elif give_up:
            drop_sale(sale.id)


@ledger.repeatable
def drop_sale(id: Id) -> None:
    """Forget a sale that moved nothing; what it took of its licence's sum is free again."""
    row = OfflineSale.objects.filter(pk=id, posted=False).first()
    if row is not None:
        Licence.objects.select_for_update().get(pk=row.licence_id)
        if OfflineSale.objects.filter(pk=id, posted=False).delete()[0]:
            part = Licence.objects.filter(pk=row.licence_id)
            part.update(used_cents=F("used_cents") - row.cents)


@ledger.repeatable
def _close(licence_id: int, by: Actor, last_word: bytes = b"") -> None:
    """Close it, unless a sale of it is under way; its rows go, the transfers stay.

    What it did not lose of its room nobody may lose any more.
    """
    place_id = Licence.objects.values_list("place", flat=True).get(pk=licence_id)
    account = loss_account(place_id)
    known = ledger.lock([account]).get(account)  # before the row, as who opens a licence does
    row = Licence.objects.select_for_update().get(pk=licence_id)
    if row.closed_at is not None:
        return
    if OfflineSale.objects.filter(licence=row, posted=False).exists():
        raise Refusal("unsettled", "Une vente de cet appareil est encore en route. Réessayez.")
    OfflineSale.objects.filter(licence=row).delete()
    row.closed_at, row.text, row.signature = clock.now_ms(), "", b""
    row.last_word = last_word
    row.save(update_fields=["closed_at", "text", "signature", "last_word"])
    if known is not None:
        left = ceiling_left(known.ceiling or 0, -known.balance, _rooms_here(place_id))
        ledger.set_ceiling([account], left)
    subject = f"place:{row.place_id}"
    events.record("licence.closed", subject=subject, by=by, licence=row.pk, sold=row.used_cents)


def _make_room_for(device: Device, now: int, last_word: bytes | None, by: Actor) -> None:
    """No other device of the place has a licence in force, and this one has closed its own.

    A slip of which something was taken ends with the licence that took it; the others go on.
    """
    open_ = Licence.objects.filter(closed_at=None, place=device.place_id)
    others = open_.exclude(device=device.pk).filter(until__gt=now).order_by("-until")
    held = others.first()
    if held is not None:
        until = hour(clock.local(held.until))
        raise Refusal(
            "licence_held", f"Un autre appareil de ce lieu vend sans réseau jusqu’à {until}."
        )
    mine = open_.filter(device=device.pk).first()
    if mine is None:
        return
    if last_word is None:
        raise Refusal("licence_open", "Cet appareil doit d’abord envoyer ses ventes sans réseau.")
    _demand_last_word(mine, last_word)
    settle_sales(mine)
    _close(mine.pk, by, last_word)


def _demand_last_word(row: Licence, last_word: bytes) -> None:
    """Only the device that has the key of a licence says that it holds nothing of it."""
    sign = bytes(row.sign)
    if sign and not signing.is_signed(sign[0], sign[1:], last_word, last_word_of(row.pk)):
        raise Refusal("last_word", "Ce dernier mot n’est pas signé par cet appareil.")


def _room_of(place_id: int, rules: OfflineRules) -> int:
    """What the place may still lose. Who opens a licence takes turns at the fund.

    The ceiling of its losses is what its licences were given, never R by itself: so that a till
    that cheats cannot use up what the fund holds for the licences of others.
    """
    account = loss_account(place_id)
    known = ledger.lock([account, FUND])
    lost, fund = -known[account].balance, known[FUND].balance
    rooms = Licence.objects.filter(closed_at=None).aggregate(cents=Sum("room_cents"))["cents"] or 0
    here = _rooms_here(place_id)
    room = room_left(rules.offline_trust_cents, max(0, lost), here, fund - rooms)
    ledger.set_ceiling([account], ceiling_left(known[account].ceiling or 0, lost, here) + room)
    return room


def _rooms_here(place_id: int) -> int:
    """The rooms of the place's licences that nobody has closed, in cents."""
    open_ = Licence.objects.filter(closed_at=None, place=place_id)
    return open_.aggregate(cents=Sum("room_cents"))["cents"] or 0


def _write(row: Licence) -> None:
    """Its text: the cards for which money lies ready here, and what no till takes any more.

    A code typed on a card may be wrong. So a part of the room is kept for what the text names, and
    no more is named than the room covers: its till takes that much, whatever others have used.
    """
    number, sign = keys.sign_key()
    ready, struck = covered(_ready_cards(row), row.room_cents), _struck(row)
    terms = Terms(
        row.pk, row.place_id, row.device_id, row.since, row.until, row.day_cents, row.total_cents,
        row.room_cents - sum(ready.values()), row.member_cents, tuple(row.ways.split()),
    )  # fmt: skip
    row.text = licence_text(
        terms, nonce=secrets.token_bytes(NONCE_BYTES), key_id=number, cards=ready, struck=struck,
        chance=secrets.token_bytes(chance_needed([len(ready), len(struck)])),
    )  # fmt: skip
    row.signature = signature_of(row.text, sign)
    row.save(update_fields=["text", "signature"])


def _ready_cards(row: Licence) -> dict[bytes, int]:
    """Cents by card, of what lies ready here and stands in no other open licence, as it came.

    Where cards do not pay, none: what was set aside on them goes home after its hours.
    """
    if not row.takes("card"):
        return {}
    entries = Reserve.objects.filter(
        place=row.place_id, holder__isnull=False, released_at=None, struck_at=None,
        until__gt=row.since,
    )  # fmt: skip
    free = entries.filter(licence=None) | entries.filter(licence__closed_at__isnull=False)
    mine = list(free.order_by("pk"))
    Reserve.objects.filter(pk__in=[one.pk for one in mine]).update(licence=row)
    held = books.accounts([one.account for one in mine])
    good = {card.pk: card for card in Card.objects.filter(blocked=False, pk__in=_holders(mine))}
    ready: dict[bytes, int] = {}
    for one in mine:
        left, card = held[one.account].balance, good.get(one.holder_id or 0)
        if card is not None and left > 0:
            for token in card_tokens(Sealed(card.pk, card.generation)):
                ready[token] = ready.get(token, 0) + left
    return ready


def _holders(rows: list[Reserve]) -> list[int]:
    return [row.holder_id for row in rows if row.holder_id is not None]


def _struck(row: Licence) -> list[bytes]:
    """Replaced and blocked cards; slips that were struck, spent in part, or that another till of
    this place may have taken."""
    tokens = _struck_cards(clock.day_of(row.since))
    slips = Reserve.objects.filter(holder=None, until__gt=row.since)
    stopped = OfflineStop.objects.values("wallet")
    anywhere = slips.filter(place=None)
    gone = [*anywhere.filter(struck_at__isnull=False) | anywhere.filter(wallet__in=stopped)]
    return tokens + [bytes.fromhex(one.key) for one in [*gone, *_ended_here(row)]]


def _struck_cards(today: date) -> list[bytes]:
    """Replaced and blocked cards, but of who may not spend any more since before all licences.

    Such a card pays nothing: whoever shows it is taken as anybody who types a name that nobody
    bears, on trust, within R and A, and her last card, which nobody replaced, stands in no list
    either. So texts and the time under the fund's lock do not grow with all who ever left.
    """
    gone = today - timedelta(days=OVER_DAYS)
    cards_ = Card.objects.filter(Q(generation__gt=1) | Q(blocked=True))
    cards_ = cards_.filter(Q(holder__until=None) | Q(holder__until__gt=gone)).order_by("pk")
    tokens = []
    for card in cards_:
        last = card.generation + (1 if card.blocked else 0)
        for one in range(1, last):
            tokens += card_tokens(Sealed(card.pk, one))
    return tokens


def _ended_here(row: Licence) -> list[Reserve]:
    """The slips for this place that this licence does not take, struck from now on."""
    slips = Reserve.objects.filter(holder=None, until__gt=row.since, place=row.place_id)
    here = list(slips)
    held = books.accounts([one.account for one in here])
    wallets = {one.wallet for one in here}
    stopped = set(OfflineStop.objects.filter(pk__in=wallets).values_list("pk", flat=True))
    others = Licence.objects.filter(closed_at=None, place=row.place_id).exclude(pk=row.pk)
    shared = others.exists()
    ended = [
        one
        for one in here
        if shared
        or one.struck_at is not None
        or one.wallet in stopped
        or held[one.account].balance < one.cents
    ]
    fresh = slips.filter(struck_at=None, pk__in=[one.pk for one in ended])
    fresh.update(struck_at=row.since)
    return ended


def card_tokens(said: Sealed) -> list[bytes]:
    """The 16 bytes by which a card is known to who scans it: one for each root key under which it
    may have been printed. What lies ready on it is kept of the room once for each."""
    return [cards.token(said, key=key) for key in keys.card_keys()]
