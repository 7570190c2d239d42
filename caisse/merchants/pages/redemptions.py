"""Paying the places back, month by month: one person prepares, another agrees, the bank does."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.bylaws import queries as bylaws
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import done, found, show
from caisse.ledger import queries as books
from caisse.merchants import operations
from caisse.merchants import queries as merchants
from caisse.merchants.codes import CODES
from caisse.merchants.forms import ReasonForm, RefusedForm
from caisse.merchants.here import read_month
from caisse.merchants.pages.files import bank_csv, redemption_csv
from caisse.merchants.rules import RedemptionRules, paid_on
from caisse.people import operations as people
from caisse.people import queries as registry

PAYS = ("coordinator", "treasurer")
MONTHS = 24


@in_menu("places")
@only(*PAYS)
@require_safe
def redemptions(request: HttpRequest) -> HttpResponse:
    """`/gestion/remboursements`: the months, each with its sum and where it stands."""
    text = request.GET.get("avant", "")
    rows = merchants.runs(before=read_month(text) if text else None, limit=MONTHS + 1)
    words = {
        "rows": [(row, _day(row.month)) for row in rows[:MONTHS]],
        "next": rows[MONTHS - 1].month if len(rows) > MONTHS else None,
        "waiting": {act.subject for act in registry.waiting_acts("redemption.pay")},
    }
    return show(request, "merchants/redemptions.html", words)


@in_menu("places")
@only(*PAYS)
@require_safe
def redemption(request: HttpRequest, month: str) -> HttpResponse:
    """`/gestion/remboursements/<month>`: every place, the sum, who prepared and who agrees."""
    return _page(request, read_month(month))


@in_menu("places")
@only("treasurer", fresh=True)
@require_POST
def redemption_prepare(request: HttpRequest, month: str) -> HttpResponse:
    """`…/<month>/preparer`: the first of two people; nothing is paid yet."""
    form, on = SureForm(request.POST), read_month(month)
    if form.carries_out(
        lambda: operations.prepare_payment(month=on, by=by(request), id=form.operation_id)
    ):
        said = _("Le paiement est préparé. Une autre personne donne son accord.")
        return done(request, said, "redemption", month)
    return _page(request, on, form)


@in_menu("places")
@only(*PAYS, fresh=True)
@require_POST
def redemption_agree(request: HttpRequest, month: str) -> HttpResponse:
    """`…/<month>/accord`: the second person; the books then say that the places are paid."""
    form, on = SureForm(request.POST), read_month(month)
    act = operations.waiting_payment(on)
    if act is None:
        return done(request, _("Il n’y a plus rien à accepter ici."), "redemption", month)
    if form.carries_out(lambda: people.agree(act_id=act.id, by=by(request))):
        return done(request, _("Les lieux sont payés. Le livre le dit."), "redemption", month)
    return _page(request, on, form)


@in_menu("places")
@only(*PAYS)
@require_POST
def redemption_decline(request: HttpRequest, month: str) -> HttpResponse:
    """`…/<month>/refus`: the payment is not made, with a reason."""
    form, on = ReasonForm(request.POST, auto_id="decline_%s"), read_month(month)
    act = operations.waiting_payment(on)
    if act is None:
        return done(request, _("Il n’y a plus rien à refuser ici."), "redemption", month)
    if form.carries_out(
        lambda: people.decline(act_id=act.id, by=by(request), reason=form.said["reason"])
    ):
        return done(request, _("Le paiement est refusé. Rien n’est parti."), "redemption", month)
    return _page(request, on, form)


@in_menu("places")
@only(*PAYS, fresh=True)
@require_POST
def redemption_resume(request: HttpRequest, month: str) -> HttpResponse:
    """`…/<month>/reprendre`: go on with a payment that was agreed and stopped in the middle."""
    form, on = SureForm(request.POST), read_month(month)
    if form.carries_out(lambda: operations.resume_payment(month=on, by=by(request))):
        return done(request, _("Les lieux sont payés. Le livre le dit."), "redemption", month)
    return _page(request, on, form)


@in_menu("places")
@only("treasurer", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def redemption_refused(request: HttpRequest, month: str, place_id: int) -> HttpResponse:
    """`…/<month>/<place>/refus`: the bank refused or sent back one transfer."""
    on = read_month(month)
    row = found(merchants.redemption(place_id=place_id, month=on))
    form = RefusedForm(request.POST or None)
    if form.carries_out(
        lambda: operations.void_redemption(
            place_id=place_id, month=on, by=by(request), id=form.operation_id, **form.said
        )
    ):
        said = _("C’est noté. Cette somme part avec les ventes du mois suivant.")
        return done(request, said, "redemption", month)
    return show(request, "merchants/redemption_refused.html", {"row": row}, form=form)


@in_menu("places")
@only(*PAYS)
@require_safe
def redemption_table(request: HttpRequest, month: str) -> HttpResponse:
    """`/gestion/remboursements/<month>.csv`: for the accountant, without bank details."""
    on = read_month(month)
    content = redemption_csv(merchants.redemptions(month=on))
    return _csv(content, f"remboursements-{on}.csv")


@in_menu("places")
@only("treasurer", fresh=True)
@require_safe
def redemption_bank(request: HttpRequest, month: str) -> HttpResponse:
    """`/gestion/remboursements/<month>/banque.csv`: what one types at the bank; it holds IBANs."""
    on = read_month(month)
    content = bank_csv(merchants.redemptions(month=on), on, _day(on))
    return _csv(content, f"virements-{on}.csv")


def _page(
    request: HttpRequest, month: Month, form: SureForm | ReasonForm | None = None
) -> HttpResponse:
    told = found(merchants.progress(month=month))
    rows = merchants.redemptions(month=month)
    act = operations.waiting_payment(month)
    words = {
        "told": told,
        "month": month,
        "pay_on": _day(month),
        "rows": [(row, CODES.get(row.code, row.code)) for row in rows],
        "due": sum(row.cents for row in rows if row.state == "computed"),
        "sums": _sums(rows),
        "cash": -books.balance("bank:caisse"),
        "act": act,
        "begun": operations.payment_begun(month),
        "bank_works": told.paid or act is not None,
        "without_bank": _without_bank(rows),
        **_people(request, act),
    }
    return show(request, "merchants/redemption.html", words, form=form)


def _people(request: HttpRequest, act: registry.ActView | None) -> dict[str, object]:
    """Who prepared, and what the reader may do now."""
    by_whom = "" if act is None else act.prepared_by
    return {
        "preparer": registry.names_of({by_whom}).get(by_whom, by_whom),
        "mine": by_whom == by(request).id,
        "may_prepare": by(request).may("treasurer"),
        "sure": SureForm(),
        "decline": ReasonForm(auto_id="decline_%s"),
    }


def _sums(rows: list[merchants.RedemptionRow]) -> dict[str, int]:
    return {
        "cents": sum(row.cents for row in rows if row.state != "refused"),
        "fee_cents": sum(row.fee_cents for row in rows if row.state != "refused"),
        "carried_cents": sum(row.carried_cents for row in rows),
    }


def _without_bank(rows: list[merchants.RedemptionRow]) -> list[str]:
    """The places to pay whose bank details nobody has given yet, by name."""
    due = {row.place_id: row.place for row in rows if row.cents and row.state == "computed"}
    owners = merchants.merchants_of(due)
    known = merchants.bank_details_of(owners.values())
    return [name for place_id, name in due.items() if owners[place_id] not in known]


def _day(month: Month) -> date:
    return paid_on(month, bylaws.in_force(RedemptionRules, month=month))


def _csv(content: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content.encode(), content_type="text/csv; charset=utf-8", headers=headers)
