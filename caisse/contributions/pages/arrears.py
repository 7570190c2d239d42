"""Who is behind with the contribution: a reason to call, and nothing follows by itself (E08)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.contributions import operations, queries
from caisse.contributions.forms import ContactForm
from caisse.contributions.operations import CONTACT_NOTED, ContactEnd, ContactWay
from caisse.contributions.pages.reading import names, posted, some_membership, units
from caisse.kernel import events
from caisse.kernel.events import Happened
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import SHOWN, after, done, show
from caisse.people import queries as people


@in_menu("money")
@only("treasurer", "coordinator", "desk")
@require_safe
def arrears(request: HttpRequest) -> HttpResponse:
    """`/gestion/impayes`: the households that are behind, by number; sums for the treasurer."""
    rows = queries.arrears_page(after=after(request) or 0, limit=SHOWN + 1)
    told = {
        "rows": rows[:SHOWN],
        "next": rows[SHOWN - 1].membership_id if len(rows) > SHOWN else None,
        "full": by(request).may("treasurer"),
        "unit": units().currency,
    }
    return render(request, "contributions/arrears.html", told)


@in_menu("money")
@only("treasurer", "coordinator", "desk")
@require_http_methods(["GET", "HEAD", "POST"])
def arrear(request: HttpRequest, membership: int) -> HttpResponse:
    """`/gestion/impayes/<n>`: which months are not paid, what was agreed; note a contact."""
    some_membership(membership)
    form = ContactForm(posted(request))
    if form.carries_out(lambda: operations.note_contact(
        membership_id=membership, way=form.said["way"], end=form.said["end"], by=by(request),
        id=form.operation_id,
    )):  # fmt: skip
        return done(request, _("Le contact est noté."), "arrear", membership)
    full = by(request).may("treasurer")
    told = {
        "number": membership,
        "names": names(membership),
        "arrear": queries.arrear_of(membership),
        "lines": [line for line in queries.statement(membership) if line.unpaid_cents > 0],
        "receipts": queries.receipts_of(membership, limit=12) if full else [],
        "contacts": _contacts(membership),
        "full": full,
        "may_pledge": by(request).may("desk", "coordinator"),
        "unit": units().currency,
    }
    return show(request, "contributions/arrear.html", told, form=form)


def _contacts(membership: int) -> list[tuple[Happened, str, str, str]]:
    """The contacts that were noted, the newest first: when, who, how, what was agreed."""
    noted = events.history(subject=f"membership:{membership}", names=(CONTACT_NOTED,), limit=SHOWN)
    given = people.names_of({one.by for one in noted})
    return [
        (one, given.get(one.by, one.by), str(ContactWay(one.data["way"]).label),
         str(ContactEnd(one.data["end"]).label))
        for one in noted
    ]  # fmt: skip
