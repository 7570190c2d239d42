"""One's own card: which one is good, and how it is blocked at once when it is lost."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, show
from caisse.messages import queries as messages
from caisse.payments import operations, queries
from caisse.site.pages.member.mine import me_of


@in_menu("member")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_card(request: HttpRequest) -> HttpResponse:
    """`/moi/carte`: its number, and the button that blocks it."""
    holder_id = found(me_of(request).holder_id)
    card = queries.card(holder_id)
    form = SureForm(request.POST or None)
    if form.carries_out(lambda: operations.block_card(holder_id=holder_id, by=by(request))):
        return done(request, _("Votre carte est bloquée. Votre argent est en sûreté."), "my_card")
    words = {"card": card, "reach": messages.reach()}
    return show(request, "site/member/my_card.html", words, form=form)
