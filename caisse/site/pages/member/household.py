"""The household: who is counted, who may pay, and how one more person may."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.pages import done, show
from caisse.month.rules import AllocationRules
from caisse.people import operations as act
from caisse.people import queries as people
from caisse.people.rules import HolderRules
from caisse.site.pages.member.forms import SharingForm
from caisse.site.pages.member.mine import mine, terms
from caisse.site.telling.household import counted, full, sharing


@in_menu("member")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_household(request: HttpRequest) -> HttpResponse:
    """`/moi/foyer`: who is counted in which month, who holds the wallet, ask for one more."""
    me, _wallet, membership_id = mine(request)
    month = Month.of(clock.today())
    most = bylaws.in_force(HolderRules, month=month).household_sub_wallets
    holders = people.holders_of(membership_id)
    form = SharingForm(request.POST or None) if len(holders) < most else None
    if form is not None and form.carries_out(lambda: _ask(form, membership_id, by(request))):
        return done(request, _("L’équipe a votre demande."), "my_inquiries")
    told = {
        "me": me,
        "rows": counted(membership_id, me.household_id or 0, _child_age),
        "holders": holders,
        "sharing": sharing(most, terms()),
        "full": "" if form is not None else full(most),
    }
    return show(request, "site/member/my_household.html", told, form=form)


def _ask(form: SharingForm, membership_id: int, by: Actor) -> Id:
    """The office adds a holder; the member asks for it."""
    text = _("Ajouter une personne qui paie : %(who)s") % {"who": form.said["text"]}
    subject = f"membership:{membership_id}"
    return act.ask(subject=subject, kind="composition", text=text, by=by, id=form.operation_id)


def _child_age(month: Month) -> int:
    """Below which age a person is a child in that month, by the article."""
    return bylaws.in_force(AllocationRules, month=month).child_max_age
