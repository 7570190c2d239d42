"""The till: one page for every screen of it; who it is for is proven by the device, not by a login.

The page holds nobody's data: it is the same for all, and all that it shows comes by the API. It is
an application that one may install, and that opens without network.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.kernel.pages import show, with_camera
from caisse.payments.pages.installed import (
    QR,
    Installed,
    manifest,
    name_of_the_caisse,
    worker,
)

MODULES = (
    "till.js",
    "asking.js",
    "cashier.js",
    "lately.js",
    "linking.js",
    "sale.js",
    "scanning.js",
    "ways.js",
    *QR,
    "dom.js",
    "formats.js",
    "screens.js",
    "settling.js",
    "practice.js",
    "wire.js",
    "store.js",
    "telling.js",
)


@require_safe
def till(request: HttpRequest) -> HttpResponse:
    """`/commerce/appareil`: link this device, then cash with it."""
    return with_camera(show(request, "payments/till.html", {"name": name_of_the_caisse()}))


@require_safe
def till_manifest(request: HttpRequest) -> HttpResponse:
    """`…/manifeste`: what a browser needs to install the till."""
    title = _("Encaisser - %(name)s") % {"name": name_of_the_caisse()}
    return manifest("till", title=title, short=_("Encaisser"))


@require_safe
def till_offline(request: HttpRequest) -> HttpResponse:
    """`…/hors-ligne`: what keeps the till's own files."""
    return worker(request, APP)


APP = Installed(
    "till", MODULES, ("payments/till.css", "payments/till_sheets.css", "payments/till.js"), till
)
