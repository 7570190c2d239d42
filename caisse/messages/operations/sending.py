"""Send what waits: by e-mail, SMS, call, and on devices.

A notice is marked before it leaves, outside any transaction while a server is spoken to. Killed in
between, it is known to have been on its way: by e-mail it is then not sent again (twice would be
worse than not), by the other roads it is, under the same id, which makes it the same message.
"""

import logging
import smtplib
import time
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from caisse.kernel import clock, work
from caisse.messages import carriers, push
from caisse.messages.carriers import Failed, Sent
from caisse.messages.models import Channel, Notice, NoticeState, Subscription, Topic
from caisse.messages.operations.following import LATE_MS
from caisse.messages.operations.kinds import Letter, composed, language_of
from caisse.messages.queries import carried_mark
from caisse.messages.rules import fit, number
from caisse.people.queries import Addressee

log = logging.getLogger("caisse.messages")

BATCH = 100  # notices of one road and turn
TURN_S = 10.0  # for all roads of a turn; what is left waits for the next one
TRIES = 5  # then a notice of the courrier waits for a person
MINUTE_MS = 60_000
STUCK_MS = 15 * MINUTE_MS
KEPT_MS = 2 * clock.DAY_MS  # notices of payments that are over
MOST_A_DAY = 20  # SMS and calls to one person
PURGED = 5_000  # rows of one purge

Carry = Callable[[Notice, Letter, Addressee], Sent | Failed]
_REST: dict[str, int] = {}  # until when (ms) a road, or a host, that is closed is left alone


def send_waiting() -> int:
    """Send what waits; how many left. A road that is closed is tried again after a minute."""
    sent, until, now = 0, time.monotonic() + TURN_S, clock.now_ms()
    due = Notice.objects.filter(
        state=NoticeState.WAITING, channel__in=list(ROADS), again_at__lte=now
    )
    for channel in due.values_list("channel", flat=True).distinct().order_by():
        if not _rests(channel, now):
            sent += _send_by(Channel(channel), ROADS[Channel(channel)], until)
    return sent


def _rests(road: str, now: int) -> bool:
    """Whether nobody answered there within this minute; a clock that went back waits no longer."""
    return now < _REST.get(road, 0) <= now + MINUTE_MS


def _send_by(channel: Channel, carry: Carry, until: float) -> int:
    sent, now = 0, clock.now_ms()
    rows = Notice.objects.filter(state=NoticeState.WAITING, channel=channel, again_at__lte=now)
    for notice in rows.order_by("again_at", "pk")[:BATCH]:
        if time.monotonic() > until:
            break
        answer = _send(notice, carry)
        sent += isinstance(answer, Sent)
        if isinstance(answer, Failed) and answer.closed:
            _REST[channel] = clock.now_ms() + MINUTE_MS
            break
    return sent


def _send(notice: Notice, carry: Carry) -> Sent | Failed | None:
    """Send one; None for one that is not sent any more, or that another worker took."""
    private = notice.topic != Topic.MAIL
    if private and notice.made_at < clock.now_ms() - LATE_MS:
        _end(notice, NoticeState.DROPPED)
        return None
    if not _take(notice):
        return None
    try:
        answer = _carry(notice, carry)
    except Exception as error:  # one notice that nobody can make must not keep the others
        answer = Failed(type(error).__name__)
    if answer is None:
        _end(notice, NoticeState.DROPPED if private else NoticeState.FAILED)
    elif isinstance(answer, Sent):
        _end(notice, NoticeState.SENT)
    elif answer.again and notice.tries + 1 < TRIES:
        notice.tries += 1
        notice.again_at = clock.now_ms() + 5 ** (notice.tries - 1) * MINUTE_MS
        _end(notice, NoticeState.WAITING)
    else:
        log.warning("a notice could not leave by %s: %s", notice.channel, answer.why)
        notice.tries += 1
        _end(notice, NoticeState.FAILED)
        _on_paper_instead(notice)
    return answer


def _on_paper_instead(notice: Notice) -> None:
    """A letter for what no SMS, call or device could tell: the courrier is read by its person.

    An e-mail that could not leave waits for somebody of the office.
    """
    if notice.topic != Topic.MAIL or notice.channel == Channel.EMAIL:
        return
    same = Notice.objects.filter(person=notice.person_id, kind=notice.kind, cause=notice.cause)
    if not same.exclude(state__in=(NoticeState.FAILED, NoticeState.DROPPED)).exists():
        same.get_or_create(
            person_id=notice.person_id, kind=notice.kind, cause=notice.cause,
            channel=Channel.LETTER,
            defaults={"membership": notice.membership, "made_at": clock.now_ms()},
        )  # fmt: skip


def _carry(notice: Notice, carry: Carry) -> Sent | Failed | None:
    """Make its words and let it leave; None when there is nobody to tell, or nothing to say."""
    letter, addressee = composed(notice)
    if letter is None or addressee is None:
        return None
    with override(language_of(notice.person_id)):
        return carry(notice, letter, addressee)


@transaction.atomic
def _take(notice: Notice) -> bool:
    """Mark it as leaving; False when another worker was faster, or no more may leave by that road.

    SMS and calls cost money: a bound for each month of the caisse, and for each person and day. It
    holds no alert back: whoever draws codes in secret would use it up first.
    """
    counted = notice.channel in (Channel.SMS, Channel.VOICE)
    if counted and notice.topic != Topic.MAIL and not _may_leave(notice):
        _end(notice, NoticeState.DROPPED)
        return False
    waiting = Notice.objects.filter(pk=notice.pk, state=NoticeState.WAITING)
    taken = waiting.update(state=NoticeState.LEAVING, done_at=clock.now_ms())
    if taken and counted and notice.tries == 0:
        key = carried_mark(clock.today())
        work.mark(key, (work.held(key) or 0) + 1)
    return bool(taken)


def _may_leave(notice: Notice) -> bool:
    if work.marked(carried_mark(clock.today())) >= settings.CARRIED_MOST:
        return False
    since = clock.instant(clock.today())
    mine = Notice.objects.filter(person_id=notice.person_id, channel=notice.channel)
    return mine.filter(state=NoticeState.SENT, done_at__gte=since).count() < MOST_A_DAY


def _end(notice: Notice, state: NoticeState) -> None:
    """Write how it stands."""
    Notice.objects.filter(pk=notice.pk).update(
        state=state, tries=notice.tries, again_at=notice.again_at, done_at=clock.now_ms()
    )


def _by_email(notice: Notice, letter: Letter, to: Addressee) -> Sent | Failed:
    if not to.email:
        return Failed("address", again=False)
    facts = [f"{label} : {value}" for label, value in letter.facts]
    hello = _("Bonjour %(name)s,") % {"name": to.given_name}
    parts = [hello, *letter.paragraphs]
    body = "\n\n".join([*parts, "\n".join(facts)] if facts else parts)
    try:
        mail = EmailMessage(letter.subject, body, to=[to.email], headers=_numbered(notice))
        for one in letter.enclosed:
            mail.attach(one.name, one.make(), "application/pdf")
        mail.send()
    except smtplib.SMTPRecipientsRefused:
        return Failed("recipient")
    except smtplib.SMTPResponseException as error:
        return Failed(str(error.smtp_code))
    except OSError as error:  # smtplib's other errors are OSErrors too: nobody is there
        return Failed(type(error).__name__, closed=True)
    return Sent()


def _numbered(notice: Notice) -> dict[str, str]:
    """The same notice is the same message, also when somebody lets it leave once more."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return {"Message-ID": f"<{notice.pk}.{notice.cause.hex()}@{host}>"}


def _by_voice(notice: Notice, letter: Letter, to: Addressee) -> Sent | Failed:
    return _carried("voice", letter.spoken, notice, to)


def _by_sms(notice: Notice, letter: Letter, to: Addressee) -> Sent | Failed:
    return _carried("sms", fit(letter.short) if letter.short else "", notice, to)


def _carried(kind: carriers.Kind, text: str, notice: Notice, to: Addressee) -> Sent | Failed:
    address = number(to.phone, settings.PHONE_COUNTRY)
    if not address or not text:
        return Failed("address", again=False)
    try:
        return carriers.carrier().send(
            id=f"{notice.pk}.{notice.cause.hex()}", kind=kind, address=address, text=text
        )
    except Exception as error:  # a provider's class is not ours: its fault stops nothing else
        return Failed(type(error).__name__, closed=True)


def _by_push(notice: Notice, letter: Letter, to: Addressee) -> Sent | Failed:
    """On each device of the person; a device that is gone is forgotten.

    It is sent when one device took it: to try again for the others would tell the first one twice.
    """
    answer: Sent | Failed = Failed("device", again=False)
    for device in Subscription.objects.filter(person_id=to.person_id).order_by("pk"):
        title, text = letter.flash if device.amounts else (letter.subject, "")
        said = {"id": notice.cause.hex(), "title": title, "text": text}
        try:
            told = _posted(device, said)
        except push.Gone:
            device.delete()
            continue
        answer = answer if isinstance(answer, Sent) else told
    return answer


def _posted(device: Subscription, said: dict[str, str]) -> Sent | Failed:
    """A host where nobody answers rests for a minute: what one browser says stops no other one."""
    host, now = f"push:{push.host_of(device.endpoint)}", clock.now_ms()
    if _rests(host, now):
        return Failed("0")
    told = push.post(
        endpoint=device.endpoint, public_key=bytes(device.public_key),
        secret=bytes(device.secret), said=said,
    )  # fmt: skip
    if not isinstance(told, Failed) or not told.closed:
        return told
    _REST[host] = now + MINUTE_MS
    return Failed(told.why)


ROADS: dict[Channel, Carry] = {
    Channel.PUSH: _by_push,
    Channel.EMAIL: _by_email,
    Channel.SMS: _by_sms,
    Channel.VOICE: _by_voice,
}


def free_stuck() -> int:
    """What a worker took and never ended: killed in the middle. How many.

    An e-mail may have left: somebody looks at it. The others go again, under the same id.
    """
    stuck = Notice.objects.filter(state=NoticeState.LEAVING, done_at__lt=clock.now_ms() - STUCK_MS)
    lost = stuck.filter(channel=Channel.EMAIL).update(state=NoticeState.FAILED)
    return lost + stuck.update(state=NoticeState.WAITING)


@transaction.atomic
def forget_told() -> int:
    """Forget the notices of payments that are over: the journal tells what they told. How many."""
    over = Notice.objects.exclude(topic=Topic.MAIL).exclude(
        state__in=(NoticeState.WAITING, NoticeState.LEAVING)
    )
    old = over.filter(made_at__lt=clock.now_ms() - KEPT_MS)
    return Notice.objects.filter(pk__in=old.values("pk")[:PURGED]).delete()[0]
