"""What a household says it will pay each month."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db import transaction

from caisse.bylaws import operations as register
from caisse.bylaws import queries as bylaws
from caisse.contributions.models import Pledge
from caisse.contributions.queries import before_last, last_called
from caisse.contributions.rules import ContributionRules, cutoff, demand_pledge, first_due
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people import queries as people
from caisse.people.rules import CurrencyRules, sign

FARTHEST_MONTHS = 24
BATCH = 2_000
OVER = frozenset({"leaving", "closed"})


@dataclass(frozen=True, slots=True)
class Pledged:
    """A pledge as it was written down: `cents` a month from the month `since` on."""

    pledge_id: int
    membership_id: int
    since: Month
    cents: int


@dataclass(frozen=True, slots=True)
class NewPledge:
    """One pledge to write down; a declared income or situation is judged and forgotten."""

    membership_id: int
    cents: int
    since: Month | None = None
    income_cents: int | None = None
    situation: str | None = None


@sent_again
@ledger.repeatable
@transaction.atomic
def pledge(
    *,
    membership_id: int,
    cents: int,
    by: Actor,
    since: Month | None = None,
    income_cents: int | None = None,
    situation: str | None = None,
    id: Id | None = None,
) -> Pledged:
    """Write down what a household will pay each month, from the month `since` on.

    Without `since` it counts from the first month that the cut-off day leaves open. A first pledge
    may begin in any month that is neither frozen nor called. The amount is judged by the articles
    of that month; a declared income or situation is judged and forgotten. Of several pledges for
    one month the last one counts. Repeatable by `id`. Raises Refusal: `unknown`, `state`, `sealed`,
    `cutoff`, `far`, `differs`, and those of `rules.demand_pledge`.
    """
    row = NewPledge(membership_id, cents, since, income_cents, situation)
    return _pledge([row], by, id)[0]


@sent_again
@ledger.repeatable
@transaction.atomic
def pledge_many(*, rows: Sequence[NewPledge], by: Actor, id: Id | None = None) -> list[Pledged]:
    """`pledge` for many under one event, all or none, in the order of `rows`; repeatable by `id`.

    Each membership once. Raises what `pledge` raises, naming the line, and Refusal(twice).
    """
    return _pledge(rows, by, id) if rows else []


def _pledge(rows: Sequence[NewPledge], by: Actor, id: Id | None) -> list[Pledged]:
    if id is not None and events.happened(id) is not None:
        return _pledged_before(id, rows)
    register.lock()
    chosen = _judged(rows)
    cause, now = ids.new_id() if id is None else id, clock.now_ms()
    written = Pledge.objects.bulk_create(
        [
            Pledge(
                membership_id=row.membership_id,
                since=month,
                cents=row.cents,
                recorded_at=now,
                cause=cause,
            )
            for row, month in zip(rows, chosen, strict=True)
        ],
        batch_size=BATCH,
    )
    one = len(rows) == 1
    events.record(
        "contribution.pledged",
        subject=f"membership:{rows[0].membership_id}" if one else "contributions",
        by=by,
        id=cause,
        **({"since": str(chosen[0])} if one else {"pledges": len(rows)}),
    )
    return [_view(row) for row in written]


def _view(row: Pledge) -> Pledged:
    return Pledged(row.pk, row.membership_id, row.since, row.cents)


def _pledged_before(id: Id, rows: Sequence[NewPledge]) -> list[Pledged]:
    """What the first call under `id` wrote; Refusal(differs) when it was about others."""
    found = list(Pledge.objects.filter(cause=id).order_by("pk"))
    asked = [(row.membership_id, row.cents) for row in rows]
    if [(row.membership_id, row.cents) for row in found] != asked or any(
        row.since not in (None, made.since) for row, made in zip(rows, found, strict=True)
    ):
        events.refuse_other()
    return [_view(row) for row in found]


def _judged(rows: Sequence[NewPledge]) -> list[Month]:
    """The month from which each of `rows` counts; Refusal for the first that is not lawful."""
    if len({row.membership_id for row in rows}) < len(rows):
        raise Refusal("twice", "Une adhésion est là deux fois : une seule promesse chacune.")
    window = Window.now({row.membership_id for row in rows})
    rules: dict[Month, Articles] = {}
    chosen = []
    for number, row in enumerate(rows, start=1):
        try:
            month = window.since(row)
            if month not in rules:
                rules[month] = Articles.of(month, many=len(rows) > 1)
            rules[month].demand(row)
        except Refusal as refusal:
            if len(rows) == 1:
                raise
            raise Refusal(refusal.reason, f"Promesse {number} : {refusal.sentence}") from None
        chosen.append(month)
    return chosen


@dataclass(frozen=True, slots=True)
class Articles:
    """The articles of one month, and the households of its roll (when many are judged)."""

    month: Month
    rules: ContributionRules
    currency: str
    households: Mapping[int, tuple[int, int]]

    @classmethod
    def of(cls, month: Month, *, many: bool) -> Self:
        """Those in force for `month`."""
        households = {}
        if many:
            roll = people.roll(month=month, child_max_age=None)
            columns = (roll.membership, roll.adults, roll.children)
            households = {n: (a, c) for n, a, c in zip(*(x.tolist() for x in columns), strict=True)}
        return cls(
            month,
            bylaws.in_force(ContributionRules, month=month),
            sign(bylaws.in_force(CurrencyRules, month=month)),
            households,
        )

    def demand(self, row: NewPledge) -> None:
        """Raise Refusal when that household may not pledge that amount for this month."""
        known = self.households.get(row.membership_id)
        if known is None:
            _demand_member(row.membership_id, self.month)
            known = people.composition(row.membership_id, month=self.month)
        demand_pledge(
            row.cents,
            adults=known[0],
            children=known[1],
            rules=self.rules,
            income_cents=row.income_cents,
            situation=row.situation,
            currency=self.currency,
        )


@dataclass(frozen=True, slots=True)
class Window:
    """From when pledges made today may count. `pledged` are the memberships that changed before."""

    today: date
    open: Month
    earliest: Month
    pledged: frozenset[int]

    @classmethod
    def now(cls, numbers: Set[int]) -> Self:
        """Today's, for those memberships."""
        today, open_ = clock.today(), open_month()
        before = Pledge.objects.filter(membership__gte=min(numbers), membership__lte=max(numbers))
        return cls(
            today,
            open_,
            first_month(),
            frozenset(before.values_list("membership_id", flat=True)) & numbers,
        )

    def since(self, row: NewPledge) -> Month:
        """The month from which `row` counts; Refusal: `sealed`, `cutoff`, `far`."""
        asked = row.since
        if asked is None:
            return self.earliest
        if asked < self.open:
            raise Refusal(
                "sealed",
                f"Les cotisations pour {asked.words} sont déjà arrêtées : "
                f"un changement est possible dès {self.open.words}.",
            )
        if asked < self.earliest and row.membership_id in self.pledged:
            limit = cutoff(asked, bylaws.in_force(ContributionRules, month=asked))
            raise Refusal(
                "cutoff",
                f"Pour {asked.words}, il fallait changer la cotisation le {limit:%d/%m/%Y} au plus "
                f"tard : elle peut changer dès {self.earliest.words}.",
            )
        if asked - Month.of(self.today) > FARTHEST_MONTHS:
            raise Refusal(
                "far", f"Le mois choisi ({asked.words}) est trop loin : deux ans au plus."
            )
        return asked


@sent_again
@ledger.repeatable
@transaction.atomic
def undo_pledge(*, membership_id: int, by: Actor, id: Id | None = None) -> Pledged:
    """Pledge again what the pledge made last replaced, from the same month on.

    Repeatable by `id`. Raises Refusal: `first` when nothing was pledged before, and what `pledge`
    raises (`cutoff` when that month is already launched).
    """
    if id is not None and (done := Pledge.objects.filter(cause=id).first()) is not None:
        if done.membership_id != membership_id:
            events.refuse_other()
        return _view(done)
    found = before_last(membership_id)
    if found is None:
        raise Refusal("first", "C’est la première cotisation : il n’y en a pas d’autre avant.")
    last, old = found
    return pledge(membership_id=membership_id, cents=old.cents, since=last.since, by=by, id=id)


def may_undo(membership_id: int) -> bool:
    """Whether `undo_pledge` has something to go back to, in a month that may still change."""
    found = before_last(membership_id)
    if found is None or found[0].cents == found[1].cents or found[0].since < first_month():
        return False
    mode = bylaws.in_force(ContributionRules, month=found[0].since).mode
    return mode not in ("rate_of_income", "situation_question")


def first_month() -> Month:
    """The first month from which a pledge made today counts."""
    today = clock.today()
    rules = bylaws.in_force(ContributionRules, month=Month.of(today).next())
    return max(first_due(today, rules), open_month())


def open_month() -> Month:
    """The first month that is neither frozen nor called, from the current one on."""
    sealed, called = bylaws.sealed_until(), last_called()
    months = [Month.of(clock.today())]
    months += [month.next() for month in (sealed, called) if month is not None]
    return max(months)


def _demand_member(membership_id: int, month: Month) -> None:
    found = people.membership(membership_id, on=month.last)
    if found is None:
        raise Refusal("unknown", f"Il n’y a pas d’adhésion n° {membership_id}.")
    if found.state in OVER:
        raise Refusal("state", f"L’adhésion n° {membership_id} est finie en {month.words}.")
