"""What pages share: how they are answered, how one says that something is done, pages of lists."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from caisse.kernel.sheet import Cell, read_day, write_sheet

R = TypeVar("R")
SHOWN = 50  # rows of a list on one page
LARGEST = 10**15
FIGURES = len(str(LARGEST)) - 1
OLDEST = date(2000, 1, 1)


def show(
    request: HttpRequest,
    template: str,
    words: Mapping[str, Any] | None = None,
    *,
    form: BaseForm | None = None,
) -> HttpResponse:
    """Render a page; 422 when its `form` was sent and not understood, or was refused."""
    wrong = form is not None and form.is_bound and bool(form.errors)
    known = {**(words or {}), "form": form}
    return render(request, template, known, status=422 if wrong else 200)


def with_camera(response: HttpResponse) -> HttpResponse:
    """Let this page ask for the device's camera, which every other page is refused."""
    response["Permissions-Policy"] = "camera=(self)"
    return response


def with_position(response: HttpResponse) -> HttpResponse:
    """Let this page ask where the device is, which every other page is refused."""
    response["Permissions-Policy"] = "geolocation=(self)"
    return response


def done(request: HttpRequest, sentence: str, to: str, *args: Any) -> HttpResponse:
    """After a POST: to the page named `to`, which says `sentence`. Reloading repeats nothing."""
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse(to, args=args))


def once(request: HttpRequest, name: str) -> str:
    """The one value of `name` in what was posted; "" without any.

    Raises SuspiciousOperation (400) when it stands there twice: of money, two answers are none.
    """
    values = request.POST.getlist(name)
    if len(values) > 1:
        raise SuspiciousOperation(f"{name} twice")
    return values[0] if values else ""


def after(request: HttpRequest, name: str = "apres") -> int | None:
    """The key after which a list goes on, from the address; None at its beginning.

    Raises Http404 for what is no number.
    """
    values = request.GET.getlist(name)
    if not values:
        return None
    number = whole(values[0]) if len(values) == 1 else None
    return found(number)


def whole(text: str) -> int | None:
    """The number that an address or a form says; None for what is none, or too large for a key."""
    if not text.isdecimal() or len(text) > FIGURES:
        return None
    return int(text)


def found(thing: R | None) -> R:
    """The thing, or Http404: what one may not see and what is not there look the same."""
    if thing is None:
        raise Http404
    return thing


def day_asked(request: HttpRequest, default: date, name: str = "au") -> date:
    """The day that the address asks for (`?au=2023-12-31`), `default` without any.

    A form that was sent empty asks for `default` too. Raises Http404 for what is no day, for one
    after `default` (of a day to come nothing is known) and for one before all caisses.
    """
    values = request.GET.getlist(name)
    if not any(values):
        return default
    try:
        day = read_day(values[0])
    except ValueError:
        raise Http404 from None
    if len(values) > 1 or not OLDEST <= day <= default:
        raise Http404
    return day


def send_sheet(name: str, rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """The file `name` for a spreadsheet, as an attachment; the first row names the columns."""
    response = HttpResponse(write_sheet(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
