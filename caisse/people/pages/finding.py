"""Find a household, open its file; those whom nobody has spoken with; who has looked."""

import uuid
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.kernel import clock
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import Id, show_id
from caisse.kernel.pages import SHOWN, after, found, show
from caisse.kernel.wording import day
from caisse.people import operations
from caisse.people import queries as people
from caisse.people.forms import SearchForm
from caisse.people.pages.asking import ACTORS, ANSWERERS, READERS
from caisse.people.pages.telling import BADGES, ago, look_sentence, state_word

LETTERS, MOST = 3, 20
MONTHS = (3, 6, 12)
TEN_DIGITS = 10**9  # a day and a number of a membership in one key of a list


@in_menu("people")
@only(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """`/gestion/personnes`: find a household; the list by number, without names."""
    form = SearchForm(request.POST or None)
    live = request.headers.get("HX-Request") == "true"
    searched = request.POST.get("text", "").strip() if form.is_bound and form.is_valid() else ""
    asked = searched if not live or len(searched) >= LETTERS or searched.isdecimal() else ""
    found_ones = people.search(asked, limit=MOST) if asked else []
    hits, many = [(hit, state_word(hit.state)) for hit in found_ones], len(found_ones) == MOST
    words = {"hits": hits, "many": many, "searched": bool(asked), "search": form}
    if live:
        return render(request, "people/_found.html", words)
    return show(request, "people/people.html", {**words, **_list(request)})


def _list(request: HttpRequest) -> dict[str, object]:
    """A page of the list of memberships, in the state that the address asks for."""
    state = request.GET.get("etat", "")
    if state and state not in BADGES:
        raise Http404
    rows = people.listed(state=state, after=after(request), limit=SHOWN + 1)
    return {
        "rows": [
            (row, state_word(row.state), day(row.since) if row.state else "")
            for row in rows[:SHOWN]
        ],
        "acts": by(request).may(*ACTORS),
        "answers": by(request).may(*ANSWERERS),
        "more": rows[SHOWN - 1].membership_id if len(rows) > SHOWN else None,
        "state": state,
        "states": [(code, state_word(code)) for code in BADGES],
        "later": after(request) is not None,
    }


@only(*READERS)
@require_POST
def open_file(request: HttpRequest, number: int) -> HttpResponse:
    """`/gestion/personnes/<n>/ouvrir`: the file opens for some hours; its household can read it."""
    found(people.membership(number))
    operations.open_file(membership_id=number, by=by(request))
    return HttpResponseRedirect(reverse("person", args=[number]))


@in_menu("people")
@only(*READERS)
@require_safe
def unreached(request: HttpRequest) -> HttpResponse:
    """`/gestion/personnes/sans-contact`: whom nobody of the office has spoken with, since when."""
    said = request.GET.get("mois", str(MONTHS[0]))
    if said not in map(str, MONTHS):
        raise Http404
    today, key = clock.today(), after(request)
    rows = people.unreached(
        before=people.months_before(today, int(said)),
        after=None if key is None else _day_and_number(key),
        limit=SHOWN + 1,
    )
    words = {
        "rows": [
            (row, ago(row.reached_on, today), day(row.reached_on or today)) for row in rows[:SHOWN]
        ],
        "more": _key(rows[SHOWN - 1]) if len(rows) > SHOWN else None,
        "months": int(said),
        "choices": MONTHS,
        "later": key is not None,
    }
    return show(request, "people/unreached.html", words)


def _key(row: people.Listed) -> int:
    return (row.reached_on or date.min).toordinal() * TEN_DIGITS + row.membership_id


def _day_and_number(key: int) -> tuple[date, int]:
    ordinal, number = divmod(key, TEN_DIGITS)
    if not 1 <= ordinal <= date.max.toordinal():
        raise Http404
    return date.fromordinal(ordinal), number


@in_menu("people")
@only(*ANSWERERS)
@require_safe
def who_looked(request: HttpRequest) -> HttpResponse:
    """`/gestion/personnes/regards`: who opened whose file, and why."""
    number, before = after(request, "foyer"), _before(request)
    if number is None:
        rows = people.all_looks(before=before, limit=SHOWN + 1)
    else:
        found(people.membership(number))
        rows = people.looks(number, before=before, limit=SHOWN + 1)
    words = {
        "rows": [(row, look_sentence(row)) for row in rows[:SHOWN]],
        "more": show_id(rows[SHOWN - 1].id) if len(rows) > SHOWN else None,
        "number": number,
        "later": before is not None,
    }
    return show(request, "people/looked.html", words)


def _before(request: HttpRequest) -> Id | None:
    said = request.GET.get("avant")
    if said is None:
        return None
    try:
        return uuid.UUID(said).bytes
    except ValueError:
        raise Http404 from None
