"""What the caisse honours of a sale made without network: one judgement, without any database.

Source: payments.md 7.2. `judge` looks at one record and at nothing but a `Sight` of the books; the
operations read a sight from the ledger's accounts, `judge_sync` from books of its own. The order of
the tests is the order of the answers. Nothing here reads a clock, a counter or a sum of a device:
whatever a till says, a place never costs more than its room.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from caisse.kernel.ids import Id

Proof = Literal["signed", "right", "wrong", "forged"]
ANYWHERE = 0  # the place of what is set aside for no place
NO_END = 1 << 60
SLACK_MS = 600_000  # a request is answered within ten minutes, and a till's clock may be so wrong


class Record(NamedTuple):
    """A sale made without network, once its signatures and its code were looked at.

    `handle` is all that a till can recognise: a slip, a card, an identifier. `reserve` names what
    was set aside and is drawn on, "" for nothing; `wallet` is whose she says she is.
    """

    id: Id
    licence: int
    place: int
    wallet: int
    handle: str
    reserve: str
    cents: int
    proof: Proof


class Sight(NamedTuple):
    """The books as one record needs them (cents).

    `first` is what was posted under the record's id before. `place`, `is_open`, `used` and `most`
    are the licence's; `used_by_handle` and `most_by_handle` the handle's part of it, of what is not
    covered by money set aside. `reserve_wallet` is None where nothing was set aside. `slip_left` is
    what a slip was for, less all that it has paid.
    """

    first: Record | None
    place: int
    is_open: bool
    used: int
    most: int
    used_by_handle: int
    most_by_handle: int
    reserve_wallet: int | None
    reserve_place: int
    reserve_left: int
    wallet_left: int
    lost: int
    room: int
    fund_left: int = NO_END
    slip_left: int = 0


class Verdict(NamedTuple):
    """What becomes of a record: `posted`, or why not.

    Of a posted one so much from what was set aside, from the wallet, and from the caisse's room.
    `trusted` says that it counts towards what a handle may take on trust.
    """

    answer: str
    reserve_cents: int = 0
    wallet_cents: int = 0
    lost_cents: int = 0
    trusted: bool = False

    @property
    def is_posted(self) -> bool:
        """Whether money moves, or has moved, for it."""
        return self.answer == "posted"


def judge(record: Record, sight: Sight) -> Verdict:
    """What the caisse honours of a record; every answer but `posted` moves nothing."""
    if sight.first is not None:
        return Verdict("posted" if repeats(record, sight) else "differs")
    if not in_time(record, sight):
        return Verdict("late")
    if not within_licence(record, sight):
        return Verdict("till_limit")
    if not is_proven(record, sight):
        return Verdict("forged")
    if record.proof == "signed" and sight.reserve_place != ANYWHERE:
        return _set_aside(record, sight)
    if within_reserve(record, sight) and owes(record):
        return Verdict("posted", reserve_cents=record.cents, trusted=True)
    return _on_trust(record, sight)


def judge_late(record: Record, sight: Sight) -> Verdict:
    """What is paid of a record whose licence is closed: all, by who signed it, or nothing.

    No slip pays more than it was for, so that a stolen one empties no wallet; what a code paid
    nobody can tell any more. A person decides on the rest; the caisse bears none of it.
    """
    if record.proof != "signed" or not is_proven(record, sight):
        return Verdict("late")
    if not 0 < record.cents <= sight.slip_left:
        return Verdict("late")
    here = sight.reserve_place in (ANYWHERE, record.place)
    from_reserve = min(sight.reserve_left, record.cents) if here else 0
    from_wallet = min(sight.wallet_left, record.cents - from_reserve)
    if from_reserve + from_wallet < record.cents:
        return Verdict("late")
    return Verdict("posted", from_reserve, from_wallet)


def judge_copy(verdict: Verdict) -> Verdict:
    """What becomes of a telephone's copy: only the till's own record may use the caisse's room.

    Anybody may invent a till's request; so what money does not cover waits for the till.
    """
    waits = verdict.lost_cents > 0 or verdict.answer == "room_used"
    return Verdict("waits") if waits else verdict


def judge_late_copy(
    cents: int, left: int, *, at_place: int, slip_place: int, asked_at: int, since: int, until: int
) -> Verdict:
    """Whether a person decides on a copy that came too late and that no money pays (`late`).

    `left` is what its slip was for, less all that was paid or waits of it (cents). `asked_at` is
    the till's request, `since` and `until` the hours in which slip and licence were both in force
    (ms). Nobody but who signed it has said that this till asked for it.
    """
    if not since - SLACK_MS <= asked_at <= until + SLACK_MS:
        return Verdict("forged")
    if slip_place not in (ANYWHERE, at_place):
        return Verdict("other_place")
    return Verdict("late" if 0 < cents <= left else "member_limit")


def _set_aside(record: Record, sight: Sight) -> Verdict:
    """From what this wallet set aside for this very place: never a loss."""
    if not for_this_place(record, sight):
        return Verdict("other_place")
    if not within_reserve(record, sight):
        return Verdict("member_limit")
    return Verdict("posted", reserve_cents=record.cents)


def _on_trust(record: Record, sight: Sight) -> Verdict:
    """From what was set aside, then from the wallet of who said so; the rest within the room."""
    if not within_handle(record, sight):
        return Verdict("member_limit")
    from_reserve = from_wallet = 0
    if owes(record):
        from_reserve = min(sight.reserve_left, record.cents)
        from_wallet = min(sight.wallet_left, record.cents - from_reserve)
    lost = record.cents - from_reserve - from_wallet
    if not within_room(lost, sight):
        return Verdict("room_used")
    return Verdict("posted", from_reserve, from_wallet, lost, trusted=True)


def repeats(record: Record, sight: Sight) -> bool:
    """The same id stands for the same sale."""
    return sight.first == record


def in_time(record: Record, sight: Sight) -> bool:
    """The licence is one of this place, and nobody has closed it."""
    return sight.is_open and sight.place == record.place


def within_licence(record: Record, sight: Sight) -> bool:
    """All that one licence honours stays within its sum."""
    return 0 < record.cents <= sight.most - sight.used


def is_proven(record: Record, sight: Sight) -> bool:
    """Nobody else's key, nobody else's money set aside."""
    return record.proof != "forged" and sight.reserve_wallet in (None, record.wallet)


def for_this_place(record: Record, sight: Sight) -> bool:
    """Each euro set aside has one place whose till may take it."""
    return sight.reserve_place == record.place


def within_reserve(record: Record, sight: Sight) -> bool:
    """What is left of it covers the sale."""
    return record.cents <= sight.reserve_left


def within_handle(record: Record, sight: Sight) -> bool:
    """What one slip, card or identifier takes on trust at one till."""
    return sight.used_by_handle + record.cents <= sight.most_by_handle


def owes(record: Record) -> bool:
    """Who did not sign nor type her code pays nothing."""
    return record.proof in ("signed", "right")


def within_room(lost: int, sight: Sight) -> bool:
    """The open losses of a place never pass its room, nor what the committee put aside."""
    return lost <= 0 or (sight.lost + lost <= sight.room and lost <= sight.fund_left)


def room_left(room: int, lost: int, others: int, fund_left: int = NO_END) -> int:
    """What a new licence may lose: R less open losses, less the rooms of licences still open.

    `fund_left` is what the committee put aside, less the rooms of all open licences.
    """
    return max(0, min(room - lost - others, fund_left))


def ceiling_left(ceiling: int, lost: int, rooms: int) -> int:
    """How high the losses of a place may stand: never above what its open licences may still lose.

    What a closed one did not lose is gone with it, as is what was given back since.
    """
    return min(ceiling, lost + rooms)


def goes_home(others_open: int) -> bool:
    """What was set aside is released when no other licence could still hold a sale from it."""
    return others_open == 0


@dataclass(slots=True)
class Licence:
    """The right of one till to sell without network: what it may sell, and lose, in cents."""

    place: int
    most: int
    room: int
    used: int = 0
    is_open: bool = True
    by_handle: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Reserve:
    """Money set aside by a wallet for a place (ANYWHERE: for any), in cents."""

    wallet: int
    place: int
    left: int


@dataclass(slots=True)
class Books:
    """Books of its own for `judge_sync`: what the ledger's accounts are in the caisse (cents).

    `room` is R, `ceilings` how high the losses of each place may stand now.
    """

    room: int
    member: int
    wallets: dict[int, int] = field(default_factory=dict)
    paid: dict[int, int] = field(default_factory=dict)
    losses: dict[int, int] = field(default_factory=dict)
    ceilings: dict[int, int] = field(default_factory=dict)
    reserves: dict[str, Reserve] = field(default_factory=dict)
    licences: dict[int, Licence] = field(default_factory=dict)
    posted: dict[Id, Record] = field(default_factory=dict)
    fund: int = NO_END


def judge_sync(books: Books, records: Iterable[Record]) -> tuple[list[Verdict], Books]:
    """The verdict on each record, in order, and the books afterwards; those given stay as they are.

    Each record is judged on its own: what is refused moves nothing and is not remembered.
    """
    after = _copied(books)
    return [_settle(after, record) for record in records], after


def open_licence(books: Books, place: int, most: int) -> tuple[int, Books]:
    """A licence for a till of this place, and the books with it."""
    after = _copied(books)
    busy, lost = _rooms(after, place), after.losses.get(place, 0)
    number = len(after.licences) + 1
    room = room_left(after.room, max(0, lost), busy, after.fund - _rooms(after))
    after.ceilings[place] = ceiling_left(after.ceilings.get(place, 0), lost, busy) + room
    after.licences[number] = Licence(place, most, room)
    return number, after


def close_licence(books: Books, number: int) -> Books:
    """The books once a till has said that it holds no sale of this licence any more."""
    after = _copied(books)
    closing = after.licences[number]
    closing.is_open = False
    place = closing.place
    after.ceilings[place] = ceiling_left(
        after.ceilings.get(place, 0), after.losses.get(place, 0), _rooms(after, place)
    )
    others = [one for one in after.licences.values() if one.is_open and one.place == closing.place]
    if goes_home(len(others)):
        for reserve in after.reserves.values():
            if reserve.place == closing.place:
                after.wallets[reserve.wallet] = after.wallets.get(reserve.wallet, 0) + reserve.left
                reserve.left = 0
    return after


def _rooms(books: Books, place: int | None = None) -> int:
    """The rooms of the open licences of a place, or of all, in cents."""
    return sum(
        one.room
        for one in books.licences.values()
        if one.is_open and (place is None or one.place == place)
    )


def _copied(books: Books) -> Books:
    """Books that may be changed; records never are."""
    licences = {
        number: replace(one, by_handle=dict(one.by_handle))
        for number, one in books.licences.items()
    }
    return replace(
        books, wallets=dict(books.wallets), paid=dict(books.paid), losses=dict(books.losses),
        ceilings=dict(books.ceilings),
        reserves={name: replace(one) for name, one in books.reserves.items()},
        licences=licences, posted=dict(books.posted),
    )  # fmt: skip


def _settle(books: Books, record: Record) -> Verdict:
    verdict = judge(record, _sight(books, record))
    if verdict.is_posted and record.id not in books.posted:
        _apply(books, record, verdict)
    return verdict


def _sight(books: Books, record: Record) -> Sight:
    licence, reserve = books.licences[record.licence], books.reserves.get(record.reserve)
    return Sight(
        first=books.posted.get(record.id),
        place=licence.place,
        is_open=licence.is_open,
        used=licence.used,
        most=licence.most,
        used_by_handle=licence.by_handle.get(record.handle, 0),
        most_by_handle=books.member,
        reserve_wallet=None if reserve is None else reserve.wallet,
        reserve_place=ANYWHERE if reserve is None else reserve.place,
        reserve_left=0 if reserve is None else reserve.left,
        wallet_left=books.wallets.get(record.wallet, 0),
        lost=books.losses.get(record.place, 0),
        room=books.ceilings.get(record.place, 0),
        fund_left=books.fund,
    )


def _apply(books: Books, record: Record, verdict: Verdict) -> None:
    licence, place, handle = books.licences[record.licence], record.place, record.handle
    if verdict.reserve_cents:
        books.reserves[record.reserve].left -= verdict.reserve_cents
    books.wallets[record.wallet] = books.wallets.get(record.wallet, 0) - verdict.wallet_cents
    books.losses[place] = books.losses.get(place, 0) + verdict.lost_cents
    books.fund -= verdict.lost_cents
    books.paid[place] = books.paid.get(place, 0) + record.cents
    licence.used += record.cents
    if verdict.trusted:
        licence.by_handle[handle] = licence.by_handle.get(handle, 0) + record.cents
    books.posted[record.id] = record
