"""What the caisse wrote to its members: what left, what waits, what could not leave."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import SHOWN, after, done, found, show
from caisse.messages import operations as messages
from caisse.messages import queries as notices_of
from caisse.people import queries as people
from caisse.site.pages.office.forms import BalanceForm

SENDS = ("desk", "coordinator", "administrator")


@in_menu("journal")
@only(*SENDS)
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """`/gestion/courrier`: the notices, newest first, by the number of their household."""
    rows = notices_of.notices(before=after(request, "avant"), limit=SHOWN + 1)
    kinds = {kind: label for kind, (label, _compose) in messages.KINDS.items()}
    roads = notices_of.channel_labels()
    words = {
        "rows": [(row, kinds.get(row.kind, row.kind), roads[row.channel]) for row in rows[:SHOWN]],
        "next": rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        "waiting": notices_of.waiting(),
        "roads": notices_of.roads(),
    }
    return show(request, "site/office/notices.html", words)


@in_menu("journal")
@only(*SENDS)
@require_POST
def notice_retry(request: HttpRequest, notice_id: int) -> HttpResponse:
    """`/gestion/courrier/<n>/repartir`: let one that could not leave try again."""
    messages.retry(notice_id=notice_id, by=by(request))
    return done(request, _("Ce courrier repart dans la minute."), "notices")


@in_menu("people")
@only("desk", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def balance_send(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/titulaires/<id>/solde`: let a holder hear what is left, without seeing it oneself."""
    found(next((one for one in people.holders_of(number) if one.id == holder_id), None))
    person = found(people.person_of_holder(holder_id))
    known = notices_of.reachable(person)
    form = BalanceForm(request.POST or None, known=known)
    if form.carries_out(
        lambda: messages.send_balance(
            person_id=person, by=by(request), id=form.operation_id, **form.said
        )
    ):
        return done(request, _("Le solde part. Vous ne le voyez pas."), "person", number)
    words = {"number": number, "known": known}
    return show(request, "site/office/balance_send.html", words, form=form)
