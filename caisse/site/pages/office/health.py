"""How the machine is: the work that waits, the disk, the seal of the books, letters that failed."""

import shutil

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caisse.accounting import queries as accounting
from caisse.kernel import work
from caisse.kernel.guard import in_menu, only
from caisse.kernel.pages import show
from caisse.kernel.wording import count, day
from caisse.ledger import queries as ledger
from caisse.messages import queries as messages
from caisse.site import starting

LITTLE_BYTES = 1_000_000_000
SLOW_S = 300


@in_menu("today")
@only("administrator")
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """`/gestion/sante`: what works and what waits, with what to do when something does not."""
    words = {"facts": _facts(), "problems": [*starting.problems(), *_problems()]}
    return show(request, "site/office/health.html", words)


def _facts() -> list[tuple[str, str]]:
    queue, link = work.queue(), ledger.last_link()
    lines = accounting.check_start()
    free = shutil.disk_usage(settings.HOME).free
    return [
        (_("Travaux qui attendent"), count(queue.waiting)),
        (_("Travaux en cours"), count(queue.running)),
        (_("Travaux abandonnés"), count(queue.given_up)),
        (_("E-mails qui attendent"), count(messages.waiting().emails)),
        (
            _("Contrôles du démarrage"),
            _("%(good)s sur %(all)s") % {"good": sum(line.ok for line in lines), "all": len(lines)},
        ),
        (_("Livres scellés jusqu’au"), _("pas encore") if link is None else day(link[0])),
        (_("Place libre sur le disque"), f"{count(free // 1_000_000)} Mo"),
    ]


def _problems() -> list[str]:
    found, queue = [], work.queue()
    if shutil.disk_usage(settings.HOME).free < LITTLE_BYTES:
        found.append(_("Le disque est presque plein. Faites de la place avant qu’il ne refuse."))
    if queue.given_up:
        found.append(
            _("Des travaux ont été abandonnés après six essais. Lisez le journal système.")
        )
    if queue.oldest_s > SLOW_S:
        found.append(_("Le travail n’avance pas. Vérifiez que « caisse serve » tourne."))
    if messages.waiting().failed:
        found.append(_("Des e-mails ne partent pas. Vérifiez le serveur de courrier."))
    return found
