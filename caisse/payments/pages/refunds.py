"""Giving a purchase back from the office: the day, the purchase, then how much and why."""

from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import short_id, show_id
from caisse.kernel.pages import SHOWN, after, done, found, show
from caisse.merchants import queries as merchants
from caisse.merchants.here import read_day
from caisse.payments import operations, queries
from caisse.payments.forms import RefundForm
from caisse.payments.pages import ROLES
from caisse.payments.queries import Receipt
from caisse.people import queries as people


@in_menu("places")
@only(*ROLES)
@require_safe
def place_day(request: HttpRequest, place_id: int, day: str) -> HttpResponse:
    """`/gestion/lieux/<id>/achats/<day>`: the purchases of a day, each leads to its refund."""
    place, on = found(merchants.place(place_id)), _day(day)
    if "jour" in request.GET:
        return redirect("place_day", place.id, _day(request.GET["jour"]).isoformat())
    rows = merchants.day_of_sales(place_id, on, before=after(request), limit=SHOWN + 1)
    today, given = clock.today(), queries.given_back([row.id for row in rows])
    words = {
        "place": place,
        "day": on,
        "before": on - timedelta(1),
        "next_day": on + timedelta(1) if on < today else None,
        "rows": [
            (row, "" if row.of or row.cents <= 0 else show_id(row.id), given.get(row.id, 0))
            for row in rows[:SHOWN]
        ],
        "today": today,
        "next": rows[SHOWN - 1].seq if len(rows) > SHOWN else None,
    }
    return show(request, "payments/place_day.html", words)


@in_menu("places")
@only(*ROLES, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def refund_new(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """`/gestion/achats/<number>/rembourser`: how much and why; a second person above a sum."""
    purchase = queries.receipt(payment_id.bytes)
    purchase = found(purchase if purchase is not None and purchase.kind == "payment" else None)
    place = found(merchants.place(purchase.place_id))
    form = RefundForm(request.POST or None, left_cents=queries.left_to_refund(purchase.id))
    on = clock.day_of(purchase.at)
    if form.carries_out(
        lambda: operations.refund_at_office(
            payment_id=purchase.id, by=by(request), id=form.operation_id, **form.said
        )
    ):
        if form.outcome:
            said = _("C’est rendu. La somme est revenue dans le porte-monnaie.")
            return done(request, said, "place_day", place.id, on.isoformat())
        said = _("Le remboursement attend une deuxième personne. Rien n’est encore rendu.")
        return done(request, said, "acts")
    words = _words(purchase) | {"place": place, "day": on}
    return show(request, "payments/refund_new.html", words, form=form)


def _words(purchase: Receipt) -> dict[str, object]:
    """The purchase, what of it is given back, and how much one person may give back alone."""
    left, late = queries.left_to_refund(purchase.id), operations.too_late(purchase)
    given = purchase.cents - left
    return {
        "purchase": purchase,
        "number": short_id(purchase.id),
        "left": left,
        "late": "" if late is None else late.cashier,
        "given": given,
        "alone": max(0, operations.alone_cents() - given),
        "waiting": _waiting(show_id(purchase.id)),
    }


def _waiting(payment: str) -> bool:
    """Whether a refund of this purchase waits for its second person already."""
    acts = people.waiting_acts(operations.OFFICE_REFUND)
    return any(act.payload["payment"] == payment for act in acts)


def _day(text: str) -> date:
    """A day of an address, "2024-01-31"; Http404 for anything else, and for a day to come."""
    day = read_day(text)
    if day > clock.today():
        raise Http404
    return day
