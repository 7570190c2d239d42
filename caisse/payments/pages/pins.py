"""The code with which a holder pays: drawn at the desk, shown once, printed for her alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import found, show
from caisse.payments import operations, queries
from caisse.payments.forms import DrawForm
from caisse.payments.pages import may_read
from caisse.people import queries as people


@in_menu("people")
@only("desk", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def holder_pin(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/code-pour-payer`: who is there, then the code on a sheet; it is never shown again."""
    view, holders = found(people.membership(number)), people.holders_of(number)
    holder = found(next((one for one in holders if one.id == holder_id), None))
    if request.method != "POST" and not may_read(request, number):
        return redirect("person", number)
    form = DrawForm(request.POST or None)
    words = {"view": view, "holder": holder, "before": queries.has_pin(holder.id)}
    if form.carries_out(
        lambda: operations.draw_pin(holder_id=holder.id, by=by(request), **form.said)
    ):
        digits = str(form.outcome)
        half = len(digits) // 2
        words["digits"] = f"{digits[:half]} {digits[half:]}"
        return show(request, "payments/pin_sheet.html", words)
    words["others"] = [one for one in holders if one.id != holder.id]
    return show(request, "payments/pin.html", words | _to_ask(number), form=form)


def _to_ask(number: int) -> dict[str, object]:
    """What the desk knows of a household without showing where it lives."""
    adults, children = people.composition(number, month=Month.of(clock.today()))
    began = people.timeline(number)[:1]
    return {"adults": adults, "children": children, "since": began[0].since if began else None}
