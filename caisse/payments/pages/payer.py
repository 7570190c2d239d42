"""« Payer »: the member's telephone shows its QR, reads that of a till, tells what is left.

Like the till it is one page, the same for all; whose it is, the telephone proves to the API. It may
be installed, opens without network, and then tells what it knew last.
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
    "phone/payer.js",
    "phone/keeping.js",
    "phone/showing.js",
    "dom.js",
    "scanning.js",
    "formats.js",
    "telling.js",
    "wire.js",
    *QR,
)


@require_safe
def payer(request: HttpRequest) -> HttpResponse:
    """`/payer`: link this telephone, then pay with it."""
    return with_camera(show(request, "payments/payer.html", {"name": name_of_the_caisse()}))


@require_safe
def payer_manifest(request: HttpRequest) -> HttpResponse:
    """`…/manifeste`: what a browser needs to install it."""
    title = _("Payer - %(name)s") % {"name": name_of_the_caisse()}
    return manifest("payer", title=title, short=_("Payer"))


@require_safe
def payer_offline(request: HttpRequest) -> HttpResponse:
    """`…/hors-ligne`: what keeps its own files."""
    return worker(request, APP)


APP = Installed("payer", MODULES, ("payments/payer.css", "payments/phone/payer.js"), payer)
