"""How to join, in words that follow from the bylaws in force: what one gives, receives, when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.contributions.rules import ContributionRules, Question, bank_day, due_on, suggested
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, capital, count, day, month_name, spaced
from caisse.people.queries import Start
from caisse.site.telling.sentences import Terms


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know before joining, and the article that says it ("" when none does)."""

    words: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Dates:
    """If one joined today: the first month, its contribution, its credit."""

    today: str
    first_month: str
    credited_on: str
    debited_on: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question of the guide: how many thresholds it reaches, in words."""

    points: int
    words: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question of the guide as a group of answers; `given` is the one chosen, None before."""

    name: str
    label: str
    help: str
    choices: tuple[Choice, ...]
    given: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """A line of the guide for those who count by hand: points, amount."""

    points: str
    amount: str


def dates(today: date, start: Start, given_from: Month, contribution: ContributionRules) -> Dates:
    """What happens, and when, to someone who joins and pledges on `today`: as the office says."""
    due = due_on(given_from, contribution)
    return Dates(
        today=day(today, weekday=True),
        first_month=month_name(start.month),
        credited_on=day(start.credited_on, weekday=True),
        debited_on=day(bank_day(due), weekday=True),
    )


def room(capacity: int | None, members: int, later: tuple[Month, int] | None = None) -> str:
    """Whether there is a place left, in a sentence; when there will be more, in a second one."""
    if capacity is None:
        return _("Le nombre de places n’a pas de limite.")
    left = max(capacity - members, 0)
    words = {"capacity": count(capacity), "left": count(left)}
    if left == 0:
        full = _("Les %(capacity)s places sont prises pour l’instant.") % words
        if later is None:
            return full
        said = {"capacity": count(later[1]), "month": month_name(later[0])}
        more = _("Il y en aura %(capacity)s en %(month)s.") % said
        return f"{full} {more}"
    return (
        ngettext(
            "Il reste %(left)s place sur %(capacity)s.",
            "Il reste %(left)s places sur %(capacity)s.",
            left,
        )
        % words
    )


def asks(rules: ContributionRules, given: Sequence[int | None], terms: Terms) -> tuple[Ask, ...]:
    """The questions of the guide, each answer a band between two thresholds."""
    return tuple(
        Ask(
            f"q{n + 1}",
            spaced(capital(one.label)),
            spaced(one.help),
            tuple(_choices(one, terms)),
            given[n],
        )
        for n, one in enumerate(rules.guide_questions)
    )


def _choices(question: Question, terms: Terms) -> list[Choice]:
    steps = question.thresholds_cents
    money = [amount(step, terms.currency) for step in steps]
    if not steps:
        return [Choice(0, _("Quel que soit le montant"))]
    found = [Choice(0, _("Moins de %(high)s") % {"high": money[0]})]
    for n in range(1, len(steps)):
        words = {"low": money[n - 1], "high": money[n]}
        found.append(Choice(n, _("De %(low)s à moins de %(high)s") % words))
    return [*found, Choice(len(steps), _("%(low)s ou plus") % {"low": money[-1]})]


def proposed(rules: ContributionRules, points: Sequence[int]) -> int:
    """The amount of the guide for those points, by the rule that the office uses, in cents.

    Points outside of a question raise ValueError.
    """
    answers = []
    for question, scored in zip(rules.guide_questions, points, strict=True):
        steps = question.thresholds_cents
        if not 0 <= scored <= len(steps):
            raise ValueError(f"no answer {scored} among {len(steps) + 1}")
        answers.append(steps[scored - 1] if scored else min((0, *steps)) - 1)
    return suggested(tuple(answers), rules)


def scores(rules: ContributionRules, terms: Terms) -> tuple[Score, ...]:
    """The whole guide as a table: equal amounts share a line."""
    lines: list[tuple[int, int, int]] = []
    for points, cents in enumerate(rules.guide_amounts_cents):
        if lines and lines[-1][2] == cents:
            lines[-1] = (lines[-1][0], points, cents)
        else:
            lines.append((points, points, cents))
    return tuple(
        Score(
            str(first) if first == last else _("%(a)s ou %(b)s") % {"a": first, "b": last},
            amount(cents, terms.currency),
        )
        for first, last, cents in lines
    )
