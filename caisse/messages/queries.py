"""Reads of messages: which notices wait, left, or could not leave; what each person chose."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from caisse.kernel import clock, work
from caisse.kernel.ids import Id
from caisse.messages import push
from caisse.messages.gathering import Part, gathered
from caisse.messages.models import (
    Card,
    Channel,
    Notice,
    NoticeState,
    Preference,
    Reader,
    Remark,
    Subscription,
    Topic,
)
from caisse.messages.rules import number, takes_sms
from caisse.people import queries as people


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice, by the number of its membership; no name."""

    id: int
    membership: int | None
    kind: str
    channel: str
    state: str
    state_label: str
    made_at: int
    done_at: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many notices wait to be sent, to be printed, and how many could not leave."""

    emails: int
    letters: int
    failed: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How the caisse can be reached; each "" while nobody has written it."""

    phone: str = ""
    email: str = ""
    address: str = ""
    hours: str = ""
    privacy: str = ""

    @property
    def known(self) -> bool:
        """Somebody can be reached at all."""
        return bool(self.phone or self.email or self.address)


def reach() -> Reach:
    """How the caisse can be reached."""
    row = Card.objects.filter(pk=1).first()
    if row is None:
        return Reach()
    return Reach(row.phone, row.email, row.address, row.hours, row.privacy)


def notices(*, before: int | None = None, limit: int = 50) -> list[NoticeRow]:
    """The courrier, newest first; `before` is the last id of the page above.

    Notices of payments are not in it: when a household buys is nobody's affair.
    """
    rows = Notice.objects.filter(topic=Topic.MAIL).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_row(row) for row in rows[:limit]]


def waiting_letters(*, limit: int = 200) -> list[NoticeRow]:
    """The letters that nobody has printed yet, oldest first."""
    rows = Notice.objects.filter(state=NoticeState.WAITING, channel=Channel.LETTER)
    return [_row(row) for row in rows.order_by("pk")[:limit]]


def waiting() -> Waiting:
    """What waits of the courrier, counted in one query."""
    rows = Notice.objects.filter(topic=Topic.MAIL)
    rows = rows.exclude(state__in=(NoticeState.SENT, NoticeState.PRINTED))
    found = {
        (state, channel): number
        for state, channel, number in rows.values_list("state", "channel").annotate(n=Count("pk"))
    }
    return Waiting(
        found.get(("waiting", "email"), 0),
        found.get(("waiting", "letter"), 0),
        found.get(("failed", "email"), 0),
    )


@dataclass(frozen=True, slots=True)
class Roads:
    """How notices of payments leave: how many wait and could not leave in the last two days, how
    many SMS and calls left this month, and how many may."""

    waiting: int
    failed: int
    carried: int
    most: int


def roads() -> Roads:
    """The same in two queries; whose they are is not told."""
    rows = Notice.objects.exclude(topic=Topic.MAIL)
    rows = rows.filter(state__in=(NoticeState.WAITING, NoticeState.LEAVING, NoticeState.FAILED))
    found = dict(rows.values_list("state").annotate(n=Count("pk")))
    failed = found.pop(NoticeState.FAILED.value, 0)
    carried = work.marked(carried_mark(clock.today()))
    return Roads(sum(found.values()), failed, carried, settings.CARRIED_MOST)


def carried_mark(day: date) -> str:
    """The mark that counts the SMS and calls of a month."""
    return f"messages.carried/{day:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Reachable:
    """By what a person can be reached; numbers as they are dialled. "" for what nobody knows."""

    email: str
    phone: str
    mobile: str


def reachable(person_id: int) -> Reachable:
    """By what a person can be reached: what the office typed of her, and nothing else."""
    known = people.addressee(person_id)
    if known is None:
        return Reachable("", "", "")
    phone = number(known.phone, settings.PHONE_COUNTRY)
    return Reachable(known.email, phone, phone if takes_sms(phone) else "")


def ways_to(person_id: int) -> tuple[Channel, ...]:
    """Every road that leads to a person without anybody's hands; () for none.

    By a call where she chose calls for anything, or where her number takes no SMS.
    """
    known = reachable(person_id)
    found = [Channel.EMAIL] if known.email else []
    if known.phone:
        calls = Preference.objects.filter(person_id=person_id, channel=Channel.VOICE).exists()
        found.append(Channel.SMS if known.mobile and not calls else Channel.VOICE)
    if Subscription.objects.filter(person_id=person_id).exists():
        found.append(Channel.PUSH)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a person wants to be told, topic by topic, and in which language."""

    payments: str
    arrivals: str
    mail: str
    language: str


def chosen(person_id: int) -> Chosen:
    """What a person has chosen, or what holds as long as she has not."""
    rows = Preference.objects.filter(person_id=person_id).values_list("topic", "channel")
    found = {Topic.PAYMENTS: Channel.HERE, Topic.ARRIVALS: Channel.HERE, Topic.MAIL: Channel.EMAIL}
    known = {**{str(topic): str(channel) for topic, channel in found.items()}, **dict(rows)}
    language = Reader.objects.filter(pk=person_id).values_list("language", flat=True).first()
    return Chosen(**known, language=language or "fr")


def channel_labels() -> dict[str, str]:
    """What each channel is called."""
    return {channel.value: _(str(channel.label)) for channel in Channel}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device on which a person is told: since when (ms); may its screen show amounts?"""

    id: int
    amounts: bool
    made_at: int


def devices(person_id: int) -> list[DeviceRow]:
    """The devices on which a person is told, the first one first."""
    rows = Subscription.objects.filter(person_id=person_id).order_by("pk")
    return [DeviceRow(row.pk, row.amounts, row.made_at) for row in rows]


def push_key() -> str:
    """What a browser needs to be told here; "" while that is not possible."""
    return push.public_key() if settings.PUSH_HOSTS else ""


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """What did not pass: `reason` of the tills' closed list; `cents` None where not told."""

    id: Id
    kind: str
    reason: str
    place_id: int | None
    cents: int | None
    at: int


def remarks(wallet_id: int, *, until_ms: int, limit: int) -> list[RemarkRow]:
    """What did not pass with a wallet before that instant, the newest first."""
    rows = Remark.objects.filter(wallet_id=wallet_id, at__lt=until_ms).order_by("-at")
    return [_remark(row) for row in rows[:limit]]


def told_together(at: int) -> Part:
    """The part of a day of which one notice tells, by an instant (ms) in it."""
    return gathered(at)


def remark(id: Id) -> tuple[int, RemarkRow] | None:
    """One of them, and the wallet that it is about."""
    row = Remark.objects.filter(pk=id).first()
    return None if row is None else (row.wallet_id, _remark(row))


def _remark(row: Remark) -> RemarkRow:
    return RemarkRow(row.pk, row.kind, row.reason, row.place_id, row.cents, row.at)


def mail_of(person_id: int, *, until_ms: int, limit: int) -> list[NoticeRow]:
    """What the caisse wrote to a person before that instant, the newest first, each once."""
    rows = _once_each(person_id).filter(made_at__lt=until_ms)
    return [_row(row) for row in rows.order_by("-made_at", "-pk")[:limit]]


def mail_to(person_id: int, notice_id: int) -> tuple[NoticeRow, Id] | None:
    """One of them, and its cause; None for one that is somebody else's."""
    row = Notice.objects.filter(pk=notice_id, person_id=person_id, topic=Topic.MAIL).first()
    return None if row is None else (_row(row), row.cause)


def unread(*, person_id: int, wallet_id: int | None, since_ms: int) -> int:
    """How many letters and remarks came since; up to 99 of each."""
    letters = _once_each(person_id).filter(made_at__gt=since_ms)
    if wallet_id is None:
        return letters[:99].count()
    remarks = Remark.objects.filter(wallet_id=wallet_id, at__gt=since_ms)
    return letters[:99].count() + remarks[:99].count()


def _once_each(person_id: int) -> QuerySet[Notice]:
    """The courrier to a person: of what left by several roads the first row."""
    rows = Notice.objects.filter(person_id=person_id, topic=Topic.MAIL)
    same = {name: OuterRef(name) for name in ("person", "kind", "cause")}
    return rows.filter(~Exists(Notice.objects.filter(**same, pk__lt=OuterRef("pk"))))


def read_until(person_id: int) -> int:
    """Until when (ms) a person has read her messages; 0 for never."""
    rows = Reader.objects.filter(pk=person_id).values_list("read_until", flat=True)
    return rows.first() or 0


def _row(row: Notice) -> NoticeRow:
    return NoticeRow(
        row.pk, row.membership, row.kind, row.channel, row.state, NoticeState(row.state).label,
        row.made_at, row.done_at,
    )  # fmt: skip
