"""The bylaws in plain sentences, the life of an article, and the register of decisions."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caisse.bylaws import queries as bylaws
from caisse.bylaws.rules import REGISTER, Amended
from caisse.kernel.month import Month
from caisse.kernel.wording import count
from caisse.merchants import queries as merchants
from caisse.people.rules import CurrencyRules, sign
from caisse.site.pages.answering import LARGEST, Asked, answer, position
from caisse.site.telling import articles, decisions
from caisse.site.telling.articles import Life, Rulebook
from caisse.site.telling.decisions import Card, Standing
from caisse.site.telling.sentences import Terms

SHOWN = 20  # decisions on a page of the register
END = Month(9999, 12)  # after every amendment


@gzip_page
@require_safe
def rulebook(request: HttpRequest) -> HttpResponse:
    """`/reglement`: what applies today, a sentence per article, each with its decision."""
    return answer(request, "site/rulebook.html", lambda asked: {"book": _book(asked)})


@gzip_page
@require_safe
def article(request: HttpRequest, name: str) -> HttpResponse:
    """`/reglement/<name>`: one article, since when, by whom, and all its values."""
    return answer(request, "site/article.html", lambda asked: {"life": _life(asked, name)})


@gzip_page
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """`/decisions`: the newest first, a page of them below the number `avant`."""
    before = position(request, "avant")
    return answer(request, "site/decisions.html", lambda asked: _register(asked, before))


@gzip_page
@require_safe
def decision(request: HttpRequest, number: int) -> HttpResponse:
    """`/decisions/<number>`: what was decided, what it changes, what became of it."""
    return answer(request, "site/decision.html", lambda asked: _decision(asked, number))


def terms_of(asked: Asked) -> Terms:
    """The two units of the caisse today."""
    currency = bylaws.in_force(CurrencyRules, month=asked.now)
    return Terms(currency.food_unit_name, sign(currency))


@lru_cache(maxsize=8)
def _book(asked: Asked) -> Rulebook:
    now = bylaws.articles_in_force(month=asked.now)
    last = bylaws.articles_in_force(month=END)
    changing = [b.article.name for a, b in zip(now, last, strict=True) if a.by != b.by]
    coming = {
        name: found
        for name in changing
        if (found := articles.coming_of(bylaws.amendments(name), asked.now))
    }
    days = _days([*(one.by for one in now if one.by), *coming.values()])
    return articles.rulebook(now, coming, days, asked.now, terms_of(asked))


@lru_cache(maxsize=256)
def _life(asked: Asked, name: str) -> Life:
    if name not in REGISTER:
        raise Http404
    found = {one.article.name: one for one in bylaws.articles_in_force(month=asked.now)}[name]
    history = bylaws.amendments(name)
    return articles.life(found, history, _days(history), asked.now, terms_of(asked))


def _days(amended: Iterable[Amended]) -> dict[int, date]:
    """The day of each decision that speaks in these amendments, by its number."""
    numbers = sorted({one.decision for one in amended})
    known = (bylaws.decision(number) for number in numbers)
    return {one.number: one.decided_on for one in known if one}


@lru_cache(maxsize=8)
def _standing(asked: Asked) -> Standing:
    now = bylaws.articles_in_force(month=asked.now)
    last = bylaws.articles_in_force(month=END)
    return decisions.standing(asked.now, now, last, terms_of(asked))


@lru_cache(maxsize=64)
def _cards(asked: Asked, before: int | None, limit: int) -> tuple[Card, ...]:
    entries = bylaws.register(limit=limit, before=before, currency=terms_of(asked).currency)
    names = merchants.names() if entries else {}
    return tuple(decisions.card(entry, _standing(asked), names) for entry in entries)


def _register(asked: Asked, before: int | None) -> dict[str, object]:
    """One page of the register, and where the next and the first one are."""
    found = _cards(asked, before, SHOWN + 1)
    if before is not None and not found:
        raise Http404
    newest = bylaws.register(limit=1)
    total = newest[0].decision.number if newest else 0
    title = ngettext(
        "%(count)s décision, aucune effacée", "%(count)s décisions, aucune effacée", total
    )
    return {
        "title": title % {"count": count(total)} if total else _("Aucune décision pour l’instant"),
        "cards": found[:SHOWN],
        "next": found[SHOWN - 1].number if len(found) > SHOWN else None,
        "later": before is not None,
    }


def _decision(asked: Asked, number: int) -> dict[str, object]:
    found = _cards(asked, number + 1, 1) if number <= LARGEST else ()
    if not found or found[0].number != number:
        raise Http404
    following = bylaws.decision(number + 1)
    return {
        "card": found[0],
        "previous": number - 1 if number > 1 else None,
        "following": following.number if following else None,
    }
