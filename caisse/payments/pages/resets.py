"""A new code to pay with for who cannot come: what two referents say, and what it gives."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import show
from caisse.messages import queries as messages
from caisse.payments import operations
from caisse.payments.forms import LostPinForm, WhoForm

ACT = ["GET", "HEAD", "POST"]


@in_menu("referent")
@only("referent")
@require_http_methods(ACT)
@sensitive_variables()
def referent(request: HttpRequest) -> HttpResponse:
    """`/referent`: say that somebody asks for a new code; one half of it, to read out to her."""
    form = WhoForm(request.POST or None)
    if form.carries_out(lambda: operations.confirm_holder(by=by(request), **form.said)):
        words = {"told": form.outcome, "who": form.said["who"]}
        return show(request, "payments/referent_half.html", words)
    return show(request, "payments/referent.html", {"reach": messages.reach()}, form=form)


@require_http_methods(ACT)
@sensitive_post_parameters()
@sensitive_variables()
def lost_pin(request: HttpRequest) -> HttpResponse:
    """`/entrer/code-perdu`: the two halves and the identifier, then the new code, once."""
    form = LostPinForm(request.POST or None)
    words: dict[str, object] = {"reach": messages.reach()}
    if form.carries_out(lambda: operations.draw_by_code(**form.said)):
        digits = str(form.outcome)
        half = len(digits) // 2
        words |= {"digits": f"{digits[:half]} {digits[half:]}", "handle": form.said["who"]}
        return show(request, "payments/lost_pin_drawn.html", words)
    return show(request, "payments/lost_pin.html", words, form=form)
