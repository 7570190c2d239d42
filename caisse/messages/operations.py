"""Writes of messages: note that somebody must be told, send what waits, print what waits.

What a notice says is made when it leaves, by the function that its kind was declared with; neither
its words nor a name are kept here.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.db import transaction

from caisse.kernel import clock, events, paper
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.messages.models import Card, Channel, Notice, NoticeState, Preference
from caisse.people import queries as people

log = logging.getLogger("caisse.messages")

BATCH = 100  # e-mails of one turn
TRIES = 5  # then a notice waits for a person
MOST_LETTERS = 200  # of one print


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one notice: its subject (never a name), its paragraphs, and facts to keep."""

    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()


Compose = Callable[[people.Addressee, int | None, Id], Letter]
KINDS: dict[str, tuple[str, Compose]] = {}


def composes(kind: str, label: str) -> Callable[[Compose], Compose]:
    """Declare what notices of `kind` say: `compose(addressee, membership, cause)`."""

    def declare(compose: Compose) -> Compose:
        KINDS[kind] = (label, compose)
        return compose

    return declare


@transaction.atomic
def notify(*, person_id: int, membership: int | None, kind: str, cause: Id) -> None:
    """Note that this person must be told of `cause`; told again, nothing is added."""
    addressee = people.addressee(person_id)
    if addressee is None or kind not in KINDS:
        return
    chosen = Preference.objects.filter(person_id=person_id).first()
    wanted = chosen.channel if chosen is not None else Channel.EMAIL
    channel = Channel.EMAIL if wanted == Channel.EMAIL and addressee.email else Channel.LETTER
    Notice.objects.get_or_create(
        person_id=person_id,
        kind=kind,
        cause=cause,
        defaults={"membership": membership, "channel": channel, "made_at": clock.now_ms()},
    )


@transaction.atomic
def choose_channel(*, person_id: int, channel: str, by: Actor) -> None:
    """What the person prefers from now on: e-mail or letters. Refusal: `channel`, `no_email`."""
    if channel not in Channel.values:
        raise Refusal("channel", "Choisissez l’e-mail ou la lettre.")
    addressee = people.addressee(person_id)
    if channel == Channel.EMAIL and (addressee is None or not addressee.email):
        raise Refusal("no_email", "Nous n’avons pas votre adresse e-mail. Donnez-la à l’équipe.")
    Preference.objects.update_or_create(person_id=person_id, defaults={"channel": channel})
    events.record("channel.chosen", subject=f"person:{person_id}", by=by, channel=channel)


@ledger.repeatable
@transaction.atomic
def write_card(
    *,
    phone: str,
    email: str,
    address: str,
    hours: str,
    privacy: str,
    by: Actor,
    id: Id | None = None,
) -> None:
    """Write how the caisse can be reached; the event holds no text, only its fingerprint.

    Repeatable by `id`. Raises Refusal: `differs`.
    """
    said = {
        "phone": phone.strip()[:30],
        "email": email.strip(),
        "address": address.strip()[:200],
        "hours": hours.strip()[:200],
        "privacy": privacy.strip()[:200],
    }
    texts = events.fingerprint(*said.values())
    if events.repeated("card.written", subject="caisse", id=id, texts=texts) is not None:
        return
    Card.objects.update_or_create(pk=1, defaults=said)
    events.record("card.written", subject="caisse", by=by, id=id, texts=texts)


def send_waiting() -> int:
    """Send the e-mails that wait, each in a transaction of its own; how many left.

    A notice is marked before its mail leaves, and unmarked when the server says no: killed in
    between, a notice is lost rather than sent twice to somebody.
    """
    sent = 0
    rows = Notice.objects.filter(state=NoticeState.WAITING, channel=Channel.EMAIL).order_by("pk")
    for notice in rows[:BATCH]:
        sent += _send(notice)
    return sent


@transaction.atomic
def print_letters(*, notice_ids: Sequence[int], by: Actor) -> bytes:
    """One PDF of those letters, a page each, marked as printed. Printed again, it is the same.

    Raises Refusal(nothing) when none of them is a letter.
    """
    rows = Notice.objects.select_for_update().filter(
        pk__in=list(notice_ids)[:MOST_LETTERS], channel=Channel.LETTER
    )
    pages = []
    for notice in rows.order_by("pk"):
        letter, addressee = _composed(notice)
        if letter is not None and addressee is not None:
            pages.append(_page(letter, addressee))
    if not pages:
        raise Refusal("nothing", "Il n’y a aucune lettre à imprimer.")
    now = clock.now_ms()
    done = rows.filter(state=NoticeState.WAITING).update(state=NoticeState.PRINTED, done_at=now)
    if done:
        events.record("letters.printed", subject="messages", by=by, letters=done)
    return paper.pdf(title="Lettres", body="#pagebreak()\n".join(pages), foot="Caisse alimentaire")


@transaction.atomic
def retry(*, notice_id: int, by: Actor) -> None:
    """Let a notice that could not leave try again; twice is once."""
    rows = Notice.objects.filter(pk=notice_id, state=NoticeState.FAILED)
    if rows.update(state=NoticeState.WAITING, tries=0):
        events.record("notice.retried", subject=f"notice:{notice_id}", by=by)


def _send(notice: Notice) -> int:
    letter, addressee = _composed(notice)
    if letter is None or addressee is None or not addressee.email:
        _mark(notice, NoticeState.FAILED)
        return 0
    waiting = Notice.objects.filter(pk=notice.pk, state=NoticeState.WAITING)
    if not waiting.update(state=NoticeState.SENT, done_at=clock.now_ms()):
        return 0  # another worker was faster
    facts = [f"{label} : {value}" for label, value in letter.facts]
    parts = [f"Bonjour {addressee.given_name},", *letter.paragraphs]
    body = "\n\n".join([*parts, "\n".join(facts)] if facts else parts)
    try:
        EmailMessage(letter.subject, body, to=[addressee.email]).send()
    except OSError as error:  # smtplib's errors are OSErrors
        log.warning("a notice could not leave: %s", type(error).__name__)
        notice.tries += 1
        _mark(notice, NoticeState.FAILED if notice.tries >= TRIES else NoticeState.WAITING)
        return 0
    return 1


def _composed(notice: Notice) -> tuple[Letter | None, people.Addressee | None]:
    addressee = people.addressee(notice.person_id)
    if addressee is None or notice.kind not in KINDS:
        return None, addressee
    return KINDS[notice.kind][1](addressee, notice.membership, notice.cause), addressee


def _mark(notice: Notice, state: NoticeState) -> None:
    Notice.objects.filter(pk=notice.pk).update(state=state, tries=notice.tries)


def _page(letter: Letter, addressee: people.Addressee) -> str:
    """One letter: where it goes, what it says, what to keep."""
    where = (f"{addressee.given_name} {addressee.family_name}", *addressee.lines)
    head = "#align(right)[" + " \\ ".join(paper.text(line) for line in where if line) + "]\n"
    said = "\n\n".join(paper.text(paragraph) for paragraph in letter.paragraphs)
    hello = paper.text(f"Bonjour {addressee.given_name},")
    parts = [head, f"= {paper.text(letter.subject)}", hello, said, paper.sheet(letter.facts)]
    return "\n\n".join(parts)
