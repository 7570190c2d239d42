"""The register of decisions: what each one changes, and what became of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws import rules
from caisse.bylaws.queries import Change, Entry, InForce
from caisse.bylaws.rules import Amended
from caisse.kernel.month import Month
from caisse.kernel.wording import NARROW, capital, count, day, month_name, spaced
from caisse.site.telling.sentences import Terms, said, sentence
from caisse.site.telling.values import amended

PLACE = re.compile(r"\b(?:lieu n°|place no\.)\s?(\d+)")


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of what a decision changes: its sentence, the article or the place that it is about.

    `now` says what became of it (« remplacé par la décision n° 9 »), `by` that decision.
    """

    sentence: str
    article: str = ""
    place: int = 0
    place_name: str = ""
    now: str = ""
    by: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A decision as a card. `stamp` is adopted or replaced, `stamp_words` its two lines."""

    number: int
    title: str
    text: str
    day: str
    body: str
    stamp: str
    stamp_words: tuple[str, str]
    summary: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Which decision speaks for each article: today, and once all that was decided has begun."""

    month: Month
    now: Mapping[str, Amended]
    last: Mapping[str, Amended]
    terms: Terms


def standing(
    month: Month, now: Iterable[InForce], last: Iterable[InForce], terms: Terms
) -> Standing:
    """From the articles in force at `month` and at a month after all amendments."""
    return Standing(
        month,
        {one.article.name: one.by for one in now if one.by},
        {one.article.name: one.by for one in last if one.by},
        terms,
    )


def card(entry: Entry, known: Standing, names: Mapping[int, str]) -> Card:
    """One decision of the register; `names` are those of the places, by their number."""
    decision = entry.decision
    effects = tuple(_effect(change, decision.number, known, names) for change in entry.changes)
    replacing = {one.by for one in effects if one.by}
    replaced = bool(effects) and all(one.by for one in effects)
    stamp_words = (_("Adoptée"), day(decision.decided_on))
    if replaced:
        stamp_words = (_("Remplacée"), _("par la n° %(n)s") % {"n": max(replacing)})
    return Card(
        number=decision.number,
        title=spaced(decision.title),
        text=spaced(decision.text),
        day=day(decision.decided_on, weekday=True),
        body=_bodies().get(decision.body, capital(decision.body)),
        stamp="replaced" if replaced else "adopted",
        stamp_words=stamp_words,
        summary=_summary(effects),
        effects=effects,
    )


def _bodies() -> dict[str, str]:
    """Who decides, where the register has a word of the code and not of a person."""
    return {
        "founders": _("Fondation"),
        "committee": _("Comité citoyen"),
        "assembly": _("Assemblée"),
    }


def _summary(effects: tuple[Effect, ...]) -> str:
    """What a decision touches, in a few words."""
    articles = sum(bool(one.article) for one in effects)
    places = len({one.place for one in effects if one.place})
    parts = []
    if articles:
        text = ngettext("%(n)s article du règlement", "%(n)s articles du règlement", articles)
        parts.append(text % {"n": count(articles)})
    if places:
        text = ngettext("%(n)s lieu d’achat", "%(n)s lieux d’achat", places)
        parts.append(text % {"n": count(places)})
    if len(effects) > articles + places and not parts:
        parts.append(_("autre effet"))
    between = _("et")
    return f" {between} ".join(parts) if parts else _("Elle ne change aucun article.")


def _effect(change: Change, number: int, known: Standing, names: Mapping[int, str]) -> Effect:
    told = _in_words(change, known.terms)
    if not change.article:
        found = PLACE.search(told.replace(NARROW, " "))
        place = int(found[1]) if found else 0
        return Effect(told, place=place, place_name=names.get(place, ""))
    now, by = _became(change.article, number, known)
    source = ""
    if change.source and not change.sourced:
        source = _("Valeur d’exemple : %(source)s.") % {"source": change.source.removesuffix(".")}
    return Effect(told, change.article, now=now, by=by, source=spaced(source))


def _in_words(change: Change, terms: Terms) -> str:
    """What a change says: a first value as the bylaws say it, another one with the one before."""
    amend = change.amend
    if amend is None or change.replaces or amend.article not in said():
        return spaced(amended(change, terms.currency))
    words = {"month": month_name(amend.since)}
    words["sentence"] = sentence(rules.find(amend.article), amend.value, terms)
    return spaced(_("À partir de %(month)s : %(sentence)s") % words)


def _became(article: str, number: int, known: Standing) -> tuple[str, int]:
    """What became of the article of a decision: in words, and the decision that replaced it."""
    now, last = known.now.get(article), known.last.get(article)
    if now and now.decision == number:
        if last and last.decision != number:
            words = {"month": month_name(last.since)}
            return _("En vigueur, jusqu’au changement de %(month)s.") % words, 0
        return _("En vigueur."), 0
    if last and last.decision == number and last.since > known.month:
        return _("À partir de %(month)s.") % {"month": month_name(last.since)}, 0
    by = now.decision if now else 0
    return (_("Remplacé par une autre décision."), by) if by else ("", 0)
