"""Money set aside for sales without network: slips of telephones, entries for cards, and home.

Each euro set aside has one place whose till may take it, so that taking it twice is impossible and
not only found later (payments.md 7.2). It goes home when no licence could hold a sale from it.
"""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Least

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import hour
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.payments import formats, keys, reaching, signing
from caisse.payments.formats import Slip
from caisse.payments.models import Card, Licence, OfflineStop, Reserve
from caisse.payments.offline.judging import ANYWHERE
from caisse.payments.operations.first_keys import first_sign_key
from caisse.payments.queries.asides import sell_without_network
from caisse.payments.queries.offline import FUND, offline_today
from caisse.payments.rules import OfflineRules
from caisse.people import queries as people

HOUR_MS = 3_600_000
ROLES = ("coordinator", "treasurer")
KINDS = {kind: head for head, kind in formats.SIGNING.items()}
MOST_LATELY = 40  # reserves of a wallet in the hours of one: licences carry each that went home
CHUNK = 200  # reserves that go home in one transaction


class Wanted(NamedTuple):
    """A slip that a telephone asks for: the place (ANYWHERE for any), cents, its fresh key."""

    place_id: int
    cents: int
    public_key: bytes
    kind: int = signing.ED25519


@ledger.repeatable
def issue_slips(
    *, wallet_id: int, wanted: Sequence[Wanted], by: Actor, id: Id, phone_id: int = 0
) -> list[bytes]:
    """Set money aside on a telephone; the signed slips, 117 bytes each, in the order asked.

    Repeatable by `id`. Raises Refusal: offline_off, offline_stopped, slip, places, reserve_limit,
    anywhere_limit, unknown_place, always_online, set_aside, funds_short, means_unavailable,
    differs.
    """
    subject = f"wallet:{wallet_id}"
    texts = events.fingerprint(
        *(f"{w.place_id}|{w.cents}|{w.kind}|{w.public_key.hex()}" for w in wanted)
    )
    said = {"phone": phone_id, "texts": texts}
    if events.repeated("slips.issued", subject=subject, id=id, **said) is not None:
        return [slip_of(row) for row in Reserve.objects.filter(cause=id).order_by("pk")]
    rules = _demand_offline(wallet_id, "member_qr")
    _demand_keys(wanted)
    first_sign_key()
    ledger.lock([subject])  # two telephones of one wallet take turns
    _demand_places(wallet_id, [one.place_id for one in wanted], phone_id, rules)
    _demand_new(wallet_id, [one.place_id for one in wanted], phone_id)
    if any(one.place_id == ANYWHERE and one.cents > rules.offline_member_cents for one in wanted):
        most = reaching.amount(rules.offline_member_cents)
        raise Refusal("anywhere_limit", f"Pour tous les lieux, {most} au plus.")
    _demand_cents([one.cents for one in wanted], wallet_id, rules)
    number, _sign = keys.sign_key()
    since = formats.instant_of_minute(formats.minute_of(clock.now_ms()))
    rows = [
        Reserve(
            key=secrets.token_hex(8), wallet=wallet_id, place_id=one.place_id or None,
            cents=one.cents, since=since, until=since + rules.offline_licence_hours * HOUR_MS,
            phone=phone_id, key_number=number, key_kind=one.kind, public_key=one.public_key,
            cause=id,
        )
        for one in wanted
    ]  # fmt: skip
    for row in rows:
        row.signature = _signed(row).signature
    total = _set_aside(rows)
    events.record("slips.issued", subject=subject, by=by, id=id, **said, cents=total)
    _move_aside(rows, id)
    return [slip_of(row) for row in rows]


@ledger.repeatable
def set_aside(*, holder_id: int, place_id: int, cents: int, by: Actor, id: Id) -> int:
    """Set money aside on the card of a holder, for a place; the number of the reserve.

    The next licence of that place names the card, with one entry. Repeatable by `id`. Raises
    Refusal: unknown, no_card, places while another one is there, and as `issue_slips` does.
    """
    wallet_id = people.wallet_of_holder(holder_id)
    if wallet_id is None:
        raise Refusal("unknown", f"Il n’y a pas de titulaire n° {holder_id}.")
    subject, said = f"wallet:{wallet_id}", {"holder": holder_id, "place": place_id, "cents": cents}
    if events.repeated("reserve.made", subject=subject, id=id, **said) is not None:
        return Reserve.objects.get(cause=id).pk
    rules = _demand_offline(wallet_id, "card")
    if not Card.objects.filter(pk=holder_id, blocked=False).exists():
        raise Refusal("no_card", "Cette personne n’a pas de carte.")
    ledger.lock([subject])
    _demand_places(wallet_id, [place_id], 0, rules)
    if place_id == ANYWHERE:
        raise Refusal("unknown_place", "Choisissez le lieu pour lequel mettre de côté.")
    _demand_cents([cents], wallet_id, rules)
    now = clock.now_ms()
    there = Reserve.objects.filter(holder=holder_id, place=place_id, released_at=None)
    if there.filter(until__gt=now).exists():
        raise Refusal("places", "De l’argent est déjà mis de côté sur cette carte pour ce lieu.")
    row = Reserve(
        key=secrets.token_hex(8), wallet=wallet_id, place_id=place_id, cents=cents, since=now,
        until=now + rules.offline_licence_hours * HOUR_MS, holder_id=holder_id, cause=id,
    )  # fmt: skip
    _set_aside([row])
    events.record("reserve.made", subject=subject, by=by, id=id, **said)
    _move_aside([row], id)
    return Reserve.objects.get(cause=id).pk


def give_back_reserve(*, reserve_id: int, wallet_id: int, by: Actor) -> None:
    """Let what a wallet set aside go home before its time. Twice is once.

    Raises Refusal: unknown_reserve; funds_reserved while a till without network may hold a sale.
    """
    row = Reserve.objects.filter(pk=reserve_id, wallet=wallet_id).select_related("place").first()
    if row is None:
        raise Refusal("unknown_reserve", "Cet argent n’est pas mis de côté.")
    release([reserve_id], by)
    if Reserve.objects.filter(pk=reserve_id, released_at=None).exists():
        place = "tous les lieux" if row.place is None else row.place.name
        when = hour(clock.local(row.until))
        left = reaching.amount(books.balance(row.account))
        raise Refusal("funds_reserved", f"{left} sont mis de côté pour {place} jusqu’à {when}.")


def give_back_slip(*, slip: str, wallet_id: int, by: Actor) -> None:
    """The same of a slip, by its id in 16 hexadecimal figures."""
    row = Reserve.objects.filter(key=slip, holder=None).first()
    give_back_reserve(reserve_id=0 if row is None else row.pk, wallet_id=wallet_id, by=by)


@ledger.repeatable
def strike_slips(*, wallet_id: int, by: Actor, phone_id: int | None = None) -> int:
    """No licence to come takes what a wallet set aside, or one lost telephone of it; how many.

    Tills that are without network now may still take each of them once. Repeatable.
    """
    ledger.lock([FUND])  # a licence that opens now has all of it struck, or began before
    live = Reserve.objects.filter(wallet=wallet_id, released_at=None, struck_at=None)
    if phone_id is not None:
        live = live.filter(phone=phone_id, holder=None)
    count = live.update(struck_at=clock.now_ms())
    if count:
        events.record("slips.struck", subject=f"wallet:{wallet_id}", by=by, slips=count)
    return count


@ledger.repeatable
def let_set_aside(*, wallet_id: int, by: Actor) -> None:
    """Somebody has talked with the household whose telephone was copied. Twice is once.

    Raises Refusal("role").
    """
    if not by.may(*ROLES):
        raise Refusal("role", "Votre rôle ne permet pas cet acte.")
    if OfflineStop.objects.filter(pk=wallet_id).delete()[0]:
        events.record("phone.cleared", subject=f"wallet:{wallet_id}", by=by)


def may_go_home(rows: QuerySet[Reserve], *, late_ms: int = 0) -> QuerySet[Reserve]:
    """Those from which no open licence could hold a sale; a slip for anywhere, `late_ms` later too.

    A slip for anywhere is honoured within the places' rooms: its going home early costs no more.
    """
    until = OuterRef("until")
    last = Coalesce(Least(OuterRef("struck_at"), until), until)  # SQLite's is null with a null
    meets = Licence.objects.filter(closed_at=None, since__lt=last, until__gt=OuterRef("since"))
    named = Licence.objects.filter(closed_at=None, pk=OuterRef("licence"))
    slip, card = Q(holder=None), Q(holder__isnull=False)
    kept = (
        (slip & Q(place__isnull=False) & Exists(meets.filter(place=OuterRef("place"))))
        | (slip & Q(place=None, until__gt=clock.now_ms() - late_ms) & Exists(meets))
        | (card & Exists(named))
    )
    return rows.filter(released_at=None).exclude(kept)


def release(ids: Sequence[int], by: Actor, *, late_ms: int = 0) -> int:
    """Send what is left of those of these reserves that may go home to their wallets; the cents.

    Repeatable.
    """
    total = 0
    for start in range(0, len(ids), CHUNK):
        total += _release(list(ids[start : start + CHUNK]), by, late_ms)
    return total


@ledger.repeatable
def _release(ids: Sequence[int], by: Actor, late_ms: int) -> int:
    """Decided under the lock of who opens a licence: it takes a slip, or finds it struck."""
    asked = Reserve.objects.filter(pk__in=ids, released_at=None)
    codes = {row.account: f"wallet:{row.wallet}" for row in asked}
    if not codes:
        return 0
    accounts = ledger.lock([FUND, *codes, *codes.values()])
    free = may_go_home(asked, late_ms=late_ms).select_for_update(of=("self",)).order_by("pk")
    rows = list(free)
    codes = {row.account: f"wallet:{row.wallet}" for row in rows}
    left = {code: accounts[code].balance for code in codes if accounts[code].balance > 0}
    if left:
        total = sum(left.values())
        cause = events.record("reserves.released", subject="offline", by=by, cents=total)
        ledger.post(
            [
                Transfer(
                    derived_id(cause, f"release:{code}"), code, codes[code], cents, "release", cause
                )
                for code, cents in left.items()
            ]
        )
    now = clock.now_ms()
    home = Reserve.objects.filter(pk__in=[row.pk for row in rows])
    home.update(released_at=now, struck_at=Coalesce("struck_at", now))
    return sum(left.values())


def slip_of(row: Reserve) -> bytes:
    """A slip as its telephone keeps it: 117 bytes, with the signature that it got."""
    return formats.pack_slip(_bare(row)._replace(signature=bytes(row.signature)))


def _bare(row: Reserve) -> Slip:
    hours = (row.until - row.since) // HOUR_MS
    place = (row.place_id or ANYWHERE).to_bytes(4, "big")
    minute = formats.minute_of(row.since)
    return Slip(
        row.key_number, bytes.fromhex(row.key), place, row.cents, minute, hours,
        bytes(row.public_key), b"", KINDS[row.key_kind],
    )  # fmt: skip


def _signed(row: Reserve) -> Slip:
    return formats.signed_slip(_bare(row), keys.sign_key()[1])


def _demand_offline(wallet_id: int, method: str) -> OfflineRules:
    """The articles, where a place sells without network and takes this way of paying."""
    rules, ways = offline_today()
    if not rules.offline:
        raise Refusal("offline_off", "Cette caisse ne vend pas sans réseau.")
    if method not in ways:
        raise Refusal("means_unavailable", "La caisse ne prend pas ce moyen de payer.")
    if OfflineStop.objects.filter(pk=wallet_id).exists():
        if method == "card":  # read at the desk
            raise Refusal(
                "offline_stopped",
                "Un téléphone de ce foyer a été copié. La coordination lui parle, puis le permet.",
            )
        raise Refusal(
            "offline_stopped", "Sans réseau, ce porte-monnaie ne paie plus. Appelez l’accueil."
        )
    return rules


def _demand_keys(wanted: Sequence[Wanted]) -> None:
    fresh = {one.public_key for one in wanted}
    if not all(signing.is_key(one.kind, one.public_key) for one in wanted):
        fresh = set()
    used = Reserve.objects.filter(public_key__in=fresh).exists() if fresh else True
    if not wanted or len(fresh) < len(wanted) or used:
        raise Refusal("slip", "Ce téléphone ne sait pas faire de clé. Essayez un autre.")


def _demand_places(
    wallet_id: int, asked: Sequence[int], phone_id: int, rules: OfflineRules
) -> None:
    """Known places that may sell without network, no more of them than the article says."""
    live = Reserve.objects.filter(wallet=wallet_id, released_at=None, until__gt=clock.now_ms())
    bound = [place for place in asked if place != ANYWHERE]
    codes = [f"place:{place}" for place in bound]
    known = books.accounts(codes)
    if any(code not in known or known[code].state != "open" for code in codes):
        raise Refusal("unknown_place", "Ce lieu n’est pas connu.")
    if bound and not sell_without_network().issuperset(bound):
        raise Refusal(
            "always_online", "Ce lieu a toujours du réseau : payez-y sans rien mettre de côté."
        )
    since = clock.now_ms() - rules.offline_licence_hours * HOUR_MS
    lately = Reserve.objects.filter(wallet=wallet_id, since__gt=since).count()
    if lately + len(asked) > MOST_LATELY:
        raise Refusal("places", "Vous avez mis de côté trop souvent. Attendez demain.")
    before = set(live.exclude(place=None).values_list("place", flat=True))
    if len(before | set(bound)) > rules.offline_places or len(set(bound)) < len(bound):
        raise Refusal("places", f"Mettez de côté pour {rules.offline_places} lieux au plus.")
    anywhere = len(asked) - len(bound)
    there = live.filter(place=None, holder=None, phone=phone_id, struck_at=None).exists()
    if anywhere > (0 if there else 1):
        raise Refusal("places", "De l’argent est déjà mis de côté pour tous les lieux.")


def _demand_new(wallet_id: int, asked: Sequence[int], phone_id: int) -> None:
    """One slip of a place on a telephone, until nothing is left of it (payments.md 7.2)."""
    there = Reserve.objects.filter(
        wallet=wallet_id, phone=phone_id, place__in=asked, holder=None, released_at=None,
        struck_at=None, until__gt=clock.now_ms(),
    ).select_related("place")  # fmt: skip
    for row in there:
        if row.place is not None and books.balance(row.account) > 0:
            until = hour(clock.local(row.until))
            raise Refusal(
                "set_aside",
                f"De l’argent est déjà mis de côté ici pour {row.place.name}, jusqu’à {until}. "
                "Reprenez-le, puis mettez de côté un autre montant.",
            )


def _demand_cents(asked: Sequence[int], wallet_id: int, rules: OfflineRules) -> None:
    """Some, and with what lies aside already within the article: before anything is signed."""
    live = Reserve.objects.filter(wallet=wallet_id, released_at=None)
    before = books.accounts([row.account for row in live])
    most = rules.offline_reserve_cents  # its bounds stay far below what a slip can say
    if any(cents <= 0 for cents in asked):
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")
    if sum(asked) + sum(one.balance for one in before.values()) > most:
        raise Refusal("reserve_limit", f"Mettez de côté {reaching.amount(most)} au plus en tout.")


def _set_aside(rows: Sequence[Reserve]) -> int:
    """Open the accounts of these reserves, if the wallet holds them; the cents of all."""
    wallet, total = f"wallet:{rows[0].wallet}", sum(row.cents for row in rows)
    account = books.account(wallet)
    if account is None or account.state != "open":
        raise Refusal("means_unavailable", "Ce porte-monnaie est en pause. Appelez l’accueil.")
    if account.available < total:
        left = reaching.amount(max(0, account.available))
        raise Refusal("funds_short", f"Il vous reste {left}.")
    ledger.open_accounts([row.account for row in rows])
    Reserve.objects.bulk_create(rows)
    return total


def _move_aside(rows: Sequence[Reserve], cause: Id) -> None:
    """wallet → reserve, each under the event that set it aside."""
    ledger.post(
        [
            Transfer(
                derived_id(cause, f"reserve:{row.key}"), f"wallet:{row.wallet}", row.account,
                row.cents, "reserve", cause,
            )
            for row in rows
        ]
    )  # fmt: skip
