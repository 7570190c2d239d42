"""Today: what waits for whom, and that all is well elsewhere."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.accounting import queries as accounting
from caisse.kernel import clock
from caisse.kernel.guard import OFFICE, by, in_menu, only
from caisse.kernel.pages import show
from caisse.kernel.wording import capital, count, day, number_word
from caisse.ledger import queries as ledger
from caisse.merchants import queries as merchants
from caisse.people import queries as people
from caisse.site.surroundings import tools_of
from caisse.site.telling import waiting


@in_menu("today")
@only(*OFFICE)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """`/gestion`: what waits for you, for the others, and what is well."""
    actor = by(request)
    office = {row.login for row in people.roles(on=clock.today())}
    columns = waiting.columns(actor, people.names_of(office))
    mine = waiting.only_urgent_first(columns[0].tasks)
    columns = (replace(columns[0], tasks=mine), *columns[1:])
    words = {
        "day": day(clock.today(), weekday=True),
        "columns": columns,
        "lead": _lead(len(mine)),
        "deadline": any(task.urgent for task in mine),
        "well": _well(),
        "tools": tools_of(actor),
        "asked": people.waiting_inquiries(limit=1),
    }
    return show(request, "site/office/today.html", words)


def _lead(number: int) -> str:
    if number == 0:
        return _("Rien ne vous attend")
    if number == 1:
        return _("Une chose vous attend")
    return _("%(n)s choses vous attendent") % {"n": capital(number_word(number))}


def _well() -> list[tuple[str, str]]:
    """What is well elsewhere, as facts: the checks of the start, the places, the chain."""
    lines = accounting.check_start()
    good = sum(line.ok for line in lines)
    places = merchants.places(at=clock.today())
    opened = sum(row.state != "suspended" for row in places)
    facts = [
        (_("Contrôles du démarrage"), _of(good, len(lines))),
        (_("Lieux qui encaissent"), _of(opened, len(places))),
    ]
    link = ledger.last_link()
    if link is not None:
        facts.append((_("Livres scellés jusqu’au"), day(link[0])))
    return facts


def _of(part: int, whole: int) -> str:
    return _("%(part)s sur %(whole)s") % {"part": count(part), "whole": count(whole)}
