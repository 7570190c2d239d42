"""« Payer »: the member's telephone shows its QR, reads that of a till, tells what is left.

Without network it tells what it knew last.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from caisse.kernel.pages import show, with_camera
from caisse.kernel.refusing import in_words
from caisse.messages import queries as messages
from caisse.payments.pages.installed import Installed, beside
from caisse.payments.reasons import SCANNED_BY_PHONE, declined

APP = Installed(
    "payer",
    title=_("Payer - %(name)s"),
    short=_("Payer"),
    script="phone/payer.js",
    styles=("payments/payer.css",),
    colour="#1f5f3a",
    schemes="light dark",
    told=True,
)
ANSWERED = (  # what a copy of a payment without network may be answered, but for « posted »
    "id_reused", "abandoned", "place_closed", "late", "offline_licence_old", "offline_till_limit",
    "offline_member_limit", "offline_other_place", "offline_room_used",
)  # fmt: skip


@require_safe
def payer(request: HttpRequest) -> HttpResponse:
    """`/payer`: link this telephone, then pay with it."""
    told = {**APP.words(), "push_key": messages.push_key(), "reasons": _reasons()}
    return with_camera(show(request, "payments/payer.html", told))


def _reasons() -> dict[str, str]:
    """Why a payment without network was refused, as its member reads it."""
    known = [SCANNED_BY_PHONE["qr_unreadable"], *map(declined, ANSWERED)]
    return {one.reason: in_words(one.member) for one in known}


payer_manifest, payer_offline = beside(APP, payer)
