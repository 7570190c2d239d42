"""What is held about one person, for herself: to see it, carry it away, know how long it stays."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.people.models import (
    AccessCode,
    Composition,
    Holder,
    Household,
    Inquiry,
    InquiryKind,
    Login,
    Membership,
    Role,
)
from caisse.people.queries.access import InquiryView, _inquiry
from caisse.people.queries.registry import Statement, timeline

PLACES_ONLY = {InquiryKind.CALL_ME}


@dataclass(frozen=True, slots=True)
class HeldWallet:
    """A wallet that the person may spend from, or could (`until`: the first day she may not)."""

    wallet_id: int
    household_id: int
    handle: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class HeldHousehold:
    """The household whose budget she shares: address, who is counted since when, memberships."""

    id: int
    street: str
    postcode: str
    town: str
    compositions: tuple["HeldComposition", ...]
    memberships: tuple[tuple[int, tuple[Statement, ...]], ...]


@dataclass(frozen=True, slots=True)
class HeldComposition:
    """Who is counted from `since` on: adults, and the months of birth of the children."""

    since: date
    adults: int
    births: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role, from `since` until the day before `until`."""

    role: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Personal:
    """All that this package holds about one person. It is for her eyes.

    The household of a wallet that others hold on without her is theirs now, and is left out.
    `codes` counts the codes given to come in; what they were is known to nobody.
    """

    person_id: int
    login: str
    given_name: str
    family_name: str
    email: str
    phone: str
    wallets: tuple[HeldWallet, ...]
    households: tuple[HeldHousehold, ...]
    roles: tuple[HeldRole, ...]
    codes: int
    questions: tuple[InquiryView, ...]


def personal(identifier: str) -> Personal | None:
    """What is held about the person of that login; None for a login without a person."""
    login = Login.objects.select_related("person").filter(identifier=identifier).first()
    if login is None or login.person is None:
        return None
    person = login.person
    logins = Login.objects.filter(person=person)
    holders = list(Holder.objects.filter(person=person).select_related("wallet").order_by("pk"))
    households = _hers(holders)
    rows = Inquiry.objects.filter(asked_by__in=logins.values("identifier"))
    roles = Role.objects.filter(login__in=logins).order_by("since", "pk")
    return Personal(
        person.pk, identifier, person.given_name, person.family_name, person.email, person.phone,
        tuple(
            HeldWallet(one.wallet_id, one.wallet.household_id, one.handle, one.since, one.until)
            for one in holders
        ),
        tuple(_household(number) for number in households),
        tuple(HeldRole(row.name, row.since, row.until) for row in roles),
        AccessCode.objects.filter(login__in=logins).count(),
        tuple(_inquiry(row) for row in rows.order_by("asked_at")),
    )  # fmt: skip


def compositions(household_id: int) -> tuple[HeldComposition, ...]:
    """The statements of a household that stand, in order of date: of one day the last recorded."""
    rows = Composition.objects.filter(household_id=household_id).order_by("since", "pk")
    standing = {row.since: row for row in rows}
    return tuple(
        HeldComposition(
            row.since, row.adults, tuple(Month.parse(birth) for birth in row.births.split())
        )
        for row in standing.values()
    )


def questions(*, subject: str, asked_by: str, limit: int = 50) -> list[InquiryView]:
    """What one person asked for that subject, newest first: not what another holder asked."""
    rows = Inquiry.objects.filter(subject=subject, asked_by=asked_by).order_by("-asked_at")
    return [_inquiry(row) for row in rows[:limit]]


def inquiry_kinds() -> dict[str, str]:
    """What a member may ask for: code -> label."""
    return {kind.value: _(str(kind.label)) for kind in InquiryKind if kind not in PLACES_ONLY}


def _hers(holders: list[Holder]) -> list[int]:
    """The households of those wallets, but for one that others hold on since she may not."""
    today = clock.today()
    ended = {one.wallet_id for one in holders if one.until is not None and one.until <= today}
    going_on = Holder.objects.filter(Q(until=None) | Q(until__gt=today), wallet__in=ended)
    parted = set(going_on.values_list("wallet_id", flat=True))
    now = {one.wallet_id for one in holders} - ended
    kept = [one for one in holders if one.wallet_id in now or one.wallet_id not in parted]
    return list(dict.fromkeys(one.wallet.household_id for one in kept))


def _household(household_id: int) -> HeldHousehold:
    row = Household.objects.get(pk=household_id)
    numbers = Membership.objects.filter(household=row).order_by("pk").values_list("pk", flat=True)
    return HeldHousehold(
        row.pk, row.street, row.postcode, row.town, compositions(row.pk),
        tuple((number, tuple(timeline(number))) for number in numbers),
    )  # fmt: skip
