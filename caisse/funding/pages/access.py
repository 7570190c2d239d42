"""Who reads a funder's page: a person let in with a code shown once, or let go."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.funding import operations, queries
from caisse.funding.forms import AccessForm
from caisse.funding.pages import ROLES
from caisse.funding.pages.grants import funder_of
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, show
from caisse.people import operations as people_operations
from caisse.people import queries as people

ACT = ("GET", "HEAD", "POST")


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(ACT)
def funder_access(request: HttpRequest, funder_id: int) -> HttpResponse:
    """Let a person of the funder read its page; her code is on the answer, and nowhere else.

    Sent twice, it is one person, and the second code is the good one.
    """
    row = funder_of(funder_id)
    form = AccessForm(request.POST or None)
    if form.carries_out(
        lambda: operations.open_access(
            funder_id=funder_id, **form.said, by=by(request), id=form.operation_id
        )
    ):
        code = people_operations.give_code(
            identifier=form.outcome, purpose="activation", by=by(request)
        )
        words = {"funder": row, "code": code, "given_name": form.said["given_name"]}
        return show(request, "funding/access_code.html", words)
    return show(request, "funding/access.html", {"funder": row}, form=form)


@in_menu("money")
@only(*ROLES, fresh=True)
@require_http_methods(ACT)
def funder_access_end(request: HttpRequest, funder_id: int, login: str) -> HttpResponse:
    """The person reads the funder's page no more: a question first."""
    row = funder_of(funder_id)
    form = SureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.end_funder_right(funder_id=funder_id, login=login, by=by(request))
    ):
        return done(request, _("Cette personne ne lit plus cette page."), "funder", funder_id)
    if request.method != "POST":
        found(login if login in queries.readers_of(funder_id) else None)
    names = people.names_of({login})
    words = {"funder": row, "name": names.get(login, login)}
    return show(request, "funding/access_end.html", words, form=form)
