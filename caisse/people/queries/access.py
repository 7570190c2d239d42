"""Who is behind a login, who holds which role, which acts and questions wait."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.people.models import (
    AccessCode,
    ActState,
    Holder,
    Household,
    Inquiry,
    InquiryKind,
    Login,
    Membership,
    Person,
    PreparedAct,
    Role,
    RoleName,
)


@dataclass(frozen=True, slots=True)
class Me:
    """The person behind a login, with her wallet when she holds one. It holds a name."""

    login: str
    given_name: str
    family_name: str
    email: str
    phone: str
    person_id: int | None
    holder_id: int | None = None
    handle: str = ""
    wallet_id: int | None = None
    household_id: int | None = None
    membership_id: int | None = None


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A person who may spend from a wallet, by name; for the screens of those who may see it."""

    id: int
    handle: str
    given_name: str
    family_name: str
    email: str
    phone: str
    since: date


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a notice goes: a name, an e-mail address and a telephone ("" for none), as the office
    typed them, and the lines of a postal address."""

    person_id: int
    given_name: str
    family_name: str
    email: str
    lines: tuple[str, ...]
    phone: str = ""


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role of a login: from `since` until the day before `until` (None: without end)."""

    login: str
    name: str
    role: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class ActView:
    """An act that two people do; `state` as in ActState. No name."""

    id: Id
    kind: str
    subject: str
    payload: dict[str, Any]
    cents: int | None
    prepared_by: str
    prepared_at: int
    state: str
    second_by: str
    second_at: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class InquiryView:
    """A question and its answer; the texts are personal."""

    id: Id
    subject: str
    kind: str
    label: str
    text: str
    asked_by: str
    asked_at: int
    answer: str
    answered_by: str
    answered_at: int | None


def me(identifier: str) -> Me | None:
    """The person behind a login and what she may spend from; None when there is no such login.

    Of several wallets the last one taken up counts; of several memberships of its household the
    last one. Three queries.
    """
    login = Login.objects.select_related("person").filter(identifier=identifier).first()
    if login is None:
        return None
    person = login.person
    if person is None:
        return Me(identifier, identifier, "", "", "", None)
    today = clock.today()
    holder = (
        Holder.objects.filter(Q(until=None) | Q(until__gt=today), person=person)
        .order_by("-pk")
        .values_list("pk", "handle", "wallet_id", "wallet__household_id")
        .first()
    )
    told = (identifier, person.given_name, person.family_name, person.email, person.phone)
    if holder is None:
        return Me(*told, person.pk)
    return Me(*told, person.pk, *holder, _membership(holder[3]))


def _membership(household_id: int) -> int | None:
    return (
        Membership.objects.filter(household_id=household_id)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )


def names_of(identifiers: set[str]) -> dict[str, str]:
    """The given name behind each login that has a person ("Nadia"), for the office's screens."""
    rows = Login.objects.filter(identifier__in=identifiers, person__isnull=False)
    return dict(rows.values_list("identifier", "person__given_name"))


def role_labels() -> dict[str, str]:
    """Each role's word, by its code."""
    return {role.value: _(str(role.label)) for role in RoleName}


def roles(*, on: date | None = None) -> list[RoleRow]:
    """The roles of the office, the committee and others that are no members' and no merchants'.

    `on` (None: all that are not over today): those held that day. By name, then by login.
    """
    day = clock.today() if on is None else on
    rows = (
        Role.objects.exclude(name__in=("member", "merchant", "cashier"))
        .filter(Q(until=None) | Q(until__gt=day))
        .select_related("login__person")
        .order_by("name", "since", "pk")
    )
    return [
        RoleRow(
            row.login.identifier,
            row.login.person.given_name if row.login.person else row.login.identifier,
            row.name,
            row.since,
            row.until,
        )
        for row in rows[:500]
        if on is None or row.since <= day
    ]


def logins_with_role(roles: Sequence[str], *, on: date) -> list[RoleRow]:
    """The open logins that hold one of `roles` on that day, with the whole name; at most 100."""
    rows = (
        Role.objects.filter(name__in=roles, since__lte=on, login__is_active=True)
        .filter(Q(until=None) | Q(until__gt=on))
        .select_related("login__person")
        .order_by("pk")
    )
    return [
        RoleRow(row.login.identifier, _whole_name(row.login), row.name, row.since, row.until)
        for row in rows[:100]
    ]


def holders_of(membership_id: int) -> list[HolderRow]:
    """The people who may spend from the wallet of a membership today, the first one first."""
    today = clock.today()
    rows = (
        Holder.objects.filter(wallet__household__memberships=membership_id)
        .filter(Q(until=None) | Q(until__gt=today))
        .select_related("person")
        .order_by("pk")
    )
    return [
        HolderRow(
            row.pk, row.handle, row.person.given_name, row.person.family_name, row.person.email,
            row.person.phone, row.since,
        )
        for row in rows
    ]  # fmt: skip


def addressee(person_id: int) -> Addressee | None:
    """Where a notice to this person goes, None when there is no such person any more."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        return None
    household = (
        Household.objects.filter(wallet__holders__person=person)
        .order_by("-wallet__holders__pk")
        .first()
    )
    lines: tuple[str, ...] = ()
    if household is not None:
        lines = (household.street, f"{household.postcode} {household.town}".strip())
    names = person.pk, person.given_name, person.family_name
    return Addressee(*names, person.email.strip(), lines, person.phone.strip())


def persons_of(membership_id: int) -> list[int]:
    """The numbers of the persons who may spend from a membership's wallet today."""
    today = clock.today()
    rows = Holder.objects.filter(wallet__household__memberships=membership_id)
    rows = rows.filter(Q(until=None) | Q(until__gt=today))
    return list(rows.order_by("pk").values_list("person_id", flat=True))


def person_of_holder(holder_id: int) -> int | None:
    """The number of the person behind a holder."""
    return Holder.objects.filter(pk=holder_id).values_list("person_id", flat=True).first()


def wallet_of_person(person_id: int) -> int | None:
    """The wallet that a person may spend from today, the last one taken up; None for none."""
    rows = Holder.objects.filter(Q(until=None) | Q(until__gt=clock.today()), person_id=person_id)
    return rows.order_by("-pk").values_list("wallet_id", flat=True).first()


def persons_of_wallets(wallet_ids: set[int]) -> dict[int, list[int]]:
    """The numbers of the persons who may spend from each of these wallets today."""
    found: dict[int, list[int]] = {}
    today, rest = clock.today(), sorted(wallet_ids)
    for start in range(0, len(rest), 900):  # below SQLite's least limit of parameters
        rows = Holder.objects.filter(wallet__in=rest[start : start + 900])
        rows = rows.filter(Q(until=None) | Q(until__gt=today)).order_by("pk")
        for wallet_id, person_id in rows.values_list("wallet_id", "person_id"):
            found.setdefault(wallet_id, []).append(person_id)
    return found


def wallets_of_holders(holder_ids: Collection[int]) -> dict[int, int]:
    """The wallet of each of these holders who may spend from it today or later."""
    found: dict[int, int] = {}
    today, rest = clock.today(), sorted(holder_ids)
    for start in range(0, len(rest), 900):  # below SQLite's least limit of parameters
        rows = Holder.objects.filter(pk__in=rest[start : start + 900])
        rows = rows.filter(Q(until=None) | Q(until__gt=today))
        found |= dict(rows.values_list("pk", "wallet_id"))
    return found


def wallets_of_persons(person_ids: Collection[int]) -> set[int]:
    """The wallets from which any of these persons may spend today; a few hundred at most."""
    rows = Holder.objects.filter(Q(until=None) | Q(until__gt=clock.today()))
    return set(rows.filter(person__in=person_ids).values_list("wallet_id", flat=True))


def act(act_id: Id) -> ActView | None:
    """One prepared act."""
    row = PreparedAct.objects.filter(pk=act_id).first()
    return None if row is None else _act(row)


def waiting_acts(*kinds: str, subject: str = "") -> list[ActView]:
    """The acts that wait for a second person, oldest first; of those kinds when some are named, and
    about that subject."""
    rows = PreparedAct.objects.filter(state=ActState.WAITING).order_by("prepared_at")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if subject:
        rows = rows.filter(subject=subject)
    return [_act(row) for row in rows[:200]]


def acts_done(*, before: int | None = None, limit: int = 50) -> list[ActView]:
    """Acts agreed or declined, newest first, by the instant of the second person."""
    rows = PreparedAct.objects.exclude(state=ActState.WAITING).order_by("-second_at")
    if before is not None:
        rows = rows.filter(second_at__lt=before)
    return [_act(row) for row in rows[:limit]]


def inquiry(inquiry_id: Id) -> InquiryView | None:
    """One question."""
    row = Inquiry.objects.filter(pk=inquiry_id).first()
    return None if row is None else _inquiry(row)


def inquiries(*, subject: str | None = None, limit: int = 50) -> list[InquiryView]:
    """Questions, newest first; of one subject when it is named."""
    rows = Inquiry.objects.order_by("-asked_at")
    if subject is not None:
        rows = rows.filter(subject=subject)
    return [_inquiry(row) for row in rows[:limit]]


def waiting_inquiries(*, limit: int = 100) -> list[InquiryView]:
    """Questions that nobody has answered yet, oldest first."""
    rows = Inquiry.objects.filter(answered_at=None).order_by("asked_at")
    return [_inquiry(row) for row in rows[:limit]]


def _whole_name(login: Login) -> str:
    person = login.person
    return login.identifier if person is None else f"{person.given_name} {person.family_name}"


def _act(row: PreparedAct) -> ActView:
    return ActView(
        row.id, row.kind, row.subject, json.loads(row.payload), row.cents, row.prepared_by,
        row.prepared_at, row.state, row.second_by, row.second_at, row.reason,
    )  # fmt: skip


def _inquiry(row: Inquiry) -> InquiryView:
    return InquiryView(
        row.id, row.subject, row.kind, _(InquiryKind(row.kind).label), row.text, row.asked_by,
        row.asked_at, row.answer, row.answered_by, row.answered_at,
    )  # fmt: skip


def people_behind(identifiers: set[str]) -> dict[str, Me]:
    """The person behind each of these logins, without her wallet; it holds names. One query."""
    rows = Login.objects.filter(identifier__in=identifiers, person__isnull=False)
    return {
        row.identifier: Me(
            row.identifier, row.person.given_name, row.person.family_name, row.person.email,
            row.person.phone, row.person_id,
        )
        for row in rows.select_related("person")
        if row.person is not None
    }  # fmt: skip


def code_given(identifier: str) -> bool:
    """Whether somebody was ever given a code that opens this login."""
    return AccessCode.objects.filter(login__identifier=identifier).exists()


def memberships_of_wallets(wallet_ids: set[int]) -> dict[int, int]:
    """The number of the latest membership of each wallet's household."""
    found: dict[int, int] = {}
    rest = sorted(wallet_ids)
    for start in range(0, len(rest), 900):  # below SQLite's least limit of parameters
        rows = Membership.objects.filter(household__wallet__in=rest[start : start + 900])
        found.update(rows.order_by("pk").values_list("household__wallet", "pk"))
    return found
