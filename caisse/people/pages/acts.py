"""What one person has prepared and a second one must agree to."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from caisse.kernel.actor import Actor
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import show_id
from caisse.kernel.pages import SHOWN, after, done, found, show
from caisse.kernel.refusal import Refusal
from caisse.people import operations
from caisse.people import queries as people
from caisse.people.forms import DeclineForm
from caisse.people.operations import KINDS, same_person
from caisse.people.pages.asking import SECONDS
from caisse.people.queries import ActView


@dataclass(frozen=True, slots=True)
class Shown:
    """An act in words: what it does, line by line, who prepared it, whether it is one's own."""

    key: str
    label: str
    lines: Sequence[tuple[str, str]]
    view: ActView
    first: str
    second: str
    mine: bool


@in_menu("today")
@only(*SECONDS)
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """`/gestion/accords`: what waits for a second person, and what was agreed or declined."""
    me, before = by(request), after(request)
    waiting = people.waiting_acts(*_kinds(me)) if _kinds(me) else []
    past = people.acts_done(before=before, limit=SHOWN + 1)
    words = {
        "waiting": _shown(waiting, me),
        "past": _shown([view for view in past[:SHOWN] if view.kind in _kinds(me)], me),
        "more": past[SHOWN - 1].second_at if len(past) > SHOWN else None,
        "later": before is not None,
    }
    return show(request, "people/acts.html", words)


@in_menu("today")
@only(*SECONDS)
@require_safe
def act(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """`/gestion/accords/<id>`: one act, to read before one agrees."""
    return _act(request, _mine_to_read(request, key), DeclineForm())


@in_menu("today")
@only(*SECONDS, fresh=True)
@require_POST
def agree(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """`…/accord`: the second person agrees, and the act is done."""
    view = _mine_to_read(request, key)
    try:
        operations.agree(act_id=view.id, by=by(request))
    except Refusal as refusal:
        return _act(request, view, DeclineForm(), refusal)
    return done(request, _("Votre accord est donné. L’acte est fait."), "acts")


@in_menu("today")
@only(*SECONDS)
@require_POST
def decline(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """`…/refus`: one does not agree, or takes one's own act back; nothing is done."""
    view = _mine_to_read(request, key)
    form = DeclineForm(request.POST)
    if form.carries_out(
        lambda: operations.decline(act_id=view.id, by=by(request), reason=form.said["reason"])
    ):
        return done(request, _("L’acte n’est pas fait. Rien n’a bougé."), "acts")
    return _act(request, view, form)


def _act(
    request: HttpRequest, view: ActView, form: DeclineForm, refusal: Refusal | None = None
) -> HttpResponse:
    one = _shown([view], by(request))[0]
    mine = one.mine or same_person(view.prepared_by, by(request).id)
    words = {"one": one, "mine": mine, "refusal": "" if refusal is None else refusal.sentence}
    return show(request, "people/act.html", words, form=form)


def _mine_to_read(request: HttpRequest, key: uuid.UUID) -> ActView:
    """The act, when it is of a kind that the reader's roles prepare; else 404."""
    view = found(people.act(key.bytes))
    if view.kind not in _kinds(by(request)):
        raise Http404
    return view


def _kinds(me: Actor) -> list[str]:
    """The kinds that the reader may agree to here."""
    return [kind.name for kind in KINDS.values() if me.may(*kind.roles) and not kind.apart]


def _shown(views: Sequence[ActView], me: Actor) -> list[Shown]:
    names = people.names_of(
        {login for view in views for login in (view.prepared_by, view.second_by)}
    )
    return [_one(view, me, names) for view in views]


def _one(view: ActView, me: Actor, names: dict[str, str]) -> Shown:
    kind = KINDS[view.kind]
    return Shown(
        show_id(view.id),
        kind.label,
        kind.tell(view.payload) if kind.tell is not None else (),
        view,
        names.get(view.prepared_by, view.prepared_by),
        names.get(view.second_by, view.second_by),
        view.prepared_by == me.id,
    )
