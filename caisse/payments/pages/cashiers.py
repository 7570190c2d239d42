"""Who cashes at a place with a short code: add somebody, say what for, another code, no more."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from caisse.kernel.guard import by
from caisse.kernel.pages import done, found, once, show
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words
from caisse.merchants.here import Here, both_sides
from caisse.payments import operations, queries
from caisse.payments.forms import CashierForm
from caisse.payments.queries import CashierRow

FORMS = "GET HEAD POST"


def cashiers(request: HttpRequest, here: Here) -> HttpResponse:
    """Who cashes at a place, and what each may do."""
    words = {"here": here, "rows": queries.cashiers(place_id=here.id)}
    return show(request, "payments/cashiers.html", words)


@sensitive_variables("coded")
def cashier_new(request: HttpRequest, here: Here) -> HttpResponse:
    """Let somebody cash; the answer shows the code, this once."""
    form = CashierForm(request.POST or None, levels=queries.cashier_levels())
    if form.carries_out(
        lambda: operations.add_cashier(
            place_id=here.id, by=by(request), id=form.operation_id, **form.said
        )
    ):
        coded = form.outcome
        row = found(queries.cashier(coded.cashier_id, place_id=here.id))
        return _code(request, here, row, coded.code)
    words = {"here": here, "first": not queries.cashiers(place_id=here.id)}
    return show(request, "payments/cashier_new.html", words, form=form)


def cashier(request: HttpRequest, here: Here, cashier_id: int) -> HttpResponse:
    """One of them: what she is called and may do, another code, no more."""
    row = found(queries.cashier(cashier_id, place_id=here.id))
    act = once(request, "faire")
    if act:
        return _act(request, here, row, act)
    known = {"label": row.label, "level": row.level}
    form = CashierForm(request.POST or None, levels=queries.cashier_levels(), initial=known)
    if form.carries_out(
        lambda: operations.change_cashier(cashier_id=row.id, by=by(request), **form.said)
    ):
        return done(request, _("C’est noté."), here.names["cashiers"], here.id)
    return show(request, "payments/cashier.html", {"here": here, "cashier": row}, form=form)


my_cashiers, place_cashiers = both_sides(cashiers)
my_cashier_new, place_cashier_new = both_sides(cashier_new, change=True, methods=FORMS)
my_cashier, place_cashier = both_sides(cashier, change=True, methods=FORMS)


@sensitive_variables("coded")
def _act(request: HttpRequest, here: Here, row: CashierRow, act: str) -> HttpResponse:
    """Do what the button says, and say so; what cannot be done any more leads to the list too."""
    try:
        if act == "code":
            coded = operations.redraw_cashier(cashier_id=row.id, by=by(request))
            return _code(request, here, row, coded.code)
        if act != "retirer":
            raise Refusal("act", "Ce bouton n’est pas connu. Rechargez la page.")
        operations.remove_cashier(cashier_id=row.id, by=by(request))
    except Refusal as refusal:
        words = {"here": here, "cashier": row, "refused": in_words(refusal.sentence)}
        known = {"label": row.label, "level": row.level}
        form = CashierForm(None, levels=queries.cashier_levels(), initial=known)
        return show(request, "payments/cashier.html", words, form=form)
    return done(request, _("Cette personne n’encaisse plus."), here.names["cashiers"], here.id)


def _code(request: HttpRequest, here: Here, row: CashierRow, code: str) -> HttpResponse:
    words = {"here": here, "cashier": row, "code": code}
    return show(request, "payments/cashier_code.html", words)
