"""Notices of the caisse's courrier: noted, printed, sent once more."""

from collections.abc import Sequence

from django.db import transaction

from caisse.kernel import clock, events, paper
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.refusal import Refusal
from caisse.messages.models import Channel, Notice, NoticeState, Topic
from caisse.messages.operations.choosing import demand_way
from caisse.messages.operations.kinds import KINDS, Letter, composed
from caisse.messages.queries import chosen, reachable, ways_to
from caisse.people import queries as people

MOST_LETTERS = 200  # of one print


@transaction.atomic
def notify(*, person_id: int, membership: int | None, kind: str, cause: Id) -> None:
    """Note that this person must be told of `cause`; told again, nothing is added."""
    addressee = people.addressee(person_id)
    if addressee is None or kind not in KINDS:
        return
    wanted = chosen(person_id).mail
    channel = Channel.EMAIL if wanted == Channel.EMAIL and addressee.email else Channel.LETTER
    Notice.objects.get_or_create(
        person_id=person_id,
        kind=kind,
        cause=cause,
        defaults={"membership": membership, "channel": channel, "made_at": clock.now_ms()},
    )


@transaction.atomic
def alert(
    *, person_id: int, membership: int | None, kind: str, cause: Id, paper: bool = True
) -> None:
    """Note that this person must be told by every road that leads to her, whatever she chose.

    Source: payments.md 2.5, for what may let somebody else pay with her money. With `paper`, also
    by a letter where she wants letters, or where only a device tells her: it may be the lost one.
    Told again, nothing is added.
    """
    if people.addressee(person_id) is None or kind not in KINDS:
        return
    ways = list(ways_to(person_id))
    if paper and (not {*ways} - {Channel.PUSH} or chosen(person_id).mail == Channel.LETTER):
        ways.append(Channel.LETTER)
    for channel in ways:
        Notice.objects.get_or_create(
            person_id=person_id,
            kind=kind,
            cause=cause,
            channel=channel,
            defaults={"membership": membership, "made_at": clock.now_ms()},
        )


@transaction.atomic
def send_by_email(*, person_id: int, kind: str, cause: Id) -> None:
    """Let leave by e-mail what a person has asked for herself; told again, nothing is added.

    Raises Refusal("no_email") when nobody has noted an address.
    """
    demand_way(Channel.EMAIL, reachable(person_id))
    Notice.objects.get_or_create(
        person_id=person_id,
        kind=kind,
        cause=cause,
        channel=Channel.EMAIL,
        defaults={"made_at": clock.now_ms()},
    )


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
        letter, addressee = composed(notice)
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
    """Let a notice of the courrier that could not leave try again; twice is once."""
    rows = Notice.objects.filter(pk=notice_id, state=NoticeState.FAILED, topic=Topic.MAIL)
    if rows.update(state=NoticeState.WAITING, tries=0, again_at=0):
        events.record("notice.retried", subject=f"notice:{notice_id}", by=by)


def _page(letter: Letter, addressee: people.Addressee) -> str:
    """One letter: where it goes, what it says, what to keep."""
    where = (f"{addressee.given_name} {addressee.family_name}", *addressee.lines)
    head = "#align(right)[" + " \\ ".join(paper.text(line) for line in where if line) + "]\n"
    said = "\n\n".join(paper.text(paragraph) for paragraph in letter.paragraphs)
    hello = paper.text(f"Bonjour {addressee.given_name},")
    parts = [head, f"= {paper.text(letter.subject)}", hello, said, paper.sheet(letter.facts)]
    return "\n\n".join(parts)
