"""Money set aside for sales without network, as its member reads it: for where, how much, spent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from caisse.kernel import clock
from caisse.kernel.wording import day, hour
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.merchants import queries as merchants
from caisse.payments.models import Licence, Reserve
from caisse.payments.offline.habit import Kept, Limits, last_time
from caisse.payments.offline.judging import ANYWHERE
from caisse.payments.queries.offline import offline_today
from caisse.payments.queries.parts import FUND
from caisse.payments.reasons import Declined, declined
from caisse.payments.rules import OfflineRules

OFFERED = 60  # places
LOOKED_AT = 40  # sums that were set aside, the last ones
SEEN_MS = 90 * clock.DAY_MS  # a place that had a licence since then sells without network
MONTH_MS = 31 * clock.DAY_MS  # longer than a reserve lasts, with the days in which sales are sent


@dataclass(frozen=True, slots=True)
class AsideRow:
    """Money that a wallet has set aside: for a place, or for any (`place_id` None), until `until`.

    `left_cents` of `cents` is there still. `phone` is that of the slip, 0 where a card has it;
    `struck` says that no till to come takes it.
    """

    id: int
    key: str
    place_id: int | None
    place: str
    cents: int
    left_cents: int
    since: int
    until: int
    phone: int
    struck: bool


def asides(wallet_id: int) -> list[AsideRow]:
    """What a wallet has set aside and is not home yet, the place's oldest first."""
    rows = list(Reserve.objects.filter(wallet=wallet_id, released_at=None).order_by("pk"))
    held = books.accounts([row.account for row in rows]) if rows else {}
    names = merchants.names() if rows else {}
    return [
        AsideRow(
            row.pk, row.key, row.place_id, names.get(row.place_id or 0, ""), row.cents,
            held[row.account].balance, row.since, row.until, row.phone, row.struck_at is not None,
        )
        for row in rows
        if held[row.account].balance > 0
    ]  # fmt: skip


def asides_screen(wallet_id: int, *, phone_id: int) -> dict[str, object]:
    """What a telephone shows before it sets money aside (cents, ms): limits, places, its slips.

    `proves`: tills sell without network, by whatever way, and may want the proof of what it paid
    with network (payments.md 7.1); `allowed`: it may set money aside.
    While nothing is kept for losses no till takes a slip for anywhere, so none is offered.
    """
    rules, ways = offline_today()
    account = books.account(f"wallet:{wallet_id}")
    rows = asides(wallet_id)
    return {
        "allowed": "member_qr" in ways,
        "proves": bool(ways),
        "left_cents": 0 if account is None else max(0, account.available),
        "most_cents": rules.offline_reserve_cents,
        "anywhere_cents": _anywhere_cents(rules),
        "most_places": rules.offline_places,
        "hours": rules.offline_licence_hours,
        "places": [{"place": id, "name": name} for id, name in _offered(wallet_id)],
        "again": [
            {"place": id, "name": name, "cents": cents}
            for id, name, cents in as_before(wallet_id) if "member_qr" in ways
        ],
        "slips": [
            {
                "slip": row.key, "place": row.place_id or 0, "name": row.place, "cents": row.cents,
                "left_cents": row.left_cents, "since": row.since, "until": row.until,
                "mine": row.phone == phone_id, "struck": row.struck,
            }
            for row in rows
        ],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reserved:
    """What is set aside of a wallet, in cents: for where and until when, in words."""

    cents: int
    place: str
    until: str

    def refusal(self, *, empty: bool = False) -> Declined:
        """Why what she asked for does not pass; `empty` when the wallet itself has nothing."""
        left = 0 if empty else 1  # of which its sentence does not speak
        return declined(
            "funds_reserved", amount_cents=self.cents, place=self.place, until=self.until,
            left_cents=left,
        )  # fmt: skip


def reserved(wallet_id: int, *, cents: int) -> Reserved | None:
    """What is set aside where `cents` are more than the wallet has, and would pass with it.

    None where nothing is set aside, or the amount is above both together. Source: payments.md 11,
    `funds_reserved`.
    """
    rows = list(Reserve.objects.filter(wallet=wallet_id, released_at=None).order_by("pk"))
    if not rows:
        return None
    known = _available([f"wallet:{wallet_id}", *(row.account for row in rows)])
    return _missing(rows, known, wallet_id, cents)


def reserved_then(wallet_id: int, asked: Sequence[tuple[int, int]]) -> list[Reserved | None]:
    """The same of each amount (cents) and instant (ms) `asked` about, as the books tell them.

    One read where nothing was set aside then; else some for each account, however many are asked.
    """
    if not asked:
        return []
    since = min(at for _cents, at in asked)
    there = Q(released_at=None) | Q(released_at__gt=since)
    rows = list(Reserve.objects.filter(there, wallet=wallet_id).order_by("pk"))
    if not rows:
        return [None] * len(asked)
    known = _available([f"wallet:{wallet_id}", *(row.account for row in rows)])
    moved = {code: books.lines(code, since_ms=since) for code in known}
    found = []
    for cents, at in asked:
        then = {
            code: left - sum(line.cents for line in moved[code] if line.at > at)
            for code, left in known.items()
        }
        began = [row for row in rows if row.since <= at]
        found.append(_missing(began, then, wallet_id, cents))
    return found


def _available(codes: Sequence[str]) -> dict[str, int]:
    """What may be spent of each of these accounts, in cents."""
    known = books.accounts(codes)
    return {code: known[code].available if code in known else 0 for code in codes}


def _missing(
    rows: Sequence[Reserve], had: Mapping[str, int], wallet_id: int, cents: int
) -> Reserved | None:
    left = [row for row in rows if had[row.account] > 0]
    aside = sum(had[row.account] for row in left)
    if not 0 < cents - had[f"wallet:{wallet_id}"] <= aside:
        return None
    until = clock.local(max(row.until for row in left))
    when = hour(until)
    if until.date() != clock.today():
        when = _("%(hour)s, le %(day)s") % {"hour": when, "day": day(until.date())}
    return Reserved(aside, _for_where({row.place_id for row in left}), when)


def _for_where(places: set[int | None]) -> str:
    if len(places) > 1:
        return _("plusieurs lieux")
    (place,) = places
    return _("tous les lieux") if place is None else merchants.names().get(place, _("un lieu"))


@dataclass(frozen=True, slots=True)
class AsideDesk:
    """What a desk may set aside on a card: whether at all, cents in all, hours, places by name.

    `covered`: something is kept for losses. Else no licence names a card (decision 0019).
    `again` is what was set aside on it the last time: number and name of a place, cents.
    """

    allowed: bool
    covered: bool
    most_cents: int
    hours: int
    places: list[tuple[int, str]]
    again: list[tuple[int, str, int]]

    @property
    def again_cents(self) -> int:
        """All of the last time."""
        return sum(cents for _id, _name, cents in self.again)

    @property
    def again_lines(self) -> str:
        """The same as a form sends it: « place:cents » by commas."""
        return ",".join(f"{id}:{cents}" for id, _name, cents in self.again)


def aside_desk(wallet_id: int, holder_id: int | None = None) -> AsideDesk:
    """What the articles allow today, the places that sell without network, this card's last time.

    Without `holder_id` no last time is looked for.
    """
    rules, ways = offline_today()
    allowed = "card" in ways
    places = _offered(wallet_id) if allowed else []
    covered = books.balance(FUND) > 0
    known = allowed and covered and holder_id is not None
    again = as_before(wallet_id, holder_id) if known else []
    most, hours = rules.offline_reserve_cents, rules.offline_licence_hours
    return AsideDesk(allowed, covered, most, hours, places, again)


def as_before(wallet_id: int, holder_id: int | None = None) -> list[tuple[int, str, int]]:
    """What the wallet's telephones, or this holder's card, set aside the last time, if it may be
    set aside again: number (0 for any) and name of a place, cents."""
    rules, now = offline_today()[0], clock.now_ms()
    mine = Reserve.objects.filter(wallet=wallet_id)
    rows = list(mine.filter(holder=holder_id).order_by("-since", "-pk")[:LOOKED_AT])
    if not rows:
        return []
    kept = [
        Kept(
            row.place_id or ANYWHERE, row.cents, clock.day_of(row.since),
            row.released_at is None and row.until > now,
        )
        for row in rows
    ]  # fmt: skip
    wallet = f"wallet:{wallet_id}"
    held = [row.account for row in mine.filter(released_at=None)]
    places = {f"place:{one.place}": one.place for one in kept if one.place}
    known = books.accounts([wallet, *held, *places])
    aside = sum(known[code].balance for code in held)
    left = known[wallet].available if wallet in known else 0
    open_ = {id for code, id in places.items() if code in known and known[code].state == "open"}
    open_ &= sell_without_network()
    limits = Limits(
        max(0, min(left, rules.offline_reserve_cents - aside)), _anywhere_cents(rules),
        rules.offline_places, frozenset(open_),
    )  # fmt: skip
    names = merchants.names()
    return [(id, names.get(id, ""), cents) for id, cents in last_time(kept, limits)]


def _anywhere_cents(rules: OfflineRules) -> int:
    """The most for any place; nothing while nothing is kept for losses: no till takes it then."""
    return rules.offline_member_cents if books.balance(FUND) > 0 else 0


def sell_without_network() -> set[int]:
    """The places for which money may be set aside: they sell without network, or may.

    They had a licence in the last 90 days, or are a farm, or sell at markets (payments.md 7.2).
    """
    since = clock.now_ms() - SEEN_MS
    sold = Licence.objects.filter(until__gt=since).values_list("place", flat=True)
    return set(sold) | merchants.away_from_shops(at=clock.today())


def _offered(wallet_id: int) -> list[tuple[int, str]]:
    """Places that sell without network, or may, those that the wallet knows first."""
    sells, since = sell_without_network(), clock.now_ms() - SEEN_MS
    if not sells:
        return []
    lines = books.lines(f"wallet:{wallet_id}", since_ms=since, reasons=("payment",), limit=100)
    spent = spent_aside(wallet_id, since_ms=since)
    usual = Counter(one.credit for one in [*books.transfers([line.id for line in lines]), *spent])
    names = merchants.names()
    known = [(id, names[id]) for id in sells if id in names]
    known.sort(key=lambda one: (-usual[f"place:{one[0]}"], one[1]))
    return known[:OFFERED]


def spent_aside(wallet_id: int, *, since_ms: int, until_ms: int | None = None) -> list[Movement]:
    """The sales that were paid from what a wallet had set aside, in order of posting."""
    rows = Reserve.objects.filter(wallet=wallet_id, since__gte=since_ms - MONTH_MS)
    if until_ms is not None:
        rows = rows.filter(since__lt=until_ms)
    codes = [row.account for row in rows]
    if not codes:
        return []
    ids = books.named_in(codes, reasons=("payment",), since_ms=since_ms, until_ms=until_ms)
    return sorted(books.transfers(ids), key=lambda one: one.seq)
