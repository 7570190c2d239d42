"""The door: how people come in, where they go then, and what a lost session kept for them."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.kernel.guard import actor_of, door_of, only
from caisse.kernel.pages import once, show
from caisse.people import operations as people
from caisse.site import menus, practice
from caisse.site.pages.door_forms import CodeForm

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """`/entrer`: the ways in, one sentence each; in a demo, the people one may be."""
    if actor_of(request) is not None:
        return HttpResponseRedirect(reverse("home"))
    words = {"next": _next(request), "cast": practice.cast(), "training": settings.TRAINING}
    return render(request, "site/door/door.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """`/entrer/code`: a code that was printed, sent, or said at a desk; it opens once."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(request, action="access_code"):
        return render(request, "site/door/too_many.html", status=429)
    if form.carries_out(lambda: people.use_code(code=form.said["code"])):
        user = get_user_model().objects.get_by_natural_key(form.outcome)
        record_authentication(request, user, method="code")  # one may now make a key at once
        return perform_login(request, user, redirect_url=_next(request) or reverse("home"))
    return show(request, "site/door/code.html", {"next": _next(request)}, form=form)


@only()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/entrer/chez-moi`: to the first page of whoever came in."""
    actor = actor_of(request)
    known = menus.homes(actor.roles) if actor is not None else []
    return HttpResponseRedirect(reverse(known[0][0] if known else "glance"))


@only()
@require_safe
def resume(request: HttpRequest) -> HttpResponse:
    """`/entrer/reprendre`: what was typed when the session ended, ready to be sent again."""
    kept = door_of(request).kept()  # type: ignore[attr-defined]
    if kept is None:
        return render(request, "site/door/nothing_kept.html")
    shown = [value for name, value in kept["fields"] if value and name != "operation"]
    return render(request, "site/door/resume.html", {"kept": kept, "shown": shown})


@only()
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """`/entrer/second-facteur`: why a second key is asked for, and how to make one."""
    return render(request, "site/door/second_factor.html")


@require_POST
def demo_entry(request: HttpRequest) -> HttpResponse:
    """`/entrer/demonstration`: come in as somebody of a demo or of a copy to learn on."""
    wanted = once(request, "qui")
    if wanted not in {one.login for one in practice.cast()}:
        raise Http404
    user: Any = get_user_model().objects.get_by_natural_key(wanted)
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="demo")
    request.session["demo"] = True
    UserSession.objects.create_from_request(request)
    return HttpResponseRedirect(_next(request) or reverse("home"))


@csrf_exempt  # its button stands on public pages, that are kept and hold nobody's secret word
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """`/langue`: the language of the pages, kept by the browser."""
    chosen = once(request, "langue")
    if chosen not in dict(settings.LANGUAGES):
        raise Http404
    response = HttpResponseRedirect(_next(request) or reverse("glance"))
    response.set_cookie("langue", chosen, max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
    return response


def _next(request: HttpRequest) -> str:
    """Where the reader wanted to go: a page of ours, or nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if ours and wanted.startswith("/") else ""
