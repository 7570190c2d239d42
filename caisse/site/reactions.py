"""Who is told when something happens: a notice to each person concerned, once."""

from caisse.contributions import queries as contributions
from caisse.kernel import clock, events
from caisse.kernel.events import Happened
from caisse.kernel.ids import Id
from caisse.kernel.work import on
from caisse.messages import operations as messages
from caisse.people import queries as people
from caisse.site.telling import alerts, letters, purchases

assert alerts and letters and purchases  # they declare what each kind of notice says
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
    _alert(event_id, "pin_reset")


@on("pin.drawn")
def tell_first_code(event_id: Id) -> None:
    """Who got a first code reads it; by no letter, for it is handed to her on paper."""
    _alert(event_id, "pin_drawn", paper=False)


@on("pin.redrawn")
def tell_new_code(event_id: Id) -> None:
    """Whose code was drawn anew reads it, whoever drew it (payments.md 2.5)."""
    _alert(event_id, "pin_redrawn")


@on("card.made")
def tell_new_card(event_id: Id) -> None:
    """Whose card was made anew reads it; a first one is handed to her."""
    event = _news(event_id)
    if event is not None and event.data["generation"] > 1:
        _alert(event_id, "card_remade")


@on("card.blocked")
def tell_blocked_card(event_id: Id) -> None:
    """Whose card was blocked reads it."""
    _alert(event_id, "card_blocked")


@on("phone.linked")
def tell_linked_phone(event_id: Id) -> None:
    """Whose money a telephone may pay with reads it: nobody knows whose hand linked it.

    Who has neither address nor number gets a letter: a telephone in her name may be a stranger's.
    """
    _alert(event_id, "phone_linked")


def _alert(event_id: Id, kind: str, *, paper: bool = True) -> None:
    """Tell the holder whom an event is about, unless she did it herself."""
    event = _news(event_id)
    holder = None if event is None else int(event.subject.removeprefix("holder:"))
    person = None if holder is None else people.person_of_holder(holder)
    if event is None or person is None:
        return
    who = people.me(event.by.partition(" for ")[0])
    if who is None or who.person_id != person:
        messages.alert(
            person_id=person, membership=_household(holder or 0), kind=kind, cause=event_id,
            paper=paper,
        )  # fmt: skip


def _household(holder_id: int) -> int | None:
    """The membership of somebody who may spend: the courrier is sorted by it."""
    wallet = people.wallet_of_holder(holder_id)
    return None if wallet is None else people.latest_membership(wallet)


def _tell(membership: int, kind: str, cause: Id) -> None:
    for person in people.persons_of(membership):
        messages.notify(person_id=person, membership=membership, kind=kind, cause=cause)


def _membership(event: Happened) -> int:
    return int(event.subject.removeprefix("membership:"))


def _news(event_id: Id) -> Happened | None:
    event = events.happened(event_id)
    return None if event is None or event.at < clock.now_ms() - LATE_MS else event
