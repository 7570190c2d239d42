"""One's own vouchers: which sheets, where they were cashed, how a lost sheet is withdrawn."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import show_id
from caisse.kernel.pages import after, done, found, show
from caisse.kernel.wording import amount
from caisse.merchants import queries as merchants
from caisse.messages import queries as messages
from caisse.payments import operations, queries
from caisse.site.pages.member.mine import mine, terms

LISTED = 10  # sheets on a page


@in_menu("member")
@only("member")
@require_safe
def my_vouchers(request: HttpRequest) -> HttpResponse:
    """`/moi/bons`: the sheets that were printed for this wallet, the newest first."""
    _me, wallet_id, _membership = mine(request)
    rows = queries.sheets(wallet_id, before=after(request), limit=LISTED + 1)
    words = {
        "sheets": rows[:LISTED],
        "next": rows[LISTED - 1].number if len(rows) > LISTED else None,
        "unit": terms().unit,
        "reach": messages.reach(),
    }
    return show(request, "site/member/my_vouchers.html", words)


@in_menu("member")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_voucher_sheet(request: HttpRequest, sheet: int) -> HttpResponse:
    """`/moi/bons/<number>`: where its vouchers were cashed; withdraw what is left of it."""
    _me, wallet_id, _membership = mine(request)
    row, unit = found(queries.sheet(sheet, wallet_id=wallet_id)), terms().unit
    form = SureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.withdraw_sheet(number=sheet, by=by(request), id=form.operation_id)
    ):
        told = {"amount": amount(form.outcome, unit, decimals=True)}
        said = _("Vos bons ne paient plus rien. %(amount)s sont revenus chez vous.") % told
        return done(request, said, "my_voucher_sheet", sheet)
    paid, names = queries.cashed_of_sheet(sheet, wallet_id=wallet_id), merchants.names()
    words = {
        "sheet": row,
        "unit": unit,
        "cashed": [
            (show_id(one.id), names.get(one.place_id or 0, ""), one.voucher_cents, one.at)
            for one in paid
        ],
    }
    return show(request, "site/member/my_voucher_sheet.html", words, form=form)
