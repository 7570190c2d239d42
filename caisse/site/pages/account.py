"""One's own way in, and the guide of each page."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caisse.kernel.guard import by, only
from caisse.kernel.pages import found
from caisse.people import queries as people
from caisse.site.guides import guide_of, picture_of


@only()
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """`/entrer/moi`: who one is here, the ways in, the sessions, the way out."""
    me = people.me(by(request).id)
    roles = [people.role_labels()[role] for role in sorted(by(request).roles)]
    return render(request, "site/door/account.html", {"me": me, "roles": roles})


@require_safe
def guide(request: HttpRequest, page: str) -> HttpResponse:
    """`/aide/<page>`: the printable guide of the page of that name."""
    told = found(guide_of(page))
    return render(request, "site/help.html", {"guide": told})


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """`/aide/images/<name>`: a picture of a guide."""
    path: Path = found(picture_of(name))
    return HttpResponse(path.read_bytes(), content_type="image/png")
