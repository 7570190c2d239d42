"""A new PIN for somebody who cannot come to a desk: two referents say that it is she.

Source: payments.md 2.5. Each of the two reads out one half of a code, so that neither alone has it;
whoever types both halves with the identifier sees a new PIN, once. The code is computed of the act
and a key, and stored nowhere.
"""

import hmac
from typing import Any, NamedTuple

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id, new_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.messages import queries as messages
from caisse.payments import keys, pins
from caisse.payments.models import PinReset
from caisse.payments.operations.first_keys import first_pin_key
from caisse.payments.operations.pins import RESET_LIVES_MS, draw_pin, hold_means, spender_typed
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.queries import ActView, HolderView

RESET = "pin.reset"
REFERENT = "referent"
WITHIN_MS = clock.DAY_MS  # between the two referents
DELAY_MS = clock.DAY_MS  # before the code is good, where the holder can be told of it meanwhile
MOST_WRONG = 3  # entries with one half right: 3 / 2^25 for a dishonest referent
BY_REFERENTS = "system:referents"
PUBLIC = Actor(BY_REFERENTS)  # who draws the PIN in the end: nobody of the office
NOT_GOOD = "Ce code n’est pas bon, pas encore, ou plus. Demandez aux deux référents."


class Confirmed(NamedTuple):
    """What a referent is told: her half of the code; from when (ms) both are good, None before the
    second has spoken, and until when; whether hers is the second half."""

    half: str
    opens_at: int | None = None
    until: int | None = None
    second: bool = False


@ledger.repeatable
@transaction.atomic
@sensitive_variables()
def confirm_holder(*, who: str, by: Actor) -> Confirmed:
    """A referent says that the holder `who` asks for a new code, and that it is she.

    The first one prepares the act, another one within a day agrees. Whoever has spoken already is
    told her half again; with nothing to repeat by, it follows from what stands. Raises Refusal:
    `unknown`, `role`, `own_code` for one's own, `same_person`.
    """
    holder = spender_typed(who)
    if not by.may(REFERENT):
        raise Refusal("role", "Votre rôle ne permet pas cet acte.")
    _demand_another(holder.id, by)
    first_pin_key()
    hold_means(holder.wallet_id)  # two referents at once are one after the other
    row = _open_reset(holder.id)
    if row is not None:
        view = registry.act(bytes(row.pk))
        if view is not None and by.id in (view.prepared_by, view.second_by):
            return _told(row, second=by.id == view.second_by)
    waiting = _waiting(holder)
    if waiting is None:
        id = new_id()
        people.prepare_act(
            kind=RESET, subject=_subject(holder), payload={"holder": holder.id}, by=by, id=id
        )
        return Confirmed(pins.halves(_code(id))[0])
    if waiting.prepared_by == by.id:
        return Confirmed(pins.halves(_code(waiting.id))[0])
    people.agree(act_id=waiting.id, by=by)
    return _told(PinReset.objects.get(pk=waiting.id), second=True)


@people.acts(RESET, "nouveau code par deux référents", REFERENT, lives_ms=WITHIN_MS, apart=True)
def allow_reset(payload: dict[str, Any], by: Actor, id: Id) -> None:
    """Two referents have spoken: from now on, or in a day, the code draws a new PIN.

    Raises Refusal("own_code") when the second one is the holder.
    """
    holder_id, now = payload["holder"], clock.now_ms()
    _demand_another(holder_id, by)
    cause = derived_id(id, RESET)
    events.record("pin.reset_allowed", subject=f"holder:{holder_id}", by=by, id=cause)
    _close(holder_id, now)
    opens_at = now + (DELAY_MS if _reachable(holder_id) else 0)
    PinReset.objects.create(
        id=id, holder_id=holder_id, key=max(keys.pin_keys()), allowed_at=now, opens_at=opens_at
    )


@sensitive_variables()
def draw_by_code(*, who: str, code: str) -> str:
    """The new PIN of the holder `who`, this one time, for the two halves of the referents' code.

    Entries with one half right count, and three of them end it; a stranger, who has neither, ends
    nothing. Raises Refusal: `reset_code` whatever is wrong, `pin_resets`.
    """
    digits = _drawn(who, pins.tidy_reset(code))
    if digits is None:
        raise Refusal("reset_code", NOT_GOOD)
    return digits


@ledger.repeatable
@transaction.atomic
@sensitive_variables()
def _drawn(who: str, typed: str) -> str | None:
    """The PIN, None for what opens nothing: then what was counted stays."""
    holder, now = registry.holder(who), clock.now_ms()
    if holder is not None and _open_reset(holder.id) is not None:
        hold_means(holder.wallet_id)  # before the row, as everybody who draws
    row = None if holder is None else _open_reset(holder.id, lock=True)
    if holder is None or row is None or now < row.opens_at or row.wrong >= MOST_WRONG:
        return None
    right = _code(bytes(row.pk), row.key)
    if hmac.compare_digest(right.encode(), typed.encode()):
        row.closed_at = now
        row.save(update_fields=["closed_at"])
        return draw_pin(holder_id=holder.id, by=PUBLIC)
    parts = zip(pins.halves(right), pins.halves(typed), strict=True)
    if any(hmac.compare_digest(known.encode(), said.encode()) for known, said in parts):
        row.wrong += 1
        row.save(update_fields=["wrong"])
    return None


def _code(act: Id, key: int | None = None) -> str:
    keyring = keys.pin_keys()
    return pins.reset_code(keyring[max(keyring) if key is None else key], act)


def _told(row: PinReset, *, second: bool) -> Confirmed:
    half = pins.halves(_code(bytes(row.pk), row.key))[second]
    return Confirmed(half, row.opens_at, row.opens_at + RESET_LIVES_MS, second)


def _open_reset(holder_id: int, *, lock: bool = False) -> PinReset | None:
    """What two referents allowed and nobody has used, while it is good or soon will be."""
    rows = PinReset.objects.filter(
        holder=holder_id, closed_at=None, opens_at__gt=clock.now_ms() - RESET_LIVES_MS
    )
    return (rows.select_for_update() if lock else rows).order_by("-allowed_at").first()


def _close(holder_id: int, now: int) -> None:
    PinReset.objects.filter(holder=holder_id, closed_at=None).update(closed_at=now)


def _waiting(holder: HolderView) -> ActView | None:
    """What the first referent has said within a day."""
    since = clock.now_ms() - WITHIN_MS
    acts = registry.waiting_acts(RESET, subject=_subject(holder))
    return next((act for act in acts if act.prepared_at > since), None)


def _subject(holder: HolderView) -> str:
    return f"holder:{holder.id}"


def _demand_another(holder_id: int, by: Actor) -> None:
    me = registry.me(by.id)
    if me is not None and me.person_id == registry.person_of_holder(holder_id):
        raise Refusal("own_code", "Pour votre propre code, demandez à deux autres référents.")


def _reachable(holder_id: int) -> bool:
    """Whether a road leads to the holder by which she hears of it in time: no letter does."""
    person = registry.person_of_holder(holder_id)
    return person is not None and bool(messages.ways_to(person))
