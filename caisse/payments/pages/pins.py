"""The code with which a holder pays: drawn at the desk, shown once, printed for her alone."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import found, show
from caisse.payments import operations, queries
from caisse.people import queries as people


@in_menu("people")
@only("desk", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def holder_pin(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/code-pour-payer`: a question, then the code on a sheet; it is never shown again."""
    view = found(people.membership(number))
    holder = found(next((one for one in people.holders_of(number) if one.id == holder_id), None))
    form = SureForm(request.POST or None)
    words = {"view": view, "holder": holder, "before": queries.has_pin(holder.id)}
    if form.carries_out(lambda: operations.draw_pin(holder_id=holder.id, by=by(request))):
        digits = str(form.outcome)
        half = len(digits) // 2
        words["digits"] = f"{digits[:half]} {digits[half:]}"
        return show(request, "payments/pin_sheet.html", words)
    return show(request, "payments/pin.html", words, form=form)
