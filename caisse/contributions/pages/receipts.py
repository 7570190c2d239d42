"""Receipts for those who keep the money: by month, one by one, undone, returned, as a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.contributions import operations, queries
from caisse.contributions.codes import CODES
from caisse.contributions.forms import ReturnForm, UndoForm
from caisse.contributions.pages.reading import month_of, posted, units
from caisse.contributions.queries import ReceiptView
from caisse.contributions.rules import LEAST_GROUP
from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import SHOWN, after, done, found, show
from caisse.kernel.sheet import Cell, in_units, write_sheet


@in_menu("money")
@only("treasurer", "coordinator")
@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """`/gestion/encaissements`: what came in for each month, in which way."""
    months = queries.months_received()
    asked = request.GET.get("mois")
    month = month_of(asked) if asked else (months[0].month if months else None)
    told = {
        "months": months,
        "month": month,
        "kinds": [] if month is None else queries.totals(month),
        "total": next((one for one in months if one.month == month), None),
        "full": by(request).may("treasurer"),
        "least": LEAST_GROUP,
        "unit": units().currency,
    }
    return render(request, "contributions/receipts.html", told)


@in_menu("money")
@only("treasurer")
@require_safe
def receipts_month(request: HttpRequest, month: str) -> HttpResponse:
    """`/gestion/encaissements/<month>`: each receipt for a month, by its number."""
    wanted, number = month_of(month), after(request, "adhesion")
    rows = queries.receipts_of_month(
        wanted, membership_id=number, after=after(request) or 0, limit=SHOWN + 1
    )
    told = {
        "month": wanted,
        "number": number,
        "rows": rows[:SHOWN],
        "next": rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        "unit": units().currency,
    }
    return render(request, "contributions/receipts_month.html", told)


@in_menu("money")
@only("treasurer", fresh=True)
@require_safe
def receipts_csv(request: HttpRequest, month: str) -> HttpResponse:
    """`/gestion/encaissements/<month>.csv`: the same for the accountant, numbers and no name."""
    wanted = month_of(month)
    text = write_sheet([_heads(), *map(_row, queries.receipts_of_month(wanted, limit=None))])
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="encaissements-{wanted}.csv"'
    return answer


@in_menu("money")
@only("treasurer")
@require_safe
def receipt(request: HttpRequest, receipt: int) -> HttpResponse:
    """`/gestion/encaissements/n/<receipt>`: one receipt, what became of it, what may be mended."""
    told = {"receipt": found(queries.receipt(receipt)), "unit": units().currency}
    return render(request, "contributions/receipt.html", told)


@in_menu("money")
@only("treasurer")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_undo(request: HttpRequest, receipt: int) -> HttpResponse:
    """`/gestion/encaissements/n/<receipt>/annuler`: a mistake, undone by its counter-entry."""
    view, form = found(queries.receipt(receipt)), UndoForm(posted(request))
    if form.carries_out(lambda: operations.undo_receipt(
        receipt_id=receipt, reason=form.said["reason"], by=by(request), id=form.operation_id
    )):  # fmt: skip
        said = _("L’encaissement n° %(n)s est annulé.") % {"n": receipt}
        return done(request, said, "receipt", receipt)
    told = {"receipt": view, "unit": units().currency}
    return show(request, "contributions/receipt_undo.html", told, form=form)


@in_menu("money")
@only("treasurer")
@require_http_methods(["GET", "HEAD", "POST"])
def return_new(request: HttpRequest, receipt: int) -> HttpResponse:
    """`/gestion/encaissements/n/<receipt>/rejet`: the bank took a debit back, and why."""
    view = found(queries.receipt(receipt))
    form = ReturnForm(posted(request), initial={"returned_on": clock.today().isoformat()})
    if form.carries_out(lambda: operations.return_receipt(
        receipt_id=receipt, code=form.said["code"], returned_on=form.said["returned_on"],
        by=by(request), id=form.operation_id,
    )):  # fmt: skip
        said = _("Le rejet est noté. À faire maintenant : %(action)s.")
        return done(request, said % {"action": form.outcome.action}, "receipt", receipt)
    told = {"receipt": view, "unit": units().currency, "codes": CODES}
    return show(request, "contributions/return_new.html", told, form=form)


@in_menu("money")
@only("treasurer")
@require_http_methods(["GET", "HEAD", "POST"])
def return_undo(request: HttpRequest, number: int) -> HttpResponse:
    """`/gestion/rejets/<number>/annuler`: a return entered by mistake, undone."""
    form = UndoForm(posted(request))
    view = queries.return_view(number)
    if form.carries_out(lambda: operations.undo_return(
        return_id=number, reason=form.said["reason"], by=by(request), id=form.operation_id
    )):  # fmt: skip
        return done(request, _("Le rejet est annulé : le mois est de nouveau payé."), "receipts")
    told = {"view": found(view), "unit": units().currency}
    return show(request, "contributions/return_undo.html", told, form=form)


def _heads() -> tuple[str, ...]:
    return (
        _("encaissement"), _("adhésion"), _("mois"), _("moyen"), _("montant"), _("reçu le"),
        _("guichet"), _("déposé le"), _("recouvrement"), _("motif du rejet"), _("rejeté le"),
        _("annulé le"), _("raison"), _("fichier"),
    )  # fmt: skip


def _row(view: ReceiptView) -> tuple[Cell, ...]:
    back = view.returned
    return (
        view.id, view.membership_id, view.month, view.kind_label, in_units(view.cents),
        view.received_on, view.desk, view.deposited_on, _("oui") if view.recovery else "",
        back.code if back else "", back.returned_on if back else None, view.undone_on,
        view.undone_reason, view.batch_id,
    )  # fmt: skip
