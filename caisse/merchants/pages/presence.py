"""What a place tells its customers: hours, closed days, what one finds there and how to get in.

The same pages for the people of a place, and for the office when a place has no internet.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from caisse.kernel import clock
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by
from caisse.kernel.pages import done, found, show
from caisse.kernel.wording import capital, time_of_day, weekdays
from caisse.merchants import operations
from caisse.merchants import queries as merchants
from caisse.merchants.forms import ClosureForm, HoursForm, PositionedSheetForm, SheetForm
from caisse.merchants.here import Here, both_sides
from caisse.merchants.queries import Closed, Presence
from caisse.merchants.rules import Hours

FORMS = "GET HEAD POST"


def hours(request: HttpRequest, here: Here) -> HttpResponse:
    """The week of a place, day by day, and the days on which it is closed."""
    told = _told(here)
    week = [(number, capital(name), _day(told, number)) for number, name in enumerate(weekdays())]
    words = {"here": here, "week": week, "closures": told.closures, "shown": _shown(here)}
    return show(request, "merchants/hours.html", words)


def hours_day(request: HttpRequest, here: Here, weekday: int) -> HttpResponse:
    """The hours of one weekday, and of other days that have the same."""
    if weekday > 6:
        raise Http404
    told = _told(here)
    own = [one for one in told.hours if one.weekday == weekday]
    form = HoursForm(request.POST or None, weekday=weekday, hours=own)
    if form.carries_out(lambda: _write_hours(request, here, told, form)):
        return done(request, _("Vos horaires sont à jour."), here.names["hours"], here.id)
    words = {"here": here, "weekday": weekdays()[weekday]}
    return show(request, "merchants/hours_day.html", words, form=form)


def closure(request: HttpRequest, here: Here) -> HttpResponse:
    """Say that a place is closed for some days."""
    form = ClosureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.close_for(
            place_id=here.id, by=by(request), id=form.operation_id, **form.said
        )
    ):
        return done(request, _("La fermeture est annoncée."), here.names["hours"], here.id)
    return show(request, "merchants/closure.html", {"here": here}, form=form)


def open_again(request: HttpRequest, here: Here, closure_id: int) -> HttpResponse:
    """Take a closure back, after a question."""
    form = SureForm(request.POST or None)
    closures = _told(here).closures
    known = next((one for one in closures if one.id == closure_id), None)
    if known is None and request.method == "POST":  # sent twice: it is open already
        return done(request, _("La fermeture est retirée."), here.names["hours"], here.id)
    one: Closed = found(known)
    if form.carries_out(lambda: operations.open_again(closure_id=one.id, by=by(request))):
        return done(request, _("La fermeture est retirée."), here.names["hours"], here.id)
    return show(request, "merchants/open_again.html", {"here": here, "one": one}, form=form)


def sheet(request: HttpRequest, here: Here) -> HttpResponse:
    """What the public page of a place says."""
    told = _told(here)
    kind = PositionedSheetForm if here.office else SheetForm
    form = kind(request.POST or None, initial=_typed(told))
    if form.carries_out(lambda: _describe(request, here, told, form)):
        return done(request, _("La fiche du lieu est à jour."), here.names["sheet"], here.id)
    words = {"here": here, "shown": _shown(here)}
    return show(request, "merchants/sheet.html", words, form=form)


my_hours, place_hours = both_sides(hours)
my_hours_day, place_hours_day = both_sides(hours_day, change=True, methods=FORMS)
my_closure, place_closure = both_sides(closure, change=True, methods=FORMS)
my_open_again, place_open_again = both_sides(open_again, change=True, methods=FORMS)
my_sheet, place_sheet = both_sides(sheet, change=True, methods=FORMS)


def _write_hours(request: HttpRequest, here: Here, told: Presence, form: HoursForm) -> None:
    kept = [one for one in told.hours if one.weekday not in form.days]
    operations.set_hours(
        place_id=here.id, hours=[*kept, *form.hours()], by=by(request), id=form.operation_id
    )


def _describe(request: HttpRequest, here: Here, told: Presence, form: SheetForm) -> None:
    said = dict(form.said)
    kept = (told.latitude_e5, told.longitude_e5)
    latitude, longitude = (said.pop("position") or (None, None)) if here.office else kept
    operations.describe_place(
        place_id=here.id, by=by(request), id=form.operation_id, latitude_e5=latitude,
        longitude_e5=longitude, **said,
    )  # fmt: skip


def _typed(told: Presence) -> dict[str, str]:
    words = {"address": told.address, "sells": told.sells, "access": told.access}
    if told.latitude_e5 is None or told.longitude_e5 is None:
        return words
    return words | {"position": f"{_degrees(told.latitude_e5)} {_degrees(told.longitude_e5)}"}


def _degrees(value: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100_000},{abs(value) % 100_000:05d}"


def _told(here: Here) -> Presence:
    return found(merchants.presence(here.id, at=clock.today()))


def _shown(here: Here) -> bool:
    """Whether the public may see the place: it has an agreement."""
    return here.place.state in ("active", "suspended")


def _day(told: Presence, weekday: int) -> list[tuple[str, str]]:
    """Hours of a weekday in words, each with its market."""
    own = [one for one in told.hours if one.weekday == weekday]
    return [(_stretch(one), one.market) for one in own]


def _stretch(one: Hours) -> str:
    words = {"opens": time_of_day(one.opens), "closes": time_of_day(one.closes)}
    return _("%(opens)s à %(closes)s") % words
