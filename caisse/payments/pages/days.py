"""The day of a place, for who acts for it: each sale, where it was taken, the closing to keep."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel import clock
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import SHOWN, after, done, show
from caisse.merchants.here import Here, my_page, read_day
from caisse.payments import operations, queries
from caisse.people import queries as people
from caisse.people.queries import Me


@in_menu("merchant")
@only("merchant")
@require_http_methods(["GET", "HEAD", "POST"])
@my_page()
def my_day(request: HttpRequest, here: Here, day: str) -> HttpResponse:
    """`/commerce/<id>/jours/<day>`: the sales of a day, each with its receipt's number.

    A POST lets its closing leave for the address on file of who is logged in.
    """
    on, today = read_day(day), clock.today()
    me = _me(request)
    form = SureForm(request.POST or None)
    if form.carries_out(lambda: _send(request, here, on, me, form)):
        return done(request, _("La clôture part à votre adresse e-mail."), "my_day", here.id, day)
    before = after(request)
    sums, rows = queries.day_page(here.id, on, before=before, limit=SHOWN + 1)
    words = {
        "here": here,
        "day": on,
        "before": on - timedelta(1),
        "next_day": on + timedelta(1) if on < today else None,
        "is_today": on == today and before is None,
        "sums": sums,
        "taken": sums.taken,
        "rows": rows[:SHOWN],
        "next": rows[SHOWN - 1].sale.seq if len(rows) > SHOWN else None,
        **_reached(request, here, me),
    }
    return show(request, "payments/my_day.html", words, form=form)


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page()
def my_day_pdf(request: HttpRequest, here: Here, day: str) -> HttpResponse:
    """`/commerce/<id>/jours/<day>.pdf`: the closing of a day, to print or to file."""
    on = read_day(day)
    return _file(operations.day_pdf(place=here.place, on=on), "application/pdf", here, on, "pdf")


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page()
def my_day_csv(request: HttpRequest, here: Here, day: str) -> HttpResponse:
    """`/commerce/<id>/jours/<day>.csv`: the same, for a spreadsheet."""
    on = read_day(day)
    content = operations.day_csv(place=here.place, on=on).encode()
    return _file(content, "text/csv; charset=utf-8", here, on, "csv")


def _me(request: HttpRequest) -> Me | None:
    login = by(request).id
    return people.people_behind({login}).get(login)


def _reached(request: HttpRequest, here: Here, me: Me | None) -> dict[str, object]:
    """Whether the closing can leave for her, else whether she may note her address herself."""
    actor = by(request)
    may_note = here.may_change and me is not None and actor.roles == {"merchant"}
    return {"known": me is not None and bool(me.email), "may_note": may_note, "me": actor.id}


def _send(request: HttpRequest, here: Here, on: date, me: Me | None, form: SureForm) -> None:
    """Of a day that has not come there is nothing to close, and to a login without a person nobody
    writes."""
    if on > clock.today() or me is None or me.person_id is None:
        raise Http404
    operations.send_day(
        place_id=here.id, on=on, person_id=me.person_id, by=by(request), id=form.operation_id
    )


def _file(content: bytes, kind: str, here: Here, on: date, ending: str) -> HttpResponse:
    name = operations.day_name(here.id, on, ending)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
