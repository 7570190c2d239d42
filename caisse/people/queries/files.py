"""Whose file is open to whom, and who has looked: the office, and each household, may read it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from caisse.kernel import clock, events
from caisse.kernel.events import Happened
from caisse.kernel.ids import Id
from caisse.kernel.models import Event
from caisse.people.models import (
    Contact,
    ContactKind,
    Household,
    LookReason,
    Membership,
    Role,
    RoleName,
)
from caisse.people.queries.access import names_of

OPEN_MINUTES, SEEN_MINUTES = 8 * 60, 15
LOOKS = ("file.opened", "contact.shown", "balance.shown")
OFFICE = (RoleName.DESK, RoleName.COORDINATOR, RoleName.TREASURER, RoleName.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody looked: `who` is a given name, `roles` the office roles held that day.

    `what` is the event's name, `reason` the code of a LookReason or "".
    """

    id: Id
    at: int
    membership_id: int
    who: str
    roles: tuple[str, ...]
    what: str
    reason: str
    reason_label: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """That the office spoke with a household; `note` is personal."""

    on: date
    kind: str
    label: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Home:
    """A household as the office reads it: its address is shown only when asked for."""

    household_id: int
    street: str
    postcode: str
    town: str


def file_open(membership_id: int, *, login: str) -> bool:
    """Whether that login has opened the file of the household in the last hours."""
    return _seen("file.opened", membership_id, login, OPEN_MINUTES)


def contact_seen(membership_id: int, *, login: str) -> bool:
    """Whether the address of the household was shown to that login in the last minutes."""
    return _seen("contact.shown", membership_id, login, SEEN_MINUTES)


def _seen(name: str, membership_id: int, login: str, minutes: int) -> bool:
    return Event.objects.filter(
        name=name,
        subject=f"membership:{membership_id}",
        by=login,
        at__gt=clock.now_ms() - minutes * 60_000,
    ).exists()


def home_of(membership_id: int) -> Home | None:
    """The household of a membership with its address; None when there is no such number."""
    row = (
        Household.objects.filter(memberships=membership_id)
        .values_list("pk", "street", "postcode", "town")
        .first()
    )
    return None if row is None else Home(*row)


def looks(membership_id: int, *, before: Id | None = None, limit: int = 50) -> list[Look]:
    """Who of the office looked at the file of a household, newest first; for its own page."""
    subject = f"membership:{membership_id}"
    return _looks(events.history(subject=subject, names=LOOKS, before=before, limit=limit))


def all_looks(*, before: Id | None = None, limit: int = 50) -> list[Look]:
    """Who looked at whose file, newest first; for those who answer for it."""
    return _looks(events.history(names=LOOKS, before=before, limit=limit))


def look_reasons() -> dict[str, str]:
    """Why one may look at a balance: code -> label."""
    return {reason.value: _(str(reason.label)) for reason in LookReason}


def _looks(rows: Sequence[Happened]) -> list[Look]:
    logins = {_login(row) for row in rows}
    names, roles = names_of(logins), _roles(logins)
    reasons = look_reasons()
    return [
        Look(
            row.id,
            row.at,
            int(row.subject.partition(":")[2]),
            names.get(_login(row), _login(row)),
            _held(roles.get(_login(row), ()), clock.day_of(row.at)),
            row.name,
            str(row.data.get("reason", "")),
            reasons.get(str(row.data.get("reason", "")), ""),
        )
        for row in rows
    ]


def _login(row: Happened) -> str:
    return row.by.partition(" for ")[0]


def _roles(logins: Iterable[str]) -> dict[str, list[Role]]:
    found: dict[str, list[Role]] = {}
    rows = Role.objects.filter(login__identifier__in=list(logins), name__in=OFFICE)
    for row in rows.select_related("login").order_by("name", "pk"):
        found.setdefault(row.login.identifier, []).append(row)
    return found


def _held(roles: Iterable[Role], day: date) -> tuple[str, ...]:
    """The words of the roles held on a day; one that ended that day counts: it was held before."""
    held = [row for row in roles if row.since <= day and (row.until is None or day <= row.until)]
    return tuple(dict.fromkeys(_(str(RoleName(row.name).label)) for row in held))


def contact_kinds() -> dict[str, str]:
    """How one may speak with a household: code -> label."""
    return {kind.value: _(str(kind.label)) for kind in ContactKind}


def contacts_of(membership_id: int, *, limit: int = 20) -> list[ContactRow]:
    """The contacts with a household, newest first, with the given name of who noted each."""
    rows = list(Contact.objects.filter(membership=membership_id).order_by("-on", "-pk")[:limit])
    names = names_of({row.by for row in rows})
    return [
        ContactRow(
            row.on, row.kind, _(ContactKind(row.kind).label), names.get(row.by, row.by), row.note
        )
        for row in rows
    ]


def months_before(day: date, months: int) -> date:
    """The same day some months before, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    last = date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)
    return min(first.replace(day=min(day.day, last.day)), last)


def happened_to(membership_id: int, *, limit: int = 60) -> list[Happened]:
    """What happened to a household, its wallet and its holders, newest first; no money.

    Of a list that joined together, the event names only the first and the last number: it is found
    as the cause of the membership.
    """
    row = (
        Membership.objects.filter(pk=membership_id)
        .values_list("cause", "household_id", "household__wallet__id")
        .first()
    )
    if row is None:
        return []
    cause, home, wallet = row
    subjects = [f"membership:{membership_id}", f"household:{home}", f"wallet:{wallet}"]
    holders = Household.objects.filter(pk=home).values_list("wallet__holders__pk", flat=True)
    subjects += [f"holder:{number}" for number in holders]
    found = Event.objects.filter(Q(subject__in=subjects, name__in=STORY) | Q(pk=cause))
    return [
        Happened(row.id, row.name, row.subject, row.by, row.at, _kept(row.data))
        for row in found.order_by("-id")[:limit]
    ]


def _kept(text: str) -> dict[str, object]:
    return {key: value for key, value in json.loads(text).items() if key in ("since", "kind")}


STORY = (
    "membership.applied",
    "membership.onboarding",
    "membership.active",
    "membership.paused",
    "membership.leaving",
    "membership.closed",
    "membership.erased",
    "membership.joined",
    "household.composition_changed",
    "address.changed",
    "holder.added",
    "holder.ended",
    "contact.changed",
    "contact.noted",
    "inquiry.asked",
    "inquiry.answered",
)
