"""The life of a membership: applied, onboarding, active, paused, leaving, closed."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from caisse.bylaws import operations as register
from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.again import sent_again
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.people.models import Holder, Membership, MembershipState, State, Wallet
from caisse.people.operations.joining import Joined, Joining, enter, open_wallets
from caisse.people.operations.persons import (
    NewHolder,
    NewHousehold,
    demand_composition,
    demand_holders,
    handles,
    same_household,
)
from caisse.people.queries import places_taken, timeline
from caisse.people.rules import AdmissionRules, HolderRules, MemberRules, demand_room

ALLOWED: dict[State, frozenset[State]] = {
    State.ONBOARDING: frozenset({State.APPLIED}),
    State.ACTIVE: frozenset({State.APPLIED, State.ONBOARDING, State.PAUSED}),
    State.PAUSED: frozenset({State.ACTIVE}),
    State.LEAVING: frozenset({State.ACTIVE, State.PAUSED}),
    State.CLOSED: frozenset({State.APPLIED, State.ONBOARDING, State.LEAVING}),
}


@sent_again
@ledger.repeatable
@transaction.atomic
def apply(
    *, household: NewHousehold, by: Actor, on: date | None = None, id: Id | None = None
) -> int:
    """Write down a household that asks to join; no wallet yet, so `household.holders` is left out.

    Returns the number of its membership. Repeatable by `id`. Raises Refusal: `household`,
    `composition`, `differs`.
    """
    known = None if id is None else Membership.objects.filter(cause=id).first()
    subject = "" if known is None else f"membership:{known.pk}"
    if events.repeated("membership.applied", subject=subject, id=id) and known is not None:
        return _applied_before(known, household, on)
    day = clock.today() if on is None else on
    rules = bylaws.in_force(MemberRules, month=Month.of(day))
    demand_composition(household.adults, household.births, day, rules)
    cause = ids.new_id() if id is None else id
    membership = enter([Joining(household, day)], State.APPLIED, cause)[0]
    events.record("membership.applied", subject=f"membership:{membership.pk}", by=by, id=cause)
    return membership.pk


def _applied_before(known: Membership, household: NewHousehold, on: date | None) -> int:
    """The number that the first call answered; Refusal(differs) when another household applied."""
    applied = known.states.earliest("pk")
    if on not in (None, applied.since) or not same_household(known.household, household):
        events.refuse_other()
    return known.pk


@ledger.repeatable
@transaction.atomic
def welcome(*, membership_id: int, by: Actor, on: date | None = None) -> None:
    """A household that applied begins its path in: meeting, guide, mandate, PIN."""
    _state(membership_id, State.ONBOARDING, clock.today() if on is None else on, by)


@ledger.repeatable
@transaction.atomic
def activate(
    *, membership_id: int, holders: Sequence[NewHolder], joined_on: date, by: Actor
) -> Joined:
    """Open the membership of a household that applied, with its wallet and holders.

    `joined_on` is its first day. Raises Refusal: `state`, `capacity`, `holders`, `handle`, `taken`.
    """
    month = Month.of(joined_on)
    demand_holders(holders, bylaws.in_force(HolderRules, month=month))
    rules = bylaws.in_force(AdmissionRules, month=month)
    if rules.capacity is not None:
        demand_room(places_taken(on=joined_on), 1, rules)
    if Wallet.objects.filter(household__memberships=membership_id).exists():
        raise Refusal("state", "Cette adhésion est déjà ouverte.")
    cause = _state(membership_id, State.ACTIVE, joined_on, by)
    membership = Membership.objects.get(pk=membership_id)
    return open_wallets([membership], [holders], handles([holders], cause), [joined_on])[0]


@sent_again
@ledger.repeatable
@transaction.atomic
def pause(
    *, membership_id: int, first: Month, last: Month, by: Actor, id: Id | None = None
) -> None:
    """Suspend a membership for the whole months from `first` to `last`, both included.

    It is absent from the roll of those months: nothing is called, nothing is allocated, and what is
    in the wallet can be spent. Repeatable by `id`. Raises Refusal: `period`, `sealed`, `state`,
    `planned`, `differs`.
    """
    if _done_before(State.PAUSED, membership_id, first.first, id, last=str(last)):
        return
    if last < first:
        raise Refusal("period", "Une suspension finit après son début.")
    _demand_unsealed(first)
    _demand_state(membership_id, State.PAUSED, first.first)
    write_state(membership_id, State.PAUSED, first.first, by, cause=id, last=str(last))
    write_state(membership_id, State.ACTIVE, last.next().first, by)


@sent_again
@ledger.repeatable
@transaction.atomic
def resume(*, membership_id: int, first: Month, by: Actor, id: Id | None = None) -> None:
    """End a pause early: the membership is active again from the 1st of the month `first` on.

    Given the first month of the pause, it cancels it. Repeatable by `id`. Raises Refusal: `sealed`,
    `state`, `differs`.
    """
    if _done_before(State.ACTIVE, membership_id, first.first, id):
        return
    _demand_unsealed(first)
    _state(membership_id, State.ACTIVE, first.first, by, sweeps=True, cause=id)


@sent_again
@ledger.repeatable
@transaction.atomic
def leave(*, membership_id: int, on: date, by: Actor, id: Id | None = None) -> None:
    """End a membership: `on` is the first day without it; what was planned for later is swept away.

    The wallet can be spent until it is closed. Repeatable by `id`. Raises Refusal: `state`,
    `differs`.
    """
    if _done_before(State.LEAVING, membership_id, on, id):
        return
    _state(membership_id, State.LEAVING, on, by, sweeps=True, cause=id)


@sent_again
@ledger.repeatable
@transaction.atomic
def close(*, membership_id: int, by: Actor, id: Id | None = None) -> int:
    """Settle a departure: what is left in the wallet returns to the fund, and the wallet ends.

    A person decides it. Returns the cents that went back to the fund. Repeatable by `id`.
    Raises Refusal: `unknown`, `state`, `held` (money of the wallet is still set aside, or on
    vouchers), `differs`.
    """
    before = events.repeated("membership.closed", subject=f"membership:{membership_id}", id=id)
    if before is not None:
        return int(before.data["returned_cents"])
    today = clock.today()
    _demand_state(membership_id, State.CLOSED, today)
    cause, cents = ids.new_id() if id is None else id, 0
    wallet = Wallet.objects.filter(household__memberships=membership_id).first()
    if wallet is not None:
        cents = _end_wallet(f"wallet:{wallet.pk}", cause)
        for holder in Holder.objects.filter(wallet=wallet).exclude(until__lte=today):
            holder.until = max(today, holder.since)
            holder.save(update_fields=["until"])
    Membership.objects.filter(pk=membership_id).update(reached_on=None)
    write_state(membership_id, State.CLOSED, today, by, cause=cause, returned_cents=cents)
    return cents


def _end_wallet(code: str, cause: Id) -> int:
    """Return the balance of a wallet to the fund, once and for all; the cents returned."""
    ledger.set_state([code], "closed")  # holds the account, so that nothing moves under our eyes
    state = books.account(code)
    cents, held = (0, 0) if state is None else (state.balance, state.held)
    if held:
        raise Refusal("held", "De l’argent de ce porte-monnaie est encore réservé.")
    if books.set_aside(code):
        raise Refusal(
            "held", "De l’argent est encore de côté, ou sur des bons. Reprenez-le d’abord."
        )
    if cents > 0:
        leaving = derived_id(cause, "leaving")
        ledger.post([Transfer(leaving, code, "fund:caisse", cents, "leaving", cause)])
    ledger.set_state([code], "ended")
    return cents


def _demand_unsealed(month: Month) -> None:
    register.lock()
    sealed = bylaws.sealed_until()
    if sealed is not None and month <= sealed:
        raise Refusal(
            "sealed",
            f"Le plan pour {month.words} est figé : "
            f"ce changement est possible dès {sealed.next().words}.",
        )


def _done_before(
    state: State, membership_id: int, since: date, id: Id | None, **facts: str
) -> bool:
    """Whether the event `id` says this already; Refusal(differs) when it says something else."""
    subject, day = f"membership:{membership_id}", since.isoformat()
    name = f"membership.{state}"
    return events.repeated(name, subject=subject, id=id, since=day, **facts) is not None


def _state(
    membership_id: int, state: State, since: date, by: Actor, *, sweeps: bool = False,
    cause: Id | None = None,
) -> Id:  # fmt: skip
    """Check that `state` may follow, write it, and return its cause."""
    _demand_state(membership_id, state, since, sweeps=sweeps)
    return write_state(membership_id, state, since, by, cause=cause)


def _demand_state(membership_id: int, state: State, since: date, *, sweeps: bool = False) -> None:
    """Raise Refusal (`unknown`, `state`, `planned`) when `state` may not begin on `since`.

    Unless it `sweeps`, it may not contradict what is already planned for a later day.
    """
    # The lock keeps two changes of one membership in order.
    if not Membership.objects.select_for_update().filter(pk=membership_id).exists():
        raise Refusal("unknown", "Cette adhésion n’existe pas.")
    standing = timeline(membership_id)
    before = [statement for statement in standing if statement.since <= since]
    ended = any(statement.state == State.CLOSED for statement in standing)  # for good
    if not before or (ended and before[-1].state != State.CLOSED):
        before = standing[-1:]
    if not before or before[-1].state not in ALLOWED[state]:
        said = State(before[-1].state).label if before else "pas encore ouverte"
        raise Refusal("state", f"Au {since:%d/%m/%Y}, cette adhésion est : {said}.")
    if standing[-1].since > since and not sweeps:
        raise Refusal(
            "planned", f"Un autre changement est déjà prévu au {standing[-1].since:%d/%m/%Y}."
        )


def write_state(
    membership_id: int, state: State, since: date, by: Actor, *, cause: Id | None = None,
    **facts: int | str,
) -> Id:  # fmt: skip
    """One statement and its event; returns the event's id."""
    event = events.record(
        f"membership.{state}",
        subject=f"membership:{membership_id}",
        by=by,
        id=cause,
        since=since.isoformat(),
        **facts,
    )
    MembershipState.objects.create(
        membership_id=membership_id,
        state=state,
        since=since,
        recorded_at=clock.now_ms(),
        cause=event,
    )
    return event
