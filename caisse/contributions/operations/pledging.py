"""What a household says it will pay each month."""

from dataclasses import dataclass

from django.db import transaction

from caisse.bylaws import operations as register
from caisse.bylaws import queries as bylaws
from caisse.contributions.models import Call, Pledge
from caisse.contributions.rules import ContributionRules, cutoff, demand_pledge, first_due
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people import queries as people
from caisse.people.rules import CurrencyRules, sign

FARTHEST_MONTHS = 24
OVER = frozenset({"leaving", "closed"})


@dataclass(frozen=True, slots=True)
class Pledged:
    """A pledge as it was written down: `cents` a month from the month `since` on."""

    pledge_id: int
    membership_id: int
    since: Month
    cents: int


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
    if id is not None and events.happened(id) is not None:
        return _pledged_before(id, membership_id, cents)
    register.lock()
    month = _since(membership_id, since)
    _demand_member(membership_id, month)
    adults, children = people.composition(membership_id, month=month)
    demand_pledge(
        cents,
        adults=adults,
        children=children,
        rules=bylaws.in_force(ContributionRules, month=month),
        income_cents=income_cents,
        situation=situation,
        currency=sign(bylaws.in_force(CurrencyRules, month=month)),
    )
    cause = ids.new_id() if id is None else id
    row = Pledge.objects.create(
        membership_id=membership_id,
        since=month,
        cents=cents,
        recorded_at=clock.now_ms(),
        cause=cause,
    )
    events.record(
        "contribution.pledged",
        subject=f"membership:{membership_id}",
        by=by,
        id=cause,
        since=str(month),
    )
    return Pledged(row.pk, membership_id, month, cents)


def _pledged_before(id: Id, membership_id: int, cents: int) -> Pledged:
    row = Pledge.objects.filter(cause=id, membership=membership_id, cents=cents).first()
    if row is None:
        raise Refusal("differs", "Ce numéro d’opération a déjà servi pour autre chose.")
    return Pledged(row.pk, membership_id, row.since, cents)


def _since(membership_id: int, asked: Month | None) -> Month:
    """The month from which a pledge made now counts."""
    today = clock.today()
    rules = bylaws.in_force(ContributionRules, month=Month.of(today).next())
    earliest = max(first_due(today, rules), open_month())
    if asked is None:
        return earliest
    if asked < open_month():
        raise Refusal(
            "sealed",
            f"Les cotisations pour {asked.words} sont déjà arrêtées : "
            f"un changement est possible dès {open_month().words}.",
        )
    if asked < earliest and Pledge.objects.filter(membership=membership_id).exists():
        limit = cutoff(asked, bylaws.in_force(ContributionRules, month=asked))
        raise Refusal(
            "cutoff",
            f"Pour {asked.words}, il fallait changer la cotisation le {limit:%d/%m/%Y} au plus "
            f"tard : elle peut changer dès {earliest.words}.",
        )
    if asked - Month.of(today) > FARTHEST_MONTHS:
        raise Refusal("far", f"Le mois choisi ({asked.words}) est trop loin : deux ans au plus.")
    return asked


def open_month() -> Month:
    """The first month that is neither frozen nor called, from the current one on."""
    sealed, called = bylaws.sealed_until(), last_called()
    months = [Month.of(clock.today())]
    months += [month.next() for month in (sealed, called) if month is not None]
    return max(months)


def last_called() -> Month | None:
    """The last month whose contributions were called, or None."""
    row = Call.objects.order_by("-month").first()
    return None if row is None else row.month


def _demand_member(membership_id: int, month: Month) -> None:
    found = people.membership(membership_id, on=month.last)
    if found is None:
        raise Refusal("unknown", f"Il n’y a pas d’adhésion n° {membership_id}.")
    if found.state in OVER:
        raise Refusal("state", f"L’adhésion n° {membership_id} est finie en {month.words}.")
