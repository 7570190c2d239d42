"""Who of the office looked, for the member; and the page where one says why before looking."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import Id, parse_id, show_id
from caisse.kernel.pages import SHOWN, found, show
from caisse.merchants import queries as merchants
from caisse.payments import queries as payments
from caisse.people import operations as act
from caisse.people import queries as people
from caisse.site.pages.member.forms import LookForm
from caisse.site.pages.member.mine import me_of, membership_for, terms
from caisse.site.telling import wallet as words

LAST = 20  # movements shown to the coordination


@in_menu("member")
@only("member")
@require_safe
def my_looks(request: HttpRequest) -> HttpResponse:
    """`/moi/qui-a-regarde`: who of the office looked at my household's file, when, what and why."""
    membership_id = membership_for(me_of(request))
    rows = people.looks(membership_id, before=_before(request), limit=SHOWN + 1)
    told = {
        "looks": [(one, what().get(one.what, one.what)) for one in rows[:SHOWN]],
        "next": show_id(rows[SHOWN - 1].id) if len(rows) > SHOWN else "",
    }
    return show(request, "site/member/my_looks.html", told)


@in_menu("people")
@only("coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def balance_of(request: HttpRequest, membership_id: int) -> HttpResponse:
    """`/gestion/personnes/<n>/solde`: a balance is shown once, in the answer to a reason."""
    held = found(people.membership(membership_id))
    form = LookForm(request.POST or None)
    told: dict[str, object] = {"number": membership_id, "state": held.state}
    if held.wallet_id is not None and form.carries_out(
        lambda: act.show_balance(membership_id=membership_id, by=by(request), **form.said)
    ):
        lines, names = payments.last_lines(held.wallet_id, limit=LAST), merchants.names()
        told |= {
            "unit": terms().unit,
            "left_cents": lines[0].left_cents if lines else 0,
            "lines": [(words.told(line, names, own=False), line.at) for line in lines],
            "reason": people.look_reasons()[form.said["reason"]],
        }
        return show(request, "site/member/balance_shown.html", told)
    return show(request, "site/member/balance_of.html", told, form=form)


def what() -> dict[str, str]:
    """What was looked at, by the event that says so."""
    return {
        "file.opened": _("la fiche du foyer"),
        "contact.shown": _("l’adresse et le téléphone"),
        "balance.shown": _("le solde et les derniers achats"),
    }


def _before(request: HttpRequest) -> Id | None:
    """The last look of the page before. Raises Http404 for what is no number of an event."""
    text = request.GET.get("avant", "")
    try:
        return parse_id(text) if text else None
    except ValueError:
        raise Http404 from None
