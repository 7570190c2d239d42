"""Vouchers at the desk: printed, alone or by the dozen; what of them is left; brought back."""

import base64

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import after, done, found, show
from caisse.kernel.wording import amount
from caisse.payments import operations, queries
from caisse.payments.rules import VoucherRules
from caisse.people import queries as people
from caisse.people.queries import MembershipView
from caisse.site.operations.vouchers import (
    Printing,
    money_until,
    print_vouchers,
    vouchers_by_the_dozen,
)
from caisse.site.pages.member.mine import terms
from caisse.site.pages.office.forms import BackForm, DozenForm, VouchersForm

PRINTS = ("desk", "coordinator")
LISTED = 10  # sheets on a page


@in_menu("people")
@only(*PRINTS)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def vouchers(request: HttpRequest, number: int) -> HttpResponse:
    """`…/bons`: how many of which value, and the sheets of before; a POST pays and prints them."""
    held, wallet_id = _held(number)
    form = VouchersForm(request.POST or None, values=_values(), unit=terms().unit)
    if form.carries_out(
        lambda: print_vouchers(
            number=number, wallet_id=wallet_id, values=form.values, by=by(request),
            id=form.operation_id,
        )
    ):  # fmt: skip
        return _printed(request, form.outcome, held)
    rows = queries.sheets(wallet_id, before=after(request), limit=LISTED + 1)
    words = {"view": held, "unit": terms().unit, "sheets": rows[:LISTED]}
    words |= {"next": rows[LISTED - 1].number if len(rows) > LISTED else None, "prints": _values()}
    words |= {"until": money_until(wallet_id)}
    return show(request, "site/office/vouchers.html", words, form=form)


@in_menu("people")
@only(*PRINTS)
@require_http_methods(["GET", "HEAD", "POST"])
def voucher_sheet(request: HttpRequest, number: int, sheet: int) -> HttpResponse:
    """`…/bons/<number>`: what of a sheet is left, and the button that withdraws it."""
    held, wallet_id = _held(number)
    row = found(queries.sheet(sheet, wallet_id=wallet_id))
    form = SureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.withdraw_sheet(number=sheet, by=by(request), id=form.operation_id)
    ):
        told = {"amount": amount(form.outcome, terms().unit, decimals=True)}
        said = _("La feuille est retirée : %(amount)s reviennent dans le porte-monnaie.") % told
        return done(request, said, "voucher_sheet", number, sheet)
    words = {"view": held, "unit": terms().unit, "sheet": row}
    return show(request, "site/office/voucher_sheet.html", words, form=form)


@in_menu("people")
@only(*PRINTS)
@require_http_methods(["GET", "HEAD", "POST"])
def voucher_back(request: HttpRequest, number: int) -> HttpResponse:
    """`…/bons/rendre`: one voucher that is brought back, by its signs or its QR."""
    held, wallet_id = _held(number)
    form = BackForm(request.POST or None)
    if form.carries_out(
        lambda: operations.withdraw_voucher(
            wallet_id=wallet_id, said=form.said["code"], by=by(request), id=form.operation_id
        )
    ):
        told = {"amount": amount(form.outcome, terms().unit, decimals=True)}
        said = _("Le bon est rendu : %(amount)s reviennent dans le porte-monnaie.") % told
        return done(request, said, "vouchers", number)
    return show(request, "site/office/voucher_back.html", {"view": held}, form=form)


@in_menu("people")
@only(*PRINTS)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def vouchers_dozen(request: HttpRequest) -> HttpResponse:
    """`/gestion/impressions/bons`: the same vouchers for several households."""
    form = DozenForm(request.POST or None, values=_values(), unit=terms().unit)
    if form.carries_out(
        lambda: vouchers_by_the_dozen(
            first=form.said["first"], last=form.said["last"], values=form.values,
            by=by(request), batch=form.operation_id,
        )
    ):  # fmt: skip
        return _printed(request, form.outcome, None)
    return show(request, "site/office/vouchers_dozen.html", {"prints": _values()}, form=form)


@sensitive_variables()
def _printed(request: HttpRequest, told: Printing, held: MembershipView | None) -> HttpResponse:
    """The document lies in the answer, and nowhere else: there is no address to ask for it."""
    made = "" if told.made is None else base64.b64encode(told.made).decode()
    words = {"view": held, "document": made, "short": told.short, "sheets": told.numbers}
    return show(request, "site/office/vouchers_printed.html", words)


def _held(number: int) -> tuple[MembershipView, int]:
    """A household and its wallet; Http404 for one without."""
    held = found(people.membership(number))
    return held, found(held.wallet_id)


def _values() -> tuple[int, ...]:
    """The values that vouchers have today (cents)."""
    rules = bylaws.in_force(VoucherRules, month=Month.of(clock.today()))
    return rules.denominations_cents
