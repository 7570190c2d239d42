"""Statements: which sales a transfer paid; as a page, a PDF and a table for the accountant."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from caisse.kernel import clock
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import done, found, show
from caisse.kernel.wording import NBSP, amount, month_name, weekdays
from caisse.merchants import operations
from caisse.merchants import queries as merchants
from caisse.merchants.here import Here, my_page, read_month
from caisse.merchants.pages.files import statement_csv, statement_pdf


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page()
def my_statements(request: HttpRequest, here: Here) -> HttpResponse:
    """`/commerce/<id>/releves`: all statements, the newest first."""
    owed = merchants.owed(here.id, at=clock.today())
    words = {
        "here": here,
        "rows": merchants.statements(here.id),
        "owed": owed,
        "ask": SureForm() if owed.on_demand and here.may_change else None,
    }
    return show(request, "merchants/my_statements.html", words)


@in_menu("merchant")
@only("merchant")
@require_POST
@my_page(change=True)
def my_redemption(request: HttpRequest, here: Here) -> HttpResponse:
    """`/commerce/<id>/releves/demander`: ask for what was earned, where places ask themselves."""
    form = SureForm(request.POST)
    if form.carries_out(
        lambda: operations.ask_redemption(place_id=here.id, by=by(request), id=form.operation_id)
    ):
        cents = amount(form.outcome, "€", decimals=True)
        said = _("%(amount)s vous seront versés.") % {"amount": cents}
        return done(request, said, "my_statements", here.id)
    owed = merchants.owed(here.id, at=clock.today())
    words = {"here": here, "rows": merchants.statements(here.id), "owed": owed, "ask": form}
    return show(request, "merchants/my_statements.html", words, form=form)


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page()
def my_statement(request: HttpRequest, here: Here, month: str) -> HttpResponse:
    """`/commerce/<id>/releves/<month>`: day by day, up to the transfer that paid it."""
    told = found(merchants.statement(place_id=here.id, month=read_month(month)))
    days = [(on, _short_day(on, told.row.month), one) for on, one in told.days]
    words = {"here": here, "told": told, "days": days}
    return show(request, "merchants/my_statement.html", words)


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page()
def my_statement_pdf(request: HttpRequest, here: Here, month: str) -> HttpResponse:
    """`/commerce/<id>/releves/<month>.pdf`: the same, for the accountant."""
    told = found(merchants.statement(place_id=here.id, month=read_month(month)))
    return _file(statement_pdf(here.place, told), "application/pdf", here.id, told.row.month, "pdf")


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page()
def my_statement_csv(request: HttpRequest, here: Here, month: str) -> HttpResponse:
    """`/commerce/<id>/releves/<month>.csv`: the same, for a spreadsheet."""
    told = found(merchants.statement(place_id=here.id, month=read_month(month)))
    content = statement_csv(told).encode()
    return _file(content, "text/csv; charset=utf-8", here.id, told.row.month, "csv")


def _short_day(on: date, month: Month) -> str:
    """« jeudi 4 »; of another month, « mercredi 31 janvier »."""
    words = f"{weekdays()[on.weekday()]}{NBSP}{on.day}"
    other = month_name(Month.of(on), year=False)
    return words if Month.of(on) == month else f"{words}{NBSP}{other}"


def _file(content: bytes, kind: str, place_id: int, month: Month, ending: str) -> HttpResponse:
    name = f"releve-{place_id}-{month}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
