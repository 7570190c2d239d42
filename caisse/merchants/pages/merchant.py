"""What a place took, what it will be paid, what the caisse brings it; « appelez-moi »."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import done, found, show
from caisse.merchants import queries as merchants
from caisse.merchants.forms import CallForm
from caisse.merchants.here import Here, my_page, unit
from caisse.merchants.pages.bars import bars
from caisse.people import operations as people
from caisse.people import queries as registry

LAST = 3  # statements told on the first page


@in_menu("merchant")
@only("merchant")
@require_safe
def my_places(request: HttpRequest) -> HttpResponse:
    """`/commerce`: straight to the only place, or the list of those one acts for."""
    held = merchants.rights(login=by(request).id)
    if len(held) == 1:
        return HttpResponseRedirect(reverse("my_place", args=[held[0].place_id]))
    labels = merchants.state_labels()
    places = [found(merchants.place(one.place_id)) for one in held]
    rows = [(place, labels[place.state]) for place in places]
    return show(request, "merchants/my_places.html", {"rows": rows})


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page()
def my_place(request: HttpRequest, here: Here) -> HttpResponse:
    """`/commerce/<id>`: today, this month, what will be paid and when."""
    today = clock.today()
    month = Month.of(today)
    words = {
        "here": here,
        "today": today,
        "month": month,
        "day": merchants.taken(here.id, first=today, last=today),
        "so_far": merchants.taken(here.id, first=month.first, last=today),
        "owed": merchants.owed(here.id, at=today),
        "statements": merchants.statements(here.id)[:LAST],
        "unit": unit(),
        "no_bank": merchants.bank_details(here.place.merchant_id) is None,
    }
    return show(request, "merchants/my_place.html", words)


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page()
def my_share(request: HttpRequest, here: Here) -> HttpResponse:
    """`/commerce/<id>/apport`: what the caisse brought in the last twelve months."""
    last = Month.of(clock.today())
    rows = merchants.shares(here.id, last=last)
    words = {
        "here": here,
        "rows": rows,
        "cents": sum(one.taken.cents for one in rows),
        "sales": sum(one.taken.sales for one in rows),
        "customers": merchants.customers(here.id, rows[0].month, last) if rows else None,
        "chart": bars([(one.month, one.taken.cents) for one in rows]),
        "unit": unit(),
    }
    return show(request, "merchants/my_share.html", words)


@in_menu("merchant")
@only("merchant")
@require_http_methods(["GET", "HEAD", "POST"])
@my_page()
def call_me(request: HttpRequest, here: Here) -> HttpResponse:
    """`/commerce/<id>/appel`: ask the office to call, read what it answered."""
    form = CallForm(request.POST or None)
    subject = f"place:{here.id}"
    if form.carries_out(lambda: people.ask(
        subject=subject, kind="call_me", text=form.said["text"], by=by(request),
        id=form.operation_id,
    )):  # fmt: skip
        return done(
            request, _("Votre demande est chez nous. Nous vous appelons."), "call_me", here.id
        )
    words = {"here": here, "asked": registry.inquiries(subject=subject)}
    return show(request, "merchants/call_me.html", words, form=form)
