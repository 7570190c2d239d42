"""Agreements: a decision opens a place's account or closes it; the till then needs the ledger only.

Withdrawing or suspending closes the account: no payment passes, refunds and redemption still do, so
that money owed is paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from caisse.bylaws import operations as decisions
from caisse.bylaws import queries as bylaws
from caisse.bylaws.queries import Decision
from caisse.bylaws.rules import effect
from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import day, english
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants.models import PRODUCERS, Agreement, Kind, Merchant, Place, Suspension
from caisse.merchants.rules import CoverageRules, RedemptionRules

State = Agreement.State
CHUNK = 200  # places a transaction
LIVE = (State.PLANNED, State.ACTIVE, State.SUSPENDED)


@effect("place.approve")
@dataclass(frozen=True, slots=True)
class ApprovePlace:
    """The place may take payments from `since` on, until the day `until` if there is a term.

    `rate` is the code of its rate in the article coverage.rates_bp, where coverage is by place.
    """

    place_id: int
    since: date
    until: date | None = None
    rate: str = ""

    def sentence(self) -> str:
        """What adopting it changes, in plain French."""
        since = day(self.since) if english() else f"{self.since:%d/%m/%Y}"
        words = {"number": self.place_id, "day": since}
        return _("Le lieu n° %(number)s est conventionné à partir du %(day)s.") % words


@effect("place.withdraw")
@dataclass(frozen=True, slots=True)
class WithdrawPlace:
    """The place takes no more payments; what it is owed is still paid."""

    place_id: int

    def sentence(self) -> str:
        """What adopting it changes, in plain French."""
        return _("Le lieu n° %(number)s n’est plus conventionné.") % {"number": self.place_id}


@ledger.repeatable
def register_place(
    *,
    merchant: str,
    name: str,
    kind: str,
    by: Actor,
    commune: str = "",
    producer: bool | None = None,
) -> int:
    """Write down a place that may be approved; its id. The same merchant and name: the same place.

    `kind` is one of `queries.kinds()`; `producer` follows from it unless said. Raises Refusal:
    unknown_kind, name.
    """
    merchant, name = " ".join(merchant.split()), " ".join(name.split())
    if not merchant or not name:
        raise Refusal("name", "Écrivez le nom du lieu et celui de la structure qui le tient.")
    if kind not in Kind.values:
        raise Refusal("unknown_kind", f"Ce type de lieu n’existe pas : {', '.join(Kind.values)}.")
    found = Place.objects.filter(merchant__name=merchant, name=name).first()
    if found is not None:
        return found.pk
    holder = Merchant.objects.filter(name=merchant).first() or Merchant.objects.create(
        name=merchant
    )
    place = Place.objects.create(
        merchant=holder,
        name=name,
        kind=kind,
        producer=kind in PRODUCERS if producer is None else producer,
        commune=commune.strip(),
    )
    events.record("place.registered", subject=place, by=by, kind=kind)
    return place.pk


@ledger.repeatable
def approve_place(
    *,
    place_id: int,
    decision: int,
    by: Actor,
    since: date | None = None,
    until: date | None = None,
    rate: str = "",
    id: Id | None = None,
) -> int:
    """Give the place an agreement by the decision of that number; the agreement's id.

    Opens `place:<id>`, floor = article redemption.refund_floor_cents; when `since` (today if not
    said) is still to come, the account opens on that day (`turn_agreements`). `until` is the last
    day, `rate` the code of the place's rate of coverage. Raises Refusal: unknown_place,
    already_approved, term, rate, differs.
    """
    place = _locked(place_id)
    today = clock.today()
    content = {
        "decision": decision, "rate": rate, "since": str(since or ""), "until": str(until or "")
    }  # fmt: skip
    if id is not None and events.repeated("place.approved", subject=place, id=id, **content):
        return Agreement.objects.get(cause=id).pk
    if place.agreements.filter(state__in=LIVE).exists():
        raise Refusal("already_approved", "Ce lieu est déjà conventionné.")
    first = since or today
    if until is not None and until < max(first, today):
        raise Refusal("term", "La convention se termine avant de commencer, ou elle est passée.")
    month = Month.of(max(first, today))  # an agreement that began elsewhere is judged as of today
    demand_rate(rate, month)
    state = State.PLANNED if first > today else State.ACTIVE
    cause = events.record("place.approved", subject=place, by=by, id=id, **content)
    rules = bylaws.in_force(RedemptionRules, month=month)
    ledger.open_accounts([place.account], floor=rules.refund_floor_cents)
    ledger.set_state([place.account], "open" if state == State.ACTIVE else "closed")
    agreement = Agreement.objects.create(
        place=place,
        since=first,
        until=until,
        rate=rate,
        state=state,
        decision=decision,
        cause=cause,
    )
    return agreement.pk


@ledger.repeatable
def withdraw_place(*, place_id: int, decision: int, by: Actor, id: Id | None = None) -> None:
    """End the place's agreement today by decision and close its account; what it is owed is paid.

    Raises Refusal: unknown_place, not_approved, differs.
    """
    place = _locked(place_id)
    content = {"decision": decision}
    if events.repeated("place.withdrawn", subject=place, id=id, **content):
        return
    agreement = _live(place)
    events.record("place.withdrawn", subject=place, by=by, id=id, **content)
    _end(agreement, State.WITHDRAWN, clock.today())


@ledger.repeatable
def suspend_place(*, place_id: int, by: Actor, id: Id | None = None) -> None:
    """Stop payments at the place until `resume_place`; refunds and redemption go on.

    Raises Refusal: unknown_place, not_approved, already_suspended, differs.
    """
    place = _locked(place_id)
    if events.repeated("place.suspended", subject=place, id=id):
        return
    agreement = _live(place)
    if agreement.state != State.ACTIVE:
        raise Refusal("already_suspended", "Ce lieu n’encaisse déjà pas en ce moment.")
    cause = events.record("place.suspended", subject=place, by=by, id=id)
    Suspension.objects.create(agreement=agreement, since=clock.today(), cause=cause)
    agreement.state = State.SUSPENDED
    agreement.save()
    ledger.set_state([place.account], "closed")


@ledger.repeatable
def resume_place(*, place_id: int, by: Actor, id: Id | None = None) -> None:
    """Let a suspended place take payments again. Raises Refusal: unknown_place, not_suspended."""
    place = _locked(place_id)
    if events.repeated("place.resumed", subject=place, id=id):
        return
    agreement = place.agreements.filter(state=State.SUSPENDED).first()
    if agreement is None:
        raise Refusal("not_suspended", "Ce lieu n’est pas suspendu.")
    events.record("place.resumed", subject=place, by=by, id=id)
    agreement.suspensions.filter(until__isnull=True).update(until=clock.today())
    agreement.state = State.ACTIVE
    agreement.save()
    ledger.set_state([place.account], "open")


def turn_agreements(*, by: Actor) -> int:
    """Begin and end the agreements whose day has come: their accounts open and close.

    The accounts follow the refund floor of the month's bylaws too. Returns how many agreements
    changed. Repeatable: each is its own transaction, and changes once.
    """
    today = clock.today()
    _follow_floor(Month.of(today), by)
    begin = Agreement.objects.filter(state=State.PLANNED, since__lte=today)
    over = Agreement.objects.filter(state__in=LIVE, until__lt=today)
    ids = [*begin.values_list("id", flat=True), *over.values_list("id", flat=True)]
    return sum(_turn(agreement_id, today, by) for agreement_id in dict.fromkeys(ids))


def _follow_floor(month: Month, by: Actor) -> None:
    """Give the places the floor in force; one that stands below it keeps its own for now."""
    floor = bylaws.in_force(RedemptionRules, month=month).refund_floor_cents
    approved = Place.objects.filter(agreements__isnull=False).distinct().order_by("id")
    places = list(approved)
    for first in range(0, len(places), CHUNK):
        _set_floor(places[first : first + CHUNK], floor, month, by)


@ledger.repeatable
def _set_floor(places: Sequence[Place], floor: int, month: Month, by: Actor) -> None:
    """Change the floor of those places whose account has another and does not stand below it."""
    accounts = books.accounts(place.account for place in places).values()
    behind = [a.code for a in accounts if a.floor != floor and a.balance - a.held >= floor]
    if behind:
        events.record("places.floor_changed", subject=month, by=by, floor_cents=floor)
        ledger.set_floor(behind, floor)


@ledger.repeatable
def _turn(agreement_id: int, today: date, by: Actor) -> bool:
    """Begin or end one agreement whose day has come, with its account; False when it was done."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    if agreement.state not in LIVE:
        return False
    if agreement.until is not None and agreement.until < today:
        events.record("agreement.ended", subject=agreement.place, by=by)
        _end(agreement, State.ENDED, agreement.until + timedelta(days=1))
    elif agreement.state == State.PLANNED:
        events.record("agreement.began", subject=agreement.place, by=by)
        agreement.state = State.ACTIVE
        agreement.save()
        ledger.set_state([agreement.place.account], "open")
    else:
        return False
    return True


def _end(agreement: Agreement, state: Agreement.State, on: date) -> None:
    """End an agreement: `on` is the first day without it, or its first day when it never began."""
    agreement.suspensions.filter(until__isnull=True).update(until=on)
    agreement.state, agreement.ended_on = state, max(on, agreement.since)
    agreement.save()
    ledger.set_state([agreement.place.account], "closed")


def _locked(place_id: int) -> Place:
    place = Place.objects.select_for_update().filter(pk=place_id).first()
    if place is None:
        raise Refusal("unknown_place", "Ce lieu n’est pas connu.")
    return place


def _live(place: Place) -> Agreement:
    agreement = place.agreements.filter(state__in=LIVE).first()
    if agreement is None:
        raise Refusal("not_approved", "Ce lieu n’est pas conventionné.")
    return agreement


def demand_rate(rate: str, month: Month) -> None:
    """A place needs a rate of the article exactly where coverage is by place."""
    rules = bylaws.in_force(CoverageRules, month=month)
    known = [each.code for each in rules.rates_bp] if rules.mode == "rate_by_place" else [""]
    if rate not in known:
        codes = ", ".join(known) if known != [""] else "aucun ici"
        raise Refusal("rate", f"Le taux « {rate[:30]} » ne convient pas ({codes}).")


@decisions.enacts(ApprovePlace)
def _enact_approval(what: ApprovePlace, *, decision: Decision, by: Actor, id: Id) -> None:
    approve_place(
        place_id=what.place_id,
        since=what.since,
        until=what.until,
        rate=what.rate,
        decision=decision.number,
        by=by,
        id=id,
    )


@decisions.enacts(WithdrawPlace)
def _enact_withdrawal(what: WithdrawPlace, *, decision: Decision, by: Actor, id: Id) -> None:
    withdraw_place(place_id=what.place_id, decision=decision.number, by=by, id=id)
