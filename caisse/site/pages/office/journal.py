"""What happened, as sentences, newest first, with filters."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.kernel import clock, events
from caisse.kernel.events import Happened
from caisse.kernel.guard import OFFICE, in_menu, only
from caisse.kernel.ids import Id, first_id, parse_id, show_id
from caisse.kernel.pages import OLDEST, SHOWN, show
from caisse.kernel.sheet import read_day
from caisse.kernel.wording import day
from caisse.merchants import queries as merchants
from caisse.people import queries as people
from caisse.site.telling import happenings


@in_menu("journal")
@only(*OFFICE)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """`/gestion/journal?quoi=mois&foyer=118&jour=2024-01-15&avant=…`: events as sentences."""
    section, subject, before = _wanted(request)
    names = happenings.names_in(section)
    found = events.history(
        names=names if section else (), subject=subject, before=before, limit=SHOWN + 1
    )
    lines = told(found[:SHOWN])
    words = {
        "groups": _by_day(lines),
        "sections": happenings.SECTIONS.items(),
        "section": section,
        "household": request.GET.get("foyer", "")[:12],
        "on": request.GET.get("jour", "")[:10],
        "next": show_id(found[SHOWN - 1].id) if len(found) > SHOWN else "",
    }
    return show(request, "site/office/journal.html", words)


def told(found: list[Happened]) -> list[happenings.Line]:
    """Those events as sentences, with the given names of who did them: two more queries."""
    logins = {event.by.split(" for ", 1)[0] for event in found}
    return happenings.tell(found, people.names_of(logins), merchants.names())


def _wanted(request: HttpRequest) -> tuple[str, str | None, Id | None]:
    """The section, the subject and the id below which the page begins; 404 for what is no such."""
    section, number = request.GET.get("quoi", ""), request.GET.get("foyer", "").strip()
    if section and section not in happenings.SECTIONS:
        raise Http404
    subject = f"membership:{number}" if number.isdecimal() and len(number) < 12 else None
    try:
        if request.GET.get("avant"):
            return section, subject, parse_id(request.GET["avant"])
        if request.GET.get("jour"):
            asked = read_day(request.GET["jour"])
            day_ = min(max(asked, OLDEST), clock.today())  # what no table holds is the nearest
            return section, subject, first_id(clock.instant(day_ + timedelta(1)))
    except ValueError:
        raise Http404 from None
    return section, subject, None


def _by_day(lines: list[happenings.Line]) -> list[tuple[str, list[happenings.Line]]]:
    """The lines under the day on which they happened, in words."""
    groups: list[tuple[str, list[happenings.Line]]] = []
    today = clock.today()
    for line in lines:
        date = clock.day_of(line.at)
        words = _("Aujourd’hui") if date == today else day(date, weekday=True)
        if not groups or groups[-1][0] != words:
            groups.append((words, []))
        groups[-1][1].append(line)
    return groups
