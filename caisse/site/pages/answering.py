"""How a public page answers: from the state of the books, kept by browsers until that changes."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events
from caisse.kernel.month import Month
from caisse.kernel.wording import day, hour
from caisse.ledger import queries as ledger

HERE = Path(__file__).parent.parent
LARGEST = 10**9 - 1  # a number in an address: what is larger is nobody's
FRESH_S = 30  # how long a browser or a proxy may show the page without asking again


class Asked(NamedTuple):
    """All that a public page depends on beside its address; the key under which it is kept.

    `at` is the day that figures tell (the last of the month that is over), `today` the business
    day, `written` what changes with each event. `seq` is the ledger's tip while a transfer may
    still be posted into the day `at`, then 0: a payment of a later day changes no figure of it.
    """

    founding: bylaws.Founding
    seq: int
    written: tuple[int, int]
    at: date
    today: date
    language: str

    @property
    def month(self) -> Month:
        """The month of the figures: never before the caisse's first one."""
        return max(Month.of(self.at), self.founding.first_month)

    @property
    def now(self) -> Month:
        """The month whose bylaws apply today: never before the caisse's first one."""
        return max(Month.of(self.today), self.founding.first_month)


Tell = Callable[[Asked], Mapping[str, Any]]


def answer(request: HttpRequest, template: str, tell: Tell) -> HttpResponse:
    """Render `template` with what `tell` gives; 304 when the browser has it already.

    503 while no caisse is founded. `tell` may raise Http404.
    """
    founding = bylaws.founding()
    if founding is None:
        return render(request, "site/not_founded.html", status=503)
    asked = asked_of(founding)
    etag = _etag(template, asked, request.get_full_path(), demo_now(founding.demo))
    response = get_conditional_response(request, etag=etag)
    if response is None or response.status_code != 304:
        words = {"name": founding.name, "demo_now": demo_now(founding.demo)}
        response = render(request, template, {**words, **tell(asked)})
    return kept(request, response, etag)


def send(request: HttpRequest, name: str, kind: str, write: Callable[[Asked], str]) -> HttpResponse:
    """The file `name` that `write` gives, as an attachment of the content type `kind`."""
    founding = bylaws.founding()
    if founding is None:
        return render(request, "site/not_founded.html", status=503)
    asked = asked_of(founding)
    etag = _etag(name, asked)
    response = get_conditional_response(request, etag=etag)
    if response is None or response.status_code != 304:
        response = HttpResponse(write(asked), content_type=kind)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return kept(request, response, etag)


def send_words(request: HttpRequest, tell: Tell) -> HttpResponse:
    """What `tell` gives as JSON, for the script of a public page; 304 when the browser has it.

    503 while no caisse is founded. `tell` may raise Http404.
    """
    founding = bylaws.founding()
    if founding is None:
        return render(request, "site/not_founded.html", status=503)
    asked = asked_of(founding)
    etag = _etag("json", asked, request.get_full_path())
    response = get_conditional_response(request, etag=etag)
    if response is None or response.status_code != 304:
        response = JsonResponse(tell(asked), json_dumps_params={"ensure_ascii": False})
    return kept(request, response, etag)


def kept(request: HttpRequest, response: HttpResponse, etag: str) -> HttpResponse:
    """The answer with what a browser needs to keep it.

    Whoever came in asks again each time: a place reads its new hours as soon as it gave them.
    """
    response.headers["ETag"] = etag
    came_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    response.headers["Cache-Control"] = (
        "private, no-cache" if came_in else f"public, max-age={FRESH_S}"
    )
    return response


def asked_of(founding: bylaws.Founding) -> Asked:
    """What the pages depend on: they change with an event or a new day, and with each transfer
    as long as the first month lasts, whose figures are those of today.

    The ledger's time never goes back: once its tip lies after `at`, that day is complete.
    """
    today = clock.today()
    closed = Month.of(today).previous()
    at = closed.last if closed >= founding.first_month else today
    seq, posted_ms = ledger.tip()
    complete = posted_ms >= clock.instant(at + timedelta(1))
    kept_seq, language = 0 if complete else seq, get_language() or "fr"
    return Asked(founding, kept_seq, events.state(), at, today, language)


def demo_now(demo: bool) -> str:
    """The demo's day and hour, « jeudi 1er février 2024, 9 h 00 »; nothing for a real caisse."""
    now = clock.local(clock.now_ms())
    return f"{day(now.date(), weekday=True)}, {hour(now)}" if demo else ""


def _etag(*parts: object) -> str:
    """One word for all that the page depends on, this program's own files included."""
    whole = "|".join(map(repr, (*parts, get_language(), _look())))
    return f'"{hashlib.sha256(whole.encode()).hexdigest()[:24]}"'


@cache
def _look() -> str:
    """The fingerprint of this package: a new version of a template is a new page."""
    found = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.suffix in {".css", ".html", ".js", ".py", ".svg"}:
            found.update(path.read_bytes())
    return found.hexdigest()


def position(request: HttpRequest, name: str) -> int | None:
    """The number of the parameter `name` of an address, None when it is not there.

    Raises Http404 for what is not one number of at most 9 digits.
    """
    values = request.GET.getlist(name)
    if not values:
        return None
    if len(values) > 1 or not re.fullmatch(r"[0-9]{1,9}", values[0]):
        raise Http404
    return int(values[0])
