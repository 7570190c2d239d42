"""What changes in a household while it is a member: composition, address, holders."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people.models import Composition, Holder, Household, Wallet
from caisse.people.operations.finding import rewrite_words
from caisse.people.operations.persons import (
    NewHolder,
    births_text,
    demand_composition,
    demand_holders,
    handles,
    new_person,
    same_holder,
)
from caisse.people.rules import HolderRules, MemberRules


@dataclass(frozen=True, slots=True)
class Held:
    """A new holder, and the handle to write on the paper that the person takes home."""

    holder_id: int
    handle: str


@sent_again
@ledger.repeatable
@transaction.atomic
def change_composition(
    *,
    household_id: int,
    adults: int,
    births: tuple[str, ...],
    since: date,
    by: Actor,
    id: Id | None = None,
) -> int:
    """Write down who shares the food budget from `since` on; the past statements stay as they are.

    A month takes the composition of its 1st, so a change within a month counts from the next; of
    two statements for one day the one recorded last counts. Returns the number of the composition.
    Repeatable by `id`. Raises Refusal: `household`, `composition`, `unknown`, `differs`.
    """
    text = births_text(births)
    subject, day = f"household:{household_id}", since.isoformat()
    known = events.repeated("household.composition_changed", subject=subject, id=id, since=day)
    if known is not None:
        return _stated_before(known.id, adults, text)
    rules = bylaws.in_force(MemberRules, month=Month.of(since))
    demand_composition(adults, births, since, rules)
    if not Household.objects.filter(pk=household_id).exists():
        raise Refusal("unknown", "Ce foyer n’existe pas.")
    cause = ids.new_id() if id is None else id
    row = Composition.objects.create(
        household_id=household_id,
        since=since,
        adults=adults,
        births=text,
        recorded_at=clock.now_ms(),
        cause=cause,
    )
    events.record("household.composition_changed", subject=subject, by=by, id=cause, since=day)
    return row.pk


def _stated_before(id: Id, adults: int, births: str) -> int:
    """The composition that the first call under `id` wrote; Refusal(differs) if it was another."""
    row = Composition.objects.get(cause=id)
    if (row.adults, row.births) != (adults, births):
        events.refuse_other()
    return row.pk


@sent_again
@ledger.repeatable
@transaction.atomic
def add_holder(
    *, wallet_id: int, holder: NewHolder, by: Actor, since: date | None = None, id: Id | None = None
) -> Held:
    """Let one more person spend from a wallet, under a handle of their own.

    The article `balance.household_sub_wallets` of the month says how many hold a wallet at once.
    Repeatable by `id`. Raises Refusal: `holders`, `handle`, `taken`, `unknown`, `differs`.
    """
    day = clock.today() if since is None else since
    before = events.repeated("holder.added", subject=f"wallet:{wallet_id}", id=id)
    if before is not None:
        return _added_before(before.data["holder"], holder, since)
    # The lock keeps two desks from adding the last holder at the same time.
    wallet = Wallet.objects.select_for_update().filter(pk=wallet_id).first()
    if wallet is None:
        raise Refusal("unknown", "Ce porte-monnaie n’existe pas.")
    current = Holder.objects.filter(wallet=wallet_id).exclude(until__lte=day).count()
    demand_holders([holder], bylaws.in_force(HolderRules, month=Month.of(day)), current)
    cause = ids.new_id() if id is None else id
    handle = handles([[holder]], cause)[0][0]
    person = new_person(holder)
    person.save()
    row = Holder.objects.create(person=person, wallet_id=wallet_id, handle=handle, since=day)
    rewrite_words([wallet.household_id])
    events.record("holder.added", subject=f"wallet:{wallet_id}", by=by, id=cause, holder=row.pk)
    return Held(row.pk, handle)


def _added_before(holder_id: int, asked: NewHolder, since: date | None) -> Held:
    """The holder that the first call added; Refusal(differs) when it was somebody else."""
    row = Holder.objects.select_related("person").get(pk=holder_id)
    if since not in (None, row.since) or not same_holder(row, asked):
        events.refuse_other()
    return Held(row.pk, row.handle)


@ledger.repeatable
@transaction.atomic
def end_holder(*, holder_id: int, by: Actor, until: date | None = None) -> None:
    """Let a holder spend no more from the day `until` on (None: today); the handle stays theirs.

    Ending twice changes nothing. Raises Refusal(unknown).
    """
    day = clock.today() if until is None else until
    row = Holder.objects.select_for_update().filter(pk=holder_id).first()
    if row is None:
        raise Refusal("unknown", "Ce titulaire n’existe pas.")
    if row.until is not None and row.until <= day:
        return
    row.until = max(day, row.since)
    row.save(update_fields=["until"])
    events.record("holder.ended", subject=f"holder:{holder_id}", by=by, until=str(row.until))
