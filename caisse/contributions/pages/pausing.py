"""A member suspends the contribution for whole months, without a reason, and comes back."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from caisse.contributions import operations, queries
from caisse.contributions.forms import PauseForm
from caisse.contributions.pages import words
from caisse.contributions.pages.reading import my_membership, posted
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, show
from caisse.kernel.wording import month_name


@in_menu("pledge")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_pause(request: HttpRequest) -> HttpResponse:
    """`/moi/cotiser/pause`: whole months without contribution, and without allocation."""
    number, form = my_membership(request), PauseForm(posted(request))
    if form.carries_out(lambda: operations.pause(
        membership_id=number, first=form.first, months=int(form.said["months"]), by=by(request)
    )):  # fmt: skip
        return done(request, _("Votre pause est notée."), "my_pledge")
    told = {"pause": words.pause_words(queries.pause_of(number)), "form_resume": SureForm()}
    return show(request, "contributions/my_pause.html", told, form=form)


@in_menu("pledge")
@only("member")
@require_POST
def my_resume(request: HttpRequest) -> HttpResponse:
    """`/moi/cotiser/reprendre`: the pause ends with the first month that may still change."""
    number, form = my_membership(request), SureForm(posted(request))
    if form.carries_out(lambda: operations.resume(membership_id=number, by=by(request))):
        if form.outcome is None:
            return done(request, _("Votre pause est déjà finie."), "my_pledge")
        said = _("Vous revenez en %(month)s.") % {"month": month_name(form.outcome)}
        return done(request, said, "my_pledge")
    told = {"mine": words.mine(number), "form_call_me": SureForm(), "form_resume": form}
    return show(request, "contributions/my_pledge.html", told, form=form)
