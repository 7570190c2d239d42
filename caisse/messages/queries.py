"""Reads of messages: which notices wait, left, or could not leave."""

from dataclasses import dataclass

from django.db.models import Count

from caisse.messages.models import Card, Channel, Notice, NoticeState, Preference


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
    """The notices, newest first; `before` is the last id of the page above."""
    rows = Notice.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_row(row) for row in rows[:limit]]


def waiting_letters(*, limit: int = 200) -> list[NoticeRow]:
    """The letters that nobody has printed yet, oldest first."""
    rows = Notice.objects.filter(state=NoticeState.WAITING, channel=Channel.LETTER)
    return [_row(row) for row in rows.order_by("pk")[:limit]]


def waiting() -> Waiting:
    """What waits, counted in one query."""
    rows = Notice.objects.exclude(state__in=(NoticeState.SENT, NoticeState.PRINTED))
    found = {
        (state, channel): number
        for state, channel, number in rows.values_list("state", "channel").annotate(n=Count("pk"))
    }
    return Waiting(
        found.get(("waiting", "email"), 0),
        found.get(("waiting", "letter"), 0),
        found.get(("failed", "email"), 0),
    )


def channel_of(person_id: int) -> str:
    """What the person has chosen: "email", "letter", or "" while she has not."""
    row = Preference.objects.filter(person_id=person_id).first()
    return "" if row is None else row.channel


def _row(row: Notice) -> NoticeRow:
    return NoticeRow(
        row.pk, row.membership, row.kind, row.channel, row.state, NoticeState(row.state).label,
        row.made_at, row.done_at,
    )  # fmt: skip
