"""The till: one page for every screen of it; who it is for is proven by the device, not by a login.

The page holds nobody's data: it is the same for all, and all that it shows comes by the API.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from caisse.bylaws import queries as bylaws
from caisse.kernel.pages import show


@require_safe
def till(request: HttpRequest) -> HttpResponse:
    """`/commerce/appareil`: link this device, then cash with it."""
    founding = bylaws.founding()
    return show(request, "payments/till.html", {"name": founding.name if founding else ""})
