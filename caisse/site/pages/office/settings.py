"""Settings that are settings: how the caisse is reached; and what the machine was told to do."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, show
from caisse.messages import operations as messages
from caisse.messages import queries as notices_of
from caisse.site.pages.office.forms import CardForm


@in_menu("journal")
@only("administrator", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def office_settings(request: HttpRequest) -> HttpResponse:
    """`/gestion/reglages`: how to reach the caisse; the machine's settings, to read only."""
    reach = notices_of.reach()
    known = {name: getattr(reach, name) for name in ("phone", "email", "address", "hours")}
    form = CardForm(request.POST or None, initial={**known, "privacy": reach.privacy})
    if form.carries_out(
        lambda: messages.write_card(**form.said, by=by(request), id=form.operation_id)
    ):
        return done(request, _("C’est écrit. La page « Participer » le montre."), "settings")
    return show(request, "site/office/settings.html", {"machine": _machine()}, form=form)


def _machine() -> list[tuple[str, str]]:
    """What the machine was told, in words; no secret."""
    engine = settings.DATABASES["default"]["ENGINE"]
    files = "filebased" in settings.EMAIL_BACKEND
    return [
        (_("Base de données"), "PostgreSQL" if "postgresql" in engine else "SQLite"),
        (_("Fuseau horaire"), settings.TIME_ZONE),
        (
            _("Courrier électronique"),
            _("écrit dans un dossier, rien ne part") if files else settings.EMAIL_HOST,
        ),
        (_("Expéditeur"), settings.DEFAULT_FROM_EMAIL),
        (
            _("Chiffrement"),
            _("sans, sur cette machine seulement") if settings.INSECURE else _("https"),
        ),
    ]
