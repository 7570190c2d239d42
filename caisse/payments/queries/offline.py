"""Selling without network: its articles today, what a till's screen says of it, what was lost."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.ledger.queries import Line
from caisse.merchants import queries as merchants
from caisse.payments.models import Device, Licence, OfflineStop
from caisse.payments.offline.judging import room_left
from caisse.payments.queries.parts import FUND
from caisse.payments.rules import (
    InstrumentRules,
    OfflineRules,
    is_used_up,
    licence_total_cents,
    offline_bound_cents,
)

LISTED = 50
LOSS = "offline_loss"


def offline_rules() -> OfflineRules:
    """The articles of selling without network, as they stand today."""
    return bylaws.in_force(OfflineRules, month=Month.of(clock.today()))


def offline_today() -> tuple[OfflineRules, tuple[str, ...]]:
    """The same, and the ways of paying that a licence begun now would take; () where none is."""
    month = Month.of(clock.today())
    rules, instruments = bylaws.both_in_force(OfflineRules, InstrumentRules, month=month)
    return rules, instruments.offline_kinds if rules.offline else ()


def loss_account(place_id: int) -> str:
    """The counting account of a place's open losses, in cents."""
    return f"loss:{place_id}"


def late_ms(rules: OfflineRules) -> int:
    """How long after its time the sales of a licence are still honoured."""
    return rules.offline_late_days * clock.DAY_MS


def offline_screen(row: Device) -> dict[str, object]:
    """What a till knows of its right to sell without network, and of its place's room (cents, ms).

    `left_cents` is what a licence asked for now could lose, as the last opening or closing of one
    has told: what a sale costs the caisse says what its member had. `held_until` says until when
    another device of the place has one, 0 for none.
    """
    (rules, ways), now = offline_today(), clock.now_ms()
    open_ = list(Licence.objects.filter(closed_at=None, place=row.place_id))
    mine = next((one for one in open_ if one.device_id == row.pk), None)
    others = [one.until for one in open_ if one.device_id != row.pk and one.until > now]
    return {
        "allowed": bool(ways),
        "licence": 0 if mine is None else mine.pk,
        "until": 0 if mine is None else mine.until,
        "held_until": max(others, default=0),
        "room_cents": rules.offline_trust_cents,
        "left_cents": _left(row.place_id, sum(one.room_cents for one in open_), rules),
        "day_cents": rules.offline_day_cents,
        "total_cents": licence_total_cents(rules),
        "member_cents": rules.offline_member_cents,
        "late_days": rules.offline_late_days,
    }


def _left(place_id: int, rooms: int, rules: OfflineRules) -> int:
    """What the next licence of a place could lose. What its open ones have lost is not looked at:
    the ceiling says what was lost before them."""
    known = books.accounts([loss_account(place_id), FUND])
    loss = known.get(loss_account(place_id))
    lost = 0 if loss is None else -loss.balance
    before = lost if loss is None else min(lost, (loss.ceiling or 0) - rooms)
    fund = known[FUND].balance + lost - before - _rooms()
    return room_left(rules.offline_trust_cents, max(0, before), rooms, fund)


@dataclass(frozen=True, slots=True)
class OfflineState:
    """All that is known of selling without network (cents).

    `fund_cents` lies ready, `rooms_cents` of it is in licences that are open, `lost_cents` nobody
    has looked at. `bound_cents` is the most that can be lost until somebody does, at `places`,
    those that have an agreement today, each `room_cents`: where a licence began or something was
    lost under a higher room, or the article is off, `older_cents` of it are beside these rooms.
    `possible_cents` is that most as it would be with the article.
    """

    allowed: bool
    fund_cents: int
    rooms_cents: int
    lost_cents: int
    room_cents: int
    places: int
    bound_cents: int
    older_cents: int
    possible_cents: int
    aside_cents: int


def offline_state() -> OfflineState:
    """What the committee reads before it decides."""
    rules = offline_rules()
    places = sum(merchants.count_by_kind(at=clock.today()).values())
    rooms, lost = _rooms(), sum(_losses().values())
    bound = offline_bound_cents(places, _ceilings(), rules)
    return OfflineState(
        allowed=rules.offline,
        fund_cents=books.balance(FUND),
        rooms_cents=rooms,
        lost_cents=lost,
        room_cents=rules.offline_trust_cents,
        places=places,
        bound_cents=bound,
        older_cents=bound - offline_bound_cents(places, [], rules),
        possible_cents=offline_bound_cents(places, [], replace(rules, offline=True)),
        aside_cents=sum(books.balances("reserve").values()),
    )


@dataclass(frozen=True, slots=True)
class OfflinePlace:
    """A place where something was lost that nobody has looked at, or that may sell today.

    `used_up`: all of its room is lost, so that its tills take only what was planned.
    """

    id: int
    name: str
    lost_cents: int
    room_cents: int
    until: int
    used_up: bool = False

    @property
    def is_over(self) -> bool:
        """Its time without network is over, and not all of its sales have come."""
        return 0 < self.until < clock.now_ms()


def offline_places() -> list[OfflinePlace]:
    """Those places, the dearest loss first."""
    lost = _losses()
    rooms: dict[int, tuple[int, int]] = {}
    for row in Licence.objects.filter(closed_at=None):
        cents, until = rooms.get(row.place_id, (0, 0))
        expected = row.until if row.listed_at is None else 0  # what a paper list stands for
        rooms[row.place_id] = (cents + row.room_cents, max(until, expected))
    names = merchants.names() if lost or rooms else {}
    used_up = _used_up(lost, set(rooms))
    told = [
        OfflinePlace(id, names.get(id, ""), lost.get(id, 0), *rooms.get(id, (0, 0)), id in used_up)
        for id in {*lost, *rooms}
    ]
    return sorted(told, key=lambda one: (-one.lost_cents, one.id))


def _used_up(lost: Mapping[int, int], licensed: Set[int]) -> set[int]:
    """Those of the places with losses whose room is used up; `licensed` have an open licence."""
    if not lost:
        return set()
    rules, known = offline_rules(), books.accounts([loss_account(id) for id in lost])
    ceilings = {id: known[loss_account(id)].ceiling or 0 for id in lost}
    return {
        id
        for id, cents in lost.items()
        if is_used_up(cents, ceilings[id] - cents if id in licensed else None, rules)
    }


def used_up_places() -> list[OfflinePlace]:
    """The places that sell only what was planned until somebody has looked, the dearest first."""
    return [one for one in offline_places() if one.used_up] if _losses() else []


def _losses() -> dict[int, int]:
    """The open losses by place; what was given back after somebody had looked is none."""
    return {
        int(code.removeprefix("loss:")): -balance
        for code, balance in books.balances("loss").items()
        if code != "loss:all" and balance < 0
    }


def _ceilings() -> list[int]:
    """How high the losses of each place may stand: lost, and what open licences may still lose."""
    codes = [code for code in books.balances("loss") if code != "loss:all"]
    return [one.ceiling or 0 for one in books.accounts(codes).values()]


def offline_place(place_id: int) -> OfflinePlace | None:
    """One place, also one that has lost nothing; None for one that is not known."""
    found = next((one for one in offline_places() if one.id == place_id), None)
    name = merchants.names().get(place_id) if found is None else None
    return found if name is None else OfflinePlace(place_id, name, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Overdue:
    """A device whose time without network is over (`until`) and that has not said its last word.

    Its sales are honoured until `honoured_until` (ms); later the place bears them.
    """

    place_id: int
    place: str
    device: str
    until: int
    honoured_until: int


def overdue_licences(place_id: int | None = None) -> list[Overdue]:
    """Those devices, of a place or of all, the first that runs out first; 50 at most.

    Not those of which a paper list was paid: nobody expects anything of them any more.
    """
    rows = Licence.objects.filter(closed_at=None, listed_at=None, until__lt=clock.now_ms())
    if place_id is not None:
        rows = rows.filter(place=place_id)
    found = rows.select_related("place", "device").order_by("honoured_until", "pk")[:LISTED]
    return [
        Overdue(row.place_id, row.place.name, row.device.label, row.until, row.honoured_until)
        for row in found
    ]


def open_losses(place_id: int) -> list[Line]:
    """The sales that the caisse has paid and nobody has looked at, the newest first; 50 at most."""
    left, told = -books.balance(loss_account(place_id)), []
    for row in books.lines(f"place:{place_id}", reasons=(LOSS,), limit=LISTED):
        if left <= 0:
            break
        told.append(row)
        left -= row.cents
    return told


@dataclass(frozen=True, slots=True)
class Stopped:
    """A wallet that sets nothing aside any more: a telephone of it was copied on that instant."""

    wallet_id: int
    at: int


def stopped_wallets() -> list[Stopped]:
    """Those with whose holders a person has to talk, the last one first; 50 at most."""
    rows = OfflineStop.objects.order_by("-at", "pk")[:LISTED]
    return [Stopped(row.pk, row.at) for row in rows]


def stopped_wallet(wallet_id: int) -> Stopped | None:
    """One of them, however many there are."""
    row = OfflineStop.objects.filter(pk=wallet_id).first()
    return None if row is None else Stopped(row.pk, row.at)


def _rooms() -> int:
    return sum(Licence.objects.filter(closed_at=None).values_list("room_cents", flat=True))
