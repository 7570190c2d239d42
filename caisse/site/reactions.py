"""Who is told when something happens: a notice to each person concerned, once."""

from caisse.contributions import queries as contributions
from caisse.kernel import clock, events
from caisse.kernel.events import Happened
from caisse.kernel.ids import Id
from caisse.kernel.work import on
from caisse.messages import operations as messages
from caisse.people import queries as people
from caisse.site.telling import letters, purchases

assert letters and purchases  # they declare what each kind of notice says
LATE_MS = 31 * 24 * 3_600_000  # what happened longer ago is no news: a demo's year, a restored copy


@on("membership.joined")
def welcome(event_id: Id) -> None:
    """Each holder of a household that joined is welcomed."""
    event = _news(event_id)
    if event is not None:
        first, last = int(event.data["first"]), int(event.data["last"])
        for membership in range(first, last + 1):
            _tell(membership, "welcome", event_id)


@on("contribution.pledged")
def note_pledge(event_id: Id) -> None:
    """A household that changed what it gives reads that it is noted; not one that just joined."""
    event = _news(event_id)
    if event is None or not event.subject.startswith("membership:"):
        return
    membership = _membership(event)
    began = people.timeline(membership)[:1]
    if began and clock.day_of(event.at) > began[0].since:
        _tell(membership, "pledge", event_id)


@on("contribution.returned")
def tell_return(event_id: Id) -> None:
    """A household whose debit came back reads what it may do; several in a file, each its own."""
    event = _news(event_id)
    if event is not None and event.subject.startswith("receipt:"):
        payer = contributions.payer_of(int(event.subject.removeprefix("receipt:")))
        if payer is not None:
            _tell(payer, "returned", event_id)


@on("inquiry.answered")
def tell_answer(event_id: Id) -> None:
    """Who asked reads that there is an answer; a place reads it on its page."""
    event = _news(event_id)
    if event is not None and event.subject.startswith("membership:"):
        _tell(_membership(event), "answered", event_id)


@on("membership.leaving")
def tell_leaving(event_id: Id) -> None:
    """A household that leaves reads what becomes of its money."""
    event = _news(event_id)
    if event is not None:
        _tell(_membership(event), "leaving", event_id)


@on("pin.reset_allowed")
def tell_reset(event_id: Id) -> None:
    """Whose code two referents let draw anew reads it, in time to say that she never asked."""
    event = _news(event_id)
    holder = None if event is None else int(event.subject.removeprefix("holder:"))
    person = None if holder is None else people.person_of_holder(holder)
    if person is not None:
        messages.notify(person_id=person, membership=None, kind="pin_reset", cause=event_id)


def _tell(membership: int, kind: str, cause: Id) -> None:
    for person in people.persons_of(membership):
        messages.notify(person_id=person, membership=membership, kind=kind, cause=cause)


def _membership(event: Happened) -> int:
    return int(event.subject.removeprefix("membership:"))


def _news(event_id: Id) -> Happened | None:
    event = events.happened(event_id)
    return None if event is None or event.at < clock.now_ms() - LATE_MS else event
