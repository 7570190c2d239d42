"""Selling without network, for the office: what may be lost, what was, a person's look."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel.cents import show as euros
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, show
from caisse.payments import operations, queries
from caisse.payments.forms import OfflineRoomForm
from caisse.payments.pages import ROLES
from caisse.people import queries as people

FORMS = ["GET", "HEAD", "POST"]


@in_menu("money")
@only(*ROLES)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """`/gestion/sans-reseau`: the bound, the fund, the places with losses, the wallets stopped."""
    stopped = queries.stopped_wallets()
    words = {
        "state": queries.offline_state(),
        "places": queries.offline_places(),
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
    words = {"place": place, "losses": queries.open_losses(place_id)}
    return show(request, "payments/offline_place.html", words, form=form)


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
