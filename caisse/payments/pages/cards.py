"""The card of a holder, at the desk: made, printed, made anew when it is lost, blocked; money that
is set aside on it for a market without network."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.kernel.actor import Actor
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, once, show
from caisse.payments import operations, queries
from caisse.payments.forms import AsideAgainForm, AsideForm, GiveBackForm
from caisse.payments.pages import may_read
from caisse.payments.queries import AsideDesk
from caisse.people import queries as people
from caisse.people.queries import HolderRow, MembershipView

ROLES = ("desk", "coordinator")
FORMS = ["GET", "HEAD", "POST"]


@in_menu("people")
@only(*ROLES)
@require_http_methods(FORMS)
def holder_card(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/carte`: which card is good; make one, another one for one that is lost, block it."""
    view, holder = _holder(number, holder_id)
    form = SureForm(request.POST or None)
    asked = once(request, "acte")
    blocks, first = asked == "bloquer", asked == "faire"

    def act() -> object:
        if blocks:
            return operations.block_card(holder_id=holder.id, by=by(request))
        return operations.make_card(
            holder_id=holder.id, by=by(request), id=form.operation_id, first=first
        )

    if form.carries_out(act):
        said = _("La carte est bloquée.") if blocks else _("La carte est prête : imprimez-la.")
        return done(request, said, "holder_card", number, holder_id)
    sells = queries.aside_desk(found(view.wallet_id)).allowed
    words = {"view": view, "holder": holder, "card": queries.card(holder.id), "aside": sells}
    return show(request, "payments/card.html", words, form=form)


@in_menu("people")
@only(*ROLES)
@require_http_methods(FORMS)
def card_aside(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/carte/marche`: set money aside on the card for a place without network, or give it back.

    For who has no telephone (payments.md 7.2). Where somebody shops is read in an open file only.
    """
    (view, holder), opened = _holder(number, holder_id), may_read(request, number)
    wallet_id = found(view.wallet_id)
    desk = _aside_desk(wallet_id, holder, habit=opened)
    if not (opened or request.method == "POST"):
        return redirect("person", number)
    act, who = once(request, "acte"), by(request)
    form = AsideForm(None if act else request.POST or None, places=desk.places)
    back = GiveBackForm(request.POST if act == "rendre" else None)
    again = AsideAgainForm(request.POST if act == "encore" else None)
    if _set_aside(form, again, holder_id, who):
        return done(request, _("C’est mis de côté."), "card_aside", number, holder_id)
    if back.carries_out(
        lambda: operations.give_back_reserve(wallet_id=wallet_id, by=who, **back.said)
    ):
        return done(request, _("C’est revenu au porte-monnaie."), "card_aside", number, holder_id)
    words = {"view": view, "holder": holder, "desk": desk, "back": back, "again": again}
    words["rows"] = queries.asides(wallet_id) if opened else []
    return show(request, "payments/card_aside.html", words, form=form)


def _set_aside(form: AsideForm, again: AsideAgainForm, holder_id: int, who: Actor) -> bool:
    """Whether one sum was set aside, or those of the last time."""
    return again.carries_out(
        lambda: operations.set_aside_again(
            holder_id=holder_id, lines=again.asked, by=who, id=again.operation_id
        )
    ) or form.carries_out(
        lambda: operations.set_aside(holder_id=holder_id, by=who, id=form.operation_id, **form.said)
    )


def _aside_desk(wallet_id: int, holder: HolderRow, *, habit: bool) -> AsideDesk:
    """What may be set aside on this person's card; 404 where there is none that pays.

    `habit`: with what was set aside the last time.
    """
    desk = queries.aside_desk(wallet_id, holder.id if habit else None)
    card = queries.card(holder.id)
    may: AsideDesk = found(desk if card and not card.blocked and desk.allowed else None)
    return may


def _holder(number: int, holder_id: int) -> tuple[MembershipView, HolderRow]:
    view = found(people.membership(number))
    return view, found(
        next((one for one in people.holders_of(number) if one.id == holder_id), None)
    )
