"""What a caisse is in five minutes, how to join, and the guide of contributions.

The guide answers a POST and keeps nothing: what one says of one's income never stands in an
address, a log, a cookie or a table. Its answers are bands, never amounts. It changes nothing, so
that it needs no cookie against forged requests (`csrf_exempt`); repeated answers are refused.
"""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from caisse.bylaws import queries as bylaws
from caisse.bylaws.rules import REGISTER
from caisse.contributions import operations as contributions
from caisse.contributions.rules import ContributionRules
from caisse.kernel.month import Month
from caisse.kernel.wording import amount
from caisse.messages import queries as messages
from caisse.people import queries as people
from caisse.people.rules import AdmissionRules
from caisse.site.pages.answering import Asked, answer, asked_of, demo_now
from caisse.site.pages.bylaws import terms_of
from caisse.site.pages.glance import shown
from caisse.site.telling import joining
from caisse.site.telling.joining import Dates, Fact
from caisse.site.telling.sentences import sentence

GIVEN = (
    "contribution.mode",
    "contribution.min_cents",
    "contribution.max_cents",
    "contribution.levels_cents",
    "contribution.income_rate_bp",
    "contribution.situations",
    "contribution.quotient_bands",
    "contribution.cutoff_day",
    "contribution.debit_day",
)
RECEIVED = (
    "allocation.mode",
    "allocation.base_cents",
    "allocation.additional_adult_cents",
    "allocation.child_cents",
    "allocation.size_bands",
    "allocation.credit_day",
    "allocation.first_month",
    "balance.rollover",
    "balance.cap_multiple",
)
AHEAD = 3  # months in which more places are looked for
ALWAYS = {"contribution.min_cents", "contribution.max_cents", "contribution.mode"}


@gzip_page
@require_safe
def explained(request: HttpRequest) -> HttpResponse:
    """`/comprendre`: what a caisse is, with this one's own figures."""
    return answer(request, "site/explained.html", _explained)


@gzip_page
@require_safe
def joined(request: HttpRequest) -> HttpResponse:
    """`/participer`: what one gives and receives, and from when, by the articles in force."""
    return answer(request, "site/joining.html", _joining)


@csrf_exempt
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def guide(request: HttpRequest) -> HttpResponse:
    """`/participer/grille`: some questions, an amount that nobody is held to; nothing is kept."""
    if request.method != "POST":
        return answer(request, "site/guide.html", lambda asked: _guide(asked, {}))
    founding = bylaws.founding()
    if founding is None:
        return render(request, "site/not_founded.html", status=503)
    if any(len(request.POST.getlist(name)) > 1 for name in request.POST):
        return HttpResponseBadRequest(_("Une réponse est là deux fois."))
    words = {"name": founding.name, "demo_now": demo_now(founding.demo)}
    told = _guide(asked_of(founding), request.POST.dict())
    return render(request, "site/guide.html", {**words, **told})  # no-store: by the middleware


def _explained(asked: Asked) -> dict[str, object]:
    return {
        "glance": shown(asked),
        "pays": _pays(bylaws.in_force(ContributionRules, month=asked.now)),
        "kept": _facts(asked, ("balance.rollover", "balance.expiry_months")),
        "given": _facts(asked, ("contribution.mode", "contribution.min_cents")),
        "received": _facts(asked, ("allocation.mode", "allocation.base_cents")),
    }


def _joining(asked: Asked) -> dict[str, object]:
    contribution = bylaws.in_force(ContributionRules, month=asked.now)
    room, dates = _today(asked)
    return {
        "given": _facts(asked, GIVEN),
        "received": _facts(asked, RECEIVED),
        "room": room,
        "dates": dates,
        "pays": _pays(contribution),
        "reach": messages.reach(),
        "has_guide": bool(contribution.guide_questions),
    }


@lru_cache(maxsize=8)
def _today(asked: Asked) -> tuple[str, Dates]:
    """Whether there is room, and what comes first, by the very rules of the office."""
    admission = bylaws.in_force(AdmissionRules, month=asked.now)
    taken = 0 if admission.capacity is None else people.places_taken(on=asked.today)
    rules, start = bylaws.in_force(ContributionRules, month=asked.now), people.start(asked.today)
    dates = joining.dates(asked.today, start, contributions.first_month(), rules)
    return joining.room(admission.capacity, taken, _more_places(asked, taken)), dates


def _more_places(asked: Asked, taken: int) -> tuple[Month, int] | None:
    """The first of the next months in which the bylaws have more places than are taken."""
    for month in (asked.now + n for n in range(1, AHEAD + 1)):
        capacity = bylaws.in_force(AdmissionRules, month=month).capacity
        if capacity is not None and capacity > taken:
            return month, capacity
    return None


def _pays(rules: ContributionRules) -> bool:
    return rules.mode not in ("none", "three_prices")


@lru_cache(maxsize=16)
def _facts(asked: Asked, names: tuple[str, ...]) -> tuple[Fact, ...]:
    """The sentences of those articles that a decision made count, and of a few that always do."""
    terms = terms_of(asked)
    found = {one.article.name: one for one in bylaws.articles_in_force(month=asked.now)}
    return tuple(
        Fact(sentence(REGISTER[name], found[name].value, terms), name)
        for name in names
        if name in ALWAYS or found[name].value != found[name].article.neutral
    )


def _guide(asked: Asked, said: dict[str, str]) -> dict[str, object]:
    """The form, and after it was sent: the amount, or which question waits for its answer."""
    rules = bylaws.in_force(ContributionRules, month=asked.now)
    if not rules.guide_questions:
        raise Http404
    terms = terms_of(asked)
    most = [len(question.thresholds_cents) for question in rules.guide_questions]
    given = [_points(said.get(f"q{n + 1}", ""), limit) for n, limit in enumerate(most)]
    asks = joining.asks(rules, given, terms)
    missing = [ask for ask in asks if ask.given is None] if said else []
    complete = [points for points in given if points is not None]
    found = ""
    if len(complete) == len(given):
        found = amount(joining.proposed(rules, complete), terms.currency)
    return {
        "asks": asks,
        "missing": missing,
        "sent": bool(said),
        "amount": found,
        "scores": joining.scores(rules, terms),
    }


def _points(word: str, most: int) -> int | None:
    """The points of an answer, None for what is not one of the answers."""
    known = {str(points): points for points in range(most + 1)}
    return known.get(word)
