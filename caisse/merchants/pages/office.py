"""The office's places: the list, one place, a place that applies, suspend and resume."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel import clock
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import SHOWN, after, done, once, show
from caisse.kernel.wording import NBSP, month_name
from caisse.merchants import operations
from caisse.merchants import queries as merchants
from caisse.merchants.forms import PlaceForm
from caisse.merchants.here import READS, Here, office_page, unit
from caisse.merchants.pages.files import places_csv as as_csv
from caisse.people import queries as registry

MONEY = ("coordinator", "treasurer")
"""Who may know what a place took (domain.md 3.5)."""


@in_menu("places")
@only(*READS)
@require_http_methods(["GET", "HEAD", "POST"])
def places_office(request: HttpRequest) -> HttpResponse:
    """`/gestion/lieux`: all places by name; POST searches, so that no address holds the words."""
    money, search = by(request).may(*MONEY), once(request, "recherche").strip()[:80]
    rows = merchants.place_lines(
        at=clock.today(), search=search, after=after(request), limit=SHOWN + 1, money=money
    )
    labels = merchants.state_labels()
    words = {
        "rows": [(row, labels[row.state], _short(row.next_on)) for row in rows[:SHOWN]],
        "next": rows[SHOWN - 1].id if len(rows) > SHOWN and not search else None,
        "more": len(rows) > SHOWN and bool(search),
        "search": search,
        "money": money,
        "later": after(request) is not None,
        "counts": _counts(),
        "may_add": by(request).may("coordinator"),
    }
    return show(request, "merchants/places_office.html", words)


@in_menu("places")
@only(*MONEY)
@require_safe
def places_csv(request: HttpRequest) -> HttpResponse:
    """`/gestion/lieux.csv`: all places for the accountant."""
    rows = merchants.place_lines(at=clock.today(), limit=1_000_000)
    headers = {"Content-Disposition": 'attachment; filename="lieux.csv"'}
    content = as_csv(rows, merchants.state_labels()).encode()
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@in_menu("places")
@only("coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def place_new(request: HttpRequest) -> HttpResponse:
    """`/gestion/lieux/nouveau`: write down a place that asks to be chosen."""
    form = PlaceForm(request.POST or None, kinds=merchants.kinds())
    if form.carries_out(lambda: operations.register_place(by=by(request), **form.said)):
        said = _("Le lieu est noté. Le comité décide s’il est choisi.")
        return done(request, said, "place_office", form.outcome)
    return show(request, "merchants/place_new.html", {}, form=form)


@in_menu("places")
@only(*READS)
@require_safe
@office_page
def place_office(request: HttpRequest, here: Here) -> HttpResponse:
    """`/gestion/lieux/<id>`: one place, its agreement, its people, what it is owed."""
    today, money = clock.today(), by(request).may(*MONEY)
    held = merchants.rights(place_id=here.id)
    words = {
        "here": here,
        "agreements": merchants.agreements(here.id),
        "label": merchants.state_labels()[here.place.state],
        "told": merchants.presence(here.id, at=today),
        "people": len(held),
        "managers": registry.names_of({one.login for one in held if one.right == "manager"}),
        "owed": merchants.owed(here.id, at=today) if money else None,
        "statements": merchants.statements(here.id)[:6] if money else (),
        "bank": merchants.bank_details(here.place.merchant_id) if money else None,
        "bank_waits": merchants.proposed_bank_details(here.place.merchant_id) if money else None,
        "money": money,
        "today": today,
    }
    return show(request, "merchants/place_office.html", words)


@in_menu("places")
@only("coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
@office_page
def place_suspend(request: HttpRequest, here: Here) -> HttpResponse:
    """`/gestion/lieux/<id>/suspendre`: no more payments there for a while, after a question."""
    form = SureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.suspend_place(place_id=here.id, by=by(request), id=form.operation_id)
    ):
        said = _("Ce lieu n’encaisse plus. Ce que la caisse lui doit sera payé.")
        return done(request, said, "place_office", here.id)
    owed = merchants.owed(here.id, at=clock.today())
    words = {"here": here, "owed": owed, "unit": unit()}
    return show(request, "merchants/place_suspend.html", words, form=form)


@in_menu("places")
@only("coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
@office_page
def place_resume(request: HttpRequest, here: Here) -> HttpResponse:
    """`/gestion/lieux/<id>/reprendre`: payments again, after a question."""
    form = SureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.resume_place(place_id=here.id, by=by(request), id=form.operation_id)
    ):
        return done(request, _("Ce lieu encaisse de nouveau."), "place_office", here.id)
    return show(request, "merchants/place_resume.html", {"here": here, "unit": unit()}, form=form)


def _counts() -> list[tuple[str, int]]:
    """How many places there are in each state that takes or could take payments."""
    known = merchants.count_by_state()
    labels = merchants.state_labels()
    order = ("active", "suspended", "planned", "")
    return [(labels[state], known[state]) for state in order if known.get(state)]


def _short(on: date | None) -> str:
    """« le 5 février »: a payment is never far."""
    if on is None:
        return ""
    number = _("1er") if on.day == 1 else str(on.day)
    words = {"day": f"{number}{NBSP}{month_name(Month.of(on), year=False)}"}
    return _("le %(day)s") % words
