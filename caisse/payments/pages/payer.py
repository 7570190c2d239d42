"""« Payer »: the member's telephone shows its QR, reads that of a till, tells what is left.

Without network it tells what it knew last.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from caisse.kernel.pages import show, with_camera
from caisse.payments.pages.installed import Installed, beside

APP = Installed(
    "payer",
    title=_("Payer - %(name)s"),
    short=_("Payer"),
    script="phone/payer.js",
    styles=("payments/payer.css",),
    colour="#1f5f3a",
    schemes="light dark",
)


@require_safe
def payer(request: HttpRequest) -> HttpResponse:
    """`/payer`: link this telephone, then pay with it."""
    return with_camera(show(request, "payments/payer.html", APP.words()))


payer_manifest, payer_offline = beside(APP, payer)
