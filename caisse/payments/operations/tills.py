"""Tills: opened at a place by a cashier, closed; known to a payment without asking the database."""

import time
from collections.abc import Callable, Collection

from django.db import connection

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, show_id
from caisse.kernel.looks import Asked, Look, Row
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import hour
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.queries import AccountState
from caisse.ledger.rules import Outcome, Transfer
from caisse.merchants import queries as merchants
from caisse.payments.models import Till

HOUR_MS = 3_600_000
TRIES_AT_TILL = "tries:till:"
REMEMBERED_S = 2.0  # how long another process may still pay at a till that was closed
_OPEN = Look("SELECT id, place_id FROM payments_till WHERE closed_at IS NULL AND id {keys}", "id")
_places: dict[Id, tuple[int, float]] = {}  # open tills: place, and until when that is believed


def mark_account(till: Id) -> str:
    """The counting account of the payment ids that were abandoned at this till."""
    return f"mark:till:{show_id(till)}"


def tries_account(till: Id) -> str:
    """The counting account of the wrong codes that were typed at this till."""
    return f"{TRIES_AT_TILL}{show_id(till)}"


def paused_until(till: Id) -> str:
    """Until what time a till takes no code, "" while it does: 10 wrong ones within an hour."""
    end = end_of_pause(books.account(tries_account(till)))
    return in_words(end) if end else ""


def end_of_pause(account: AccountState | None) -> int:
    """The instant of that time (ms), by the `tries_account` that was looked at; 0 for none.

    It is when fewer holds than the ceiling are left: of as many as it, when the first one expires.
    One that is over counts no more, also while nobody has voided it.
    """
    if account is None or account.ceiling is None or account.held < account.ceiling:
        return 0
    now = clock.now_ms()
    # each is of an hour; the second one is room for another machine's clock
    found = books.holds(account.code, after_ms=now, until_ms=now + 2 * HOUR_MS)
    return found[-account.ceiling].expires_at if len(found) >= account.ceiling else 0


def in_words(instant: int) -> str:
    """The hour of an instant, in the language of whoever asks."""
    return hour(clock.local(instant))


def judged_at(till: Id, submit: Callable[[], Outcome]) -> Outcome:
    """What the ledger answers to something that the wrong codes of a till limit.

    Where they are full of such as are over and the worker has not been there yet, these are voided:
    what is typed after a pause is counted, and nobody is told of a pause that has ended.
    """
    outcome = submit()
    if outcome.answer in ("ceiling", "limited") and not paused_until(till):
        ledger.void_expired()
        outcome = submit()
    return outcome


def submit_try(line: Transfer) -> Outcome:
    """Submit it; the accounts of a till of before there were codes, and of nobody, are opened."""
    outcome = ledger.submit([line])[0]
    if outcome.answer == "unknown":
        ledger.open_accounts([line.debit, line.credit])
        outcome = ledger.submit([line])[0]
    return outcome


@ledger.repeatable
def open_till(*, place_id: int, by: Actor) -> Id:
    """Open a till at a place; its id is the cause of the payments taken at it.

    Raises Refusal("unknown_place").
    """
    if merchants.place(place_id) is None:
        raise Refusal("unknown_place", "Ce lieu n’est pas connu.")
    till = events.record("till.opened", subject=f"place:{place_id}", by=by)
    Till.objects.create(id=till, place_id=place_id, opened_at=clock.now_ms(), opened_by=by.id)
    ledger.open_accounts([mark_account(till), tries_account(till), "tries:all"])
    return till


@ledger.repeatable
def close_till(*, till: Id, by: Actor) -> None:
    """Close a till: it takes no new payment. Twice is once. Raises Refusal("unknown_till")."""
    row = Till.objects.select_for_update().filter(pk=till).first()
    if row is None:
        raise Refusal("unknown_till", "Cet appareil n’est pas connu.")
    _places.pop(till, None)
    if row.closed_at is None:
        events.record("till.closed", subject=f"place:{row.place_id}", by=by, till=show_id(till))
        row.closed_at = clock.now_ms()
        row.save()


def till_for(*, place_id: int, by: Actor) -> Id:
    """The last till that `by` opened at the place and left open; a new one when there is none."""
    mine = Till.objects.filter(place_id=place_id, opened_by=by.id, closed_at__isnull=True)
    found = mine.order_by("-id").values_list("id", flat=True).first()
    return open_till(place_id=place_id, by=by) if found is None else found


def look_at_tills(tills: Collection[Id]) -> Asked[dict[Id, int]]:
    """The places of those tills that are open now."""
    return _OPEN.at(tills, read=_places_of)


def _places_of(rows: list[Row]) -> dict[Id, int]:
    return dict(rows)


def is_open(till: Id, place_id: int) -> bool:
    """True when `till` is an open till of that place; believed for two seconds once it was read."""
    known, until = _places.get(till, (0, 0))
    if time.monotonic() < until:
        return known == place_id
    there = look_at_tills([till]).found().get(till)
    if there is None:
        _places.pop(till, None)
        return False
    if not connection.in_atomic_block:  # what a transaction reads may never have been
        believe_open(till, there)
    return there == place_id


def believe_open(till: Id, place_id: int) -> None:
    """Believe for two seconds that a till is open, as was seen a moment ago."""
    _places[till] = (place_id, time.monotonic() + REMEMBERED_S)
