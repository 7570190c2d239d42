"""The places: a map without tiles, the list that says as much, a page for each."""

import re
from functools import lru_cache
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caisse.kernel.pages import with_position
from caisse.kernel.wording import capital, count, weekdays
from caisse.merchants import queries as merchants
from caisse.merchants.queries import Shop
from caisse.site.pages.answering import Asked, answer, position, send_words
from caisse.site.pages.bylaws import terms_of
from caisse.site.telling import atlas, places
from caisse.site.telling.places import TODAY, Wanted

SHOWN = 20  # places on a page of the list
WIDE, NARROW = (620, 470), (328, 330)


@gzip_page
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """`/lieux`: all places, or those that answer `sorte`, `commune` and `jour`, by name."""
    wanted, last = _wanted(request), position(request, "apres")
    page = answer(request, "site/places.html", lambda asked: _listed(asked, wanted, last))
    return with_position(page)


@gzip_page
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """`/lieux/points`: where the places are that answer the same three words, as JSON.

    The page finds the nearest ones itself: no address ever says where a visitor is.
    """
    wanted = _wanted(request)
    return send_words(request, lambda asked: _points(asked, wanted))


@gzip_page
@require_safe
def place(request: HttpRequest, place_id: int) -> HttpResponse:
    """`/lieux/<place_id>`: where it is, when it is open, what it sells, who chose it."""
    return answer(request, "site/place.html", lambda asked: _place(asked, place_id))


@lru_cache(maxsize=4)
def known(asked: Asked) -> tuple[Shop, ...]:
    """The places with an agreement today, by name; kept until the books or the day change."""
    return tuple(places.sorted_by_name(merchants.shops(at=asked.today)))


def _wanted(request: HttpRequest) -> Wanted:
    return Wanted(*(_word(request, name) for name in ("sorte", "commune", "jour")))


def _word(request: HttpRequest, name: str) -> str:
    values = request.GET.getlist(name)
    if len(values) > 1 or any(len(value) > 80 for value in values):
        raise Http404
    return values[0] if values else ""


def _listed(asked: Asked, wanted: Wanted, last: int | None) -> dict[str, object]:
    kinds, communes, found = _found(asked, wanted)
    shown = places.after(found, last, SHOWN + 1)
    if last is not None and not shown:
        raise Http404
    more = len(shown) > SHOWN
    return {
        "title": _title(len(found), wanted, terms_of(asked).unit),
        "wanted": wanted,
        "kinds": [(code, capital(label)) for code, label in kinds.items()],
        "communes": communes,
        "days": [
            (TODAY, _("Aujourd’hui")),
            *((str(n), capital(name)) for n, name in enumerate(weekdays())),
        ],
        "rows": [places.row(shop, kinds, asked.today) for shop in shown[:SHOWN]],
        "maps": _maps(found),
        "nowhere": sum(shop.latitude_e5 is None for shop in found),
        "later": last is not None,
        "filters": _address(wanted),
        "next_page": _address(wanted, shown[SHOWN - 1].id) if more else "",
        "left": len(found) - found.index(shown[SHOWN - 1]) - 1 if more else 0,
    }


def _points(asked: Asked, wanted: Wanted) -> dict[str, object]:
    kinds, _communes, found = _found(asked, wanted)
    return places.points(found, kinds, asked.today)


def _found(asked: Asked, wanted: Wanted) -> tuple[dict[str, str], list[str], list[Shop]]:
    """The kinds, the communes and the places that answer; Http404 for an odd wish."""
    shops = known(asked)
    kinds = merchants.kinds()
    communes = sorted({shop.commune for shop in shops if shop.commune})
    _demand(wanted, kinds, communes)
    return kinds, communes, places.chosen(shops, wanted, asked.today)


def _demand(wanted: Wanted, kinds: dict[str, str], communes: list[str]) -> None:
    """What nobody could have chosen on the page is no page."""
    odd_kind = wanted.kind and wanted.kind not in kinds
    odd_commune = wanted.commune and wanted.commune not in communes
    if odd_kind or odd_commune or not re.fullmatch(rf"|[0-6]|{TODAY}", wanted.day):
        raise Http404


def _title(number: int, wanted: Wanted, unit: str) -> str:
    words = {"count": count(number), "unit": unit}
    if not number:
        return _("Aucun lieu ne répond à cette recherche") if wanted.any else _("Aucun lieu")
    if wanted.any:
        text = ngettext("%(count)s lieu trouvé", "%(count)s lieux trouvés", number)
    else:
        text = ngettext(
            "%(count)s lieu où payer en %(unit)s", "%(count)s lieux où payer en %(unit)s", number
        )
    return text % words


def _maps(shops: list[Shop], chosen: int | None = None) -> list[tuple[str, atlas.Atlas | None]]:
    """The map for a column and the one for a phone."""
    return [
        (size, atlas.draw(shops, width=width, height=height, chosen=chosen))
        for size, (width, height) in (("wide", WIDE), ("narrow", NARROW))
    ]


def _address(wanted: Wanted, last: int | None = None) -> str:
    named = (("sorte", wanted.kind), ("commune", wanted.commune), ("jour", wanted.day))
    asked = [(name, value) for name, value in named if value]
    if last is not None:
        asked.append(("apres", str(last)))
    return f"?{urlencode(asked)}" if asked else "?"


def _place(asked: Asked, place_id: int) -> dict[str, object]:
    found = next((shop for shop in known(asked) if shop.id == place_id), None)
    if found is None:
        raise Http404
    kinds = merchants.kinds()
    return {
        "sheet": places.sheet(found, kinds, asked.today),
        "unit": terms_of(asked).unit,
        "maps": _maps(list(known(asked)), chosen=place_id) if found.latitude_e5 is not None else [],
    }
