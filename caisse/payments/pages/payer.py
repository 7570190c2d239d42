"""« Payer »: the member's telephone shows its QR, reads that of a till, tells what is left.

Without network it tells what it knew last.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.kernel.pages import show, with_camera
from caisse.kernel.refusing import in_words
from caisse.messages import queries as messages
from caisse.payments.pages.installed import Installed, beside
from caisse.payments.queries import gift_rules
from caisse.payments.reasons import SCANNED_BY_PHONE, declined
from caisse.payments.rules import InstrumentRules

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
    "offline_member_limit", "offline_other_place", "offline_room_used", "means_unavailable",
)  # fmt: skip


@gzip_page  # the same for all: no secret is in it, no size tells one
@require_safe
def payer(request: HttpRequest) -> HttpResponse:
    """`/payer`: link this telephone, then pay with it."""
    return drawn(request)


def drawn(request: HttpRequest) -> HttpResponse:
    """The page itself."""
    told = {
        **APP.words(), "push_key": messages.push_key(), "reasons": _reasons(), **_allowed(),
    }  # fmt: skip
    return with_camera(show(request, "payments/payer.html", told))


def _allowed() -> dict[str, bool]:
    """What else of the wallet's pages there is, by the articles of today."""
    if bylaws.founding() is None:
        return {"giving": False, "cards": False}
    kinds = bylaws.in_force(InstrumentRules, month=Month.of(clock.today())).kinds
    return {"giving": gift_rules().gift_month_max_cents > 0, "cards": "card" in kinds}


def _reasons() -> dict[str, str]:
    """Why a payment without network was refused, as its member reads it."""
    known = [SCANNED_BY_PHONE["qr_unreadable"], *map(declined, ANSWERED)]
    return {one.reason: in_words(one.member) for one in known}


payer_manifest, payer_offline = beside(APP, drawn)
