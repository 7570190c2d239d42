"""The card of a holder, at the desk: made, printed, made anew when it is lost, blocked."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, once, show
from caisse.payments import operations, queries
from caisse.people import queries as people


@in_menu("people")
@only("desk", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def holder_card(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/carte`: which card is good; make one, another one for one that is lost, block it."""
    view = found(people.membership(number))
    holder = found(next((one for one in people.holders_of(number) if one.id == holder_id), None))
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
    words = {"view": view, "holder": holder, "card": queries.card(holder.id)}
    return show(request, "payments/card.html", words, form=form)
