"""Writes of the bylaws: found a caisse, adopt a decision with its effects, seal a month."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max

from caisse.bylaws import models, queries, rules
from caisse.bylaws.queries import Decision
from caisse.bylaws.rules import Amend, Effect
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger

E = TypeVar("E", bound=Effect)
Handler = Callable[..., None]
HANDLERS: dict[type[Effect], Handler] = {}
FOUNDERS = "founders"


def enacts(cls: type[E]) -> Callable[[Handler], Handler]:
    """Declare what enacts the effects of the class `cls`, in the package that owns the matter.

    The handler is called once per effect, in the transaction of the decision, as
    `handler(effect, id=…, decision=…, by=…)`: `id` derives from (decision, position) and is the id
    of the event it records; `decision` is the value that `decide` returns. A Refusal it raises
    stops the whole decision. It may not call `ledger.post` (one post per transaction).
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[cls] = handler
        return handler

    return register


@ledger.repeatable
def decide(
    *,
    title: str,
    text: str,
    body: str,
    effects: Sequence[Effect],
    by: Actor,
    on: date | None = None,
    id: Id | None = None,
) -> Decision:
    """Adopt a decision of `body`, taken on the day `on` (None: today), and enact its effects.

    With an `id` chosen by the sender twice is once: the second call returns the first decision, or
    refuses with `differs` when its content is another. All effects are enacted or none. Refusal:
    `not_founded`, `title`, `date`, `sealed`, `twice`, `contradiction`, those of an article's value
    and of the effects' own operations.
    """
    with transaction.atomic():
        lock()
        known = _known(id, title, text, body, effects, on)
        if known is not None:
            return known
        if queries.founding() is None:
            raise Refusal("not_founded", "Cette caisse n’est pas encore fondée.")
        return _adopt(title, text, body, effects, by, on or clock.today(), id or ids.new_id())


@ledger.repeatable
def found(
    *,
    name: str,
    preset: str,
    first_month: Month,
    by: Actor,
    demo: bool = False,
    id: Id | None = None,
) -> Decision:
    """Found the caisse: its first decision enacts every article with the values of `preset`.

    The articles are in force from the month of the founding, or from `first_month` (the first with
    an allocation) when it is earlier. Opens the ledger's fixed accounts. Twice with the same `id`
    is once. Refusal: `founded`, `unknown_preset`, `title`, `differs`.
    """
    with transaction.atomic():
        if id is not None and events.happened(id) is not None:
            return _founded_before(id, (name.strip(), preset, first_month, demo))
        if queries.founding() is not None:
            raise Refusal("founded", "Cette caisse est déjà fondée.")
        if not 0 < len(name.strip()) <= 120:
            raise Refusal("title", "Le nom de la caisse compte de 1 à 120 lettres.")
        chosen, decision_id = queries.preset(preset), id or ids.new_id()
        since = min(first_month, Month.of(clock.today()))
        ledger.found(since)
        ledger.found(first_month)
        _write_founding(name.strip(), preset, first_month, demo, by, decision_id)
        title = f"Fondation de la caisse, d’après le modèle « {chosen.name} »"
        amends = chosen.amends(since)
        return _adopt(title, chosen.story, FOUNDERS, amends, by, clock.today(), decision_id)


def _founded_before(id: Id, asked: tuple[str, str, Month, bool]) -> Decision:
    """The decision of the founding `id`; Refusal(differs) when it was another, or is none."""
    row = models.Founding.objects.filter(event=ids.derived_id(id, "founding")).first()
    if row is None or (row.name, row.preset, row.first_month, row.demo) != asked:
        events.refuse_other()
    decision = queries.decision_of(id)
    assert decision is not None, "the founding is a decision, written with it"
    return decision


def _write_founding(
    name: str, preset: str, first_month: Month, demo: bool, by: Actor, decision_id: Id
) -> None:
    event = events.record(
        "caisse.founded",
        subject="caisse",
        by=by,
        id=ids.derived_id(decision_id, "founding"),
        preset=preset,
        first_month=str(first_month),
        demo=demo,
    )
    models.Founding.objects.create(
        id=1,
        name=name,
        preset=preset,
        first_month=first_month,
        demo=demo,
        at=clock.now_ms(),
        event=event,
    )


@ledger.repeatable
def seal(*, month: Month, cause: Id | None = None) -> None:
    """No amendment may reach `month` or a month before it any more; twice is once.

    `cause` is the event that froze the month; without one an event of its own is written.
    """
    with transaction.atomic():
        lock()
        if models.Seal.objects.filter(pk=month.number).exists():
            return
        event = cause or events.record("bylaws.sealed", subject=month, by=SYSTEM)
        # a seal is not older than the decisions that it keeps, wherever the clock was put back to
        newest = models.Decision.objects.aggregate(at=Max("adopted_at"))["at"] or 0
        at = max(clock.now_ms(), newest)
        models.Seal.objects.create(month=month, at=at, event=event)


def lock() -> None:
    """Take one's turn among decisions, seals and pledges, until the end of the transaction.

    Whoever reads `sealed_until` to write something that a seal would forbid takes it first.
    """
    list(models.Founding.objects.select_for_update().filter(pk=1))


def effect_id(decision: Decision, position: int) -> Id:
    """The id of what the effect at `position` (from 0) of a decision does."""
    return ids.derived_id(decision.id, f"effect:{position}")


def _known(
    id: Id | None, title: str, text: str, body: str, effects: Sequence[Effect], on: date | None
) -> Decision | None:
    """The decision adopted before under this id; Refusal `differs` when it is not this one."""
    row = None if id is None else models.Decision.objects.filter(event=id).first()
    if row is None:
        if id is not None and events.happened(id) is not None:
            events.refuse_other()
        return None
    encoded = events.canonical([rules.encode(effect) for effect in effects])
    asked = (title.strip(), text, body.strip(), encoded)
    if (row.title, row.text, row.body, row.effects) != asked or on not in (None, row.decided_on):
        events.refuse_other()
    return queries.as_value(row)


def _adopt(
    title: str, text: str, body: str, effects: Sequence[Effect], by: Actor, on: date, id: Id
) -> Decision:
    encoded = _demand(title, body, effects, on)
    last = models.Decision.objects.aggregate(number=Max("number"), at=Max("adopted_at"))
    row = models.Decision.objects.create(
        number=(last["number"] or 0) + 1,
        event=id,
        decided_on=on,
        body=body.strip(),
        title=title.strip(),
        text=text,
        effects=events.canonical(encoded),
        adopted_at=max(clock.now_ms(), last["at"] or 0),  # adoption never goes back in time
    )
    adopted = queries.as_value(row)
    events.record(
        "decision.adopted",
        subject=f"decision:{row.number}",
        by=by,
        id=id,
        # title, body, text and sources are typed: they stand in the register only
        effects=[{k: v for k, v in each.items() if k != "source"} for each in encoded],
    )
    _amend(adopted, effects)
    for position, effect in enumerate(effects):
        if not isinstance(effect, Amend):
            handler = HANDLERS[type(effect)]
            handler(effect, id=effect_id(adopted, position), decision=adopted, by=by)
    return adopted


def _demand(title: str, body: str, effects: Sequence[Effect], on: date) -> list[dict[str, Any]]:
    """Judge everything that can be judged before writing; returns the effects as JSON."""
    if not 0 < len(title.strip()) <= 200:
        raise Refusal("title", "Le titre d’une décision compte de 1 à 200 lettres.")
    if not 0 < len(body.strip()) <= 40:
        raise Refusal("body", "Dites quelle instance a pris la décision.")
    if on > clock.today():
        raise Refusal("date", "Une décision ne se date pas d’un jour à venir.")
    encoded = [rules.encode(effect) for effect in effects]
    for effect in effects:
        if not isinstance(effect, Amend) and type(effect) not in HANDLERS:
            raise Refusal("unknown_effect", f"Rien n’applique l’effet : {effect.sentence()}")
    amends = [effect for effect in effects if isinstance(effect, Amend)]
    sealed = queries.sealed_until()
    for amend in amends:
        if sealed is not None and amend.since <= sealed:
            raise Refusal("sealed", _sealed_sentence(amend, sealed))
    if len({(amend.article, amend.since) for amend in amends}) < len(amends):
        raise Refusal("twice", "Une décision ne change pas deux fois un article au même mois.")
    return encoded


def _sealed_sentence(amend: Amend, sealed: Month) -> str:
    label = rules.find(amend.article).label
    return (
        f"Le mois de {sealed.words} est arrêté : l’article « {label} » peut changer "
        f"à partir de {sealed.next().words}, pas de {amend.since.words}."
    )


def _amend(decision: Decision, effects: Sequence[Effect]) -> None:
    """Write the amendments of a decision; Refusal `contradiction` when articles then disagree."""
    models.Amendment.objects.bulk_create(
        models.Amendment(
            id=effect_id(decision, position),
            article=effect.article,
            value=events.canonical(rules.to_json(effect.article, effect.value)),
            since=effect.since,
            decision_id=decision.number,
            position=position,
            adopted_at=decision.adopted_at,
            sourced=effect.sourced,
            source=effect.source,
        )
        for position, effect in enumerate(effects)
        if isinstance(effect, Amend)
    )
    changed = {effect.article: effect.since for effect in effects if isinstance(effect, Amend)}
    for cls, names in rules.CLASSES.items():
        touched = [changed[name] for name in names.values() if name in changed]
        if touched:
            _demand_agreement(cls, min(touched))


def _demand_agreement(cls: type, first: Month) -> None:
    """The articles of a class agree at `first` and at every later month that brings a change."""
    for month in queries.changes(cls, first):
        said = rules.contradiction(queries.in_force(cls, month=month))
        if said is not None:
            raise Refusal("contradiction", f"{said} (en {month.words})")
