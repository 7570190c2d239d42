"""A household joins: persons, membership, wallet and the accounts of the ledger, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.db import transaction

from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people.models import (
    Composition,
    Holder,
    Household,
    Membership,
    MembershipState,
    Person,
    State,
    Wallet,
)
from caisse.people.operations.finding import write_words
from caisse.people.operations.persons import (
    Limits,
    NewHolder,
    NewHousehold,
    demand_household,
    handles,
    new_composition,
    new_household,
    new_person,
    same_holder,
    same_household,
)
from caisse.people.queries import places_taken
from caisse.people.rules import demand_room

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Joining:
    """One line of `join_many`.

    `known_on` is the day from which the composition is known, when the household joined before (a
    caisse that already ran elsewhere): the articles of that day judge it.
    """

    household: NewHousehold
    joined_on: date
    known_on: date | None = None

    @property
    def judged_on(self) -> date:
        """The day whose articles judge it, and from which its composition is known."""
        return self.known_on or self.joined_on


@dataclass(frozen=True, slots=True)
class Joined:
    """The numbers of a new membership, and the handles of its holders in the order given."""

    membership_id: int
    wallet_id: int
    household_id: int
    handles: tuple[str, ...] = ()


@sent_again
@ledger.repeatable
@transaction.atomic
def join(*, household: NewHousehold, joined_on: date, by: Actor, id: Id | None = None) -> Joined:
    """Open the membership of a new household from `joined_on` on, with its wallet and its accounts.

    Repeatable by `id`. Raises Refusal: `household`, `composition`, `capacity`,
    `holders`, `handle`, `taken`, `differs`.
    """
    return _join([Joining(household, joined_on)], by=by, id=id)[0]


@sent_again
@ledger.repeatable
@transaction.atomic
def join_many(*, rows: Sequence[Joining], by: Actor, id: Id | None = None) -> list[Joined]:
    """`join` for many, in a bounded number of statements and under one event.

    All or none, answered in the order of `rows`; repeatable by `id`. Raises what `join` raises,
    naming the line.
    """
    return _join(rows, by=by, id=id) if rows else []


def _join(rows: Sequence[Joining], *, by: Actor, id: Id | None) -> list[Joined]:
    if id is not None and events.happened(id) is not None:
        return _joined_before(rows, id)
    _demand(rows)
    cause = ids.new_id() if id is None else id
    memberships = enter(rows, State.ACTIVE, cause)
    people = [row.household.holders for row in rows]
    joined = open_wallets(
        memberships, people, handles(people, cause), [row.joined_on for row in rows]
    )
    first, last = joined[0].membership_id, joined[-1].membership_id
    events.record(
        "membership.joined",
        subject=f"membership:{first}" if len(rows) == 1 else "memberships",
        by=by,
        id=cause,
        first=first,
        last=last,
        count=len(joined),
        holders=sum(map(len, people)),
    )
    return joined


def _demand(rows: Sequence[Joining]) -> None:
    """Raise Refusal for the first household that cannot join, with its place in the list."""
    days = {Month.of(row.judged_on): row.judged_on for row in rows}
    limits = {month: Limits.of(month) for month in days}
    for number, row in enumerate(rows, start=1):
        try:
            demand_household(row.household, row.judged_on, limits[Month.of(row.judged_on)])
        except Refusal as refusal:
            if len(rows) == 1:
                raise
            raise Refusal(refusal.reason, f"Foyer {number} : {refusal.sentence}") from None
    last = max(days)
    if limits[last].admission.capacity is not None:
        demand_room(places_taken(on=days[last]), len(rows), limits[last].admission)


def enter(rows: Sequence[Joining], state: State, cause: Id) -> list[Membership]:
    """Households with their composition, and a membership in `state` for each, in that order."""
    at = clock.now_ms()
    households = Household.objects.bulk_create(
        [new_household(row.household) for row in rows], batch_size=BATCH
    )
    Composition.objects.bulk_create(
        [
            new_composition(household, row.household, row.judged_on, at, cause)
            for household, row in zip(households, rows, strict=True)
        ],
        batch_size=BATCH,
    )
    memberships = Membership.objects.bulk_create(
        [
            Membership(household=household, cause=cause, reached_on=row.joined_on)
            for household, row in zip(households, rows, strict=True)
        ],
        batch_size=BATCH,
    )
    write_words(
        (membership.pk, (household.street, household.postcode, household.town))
        for membership, household in zip(memberships, households, strict=True)
    )
    MembershipState.objects.bulk_create(
        [
            MembershipState(
                membership=membership, state=state, since=row.joined_on, recorded_at=at, cause=cause
            )
            for membership, row in zip(memberships, rows, strict=True)
        ],
        batch_size=BATCH,
    )
    return memberships


def open_wallets(
    memberships: Sequence[Membership],
    people: Sequence[Sequence[NewHolder]],
    chosen: Sequence[Sequence[str]],
    days: Sequence[date],
) -> list[Joined]:
    """A wallet per membership, its accounts and its holders; the four sequences go together."""
    wallets = Wallet.objects.bulk_create(
        [Wallet(household_id=m.household_id) for m in memberships], batch_size=BATCH
    )
    flat = [
        (holder, wallet, handle, day)
        for holders, wallet, names, day in zip(people, wallets, chosen, days, strict=True)
        for holder, handle in zip(holders, names, strict=True)
    ]
    persons = Person.objects.bulk_create(
        [new_person(holder) for holder, _, _, _ in flat], batch_size=BATCH
    )
    Holder.objects.bulk_create(
        [
            Holder(person=person, wallet=wallet, handle=handle, since=day)
            for person, (_, wallet, handle, day) in zip(persons, flat, strict=True)
        ],
        batch_size=BATCH,
    )
    write_words(
        (membership.pk, [text for one, handle in zip(holders, names, strict=True)
                         for text in (one.given_name, one.family_name, handle)])
        for membership, holders, names in zip(memberships, people, chosen, strict=True)
    )  # fmt: skip
    ledger.open_accounts([f"wallet:{wallet.pk}" for wallet in wallets])
    ledger.open_accounts([f"receivable:contribution:{m.pk}" for m in memberships])
    return [
        Joined(m.pk, w.pk, m.household_id, tuple(names))
        for m, w, names in zip(memberships, wallets, chosen, strict=True)
    ]


def _joined_before(rows: Sequence[Joining], id: Id) -> list[Joined]:
    """What the first call under `id` answered; Refusal(differs) when it was about others."""
    found = list(
        Membership.objects.filter(cause=id)
        .select_related("household__wallet")
        .prefetch_related("states", "household__compositions")
        .prefetch_related("household__wallet__holders__person")
        .order_by("pk")
    )
    one = f"membership:{found[0].pk}" if len(found) == 1 else "memberships"
    asked = sum(len(row.household.holders) for row in rows)
    events.repeated("membership.joined", subject=one, id=id, count=len(rows), holders=asked)
    if not all(map(_same, found, rows)):
        events.refuse_other()
    joined = []
    for membership, row in zip(found, rows, strict=True):
        wallet = membership.household.wallet
        holders = sorted(wallet.holders.all(), key=attrgetter("pk"))
        names = tuple(holder.handle for holder in holders[: len(row.household.holders)])
        joined.append(Joined(membership.pk, wallet.pk, membership.household_id, names))
    return joined


def _same(membership: Membership, row: Joining) -> bool:
    """Whether the membership began as `row` says."""
    began = min(membership.states.all(), key=attrgetter("pk"))
    holders = sorted(membership.household.wallet.holders.all(), key=attrgetter("pk"))
    return (
        (began.state, began.since) == (State.ACTIVE, row.joined_on)
        and same_household(membership.household, row.household)
        and len(holders) >= len(row.household.holders)
        and all(map(same_holder, holders, row.household.holders))
    )
