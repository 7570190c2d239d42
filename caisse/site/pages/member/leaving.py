"""Leaving the caisse: what follows, which days, a question, and it is written down."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, sheet
from caisse.kernel.actor import Actor
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import done, show
from caisse.kernel.wording import day
from caisse.payments import queries as payments
from caisse.people import operations as act
from caisse.people import queries as people
from caisse.site.pages.member.forms import LeavingForm
from caisse.site.pages.member.mine import mine, terms
from caisse.site.telling.leaving import departures
from caisse.site.telling.wallet import standing

OFFERED = 3  # first days of a month among which one chooses


@in_menu("member")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_leave(request: HttpRequest) -> HttpResponse:
    """`/moi/partir`: what follows, then the question for one day, then it is noted."""
    me, wallet_id, membership_id = mine(request)
    holders, days = people.holders_of(membership_id), first_days()
    alone = bool(holders) and holders[0].id == me.holder_id
    asked = request.POST or ({"le": request.GET["le"]} if "le" in request.GET else None)
    form = LeavingForm(request.POST or None, days=days, initial=asked)
    if alone and form.carries_out(lambda: _leave(membership_id, form.said["le"], by(request))):
        said = _("Votre départ est noté pour le %(day)s.") % {"day": day(form.said["le"])}
        return done(request, said, "my_leave")
    offered = departures(days)
    told = {
        "left_cents": payments.wallet_month(wallet_id, Month.of(clock.today())).left_cents,
        "unit": terms().unit,
        "departures": offered,
        "chosen": next((one for one in offered if one.day == _asked(asked)), None),
        "standing": standing(people.timeline(membership_id), clock.today()),
        "first_holder": "" if alone or not holders else holders[0].given_name,
    }
    return show(request, "site/member/my_leave.html", told, form=form)


def first_days() -> tuple[date, ...]:
    """The days that may be chosen: firsts of months, after every month whose plan is frozen."""
    month, sealed = Month.of(clock.today()), bylaws.sealed_until()
    last = month if sealed is None else max(month, sealed)
    return tuple((last + n).first for n in range(1, OFFERED + 1))


def _leave(membership_id: int, on: date, by: Actor) -> None:
    """Note the departure; the same one again changes nothing."""
    planned = people.timeline(membership_id)
    if planned and (planned[-1].state, planned[-1].since) == ("leaving", on):
        return
    act.leave(membership_id=membership_id, on=on, by=by)


def _asked(asked: object) -> date | None:
    """The day of the question, None for none that can be read."""
    try:
        return sheet.read_day(str(asked["le"])) if asked else None  # type: ignore[index]
    except (KeyError, ValueError):
        return None
