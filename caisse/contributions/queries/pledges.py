"""Pledges for the pages: what one household gives from when on, what all of them give."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from caisse.bylaws import queries as bylaws
from caisse.contributions.models import Call, Pledge, Receipt
from caisse.contributions.queries.called import pledge_of, pledged
from caisse.contributions.rules import NOTCHES_CENTS, Band, ContributionRules, bands, due, notches
from caisse.kernel import clock
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.people import queries as people


class PledgeLine(NamedTuple):
    """What a household pledged from the month `since` on, in cents."""

    since: Month
    cents: int


class Pause(NamedTuple):
    """Whole months without contribution or allocation, both included; `last` None: no end."""

    first: Month
    last: Month | None


@dataclass(frozen=True, slots=True)
class Spread:
    """What all households gave in the last month called: how many, their mean, in bands.

    A band holds `rules.LEAST_GROUP` households or more; there is none when all are fewer.
    """

    month: Month
    households: int
    cents: int
    bands: tuple[Band, ...]

    @property
    def mean_cents(self) -> int:
        """The mean of those who were called, to the nearest euro."""
        return (2 * self.cents + 100 * self.households) // (200 * self.households) * 100


def pledges_of(membership_id: int) -> list[PledgeLine]:
    """The pledges of one household that count, by the month from which they do."""
    rows = Pledge.objects.filter(membership=membership_id).order_by("since", "id")
    last = {row.since: row.cents for row in rows}
    return [PledgeLine(since, cents) for since, cents in sorted(last.items())]


def owed(membership_id: int, *, month: Month) -> int | None:
    """What `month` asks of one household by its pledge and the articles; None without a pledge."""
    cents = pledge_of(membership_id, month=month)
    if cents is None:
        return None
    adults, children = people.composition(membership_id, month=month)
    rules = bylaws.in_force(ContributionRules, month=month)
    return int(due(cents, adults, children, rules))


def before_last(membership_id: int) -> tuple[PledgeLine, PledgeLine] | None:
    """The pledge made last and the one it replaced, for its month; None when it is the first."""
    last = Pledge.objects.filter(membership=membership_id).order_by("-id").first()
    if last is None:
        return None
    rows = Pledge.objects.filter(membership=membership_id, since__lte=last.since)
    old = rows.exclude(pk=last.pk).order_by("-since", "-id").first()
    if old is None:
        return None
    return PledgeLine(last.since, last.cents), PledgeLine(last.since, old.cents)


def last_kind(membership_id: int) -> str | None:
    """How the household paid last: a kind of receipt, or None when nothing came in yet."""
    rows = Receipt.objects.filter(membership=membership_id, undone=None)
    return rows.order_by("-received_on", "-pk").values_list("kind", flat=True).first()


def spread() -> Spread | None:
    """What all households gave in the last month called; None before the first one.

    It does not move until the next call: two looks never tell what one household changed.
    """
    row = Call.objects.filter(members__gt=0).order_by("-month").first()
    if row is None:
        return None
    return _spread(row.cause, row.month, row.known_at, row.members, row.cents)


@lru_cache(maxsize=8)
def _spread(cause: Id, month: Month, known_at: int, members: int, cents: int) -> Spread:
    """The same for one call, which is known by its event: its figures never change."""
    _, owing = pledged(month=month, known_at=known_at)
    amounts, households = np.unique(owing[owing > 0], return_counts=True)
    counts = dict(zip(amounts.tolist(), households.tolist(), strict=True))
    rules = bylaws.in_force(ContributionRules, month=month)
    return Spread(month, members, cents, bands(counts, edges(rules)))


def edges(rules: ContributionRules) -> tuple[int, ...]:
    """Where the bands of a drawing may begin: the levels, or round amounts, never a real one."""
    if rules.mode == "graded_levels":
        return rules.levels_cents
    if rules.mode == "quotient_table":
        return tuple(sorted({band.due_cents for band in rules.quotient_bands}))
    return notches(max(rules.min_cents, NOTCHES_CENTS[0]), rules.max_cents or NOTCHES_CENTS[-1])


def pause_of(membership_id: int) -> Pause | None:
    """The pause of a household that runs today or is to come, or None."""
    standing, today = people.timeline(membership_id), clock.today()
    for at, statement in enumerate(standing):
        if statement.state != "paused":
            continue
        after = standing[at + 1] if at + 1 < len(standing) else None
        if after is None or after.since > today:
            last = None if after is None else Month.of(after.since).previous()
            return Pause(Month.of(statement.since), last)
    return None
