"""Money set aside for sales without network, as its member reads it: for where, how much, spent."""

from collections import Counter
from dataclasses import dataclass

from caisse.kernel import clock
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.merchants import queries as merchants
from caisse.payments.models import Licence, Reserve
from caisse.payments.queries.offline import offline_today

OFFERED = 60  # places
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
    """What a telephone shows before it sets money aside (cents, ms): limits, places, its slips."""
    rules, ways = offline_today()
    account = books.account(f"wallet:{wallet_id}")
    rows = asides(wallet_id)
    return {
        "allowed": "member_qr" in ways,
        "left_cents": 0 if account is None else max(0, account.available),
        "most_cents": rules.offline_reserve_cents,
        "anywhere_cents": rules.offline_member_cents,
        "most_places": rules.offline_places,
        "hours": rules.offline_licence_hours,
        "places": [{"place": id, "name": name} for id, name in _offered(wallet_id)],
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
class AsideDesk:
    """What a desk may set aside on a card: whether at all, cents in all, hours, places by name."""

    allowed: bool
    most_cents: int
    hours: int
    places: list[tuple[int, str]]


def aside_desk(wallet_id: int) -> AsideDesk:
    """What the articles allow today, and the places that sell without network."""
    rules, ways = offline_today()
    allowed = "card" in ways
    places = _offered(wallet_id) if allowed else []
    return AsideDesk(allowed, rules.offline_reserve_cents, rules.offline_licence_hours, places)


def _offered(wallet_id: int) -> list[tuple[int, str]]:
    """Places that sell without network, or may, those that the wallet knows first.

    They had a licence in the last 90 days, or are a farm, or sell at markets (payments.md 7.2).
    """
    since = clock.now_ms() - SEEN_MS
    sells = set(Licence.objects.filter(until__gt=since).values_list("place", flat=True).distinct())
    sells |= merchants.away_from_shops(at=clock.today())
    if not sells:
        return []
    lines = books.lines(f"wallet:{wallet_id}", since_ms=since, reasons=("payment",), limit=100)
    codes = [one.credit for one in books.transfers([line.id for line in lines])]
    usual = Counter(codes)
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
