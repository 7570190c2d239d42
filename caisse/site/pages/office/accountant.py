"""Files for the accountant: where each list can be downloaded."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from caisse.kernel import clock
from caisse.kernel.guard import in_menu, only
from caisse.kernel.month import Month, months
from caisse.kernel.pages import show

SHOWN = 12


@in_menu("money")
@only("treasurer")
@require_safe
def accountant(request: HttpRequest) -> HttpResponse:
    """`/gestion/comptable`: the lists as files, month by month, newest first."""
    last = Month.of(clock.today())
    found = list(reversed(months(last + -(SHOWN - 1), last)))
    return show(request, "site/office/accountant.html", {"months": found})
