"""Transfers by hand: written down by one person, agreed to by another, or answered with a no."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from caisse.accounting import operations, queries
from caisse.accounting.forms import DeclineForm, TransferForm
from caisse.accounting.operations import LABELS, MANUAL, Order
from caisse.accounting.pages import ACT, ROLES
from caisse.funding import queries as funding
from caisse.kernel import clock, ids
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, show
from caisse.kernel.refusal import Refusal
from caisse.people import operations as people_operations
from caisse.people import queries as people
from caisse.people.queries import ActView


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(ACT)
def transfer_new(request: HttpRequest) -> HttpResponse:
    """Write a transfer down for a second person; what can never be done is answered why."""
    form = TransferForm(request.POST or None)
    if form.carries_out(
        lambda: operations.prepare_transfer(
            order=_order(form), by=by(request), id=form.operation_id
        )
    ):
        return done(request, _("Le virement attend une deuxième personne."), "transfers")
    words = {"fence": form.has_error("__all__", "route"), "cover": queries.cover_now()}
    words["unit"] = queries.unit_of(clock.today())
    return show(request, "accounting/transfer_new.html", words, form=form)


@in_menu("money")
@only(*ROLES)
@require_http_methods(["GET", "HEAD"])
def transfers(request: HttpRequest) -> HttpResponse:
    """The transfers that wait for somebody, and the last ones that were answered."""
    waiting = people.waiting_acts(MANUAL)
    answered = [act for act in people.acts_done(limit=200) if act.kind == MANUAL]
    names = people.names_of({who for act in (*waiting, *answered) for who in _both(act)})
    words = {
        "waiting": [_told(act, names, by(request).id) for act in waiting],
        "answered": [_told(act, names, by(request).id) for act in answered],
    }
    return show(request, "accounting/transfers.html", words)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(ACT)
def transfer(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """One transfer: what it would do; the second person's yes."""
    act = _act(act_id)
    form = SureForm(request.POST or None)
    if form.carries_out(lambda: people_operations.agree(act_id=act.id, by=by(request))):
        return done(request, _("Le virement est fait."), "transfers")
    return show(request, "accounting/transfer.html", _page(request, act), form=form)


@in_menu("money")
@only(*ROLES)
@require_POST
def transfer_decline(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """The second person's no, or the first one takes it back; with a reason."""
    act = _act(act_id)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            people_operations.decline(act_id=act.id, by=by(request), reason=reason)
            return done(request, _("Le virement est refusé, rien n’est parti."), "transfers")
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
    words = _page(request, act) | {"decline": form}
    return show(request, "accounting/transfer.html", words, form=form)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(ACT)
def levy_answer(request: HttpRequest, act_id: UUID, what: str) -> HttpResponse:
    """Of an order to pay from a named fund: the bank paid it, or did not; two people say so."""
    act = _act(act_id)
    payout = ids.show_id(operations.event_of(act.id))
    found(
        what if act.payload.get("what") == "levy" and what in ("levy_paid", "levy_void") else None
    )
    form = SureForm(request.POST or None)
    order = Order(what, payout=payout, fund=act.payload["fund"])
    if form.carries_out(
        lambda: operations.prepare_transfer(order=order, by=by(request), id=form.operation_id)
    ):
        return done(request, _("Cette réponse attend une deuxième personne."), "transfers")
    words = {"label": LABELS[what], "act": act}
    return show(request, "accounting/levy_answer.html", words, form=form)


def _order(form: TransferForm) -> Order:
    said = form.said
    cents = None if said["what"] == "return_cover" else said["cents"]
    fund = said.get("fund", "") if said["what"] == "levy" else ""
    return Order(what=said["what"], cents=cents, fund=fund)


def _act(act_id: UUID) -> ActView:
    """The prepared transfer, or Http404 for another act."""
    act = people.act(act_id.bytes)
    return found(act if act is not None and act.kind == MANUAL else None)


def _both(act: ActView) -> tuple[str, str]:
    return act.prepared_by, act.second_by


def _told(act: ActView, names: dict[str, str], me: str) -> dict[str, object]:
    return {
        "act": act,
        "id": ids.show_id(act.id),
        "label": LABELS[act.payload["what"]],
        "by": names.get(act.prepared_by, act.prepared_by),
        "second": names.get(act.second_by, act.second_by),
        "mine": act.prepared_by == me,
        "open_levy": act.payload["what"] == "levy" and operations.waits(act.id),
    }


def _page(request: HttpRequest, act: ActView) -> dict[str, object]:
    names = people.names_of(set(_both(act)))
    id = ids.show_id(act.id)
    papers = {"papers": funding.documents_of(f"act:{id}"), "entry": ("act", id)}
    return _told(act, names, by(request).id) | papers | {"decline": DeclineForm()}
