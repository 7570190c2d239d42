"""Selling without network, for the office: what may be lost, what was, a person's look."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel.cents import show as euros
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import Id, parse_id
from caisse.kernel.pages import SHOWN, done, found, once, show
from caisse.merchants import queries as merchants
from caisse.payments import operations, queries
from caisse.payments.forms import OfflineRoomForm, SalesListForm
from caisse.payments.pages import ROLES
from caisse.people import queries as people

FORMS = ["GET", "HEAD", "POST"]


@in_menu("money")
@only(*ROLES)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """`/gestion/sans-reseau`: the bound, the fund, the places with losses, the wallets stopped."""
    stopped = queries.stopped_wallets()
    late = queries.late_sales(before=_before(request), limit=SHOWN + 1)
    words = {
        "state": queries.offline_state(),
        "places": queries.offline_places(),
        "late": late[:SHOWN],
        "next": late[SHOWN - 1].number if len(late) > SHOWN else "",
        "stopped": [(one, people.latest_membership(one.wallet_id)) for one in stopped],
    }
    return show(request, "payments/offline.html", words)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(FORMS)
def offline_room(request: HttpRequest) -> HttpResponse:
    """`…/reserve`: put so much aside for losses, or take it back, by a decision; two people."""
    form = OfflineRoomForm(request.POST or None)
    if form.carries_out(
        lambda: operations.prepare_offline_room(by=by(request), id=form.operation_id, **form.asked)
    ):
        return done(request, _("Cela attend une deuxième personne."), "offline")
    words = {"state": queries.offline_state()}
    return show(request, "payments/offline_room.html", words, form=form)


@in_menu("money")
@only(*ROLES)
@require_http_methods(FORMS)
def offline_place(request: HttpRequest, place_id: int) -> HttpResponse:
    """`…/lieux/<number>`: the sales that the caisse has paid here; somebody has looked at them."""
    place, form = found(queries.offline_place(place_id)), SureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.review_losses(place_id=place_id, by=by(request), id=form.operation_id)
    ):
        said = _("C’est noté : %(amount)s. Ce lieu peut de nouveau vendre sans réseau.")
        return done(request, said % {"amount": euros(form.outcome)}, "offline")
    words = {
        "place": place,
        "losses": queries.open_losses(place_id),
        "overdue": queries.overdue_licences(place_id),
        "contacts": _contacts(place_id),
        "lists": queries.paid_lists(place_id),
    }
    return show(request, "payments/offline_place.html", words, form=form)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(FORMS)
def offline_list(request: HttpRequest, place_id: int) -> HttpResponse:
    """`…/lieux/<number>/liste`: a paper list of what a lost device cannot send; two people."""
    place, rows = found(queries.offline_place(place_id)), queries.listable(place_id)
    form = SalesListForm(request.POST or None, rows=rows)
    if form.carries_out(
        lambda: operations.prepare_sales_list(by=by(request), id=form.operation_id, **form.said)
    ):
        said = _("Cela attend une deuxième personne.")
        return done(request, said, "offline_place", place_id)
    words = {
        "place": place,
        "rows": rows,
        "until": queries.selling_until(place_id),
        "contacts": _contacts(place_id),
    }
    return show(request, "payments/offline_list.html", words, form=form)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(FORMS)
def offline_late(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """`…/tardives/<number>`: a sale that came too late; the caisse pays it, or somebody refuses."""
    row, form = found(queries.late_sale(sale_id.bytes)), SureForm(request.POST or None)
    pays = once(request, "acte") == "payer"
    act = operations.pay_late_sale if pays else operations.refuse_late_sale
    if form.carries_out(lambda: act(sale_id=row.id, by=by(request), id=form.operation_id)):
        return done(request, _said(pays, form.outcome), "offline")
    words = {
        "sale": found(queries.late_sale(row.id)),
        "alone": row.listed is None and row.cents <= queries.alone_left(row.place_id),
        "contacts": _contacts(row.place_id),
    }
    return show(request, "payments/offline_late.html", words, form=form)


def _said(pays: bool, paid: Any) -> str:
    if not pays:
        return _("C’est refusé. La caisse ne paie pas cette vente.")
    if paid:
        return _("C’est payé. La somme part avec le prochain virement du lieu.")
    return _("Cela attend une deuxième personne.")


def _contacts(place_id: int) -> list[Any]:
    """Whom to call at a place: those who hold a right on it."""
    logins = {row.login for row in merchants.rights(place_id=place_id)}
    return list(people.people_behind(logins).values())


def _before(request: HttpRequest) -> Id | None:
    """The id after which the list goes on; None at its beginning. Http404 for what is none."""
    said = request.GET.get("avant")
    try:
        return None if said is None else parse_id(said)
    except ValueError:
        raise Http404 from None


@in_menu("money")
@only(*ROLES)
@require_http_methods(FORMS)
def offline_wallet(request: HttpRequest, wallet_id: int) -> HttpResponse:
    """`…/foyers/<number>`: a telephone was copied; somebody has talked with the household."""
    row, form = found(queries.stopped_wallet(wallet_id)), SureForm(request.POST or None)
    if form.carries_out(lambda: operations.let_set_aside(wallet_id=wallet_id, by=by(request))):
        return done(request, _("Ce foyer peut de nouveau mettre de côté."), "offline")
    words = {"stopped": row, "membership": people.latest_membership(wallet_id)}
    return show(request, "payments/offline_wallet.html", words, form=form)
