"""One person, one membership, one login at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.looks import Asked, Look, Row
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.people.models import (
    Composition,
    Holder,
    Login,
    Membership,
    MembershipState,
    State,
)
from caisse.people.rules import counted


@dataclass(frozen=True, slots=True)
class MembershipView:
    """A membership on a day: ids and state, no name. `since` is the first day of that state."""

    id: int
    household_id: int
    wallet_id: int | None
    state: str | None
    since: date | None

    @property
    def wallet(self) -> str:
        """The ledger account of its wallet."""
        return f"wallet:{self.wallet_id}"

    @property
    def receivable(self) -> str:
        """The memo account of what it owes."""
        return f"receivable:contribution:{self.id}"


@dataclass(frozen=True, slots=True)
class HolderView:
    """Someone who may spend, by handle: ids only. `membership_id` is the household's latest one."""

    id: int
    handle: str
    wallet_id: int
    membership_id: int
    until: date | None


class Statement(NamedTuple):
    """A state that stands from `since` on."""

    since: date
    state: str


def actor(identifier: str) -> Actor:
    """The actor behind a login, with the roles held today (business date).

    Raises Refusal(unknown_login) or Refusal(inactive_login).
    """
    login = Login.objects.filter(identifier=identifier).first()
    if login is None:
        raise Refusal("unknown_login", f"« {identifier[:40]} » n’est pas un identifiant connu ici.")
    if not login.is_active:
        raise Refusal("inactive_login", f"L’accès « {identifier} » est fermé.")
    today = clock.today()
    held = login.roles.filter(Q(until=None) | Q(until__gt=today), since__lte=today)
    return Actor(identifier, frozenset(held.values_list("name", flat=True)))


def timeline(membership_id: int, *, known_at: int | None = None) -> list[Statement]:
    """The statements that stand, in order of date: the one recorded last wins from its date on."""
    rows = MembershipState.objects.filter(membership_id=membership_id).order_by("-id")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    standing: list[Statement] = []
    for since, state in rows.values_list("since", "state"):
        if not standing or since < standing[-1].since:
            standing.append(Statement(since, state))
    return standing[::-1]


def membership(membership_id: int, *, on: date | None = None) -> MembershipView | None:
    """The membership as it is on the day `on` (None: today), or None when there is no such number.

    `state` is None on a day before its first statement.
    """
    row = (
        Membership.objects.filter(pk=membership_id)
        .values_list("household_id", "household__wallet__id")
        .first()
    )
    if row is None:
        return None
    day = clock.today() if on is None else on
    reached = [statement for statement in timeline(membership_id) if statement.since <= day]
    state, since = (reached[-1].state, reached[-1].since) if reached else (None, None)
    return MembershipView(membership_id, row[0], row[1], state, since)


def memberships(ids: set[int]) -> set[int]:
    """Those of `ids` that are numbers of memberships, whatever their state."""
    known: set[int] = set()
    rest = sorted(ids)
    for start in range(0, len(rest), 900):  # below SQLite's least limit of parameters
        chunk = Membership.objects.filter(pk__in=rest[start : start + 900])
        known.update(chunk.values_list("pk", flat=True))
    return known


_SPENDER = """
SELECT h.id, h.handle, h.wallet_id,
       (SELECT max(m.id) FROM people_membership m WHERE m.household_id = w.household_id), h.until
FROM people_holder h JOIN people_wallet w ON w.id = h.wallet_id
WHERE h.{column} {{keys}} AND h.since <= {{1}} AND (h.until IS NULL OR h.until > {{1}})"""
_BY_HANDLE = Look(_SPENDER.format(column="handle"), "text")
_BY_NUMBER = Look(_SPENDER.format(column="id"), "number")


def holder(handle: str, *, on: date | None = None) -> HolderView | None:
    """Who may spend under `handle` on the day `on` (None: today); None when nobody may."""
    return holders_typed([handle], on=on).get(handle)


def holder_numbered(holder_id: int) -> HolderView | None:
    """The same for the number of a holder, today."""
    return holders_numbered([holder_id]).get(holder_id)


def holders_typed(handles: Collection[str], *, on: date | None = None) -> dict[str, HolderView]:
    """Who may spend under each of these handles, by what was typed; those of nobody are left out.

    A few hundred at most, in one look.
    """
    return look_at_holders(handles, on=on).found()


def look_at_holders(
    handles: Collection[str], *, on: date | None = None
) -> Asked[dict[str, HolderView]]:
    """The same, for who looks at other things at the same moment."""
    wanted = {typed: tidy_handle(typed) for typed in handles}

    def read(rows: list[Row]) -> dict[str, HolderView]:
        found = {one.handle: one for one in _spenders(rows)}
        return {typed: found[handle] for typed, handle in wanted.items() if handle in found}

    return _BY_HANDLE.at(set(wanted.values()), on or clock.today(), read=read)


def tidy_handle(typed: str) -> str:
    """A handle as it is kept."""
    return typed.strip().lower()


def holders_numbered(numbers: Collection[int]) -> dict[int, HolderView]:
    """The same by the numbers of holders, today."""
    found = _BY_NUMBER.at(numbers, clock.today(), read=_spenders).found()
    return {one.id: one for one in found}


def _spenders(rows: list[Row]) -> list[HolderView]:
    return [
        HolderView(id, handle, wallet, membership, _day(until))
        for id, handle, wallet, membership, until in rows
        if membership is not None
    ]


def _day(told: date | str | None) -> date | None:
    """A day as each of the two databases tells it."""
    return date.fromisoformat(told) if isinstance(told, str) else told


def wallet_of_holder(holder_id: int) -> int | None:
    """The wallet from which this holder may spend today or later; None when nobody may."""
    today = clock.today()
    rows = Holder.objects.filter(Q(until=None) | Q(until__gt=today), pk=holder_id)
    return rows.values_list("wallet_id", flat=True).first()


def membership_of(handle: str) -> int | None:
    """The number of the membership of whoever may spend under `handle` today."""
    found = holder(handle)
    return None if found is None else found.membership_id


def composition(
    membership_id: int, *, month: Month, child_max_age: int | None = None
) -> tuple[int, int]:
    """Adults and children of one household for `month`: the same rules as `roll`, for one.

    (1, 0) for a household without any composition.
    """
    rows = Composition.objects.filter(household__memberships=membership_id)
    row = (
        rows.filter(since__lte=month.first).order_by("-since", "-pk").first()
        or rows.order_by("since", "-pk").first()
    )
    if row is None:
        return 1, 0
    births = [Month.parse(birth) for birth in row.births.split()]
    return counted(row.adults, births, month, child_max_age)


def places_taken(*, on: date) -> int:
    """How many memberships are active or paused on the day `on`, or are to be later."""
    latest = MembershipState.objects.filter(membership=OuterRef("pk")).order_by("-pk")
    holding = [State.ACTIVE, State.PAUSED]
    return (
        Membership.objects.annotate(
            then=Subquery(latest.filter(since__lte=on).values("state")[:1]),
            last=Subquery(latest.values("state")[:1]),
        )
        .filter(Q(then__in=holding) | Q(last__in=holding))
        .count()
    )


def latest_membership(wallet_id: int) -> int | None:
    """The number of the last membership of the household that a wallet belongs to."""
    rows = Membership.objects.filter(household__wallet=wallet_id).order_by("-pk")
    return rows.values_list("pk", flat=True).first()
