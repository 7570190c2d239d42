"""What the caisse wrote to its members: what left, what waits, what could not leave."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import SHOWN, after, done, show
from caisse.messages import operations as messages
from caisse.messages import queries as notices_of

SENDS = ("desk", "coordinator", "administrator")


@in_menu("journal")
@only(*SENDS)
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """`/gestion/courrier`: the notices, newest first, by the number of their household."""
    rows = notices_of.notices(before=after(request, "avant"), limit=SHOWN + 1)
    kinds = {kind: label for kind, (label, _compose) in messages.KINDS.items()}
    words = {
        "rows": [(row, kinds.get(row.kind, row.kind)) for row in rows[:SHOWN]],
        "next": rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        "waiting": notices_of.waiting(),
    }
    return show(request, "site/office/notices.html", words)


@in_menu("journal")
@only(*SENDS)
@require_POST
def notice_retry(request: HttpRequest, notice_id: int) -> HttpResponse:
    """`/gestion/courrier/<n>/repartir`: let one that could not leave try again."""
    messages.retry(notice_id=notice_id, by=by(request))
    return done(request, _("Ce courrier repart dans la minute."), "notices")
