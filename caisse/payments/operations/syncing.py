"""Sales made without network are sent: each is judged on its own, and moves money once.

The pure judgement says how a sale is covered; one chain of the ledger carries it out, or nothing
happens and it is judged anew on what others left. A sale is written down before the ledger is
asked, so that two sendings at once share the sums of one licence.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from django.db import OperationalError
from django.db.models import F, Sum

from caisse.kernel import clock
from caisse.kernel.ids import Id, instant_of
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import DONE
from caisse.payments import keys, wire
from caisse.payments.models import (
    Device,
    Licence,
    OfflineSale,
)
from caisse.payments.offline import judging
from caisse.payments.offline.judging import Proof, Record, Sight, Verdict
from caisse.payments.offline.listing import is_honoured
from caisse.payments.offline.records import Answered, Sent, SlipSale, answer_proof
from caisse.payments.operations.answers import taken
from caisse.payments.operations.beginning import NOBODYS, Entry, a_try
from caisse.payments.operations.covering import REQUESTS, chain_of
from caisse.payments.operations.late_sales import no_longer_late, note_late, paid_late
from caisse.payments.operations.licences import drop_sale
from caisse.payments.operations.opening import (
    NO_LICENCE,
    WRONG_CLOCK,
    Closed,
    Opened,
    as_asked,
    number_of,
    open_code,
    open_slip,
)
from caisse.payments.operations.paying_pin import _count_at_till, is_usual
from caisse.payments.operations.pins import Tried, buckets, card_bucket, flatten, limit_tries
from caisse.payments.operations.slip_uses import late_copy, may_hold, note_use, slip_left, watch
from caisse.payments.operations.tills import paused_until, submit_try
from caisse.payments.operations.twice import given_up, number_used, paid_otherwise, undo
from caisse.payments.queries.offline import FUND, loss_account
from caisse.payments.queries.parts import parts_of
from caisse.payments.refusals import CHECKING

log = logging.getLogger("caisse.till")

ENDED = "means_unavailable"  # a slip or a way of paying, before the licence began
POSTED, LIMITED = "posted", "limited"
OPENINGS = 2  # turns in which an account may be missing that counts requests
TURNS = 8  # of a sale whose money others spend at the same moment
ANSWERS = {
    "forged": "qr_unreadable",
    "late": "late",
    "till_limit": "offline_till_limit",
    "member_limit": "offline_member_limit",
    "other_place": "offline_other_place",
    "room_used": "offline_room_used",
    "differs": "id_reused",
    "waits": CHECKING,
}


def sync_till(*, device_id: int, records: Sequence[tuple[int, Sent]]) -> list[Answered]:
    """Take what was sold under licences of a device's place (number, record); answers in order.

    A device that had to be given up hands its queue to another one of its place. An answer that
    carries a proof is final. Raises RuntimeError inside a transaction.
    """
    device = Device.objects.get(pk=device_id)
    key = wire.shared_key(keys.till_key(), bytes(device.public_key), device.pk, device.generation)
    mine = {
        row.pk: row for row in Licence.objects.filter(place=device.place_id, pk__in=_named(records))
    }
    told = []
    for number, sent in records:
        id, answer = _alone(sent, partial(_take, sent, mine.get(number)))
        told.append(_told(id, answer, key))
    return told


def sync_phone(*, key: bytes, records: Sequence[SlipSale]) -> list[Answered]:
    """Take a telephone's copies of what it signed: either side suffices, its number makes it one.

    Whoever sends them: the signatures say who pays. Answered as a till is, proven by `key`, that of
    the telephone that sent them. Raises RuntimeError inside a transaction.
    """
    told = []
    for sent in records:
        id, answer = _alone(sent, partial(_take_copy, sent))
        told.append(_told(id, answer, key))
    return told


def _alone(sent: Sent, take: Callable[[], tuple[Id, str]]) -> tuple[Id, str]:
    """What fails for one record, by a fault of ours, is asked again and holds up no other."""
    try:
        return take()
    except OperationalError:
        raise  # the database answers nobody
    except Exception:
        log.exception("a sale without network could not be judged")
        return number_of(sent), CHECKING


def _take_copy(sent: SlipSale) -> tuple[Id, str]:
    opened = open_slip(sent._replace(cancelled=None), None)
    if isinstance(opened, Opened):
        opened = opened._replace(is_copy=True)
    return opened.id, _answer(opened)


def _told(id: Id, answer: str, key: bytes) -> Answered:
    """An answer is final, and proven, unless it has to be asked again."""
    return Answered(id, answer, b"" if answer == CHECKING else answer_proof(key, id, answer))


def _named(records: Sequence[tuple[int, Sent]]) -> set[int]:
    return {number for number, _sent in records}


def _take(sent: Sent, licence: Licence | None) -> tuple[Id, str]:
    """A record of a device; it leaves the queue also when its clock was out of all time.

    Nobody looks at a code that was paid before, or under a licence that is closed, overdue, listed,
    of another place, or takes no such code: whoever guesses codes would have all the time he wants.
    """
    if licence is None:
        return number_of(sent), NO_LICENCE
    if isinstance(sent, SlipSale):
        opened: Opened | Closed = open_slip(sent, licence)
        return opened.id, _answer(opened)
    if sent.made_at > clock.LAST_MS:  # no calendar has that day
        return sent.id, WRONG_CLOCK
    asked = as_asked(sent, licence)
    before = _before(asked)
    if before is None and not licence.takes(asked.method):
        before = ENDED
    if before is None and not _is_honoured(licence, asked.method):
        before = ANSWERS[_note_late(asked).answer]
    return sent.id, _answer(open_code(sent, licence)) if before is None else before


def _answer(opened: Opened | Closed) -> str:
    if isinstance(opened, Closed):
        return opened.answer
    before = _before(opened)
    if before is not None:
        return before
    watch(opened)
    if not (may_hold(opened) and opened.licence.takes(opened.method)):
        return ENDED
    if opened.is_copy and given_up(opened):
        return CHECKING if _is_open(opened.licence) else "abandoned"
    if opened.entry is None or opened.tried is None:
        return _pay(opened, opened.proof, None)
    return _by_code(opened, opened.entry, opened.tried)


def _by_code(opened: Opened, entry: Entry, tried: Tried) -> str:
    """Judged under the first bucket that is not used up; with none left the code counts as wrong.

    So it does, and is nobody's try, at a till where ten were wrong within the hour: a device that
    tries codes out spends the tries of few. What the till hears does not depend on it.
    """
    if paused_until(entry.at):
        return _pay(opened, "wrong", None)
    buckets_ = list(_buckets(tried, opened))
    if tried.right:
        for bucket in buckets_:
            answer = _pay(opened, "right", bucket)
            if answer == POSTED:
                flatten(tried, entry.digits)
            if answer != LIMITED:
                return answer
    else:
        _count_at_till(entry)
        for bucket in buckets_:
            if submit_try(a_try(entry, bucket)).answer != "limited":
                break
    return _pay(opened, "wrong", None)


def _buckets(tried: Tried, opened: Opened) -> Iterator[str]:
    """Those of payments.md 2.2."""
    if not tried.wallet_id:
        yield NOBODYS
    elif opened.method == "card":
        yield card_bucket(tried.wallet_id, tried.holder_id)
    else:
        anywhere, usual = buckets(tried.wallet_id)
        yield anywhere
        if is_usual(tried.wallet_id, opened.licence.place_id):
            yield usual


def _pay(opened: Opened, proof: Proof, bucket: str | None) -> str:
    """Judge the sale and let the ledger carry it out, anew while others spend the same money."""
    for turn in range(TURNS):
        verdict = _claim(opened, proof)
        if not verdict.is_posted:
            return _before(opened) or ANSWERS[verdict.answer]
        used = number_used(opened)
        outcomes = ledger.submit(chain_of(opened, verdict, bucket, used))
        said = [one.answer for one in outcomes if one.answer not in {*DONE, "chain"}]
        if not said:
            _finish(opened, verdict)
            return POSTED
        if said[0] == "differs" and used != number_used(opened):  # burnt by its till meanwhile
            if opened.is_copy:
                break
            continue
        if said[0] in ("insufficient", "ceiling"):
            continue
        if said[0] == "unknown" and turn < OPENINGS:
            ledger.open_accounts(REQUESTS)
            if bucket is not None:
                limit_tries(opened.wallet_id)  # a bucket of before it had this name
            continue
        return LIMITED if said[0] == LIMITED else _refused(opened, said[0])
    return CHECKING


def _refused(opened: Opened, answer: str) -> str:
    """Why the ledger did not take a sale that was judged good."""
    if answer == "uncertain":
        return CHECKING
    before = _before(opened)
    if before is not None:
        return before
    drop_sale(opened.id)
    if answer == "differs":
        return taken(opened.id).reason
    if answer == "stale":  # a clock that was ahead: its time comes while the licence lasts
        instant = instant_of(opened.id)
        ahead = clock.now_ms() < instant < opened.licence.until
        return CHECKING if ahead else ANSWERS[_note_late(opened).answer]
    if answer in ("closed", "unknown"):
        place = books.account(opened.place)
        return CHECKING if place is not None and place.state == "open" else "place_closed"
    raise RuntimeError(f"the ledger answered {answer} to a sale without network")


def _before(opened: Opened) -> str | None:
    """What stands under this number already: this very sale, or another; None for nothing.

    The same request may have been paid with network, or with another signature: that is the sale.
    One that the till has undone since is given back now.
    """
    claimed = OfflineSale.objects.filter(pk=opened.id).first()
    if claimed is not None and bytes(claimed.digest) != opened.digest:
        return "id_reused"
    first = books.transfer(opened.id)  # read once: another sending may post it at any moment
    otherwise = first is None
    if first is None:
        first = paid_otherwise(opened) or paid_late(opened)
    if first is None:
        return None
    parts = parts_of(first)
    if not parts:
        return taken(first.id).reason
    same = parts[0].credit == opened.place and sum(one.cents for one in parts) == opened.cents
    if not same:
        return "id_reused"
    if otherwise:
        drop_sale(opened.id)
    OfflineSale.objects.filter(pk=opened.id, posted=False).update(posted=True)
    no_longer_late(opened)
    return POSTED if opened.cancelled is None else undo(opened, opened.cancelled, parts)


@ledger.repeatable
def _claim(opened: Opened, proof: Proof) -> Verdict:
    """Judge a sale on the books as they stand, and write down that it takes of its licence's sum.

    A sale that is refused leaves no row.
    """
    licence = Licence.objects.select_for_update().get(pk=opened.licence.pk)
    row = OfflineSale.objects.filter(pk=opened.id).first()
    record = _record(opened, proof)
    sight = _sight(opened, licence, row)
    verdict = judging.judge(record, sight)
    if verdict.answer == "late":
        return _late(opened, judging.judge_late(record, sight))
    if opened.is_copy and judging.judge_copy(verdict) != verdict:
        return judging.judge_copy(verdict)
    if row is not None and not verdict.is_posted and not row.posted:
        drop_sale(opened.id)
    elif row is not None and verdict.is_posted:
        OfflineSale.objects.filter(pk=row.pk).update(trusted=verdict.trusted)
    elif verdict.is_posted:
        _write(opened, verdict, posted=False)
    return verdict


def _late(opened: Opened, verdict: Verdict) -> Verdict:
    """What is not paid any more is written down, once, for a person who may decide otherwise.

    A copy of a telephone only where it may be of a sale: anybody may invent a till's request.
    """
    if verdict.is_posted:
        note_use(opened, paid=True)
        return verdict
    if opened.is_copy:
        verdict = late_copy(opened)
    if verdict.answer == "late":
        note_use(opened)
        note_late(opened)
    return verdict


@ledger.repeatable
def _note_late(opened: Opened) -> Verdict:
    return _late(opened, Verdict("late"))


def _is_open(licence: Licence) -> bool:
    """Nobody has closed it, and its time has not run out."""
    return licence.closed_at is None and clock.now_ms() <= licence.honoured_until


def _is_honoured(licence: Licence, method: str) -> bool:
    """It is open, and no paper list that was paid stands for what was sold this way."""
    listed = licence.listed_at is not None
    return is_honoured(method, is_open=_is_open(licence), is_listed=listed)


def _write(opened: Opened, verdict: Verdict, *, posted: bool) -> None:
    OfflineSale.objects.create(
        id=opened.id, licence_id=opened.licence.pk, digest=opened.digest, handle=opened.handle,
        cents=opened.cents, trusted=verdict.trusted, posted=posted,
    )  # fmt: skip
    sold = Licence.objects.filter(pk=opened.licence.pk)
    sold.update(used_cents=F("used_cents") + opened.cents)
    note_use(opened, paid=True)


@ledger.repeatable
def _finish(opened: Opened, verdict: Verdict) -> None:
    """It is posted; its row was perhaps dropped by a sending that was refused meanwhile."""
    no_longer_late(opened)
    if OfflineSale.objects.filter(pk=opened.id).update(posted=True):
        return
    licence = Licence.objects.select_for_update().get(pk=opened.licence.pk)
    if licence.closed_at is None and not OfflineSale.objects.filter(pk=opened.id).exists():
        _write(opened, verdict, posted=True)


def _record(opened: Opened, proof: Proof) -> Record:
    reserve = "" if opened.reserve is None else opened.reserve.key
    return Record(
        opened.id, opened.licence.pk, opened.licence.place_id, opened.wallet_id, opened.handle,
        reserve, opened.cents, proof,
    )  # fmt: skip


def _sight(opened: Opened, licence: Licence, row: OfflineSale | None) -> Sight:
    """The books as this sale needs them; what it took itself is left out."""
    reserve, loss = opened.reserve, loss_account(licence.place_id)
    wallet = f"wallet:{opened.wallet_id}"
    aside = "" if reserve is None else reserve.account
    known = books.accounts([wallet, loss, FUND, aside])
    others = OfflineSale.objects.filter(licence=licence, handle=opened.handle, trusted=True)
    taken_ = others.exclude(pk=opened.id).aggregate(cents=Sum("cents"))["cents"] or 0
    open_ = wallet in known and known[wallet].state == "open"
    return Sight(
        first=None,
        place=licence.place_id,
        is_open=_is_honoured(licence, opened.method),
        used=licence.used_cents - (0 if row is None else row.cents),
        most=licence.total_cents,
        used_by_handle=taken_,
        most_by_handle=licence.member_cents + opened.ready_cents,
        reserve_wallet=None if reserve is None else reserve.wallet,
        reserve_place=0 if reserve is None else reserve.place_id or judging.ANYWHERE,
        reserve_left=known[aside].available if aside in known else 0,
        wallet_left=max(0, known[wallet].available) if open_ else 0,
        lost=-known[loss].balance if loss in known else 0,
        room=(known[loss].ceiling or 0) if loss in known else 0,
        fund_left=known[FUND].available if FUND in known else 0,
        slip_left=0 if _is_open(licence) else slip_left(opened),
    )
