"""The till: one page for all its screens; who it is for the device proves, and not a login."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caisse.kernel.pages import show, with_camera
from caisse.kernel.refusing import in_words
from caisse.payments.pages.installed import Installed, beside
from caisse.payments.reasons import Declined, with_values, without_network

APP = Installed(
    "till",
    title=_("Encaisser - %(name)s"),
    short=_("Encaisser"),
    script="till.js",
    styles=("payments/till.css", "payments/till_sheets.css"),
)


@gzip_page  # the same for all: no secret is in it, no size tells one
@require_safe
def till(request: HttpRequest) -> HttpResponse:
    """`/commerce/appareil`: link this device, then cash with it."""
    return drawn(request)


def drawn(request: HttpRequest) -> HttpResponse:
    """The page itself."""
    reasons, filled = (_spoken(known) for known in (without_network(), with_values()))
    told = APP.words() | {"reasons": reasons, "filled": filled}
    return with_camera(show(request, "payments/till.html", told))


def _spoken(known: list[Declined]) -> list[tuple[str, str, str]]:
    """Reason, cashier's and member's sentence, in the language of the page."""
    return [(one.reason, in_words(one.cashier), in_words(one.member)) for one in known]


till_manifest, till_offline = beside(APP, drawn)
