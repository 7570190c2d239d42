"""The bylaws in force as sentences, and the life of one article."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws import rules
from caisse.bylaws.queries import InForce
from caisse.bylaws.rules import Amended, Article
from caisse.bylaws.rules.article import item_unit
from caisse.kernel.month import Month
from caisse.kernel.wording import count, day, month_name, spaced
from caisse.site.glance.register import rank, theme
from caisse.site.telling.sentences import Terms, sentence
from caisse.site.telling.sentences.shapes import semicolons
from caisse.site.telling.values import between, label


@dataclass(frozen=True, slots=True)
class Law:
    """One article: its sentence, the decision that speaks (0: none ever did), since when.

    `coming` is the sentence that will replace it, `coming_since` its first month.
    """

    name: str
    label: str
    sentence: str
    decision: int = 0
    decided: str = ""
    since: str = ""
    coming: str = ""
    coming_since: str = ""
    coming_by: int = 0


@dataclass(frozen=True, slots=True)
class Chapter:
    """The articles that answer one question."""

    id: str
    title: str
    laws: tuple[Law, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The bylaws at a month: what changes something, by chapter, and what is as if it were not."""

    title: str
    month: str
    chapters: tuple[Chapter, ...]
    silent: tuple[Law, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One value that an article had, has or will have; `state` is past, now or coming."""

    since: str
    sentence: str
    decision: int
    decided: str
    state: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Life:
    """One article from its first decision on; `limits` is what the committee may choose from."""

    law: Law
    theme: str
    theme_id: str
    stages: tuple[Stage, ...]
    limits: str


def rulebook(
    now: Sequence[InForce],
    coming: Mapping[str, Amended],
    days: Mapping[int, date],
    month: Month,
    terms: Terms,
) -> Rulebook:
    """The bylaws of `month` for a reader.

    `coming` is the next amendment of the articles that will change; `days` the day of each
    decision, by number.
    """
    order = {name: place for place, name in enumerate(rules.REGISTER)}  # as they were declared
    ordered = sorted(now, key=lambda one: (rank(one.article.name), order[one.article.name]))
    decided = [one for one in ordered if _applies(one, coming)]
    laws = [(theme(one.article.name), _law(one, coming, days, terms)) for one in decided]
    title = _("Le règlement n’a pas encore d’article")
    if decided:
        title = ngettext(
            "Le règlement en %(count)s phrase",
            "Le règlement en %(count)s phrases",
            len(decided),
        ) % {"count": count(len(decided))}
    return Rulebook(
        title=title,
        month=month_name(month),
        chapters=tuple(
            Chapter(chapter_id(group[0].name), head, group)
            for head, group in (
                (head, tuple(law for _head, law in pairs))
                for head, pairs in groupby(laws, key=lambda pair: pair[0])
            )
        ),
        silent=tuple(_law(one, coming, days, terms) for one in ordered if one not in decided),
    )


def _applies(one: InForce, coming: Mapping[str, Amended]) -> bool:
    """True for an article that a decision gave a value which changes something, now or soon."""
    return one.article.name in coming or (one.by is not None and one.value != one.article.neutral)


def life(
    one: InForce, history: Sequence[Amended], days: Mapping[int, date], month: Month, terms: Terms
) -> Life:
    """The article `one` as it stands at `month`, and all that was ever decided of it."""
    next_ = coming_of(history, month)
    coming = {one.article.name: next_} if next_ else {}
    stages = sorted(history, key=lambda amended: amended.rank)
    return Life(
        law=_law(one, coming, days, terms),
        theme=theme(one.article.name),
        theme_id=chapter_id(one.article.name),
        stages=tuple(_stage(one, amended, days, month, terms) for amended in stages),
        limits=limits(one.article, terms),
    )


def coming_of(history: Iterable[Amended], month: Month) -> Amended | None:
    """The next amendment that begins after `month`: of one month, the one that will speak."""
    later = [amended for amended in history if amended.since > month]
    first = min((amended.since for amended in later), default=None)
    speaking = [amended for amended in later if amended.since == first]
    return max(speaking, key=lambda amended: amended.rank, default=None)


def chapter_id(name: str) -> str:
    """Where the chapter of the article `name` stands on the page."""
    return f"theme-{rank(name) + 1}"


def limits(article: Article, terms: Terms) -> str:
    """What the committee may decide, without a developer: bounds or choices, in one sentence."""
    if article.kind is bool:
        return _("Le comité peut choisir oui ou non.")
    if article.choices:
        words = {"list": semicolons(_(word) for word in article.choices.values())}
        return spaced(_("Le comité choisit parmi : %(list)s.") % words)
    if article.bounds is None:
        return _("Le comité écrit ici un mot de son choix.")
    low, high = article.bounds
    if article.kind is int:
        unit, least, most = article.unit, low, high
    elif article.item is int and article.item_bounds is not None:
        unit, (least, most) = item_unit(article), article.item_bounds
    else:
        return _("Le comité écrit une liste de %(low)s à %(high)s lignes.") % {
            "low": low,
            "high": high,
        }
    said = between(least, most, unit, terms.currency)
    return _("Le comité peut choisir %(span)s.") % {"span": said}


def _law(
    one: InForce, coming: Mapping[str, Amended], days: Mapping[int, date], terms: Terms
) -> Law:
    later, by = coming.get(one.article.name), one.by
    decided = days.get(by.decision) if by else None
    return Law(
        name=one.article.name,
        label=label(one.article),
        sentence=sentence(one.article, one.value, terms),
        decision=by.decision if by else 0,
        decided=day(decided) if decided else "",
        since=month_name(by.since) if by else "",
        coming=sentence(one.article, later.value, terms) if later else "",
        coming_since=month_name(later.since) if later else "",
        coming_by=later.decision if later else 0,
    )


def _stage(
    one: InForce, amended: Amended, days: Mapping[int, date], month: Month, terms: Terms
) -> Stage:
    state, words = "past", _("remplacée")
    if amended == one.by:
        state, words = "now", _("en vigueur")
    elif amended.since > month:
        state, words = "coming", _("à venir")
    decided = days.get(amended.decision)
    return Stage(
        since=month_name(amended.since),
        sentence=sentence(rules.find(amended.article), amended.value, terms),
        decision=amended.decision,
        decided=day(decided) if decided else "",
        state=state,
        words=words,
        source=_source(amended),
    )


def _source(amended: Amended) -> str:
    """Whence a value is: published, or chosen by the software because nobody published one."""
    if not amended.source:
        return ""
    text = _("Source : %(source)s.") if amended.sourced else _("Valeur d’exemple : %(source)s.")
    return spaced(text % {"source": amended.source.removesuffix(".")})
