"""Signals: whom to call, where to look. Nobody is accused of anything."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from caisse.accounting import queries as accounting
from caisse.kernel import clock
from caisse.kernel.guard import in_menu, only
from caisse.kernel.pages import show
from caisse.merchants import queries as merchants
from caisse.people import queries as people

IDLE_DAYS, SILENT_DAYS, SERIES_DAYS = 60, 30, 90


@in_menu("today")
@only("coordinator", "treasurer")
@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    """`/gestion/signaux`: wallets unused for 60 days, silent places, odd series of 90 days."""
    idle = accounting.unused_wallets(since_ms=_ago(IDLE_DAYS))
    silent = accounting.silent_places(since_ms=_ago(SILENT_DAYS))
    series = accounting.odd_series(since_ms=_ago(SERIES_DAYS))
    wallets = {one.id for one in idle} | {one.wallet_id for one in series if one.wallet_id}
    homes, names = people.memberships_of_wallets(wallets), merchants.names()
    words = {
        "idle": [homes[one.id] for one in idle if one.id in homes],
        "silent": [(one.id, names.get(one.id, "")) for one in silent],
        "series": [
            (names.get(one.place_id, ""), homes.get(one.wallet_id or 0), one.cents, one.at)
            for one in series
        ],
        "days": {"idle": IDLE_DAYS, "silent": SILENT_DAYS, "series": SERIES_DAYS},
    }
    return show(request, "site/office/signals.html", words)


def _ago(days: int) -> int:
    return clock.instant(clock.today() - timedelta(days))
