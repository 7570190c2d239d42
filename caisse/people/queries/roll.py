"""The roll of a month: every membership active in it, as NumPy columns, in four queries.

For 350 or 500,000 households alike: dates become day numbers in SQL, histories are folded with
array operations, and only children cost a Python string each.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Case, Func, IntegerField, Max, QuerySet, Value, When

from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array
from caisse.people.models import Composition, Membership, MembershipState, State
from caisse.people.rules import is_child, month_index

BEYOND = 1 << 23  # later than any day number: date.max has 3,652,059
ELSE, ACTIVE, GONE = 0, 1, 2
CHUNK = 20_000


class DayNumber(Func):
    """A date column as `date.toordinal()` counts it, computed by the database."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """julianday() counts from noon; 1 January of year 1 is day 1."""
        return self.as_sql(
            compiler, connection, template="CAST(julianday(%(expressions)s) - 1721424.5 AS INTEGER)"
        )

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """A date minus a date is a number of days."""
        return self.as_sql(
            compiler, connection, template="(%(expressions)s - DATE '0001-01-01' + 1)"
        )


@dataclass(frozen=True, slots=True)
class Roll:
    """One line per membership active on at least one day of `month`, in the order of memberships.

    All columns are int64 and of equal length. `joined` is the day number (`date.toordinal()`) of
    the first day of the membership, `left` that of the first day after it (0: no departure known;
    it may lie beyond the month). `adults` counts everyone who is not a child on the 1st.
    """

    month: Month
    membership: Array
    wallet: Array
    household: Array
    adults: Array
    children: Array
    joined: Array
    left: Array

    def __len__(self) -> int:
        return len(self.membership)


def roll(*, month: Month, child_max_age: int | None, known_at: int | None = None) -> Roll:
    """The roll of `month` as known at the instant `known_at` (milliseconds; None: now).

    A membership paused for the whole month is absent; pauses are of whole months. The composition
    is the one of the 1st, or the first one of a household that joins later: a change within the
    month counts from the next. A child is one while younger than `child_max_age` on the 1st (None:
    no limit of age); once older, as an adult. Births are months, so a child is one until the end of
    the month of the birthday.
    """
    number, joined, left = _active(month, known_at)
    household, wallet = _households(number)
    order, adults, births = _compositions(month, known_at)
    at = np.searchsorted(order, household)
    children = np.zeros(len(order), np.int64)
    if len(births):
        now = month_index(month)
        young = born = births[:, 1] < now
        if child_max_age is not None:
            young = born & is_child(births[:, 1], now, child_max_age)
        np.add.at(adults, births[born & ~young, 0], 1)
        np.add.at(children, births[young, 0], 1)
    return Roll(month, number, wallet, household, adults[at], children[at], joined, left)


def last_recorded() -> int:
    """The instant (ms) of the newest statement of which a roll is made, 0 without any.

    Later than now when the machine's clock was put back since.
    """
    newest = [
        model.objects.aggregate(at=Max("recorded_at"))["at"]
        for model in (MembershipState, Composition)
    ]
    return max(at or 0 for at in newest)


def statements_between(after: date, until: date, *, known_at: int) -> list[date]:
    """The days after `after`, up to `until`, on which a membership changes its state."""
    rows = MembershipState.objects.filter(since__gt=after, since__lte=until)
    rows = rows.filter(recorded_at__lte=known_at).order_by("since")
    return list(rows.values_list("since", flat=True).distinct())


def _active(month: Month, known_at: int | None) -> tuple[Array, Array, Array]:
    """Memberships with an active day in `month`, their first day and their departure (0: none)."""
    code = Case(
        When(state=State.ACTIVE, then=Value(ACTIVE)),
        When(state__in=[State.LEAVING, State.CLOSED], then=Value(GONE)),
        default=Value(ELSE),
        output_field=IntegerField(),
    )
    rows = MembershipState.objects.order_by("membership_id", "id")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    table = _columns(rows.values_list("membership_id", DayNumber("since"), code), 3)
    number, since, state = standing(table)
    follows = np.append(number[1:] == number[:-1], [False]) if len(number) else np.zeros(0, bool)
    until = np.where(follows, np.append(since[1:], [BEYOND]), BEYOND) if len(number) else since
    active = state == ACTIVE
    first, last = month.first.toordinal(), month.last.toordinal()
    present = np.unique(number[active & (since <= last) & (until > first)])
    joined = _first(number, since, active, present)
    left = _first(number, since, state == GONE, present)
    return present, joined, left


def standing(table: Array) -> Array:
    """The statements that still stand, as columns, of rows (subject, since, …).

    The statement recorded last is true from its date on: it sweeps away those recorded before it
    for that date or later. `table` is sorted by subject, then by recording; what stands comes out
    by subject, then by date.
    """
    if not len(table):
        return table.T
    group = np.cumsum(np.append([0], table[1:, 0] != table[:-1, 0]))
    rank = table[:, 1] + group * BEYOND
    # The least date of what was recorded later; a later subject ranks above, so it never sweeps.
    least = np.minimum.accumulate(rank[::-1])[::-1]
    stands = np.append(rank[:-1] < least[1:], [True])
    return table[stands].T


def _first(number: Array, since: Array, mask: Array, wanted: Array) -> Array:
    """For each of `wanted`, the first `since` under `mask`, or 0."""
    found, at = np.unique(number[mask], return_index=True)
    days = np.zeros(len(wanted), np.int64)
    held = np.isin(wanted, found)
    days[held] = since[mask][at][np.searchsorted(found, wanted[held])]
    return days


def _households(number: Array) -> tuple[Array, Array]:
    """The household and the wallet of each membership."""
    rows = Membership.objects.filter(household__wallet__isnull=False).order_by("id")
    table = _columns(rows.values_list("id", "household_id", "household__wallet__id"), 3)
    at = np.searchsorted(table[:, 0], number)
    return table[at, 1], table[at, 2]


def _compositions(month: Month, known_at: int | None) -> tuple[Array, Array, Array]:
    """Households in order, their adults, and (position, month of birth in months) per child."""
    rows = Composition.objects.filter(since__lte=month.last)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    table = _columns(
        rows.order_by("household_id", "since", "id").values_list(
            "household_id", DayNumber("since"), "id", "adults"
        ),
        4,
    )
    if not len(table):
        return table[:, 0], table[:, 3], np.zeros((0, 2), np.int64)
    # Of two statements for the same day, the one recorded last.
    table = table[np.append((table[1:, :2] != table[:-1, :2]).any(axis=1), [True])]
    household, since, number, adults = table.T
    changes = household[1:] != household[:-1]
    early = since <= month.first.toordinal()
    # The last statement up to the 1st, else the first one after it.
    chosen = early & np.append(changes | ~early[1:], [True])
    chosen |= np.append([True], changes) & ~early
    return household[chosen], adults[chosen], _births(rows, number[chosen])


def _births(rows: "QuerySet[Composition, Composition]", chosen: Array) -> Array:
    """(position in `chosen`, `month_index` of birth) for each child of those compositions."""
    order = np.argsort(chosen)
    found = list(rows.exclude(births="").order_by("id").values_list("id", "births"))
    numbers = np.array([number for number, _ in found], np.int64)
    at = order[np.searchsorted(chosen[order], numbers).clip(max=len(chosen) - 1)]
    births = [
        (position, int(birth[:4]) * 12 + int(birth[5:]) - 1)
        for position, same, (_, text) in zip(
            at.tolist(), (chosen[at] == numbers).tolist(), found, strict=True
        )
        if same
        for birth in text.split()
    ]
    return np.array(births, np.int64).reshape(-1, 2)


def _columns(rows: "QuerySet[Any, tuple[int, ...]]", width: int) -> Array:
    """Rows of integers as an array of shape (rows, width), read in chunks."""
    flat = (value for row in rows.iterator(CHUNK) for value in row)
    return np.fromiter(flat, np.int64).reshape(-1, width)
