"""Follow the journal: who must be told of what moved, beyond a mark; payments know nothing of it.

A notice is a row only where somebody chose that it leaves: the page of messages reads the journal
itself. What is noted and how far the mark has come stand in one transaction: told once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db import transaction

from caisse.kernel import clock, events, work
from caisse.kernel.ids import Id, derived_id
from caisse.ledger import queries as books
from caisse.ledger.queries import Movement
from caisse.messages.gathering import gathered
from caisse.messages.models import Channel, Notice, Preference, Remark, Subscription, Topic
from caisse.people import queries as people

MARK = "messages.told"
STEP = 1_000  # transfers of one transaction
MOST_LISTENERS = 900  # below SQLite's least limit of parameters
LATE_MS = clock.DAY_MS  # what happened longer ago is no news: it stands on the page

KINDS: dict[str, tuple[str, Topic]] = {
    "payment": ("purchase", Topic.PAYMENTS),
    "refund": ("refund", Topic.PAYMENTS),
    "allocation": ("credit", Topic.ARRIVALS),
}
"""The kind and topic of a notice, by the reason of a transfer."""

ASIDE = ("reserve", "release")  # set aside for sales without network, and home again
QUIET = ("payment", "allocation")  # there are thousands, and each is news to its wallet alone


class News(NamedTuple):
    """What the holders of a wallet may want to hear: its cause is a transfer or a remark.

    `leaves` is the instant (ms) before which nothing leaves, where more may come to it.
    """

    wallet_id: int
    kind: str
    topic: Topic
    cause: Id
    leaves: int = 0


def follow() -> int:
    """Follow the journal to its end, in short transactions; how many transfers were followed.

    The first time, it only begins: what happened before anybody could be told is no news.
    """
    if books.tip()[0] <= work.marked(MARK):
        return 0  # two short reads, most of the time
    return work.through(_step)


@transaction.atomic
def _step() -> int:
    """Follow the next transfers beyond the mark, at most STEP. Two that follow take turns."""
    first = work.held(MARK)
    if first is None:
        work.mark(MARK, books.tip()[0])
        return 0
    until = min(first + STEP, books.tip()[0])
    if until <= first:
        return 0
    moved, since = _moved(first, until), clock.now_ms() - LATE_MS
    recent = [one for one in moved if one.at >= since]
    tell([news for one in recent for news in _news(one)])
    _note_wrong_codes(recent)
    work.mark(MARK, until)
    return until - first


def _moved(first: int, until: int) -> list[Movement]:
    """The transfers of a step; while few want to be told, without what none of them would hear."""
    leaving = Preference.objects.exclude(channel=Channel.HERE).exclude(topic=Topic.MAIL)
    persons = leaving.values_list("person_id").union(Subscription.objects.values_list("person_id"))
    listeners = [person for (person,) in persons[: MOST_LISTENERS + 1]]
    wallets = people.wallets_of_persons(listeners[:MOST_LISTENERS]) if listeners else set()
    if max(len(listeners), len(wallets)) > MOST_LISTENERS:
        return books.since(first, limit=until - first)
    codes = [f"wallet:{wallet}" for wallet in wallets]
    return books.since_but(first, until=until, quiet=QUIET, of=codes)


def _news(moved: Movement) -> Iterator[News]:
    """What a transfer is to the holders of a wallet; a gift is news to both."""
    if moved.phase not in ("posted", "post", "reverse"):
        return
    if moved.reason == "gift":
        yield from _of_gift(moved)
    elif moved.reason in ASIDE:
        yield from _of_aside(moved)
    elif moved.reason in KINDS:
        kind, topic = KINDS[moved.reason]
        if moved.phase == "reverse":
            kind = "correction"
        for code in (moved.debit, moved.credit):  # one of the two is a wallet's, or none
            wallet = _filled_by(code)
            if wallet.startswith("wallet:"):
                cashed = kind == "purchase" and code.startswith("voucher:")
                told_as = "cashed" if cashed else kind
                yield News(_wallet(wallet), told_as, topic, moved.id)


def _of_gift(moved: Movement) -> Iterator[News]:
    if moved.phase == "reverse":
        for code in (moved.debit, moved.credit):
            yield News(_wallet(code), "correction", Topic.ARRIVALS, moved.id)
    else:
        yield News(_wallet(moved.credit), "gift", Topic.ARRIVALS, moved.id)
        yield News(_wallet(moved.debit), "given", Topic.PAYMENTS, moved.id)


def _wallet(code: str) -> int:
    return int(code.removeprefix("wallet:"))


def _of_aside(moved: Movement) -> Iterator[News]:
    """One notice for all that a wallet sets aside and gets back in a day: the first is its cause.

    Whoever did it knows; the other holder, or the one whose telephone was taken, does not.
    """
    wallet = moved.debit if moved.reason == "reserve" else moved.credit
    if moved.phase == "posted" and wallet.startswith("wallet:"):
        part = gathered(moved.at)
        lines = books.lines(wallet, since_ms=part.since, until_ms=part.until, reasons=ASIDE)
        yield News(_wallet(wallet), "aside", Topic.PAYMENTS, lines[0].id, leaves=part.leaves)


FILLED = {"reserve": "reserve", "voucher": "voucher_issue"}


def _filled_by(code: str) -> str:
    """The wallet that set this money aside for sales without network, or has paid this voucher;
    any other account is told as it is."""
    reason = FILLED.get(code.partition(":")[0])
    if reason is None:
        return code
    filled = books.transfers([one.id for one in books.lines(code, reasons=(reason,))])
    return filled[0].debit if filled else ""


def tell(all_news: Sequence[News]) -> int:
    """Note who is told, by the channels that they chose; told again, nothing is added.

    A few queries, however many they are. In the caller's transaction.
    """
    wallets = people.persons_of_wallets({news.wallet_id for news in all_news})
    persons = {person for some in wallets.values() for person in some}
    if not persons:
        return 0
    chosen = _chosen(persons)
    now = clock.now_ms()
    rows = [
        Notice(
            person_id=person, topic=news.topic, kind=news.kind, cause=news.cause, channel=channel,
            made_at=now, again_at=news.leaves,
        )
        for news in all_news
        for person in wallets.get(news.wallet_id, ())
        for channel in chosen.get((person, news.topic), ())
    ]  # fmt: skip
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=100)
    return len(rows)


def _chosen(persons: set[int]) -> dict[tuple[int, str], list[str]]:
    """By person and topic, the channels by which something leaves."""
    found: dict[tuple[int, str], list[str]] = {}
    for some in _by_900(sorted(persons)):
        rows = Preference.objects.filter(person__in=some).exclude(channel=Channel.HERE)
        rows = rows.exclude(topic=Topic.MAIL)
        for person, topic, channel in rows.values_list("person_id", "topic", "channel"):
            found.setdefault((person, topic), []).append(channel)
        with_devices = Subscription.objects.filter(person__in=some).values_list("person_id")
        for (person,) in with_devices.distinct():
            for topic in (Topic.PAYMENTS, Topic.ARRIVALS):
                found.setdefault((person, topic), []).append(Channel.PUSH)
    return found


def _by_900(numbers: list[int]) -> Iterable[list[int]]:
    """Below SQLite's least limit of parameters."""
    return (numbers[start : start + 900] for start in range(0, len(numbers), 900))


def _note_wrong_codes(moved: Sequence[Movement]) -> None:
    """Wrong codes typed for somebody's identifier or card: once a day, where, and no more."""
    tried = [(whose, one) for one in moved if (whose := _tried(one)) is not None]
    if not tried:
        return
    held = people.persons_of_wallets({whose for whose, _one in tried})
    places = {till: _place(till) for till in {one.cause for _whose, one in tried}}
    rows: dict[tuple[int, int], Remark] = {}
    for whose, one in tried:
        day = clock.day_of(one.at).toordinal()
        if whose in held and (whose, day) not in rows:
            rows[whose, day] = Remark(
                id=derived_id(one.id, "remark"), wallet_id=whose, kind=Remark.Kind.WRONG_CODE,
                slot=day, reason="code_wrong", place_id=places[one.cause], at=one.at,
            )  # fmt: skip
    Remark.objects.bulk_create(rows.values(), ignore_conflicts=True, batch_size=100)


def _tried(moved: Movement) -> int | None:
    """Whose code was tried: of « tries:7:u », « tries:7:h », « tries:card:7.3.1 » the wallet 7."""
    if moved.reason != "try" or moved.phase != "held" or not moved.debit.startswith("tries:"):
        return None
    rest = moved.debit.removeprefix("tries:").removeprefix("card:")
    number = rest.partition(":")[0].partition(".")[0]
    return int(number) if number.isdecimal() else None


def _place(till: Id) -> int | None:
    """The place of the event that opened a till."""
    opened = events.happened(till)
    number = "" if opened is None else opened.subject.removeprefix("place:")
    return int(number) if number.isdecimal() else None
