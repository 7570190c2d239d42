"""What a page says when it cannot answer: in plain words, with nothing lost."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose secret word is not this session's: another tab came in, or it is days old."""
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin"  # else somebody else chose them
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if ours and name != "csrfmiddlewaretoken" and "password" not in name
    ]
    words = {"fields": fields[:100], "path": request.get_full_path()}
    return render(request, "site/form_too_old.html", words, status=403)


def not_here(request: HttpRequest, key: str = "") -> HttpResponse:
    """A page of django-allauth that this caisse does not have."""
    raise Http404(key)
