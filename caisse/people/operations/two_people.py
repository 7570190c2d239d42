"""Acts that need two people: one prepares, another agrees, and only then it is done.

Each package says what its acts do with `@acts(kind)`; this room only knows who prepared, who
agreed, and that they are two persons. The act runs in the transaction of the agreement, with the id
chosen when it was prepared: agreed twice, or by two people at once, it is done once.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.people.models import ActState, PreparedAct
from caisse.people.operations.persons import tidy
from caisse.people.operations.ways_in import same_person

Act = Callable[[dict[str, Any], Actor, Id], object]
Tell = Callable[[dict[str, Any]], list[tuple[str, str]]]
LONGEST_REASON = 300
MOST_ENDED = 500  # acts of a kind that end at once
TOO_LATE = "Personne n’a donné de second accord à temps."


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of act: what does it, who may prepare it and who may agree (roles).

    `tell` says a payload in words, as (label, value) lines for whoever has to agree. `lives_ms` is
    how long the first word is good, None without end. `apart`: it is agreed to on a page of its
    own, and stands in no list.
    """

    name: str
    label: str
    act: Act
    roles: tuple[str, ...]
    tell: Tell | None = None
    lives_ms: int | None = None
    apart: bool = False


KINDS: dict[str, Kind] = {}


def acts(
    name: str,
    label: str,
    *roles: str,
    tell: Tell | None = None,
    lives_ms: int | None = None,
    apart: bool = False,
) -> Callable[[Act], Act]:
    """Declare what an agreed act of that kind does: `act(payload, by, id)`.

    `label` is French, for lists ("payer les lieux"); `roles` may prepare and agree; `tell` says
    what a payload means, line by line, without a name of a person; `lives_ms`, `apart`: see Kind.
    """

    def declare(act: Act) -> Act:
        KINDS[name] = Kind(name, label, act, roles, tell, lives_ms, apart)
        return act

    return declare


@ledger.repeatable
@transaction.atomic
def prepare_act(
    *,
    kind: str,
    subject: str,
    payload: dict[str, Any],
    by: Actor,
    cents: int | None = None,
    id: Id | None = None,
) -> Id:
    """Write down an act that a second person must agree to; returns its id. Repeatable by `id`.

    `payload` holds what the act needs, as JSON, and no name of a person; `cents` is what it moves.
    Raises Refusal: `role`, `differs`.
    """
    _demand_role(kind, by)
    act_id = new_id() if id is None else id
    said = events.canonical(payload)
    before = PreparedAct.objects.filter(pk=act_id).first()
    if before is not None:
        known = (before.kind, before.subject, before.payload, before.cents)
        return act_id if known == (kind, subject, said, cents) else events.refuse_other()
    if events.happened(act_id) is not None:  # the act could never be done under this id
        events.refuse_other()
    PreparedAct.objects.create(
        id=act_id,
        kind=kind,
        subject=subject,
        payload=said,
        cents=cents,
        prepared_by=by.id,
        prepared_at=clock.now_ms(),
    )
    events.record("act.prepared", subject=subject, by=by, act=show_id(act_id), kind=kind)
    return act_id


def prepared_before(id: Id | None, kind: str, /, **asked: Any) -> dict[str, Any] | None:
    """The payload of the act `id` when it is prepared already, with these parts of it.

    For what is found out again at each sending (a sum, the lines that are new): once the act is
    prepared, the first answer stands. None when it is not; Refusal(differs) when it is another.
    """
    before = None if id is None else PreparedAct.objects.filter(pk=id).first()
    if before is None:
        return None
    payload: dict[str, Any] = json.loads(before.payload)
    known = {key: payload.get(key) for key in asked}
    return payload if (before.kind, known) == (kind, asked) else events.refuse_other()


@ledger.repeatable
@transaction.atomic
def agree(*, act_id: Id, by: Actor) -> None:
    """The second person agrees: the act is done now, in this transaction. Repeatable.

    Raises Refusal: `unknown`, `same_person`, `role`, `too_late` once it was declined, and whatever
    the act itself is refused for; then it keeps waiting.
    """
    row = _locked(act_id)
    if row.state == ActState.DONE and row.second_by == by.id:
        return
    _demand_waiting(row)
    _demand_role(row.kind, by)
    lives_ms = KINDS[row.kind].lives_ms
    if lives_ms is not None and row.prepared_at <= clock.now_ms() - lives_ms:
        raise Refusal("too_late", "Le premier accord est trop ancien. Tout recommence.")
    if same_person(row.prepared_by, by.id):
        raise Refusal(
            "same_person", "Vous avez préparé cet acte. Une autre personne doit donner son accord."
        )
    _second(row, ActState.DONE, by)
    events.record("act.agreed", subject=row.subject, by=by, act=show_id(act_id), kind=row.kind)
    KINDS[row.kind].act(json.loads(row.payload), by, act_id)


@transaction.atomic
def decline(*, act_id: Id, by: Actor, reason: str) -> None:
    """Say no, or take one's own act back; nothing was done and nothing will be. Repeatable.

    Raises Refusal: `unknown`, `reason` without one, `role`, `too_late`.
    """
    row = _locked(act_id)
    if row.state == ActState.DECLINED and row.second_by == by.id:
        return
    _demand_waiting(row)
    _demand_role(row.kind, by)
    row.reason = tidy(reason)[:LONGEST_REASON]
    if not row.reason:
        raise Refusal("reason", "Dites pourquoi, en quelques mots.")
    _second(row, ActState.DECLINED, by)
    events.record("act.declined", subject=row.subject, by=by, act=show_id(act_id), kind=row.kind)


@ledger.repeatable
@transaction.atomic
def end_old_acts() -> int:
    """End what nobody seconded in time: nothing was done and nothing will be. How many."""
    ended = 0
    for kind in KINDS.values():
        if kind.lives_ms is None:
            continue
        last = clock.now_ms() - kind.lives_ms
        rows = PreparedAct.objects.select_for_update().filter(
            kind=kind.name, state=ActState.WAITING, prepared_at__lte=last
        )
        for row in rows.order_by("prepared_at")[:MOST_ENDED]:
            row.reason = TOO_LATE
            _second(row, ActState.DECLINED, SYSTEM)
            act = show_id(bytes(row.pk))
            events.record("act.ended", subject=row.subject, by=SYSTEM, act=act, kind=row.kind)
            ended += 1
    return ended


def _locked(act_id: Id) -> PreparedAct:
    row = PreparedAct.objects.select_for_update().filter(pk=act_id).first()
    if row is None:
        raise Refusal("unknown", "Cet acte n’existe pas.")
    return row


def _second(row: PreparedAct, state: ActState, by: Actor) -> None:
    row.state, row.second_by, row.second_at = state, by.id, clock.now_ms()
    row.save(update_fields=["state", "second_by", "second_at", "reason"])


def _demand_waiting(row: PreparedAct) -> None:
    if row.state != ActState.WAITING:
        raise Refusal("too_late", f"Cet acte est déjà {ActState(row.state).label}.")


def _demand_role(kind: str, by: Actor) -> None:
    roles = KINDS[kind].roles
    if not by.may(*roles):
        raise Refusal("role", "Votre rôle ne permet pas cet acte.")
