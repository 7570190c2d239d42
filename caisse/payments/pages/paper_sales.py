"""Sales by telephone, in the office: who, where, how much; then six figures to read out.

The place sees what was agreed to on a page of its own, and nothing of who pays.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import Id, parse_id
from caisse.kernel.month import Month
from caisse.kernel.pages import SHOWN, done, found, once, show, whole
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words
from caisse.merchants import queries as merchants
from caisse.merchants.here import Here, both_sides
from caisse.payments import operations, queries
from caisse.payments.forms import PaperSaleForm, WhoForm
from caisse.payments.operations import Held
from caisse.payments.pages import may_read
from caisse.payments.queries import PaperSaleRow
from caisse.people import operations as registering
from caisse.people import queries as people

ROLES = ("desk", "coordinator")
FORMS = ["GET", "HEAD", "POST"]


@in_menu("people")
@only(*ROLES)
@require_safe
def paper_sales(request: HttpRequest) -> HttpResponse:
    """`/gestion/ventes-par-telephone`: those that wait to be typed, wherever it is."""
    rows = queries.open_paper_sales(before=_before(request), limit=SHOWN + 1)
    names = merchants.names() if rows else {}
    words = {
        "rows": [(row, names.get(row.place_id, "")) for row in rows[:SHOWN]],
        "next": rows[SHOWN - 1].number if len(rows) > SHOWN else "",
        "days": queries.paper_sale_days(),
    }
    return show(request, "payments/paper_sales.html", words)


@in_menu("people")
@only(*ROLES)
@require_http_methods(FORMS)
def paper_sale_who(request: HttpRequest) -> HttpResponse:
    """`…/nouvelle`: who pays, by identifier or card; her file opens, which is written down."""
    place_id, form = _place(request), WhoForm(request.POST or None)
    if form.carries_out(lambda: operations.spender_typed(form.said["who"])):
        spender = form.outcome
        registering.open_file(membership_id=spender.membership_id, by=by(request))
        address = reverse("holder_paper_sale", args=[spender.membership_id, spender.id])
        return redirect(f"{address}?lieu={place_id}" if place_id else address)
    place = merchants.place(place_id) if place_id else None
    words = {"place": place, "days": queries.paper_sale_days()}
    return show(request, "payments/paper_sale_who.html", words, form=form)


@in_menu("people")
@only(*ROLES)
@require_http_methods(FORMS)
@sensitive_variables("held")
def holder_paper_sale(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/vente-par-telephone`: what to ask the person, then where and how much; the figures."""
    view, holders = found(people.membership(number)), people.holders_of(number)
    holder = found(next((one for one in holders if one.id == holder_id), None))
    if request.method != "POST" and not may_read(request, number):
        return redirect("person", number)
    form = PaperSaleForm(
        request.POST or None, places=merchants.places(at=clock.today()), place_id=_place(request)
    )
    if form.carries_out(
        lambda: operations.hold_paper_sale(
            holder_id=holder.id, by=by(request), id=form.operation_id, **form.said
        )
    ):
        held: Held = form.outcome
        return _figures(request, held)
    others = [one for one in holders if one.id != holder.id]
    words = {"view": view, "holder": holder, "others": others, **_at_home(number)}
    return show(request, "payments/paper_sale_new.html", words, form=form)


def _at_home(number: int) -> dict[str, object]:
    """What the person is asked besides her name."""
    adults, children = people.composition(number, month=Month.of(clock.today()))
    return {"adults": adults, "children": children, "days": queries.paper_sale_days()}


@in_menu("people")
@only(*ROLES)
@require_http_methods(FORMS)
@sensitive_variables("held")
def paper_sale(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """`…/<number>`: one of them; draw other figures, or give the money back."""
    row, refused = found(queries.paper_sale(sale_id.bytes)), ""
    if request.method == "POST":
        try:
            held = _act(request, row.id)
        except Refusal as refusal:
            refused = in_words(refusal.sentence)
        else:
            if held is not None:
                return _figures(request, held)
            said = _("C’est annulé. La somme est de nouveau dans le porte-monnaie.")
            return done(request, said, "paper_sales")
    return show(request, "payments/paper_sale.html", _words(row.id) | {"refused": refused})


def place_list(request: HttpRequest, here: Here) -> HttpResponse:
    """What was agreed to for a place: how much, when, until when; for the place never who."""
    rows = queries.open_paper_sales(place_id=here.id, before=_before(request), limit=SHOWN + 1)
    words = {
        "here": here,
        "rows": rows[:SHOWN],
        "next": rows[SHOWN - 1].number if len(rows) > SHOWN else "",
        "days": queries.paper_sale_days(),
        "acts": here.office and by(request).may(*ROLES),
    }
    return show(request, "payments/place_paper_sales.html", words)


my_paper_sales, place_paper_sales = both_sides(place_list)


def _act(request: HttpRequest, sale_id: Id) -> Held | None:
    """Do what the button says; what to read out, when it is other figures."""
    act, who = once(request, "faire"), by(request)
    if act == "chiffres":
        return operations.redraw_paper_sale(sale_id=sale_id, by=who)
    if act != "annuler":
        raise Refusal("act", "Ce bouton n’est pas connu. Rechargez la page.")
    operations.cancel_paper_sale(sale_id=sale_id, by=who)
    return None


def _figures(request: HttpRequest, held: Held) -> HttpResponse:
    """The figures, this once: in two halves, as one reads them out."""
    half = len(held.figures) // 2
    shown = f"{held.figures[:half]} {held.figures[half:]}"
    return show(request, "payments/paper_sale_figures.html", _words(held.id) | {"figures": shown})


def _words(sale_id: Id) -> dict[str, object]:
    row: PaperSaleRow = found(queries.paper_sale(sale_id))
    membership = people.latest_membership(row.wallet_id)
    return {"sale": row, "place": merchants.place(row.place_id), "membership": membership}


def _before(request: HttpRequest) -> Id | None:
    """The id after which a list goes on; None at its beginning. Http404 for what is none."""
    said = request.GET.get("avant")
    try:
        return None if said is None else parse_id(said)
    except ValueError:
        raise Http404 from None


def _place(request: HttpRequest) -> int:
    """The place that the address speaks of; 0 for none, or for what is no number."""
    return whole(request.GET.get("lieu", "")) or 0
