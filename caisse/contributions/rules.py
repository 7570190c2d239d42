"""What a member owes for a month, and which pledges are refused: integer cents.

Formulae: domain.md 2.4. A declared income is an argument and is never stored. `adults` and
`children` may be arrays of one element per household where a function says Number.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from caisse.bylaws.rules import article, articles
from caisse.kernel.cents import Rounding, share, show
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Number, at_least, at_most, choose
from caisse.kernel.refusal import Refusal

BP = 10_000
LEAST_GROUP = 11  # a drawing of members shows no smaller group (domain.md 3.5)
NOTCHES_CENTS = (
    *(1_00, 5_00, 10_00, 15_00, 20_00, 25_00, 30_00, 40_00, 50_00, 60_00, 70_00, 80_00, 90_00),
    *(100_00, 120_00, 150_00, 200_00, 250_00, 300_00, 400_00, 500_00, 750_00, 1_000_00),
)
TOP_CENTS = 150_00  # up to where amounts are proposed when the articles name no maximum


@dataclass(frozen=True, slots=True)
class Situation:
    """One answer to the question of situation, and the range in which the member then chooses."""

    code: str = article("code", neutral="a", pattern="[a-z][a-z0-9_]{0,29}")
    label: str = article("situation", neutral="–", pattern=".{1,80}")
    min_cents: int = article("de", neutral=0, bounds=(0, 10_000_00))
    max_cents: int | None = article("à", neutral=None, bounds=(0, 10_000_00))


@dataclass(frozen=True, slots=True)
class QuotientBand:
    """One line of the quotient table: the part that such a family pays."""

    label: str = article("quotient", neutral="–", pattern=".{1,80}")
    due_cents: int = article("part de l’adhérent", neutral=0, bounds=(0, 10_000_00))


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the guide: an answer scores a point for each threshold that it reaches.

    `help` says in other words what is asked, and how one finds it.
    """

    label: str = article("question", neutral="–", pattern=".{1,80}")
    thresholds_cents: tuple[int, ...] = article(
        "seuils", neutral=(), bounds=(0, 12), item_bounds=(0, 100_000_00)
    )
    help: str = article("explication", neutral="", pattern=".{0,200}")


def _rising(amounts: tuple[int, ...]) -> str | None:
    rising = all(low < high for low, high in pairwise(amounts))
    return None if rising else "les montants vont du plus petit au plus grand."


def _distinct(situations: tuple[Situation, ...]) -> str | None:
    codes = [situation.code for situation in situations]
    return None if len(set(codes)) == len(codes) else "deux situations ont le même code."


@articles("contribution")
@dataclass(frozen=True, slots=True)
class ContributionRules:
    """The articles of the contribution; the committee may amend each of them."""

    mode: Literal[
        "free",
        "guided",
        "graded_levels",
        "rate_of_income",
        "quotient_table",
        "situation_question",
        "three_prices",
        "none",
    ] = article(
        "mode de cotisation",
        neutral="none",
        choices={
            "free": "libre",
            "guided": "libre, guidée par une grille",
            "graded_levels": "par niveaux",
            "rate_of_income": "un taux du revenu déclaré",
            "quotient_table": "selon le quotient familial",
            "situation_question": "selon la réponse à une question",
            "three_prices": "trois prix, sans cotisation mensuelle",
            "none": "pas de cotisation",
        },
    )
    min_cents: int = article("minimum", neutral=0, bounds=(0, 10_000_00))
    max_cents: int | None = article("maximum", neutral=None, bounds=(0, 10_000_00))
    min_per_extra_person_cents: int = article(
        "minimum par personne en plus", neutral=0, bounds=(0, 10_000_00)
    )
    min_per_extra_adult_cents: int = article(
        "minimum par adulte en plus", neutral=0, bounds=(0, 10_000_00)
    )
    step_cents: int = article("pas", neutral=1, bounds=(1, 100_00))
    levels_cents: tuple[int, ...] = article(
        "niveaux", neutral=(), bounds=(0, 12), item_bounds=(0, 10_000_00), check=_rising
    )
    income_rate_bp: int = article("taux du revenu", neutral=0, bounds=(0, 10_000))
    income_rounding: Rounding = article("arrondi du taux du revenu", neutral="half_up")
    situations: tuple[Situation, ...] = article(
        "situations", neutral=(), bounds=(0, 12), check=_distinct
    )
    quotient_bands: tuple[QuotientBand, ...] = article(
        "table des quotients", neutral=(), bounds=(0, 24)
    )
    topup_by: str = article("tiers qui complète", neutral="", pattern=".{0,80}")
    topup_to_cents: int = article("complément du tiers, jusqu’à", neutral=0, bounds=(0, 10_000_00))
    price_tiers_bp: tuple[int, ...] = article(
        "prix au choix (part du prix juste)",
        neutral=(10_000,),
        bounds=(1, 5),
        item_bounds=(0, 50_000),
        check=_rising,
    )
    guide_questions: tuple[Question, ...] = article(
        "questions de la grille", neutral=(), bounds=(0, 8)
    )
    guide_amounts_cents: tuple[int, ...] = article(
        "montants suggérés, par score", neutral=(), bounds=(0, 97), item_bounds=(0, 10_000_00)
    )
    cutoff_day: int = article("dernier jour pour changer", neutral=28, bounds=(1, 28))
    debit_day: int = article("jour du prélèvement", neutral=1, bounds=(1, 28))

    def contradiction(self) -> str | None:
        """What is wrong with these articles together, in French."""
        if self.max_cents is not None and self.max_cents < self.min_cents:
            return "Le maximum de la cotisation est sous le minimum."
        missing = {
            "graded_levels": not self.levels_cents and "ses niveaux",
            "quotient_table": not self.quotient_bands and "sa table",
            "situation_question": not self.situations and "ses situations",
        }.get(self.mode)
        if missing:
            return f"Ce mode de cotisation demande {missing}."
        scores = 1 + sum(len(question.thresholds_cents) for question in self.guide_questions)
        if self.guide_questions and len(self.guide_amounts_cents) != scores:
            return f"La grille demande {scores} montants suggérés, un par score."
        return None


def minimum(adults: Number, children: Number, rules: ContributionRules) -> Number:
    """The least that a household of this composition pays, in whole steps."""
    people = adults + children
    least = (
        rules.min_cents
        + rules.min_per_extra_person_cents * at_least(0, people - 1)
        + rules.min_per_extra_adult_cents * at_least(0, adults - 1)
    )
    return _up_to_step(least, rules.step_cents)


def _up_to_step(cents: Number, step: int) -> Number:
    return -(-cents // step) * step


def income_part(income_cents: int, rules: ContributionRules) -> int:
    """The part of a declared monthly net income that `rate_of_income` asks for."""
    return share(income_cents, rules.income_rate_bp, BP, rules.income_rounding)


def first_due(day: date, rules: ContributionRules) -> Month:
    """The first month that a pledge made on `day` rules: the next one up to the cut-off day."""
    return Month.of(day) + (1 if day.day <= rules.cutoff_day else 2)


def cutoff(month: Month, rules: ContributionRules) -> date:
    """The last day on which a pledge still counts for `month`."""
    return month.previous().day(rules.cutoff_day)


def due_on(month: Month, rules: ContributionRules) -> date:
    """The day on which the contribution of `month` is due and debited."""
    return month.day(rules.debit_day)


def due(pledged: Number, adults: Number, children: Number, rules: ContributionRules) -> Number:
    """What is called for a month from a household that pledged `pledged` cents.

    A pledge that later articles would refuse is brought to the nearest lawful amount: up to the
    minimum, down to the maximum and to a whole step, down to a level (or up to the first one).
    """
    if rules.mode in ("none", "three_prices"):
        return 0 * pledged
    if rules.mode == "graded_levels":
        return _down_to(pledged, rules.levels_cents)
    if rules.mode == "quotient_table":
        return _down_to(pledged, tuple(sorted({b.due_cents for b in rules.quotient_bands})))
    if rules.max_cents is not None:
        pledged = at_most(rules.max_cents, pledged)
    whole_steps = pledged // rules.step_cents * rules.step_cents
    return at_least(minimum(adults, children, rules), whole_steps)


def _down_to(pledged: Number, levels: tuple[int, ...]) -> Number:
    cents = levels[0] + 0 * pledged
    for level in levels[1:]:
        cents = choose(pledged >= level, level, cents)
    return cents


def top_up(due_cents: Number, rules: ContributionRules) -> Number:
    """What the third party `topup_by` adds to the member's part, up to `topup_to_cents`."""
    return at_least(0, rules.topup_to_cents - due_cents)


def suggested(answers_cents: tuple[int, ...], rules: ContributionRules) -> int:
    """The amount that the guide suggests for one answer per question; nobody is held to it.

    An answer scores one point for each threshold that it reaches. Raises Refusal `answers` when an
    answer is missing or the caisse has no guide.
    """
    questions = rules.guide_questions
    if not questions or len(answers_cents) != len(questions):
        raise Refusal("answers", f"La grille demande {len(questions)} réponses.")
    score = sum(
        sum(answer >= threshold for threshold in question.thresholds_cents)
        for answer, question in zip(answers_cents, questions, strict=True)
    )
    return rules.guide_amounts_cents[score]


def demand_pledge(
    cents: int,
    *,
    adults: int,
    children: int,
    rules: ContributionRules,
    income_cents: int | None = None,
    situation: str | None = None,
    currency: str = "€",
) -> None:
    """Raise Refusal with a French sentence when a household may not pledge `cents` a month.

    `income_cents` is the declared monthly net income that `rate_of_income` needs, `situation` the
    code of an answer that `situation_question` needs. Reasons: `no_contribution`, `income`,
    `situation`, `level`, `step`, `minimum`, `maximum`.
    """
    if rules.mode in ("none", "three_prices"):
        raise Refusal("no_contribution", "Cette caisse ne demande pas de cotisation mensuelle.")
    if rules.mode == "graded_levels":
        return _demand_level(cents, rules.levels_cents, currency)
    if rules.mode == "quotient_table":
        return _demand_level(cents, tuple(b.due_cents for b in rules.quotient_bands), currency)
    least, most = limits(
        adults=adults,
        children=children,
        rules=rules,
        income_cents=income_cents,
        situation=situation,
    )
    return _demand_between(cents, least, most, rules.step_cents, currency)


def limits(
    *,
    adults: int,
    children: int,
    rules: ContributionRules,
    income_cents: int | None = None,
    situation: str | None = None,
) -> tuple[int, int | None]:
    """The least and the most (None: no limit) that a household may pledge, where it is free to.

    Raises Refusal: `income`, `situation`, when the mode needs an answer that is missing.
    """
    least, most = minimum(adults, children, rules), rules.max_cents
    if rules.mode == "rate_of_income":
        if income_cents is None or income_cents < 0:
            raise Refusal("income", "Indiquez le revenu net du mois : il n’est pas conservé.")
        least = max(least, _callable(int(income_part(income_cents, rules)), rules))
    if rules.mode == "situation_question":
        chosen = _situation(situation, rules)
        least = max(least, _callable(chosen.min_cents, rules))
        most = min((m for m in (most, chosen.max_cents) if m is not None), default=None)
    least = _up_to_step(least, rules.step_cents)
    if most is not None:  # a large household's minimum may lie above the maximum: it stands
        most = max(most, least)
    return least, most


def _callable(asked: int, rules: ContributionRules) -> int:
    """What an income or a situation asks, as far as the maximum lets it be called (`due`)."""
    if rules.max_cents is None:
        return asked
    return min(asked, rules.max_cents // rules.step_cents * rules.step_cents)


def _situation(code: str | None, rules: ContributionRules) -> Situation:
    for situation in rules.situations:
        if situation.code == code:
            return situation
    known = " ; ".join(situation.label for situation in rules.situations)
    raise Refusal("situation", f"Choisissez l’une de ces situations : {known}.")


def _demand_level(cents: int, levels: tuple[int, ...], currency: str) -> None:
    if cents not in levels:
        known = ", ".join(show(level, currency) for level in levels)
        raise Refusal("level", f"La cotisation est l’un de ces montants : {known}.")


def _demand_between(cents: int, least: int, most: int | None, step: int, currency: str) -> None:
    if cents < least:
        sentence = f"Pour ce foyer, la cotisation est d’au moins {show(least, currency)} par mois."
        raise Refusal("minimum", sentence)
    if most is not None and cents > most:
        raise Refusal("maximum", f"La cotisation ne dépasse pas {show(most, currency)} par mois.")
    if cents % step:
        raise Refusal(
            "step", f"La cotisation va de {show(step, currency)} en {show(step, currency)}."
        )


def notches(least: int, most: int | None, step: int = 1) -> tuple[int, ...]:
    """The amounts that − and + go through, rising, from the least to the most.

    Without a maximum they end at 150, or at twice the least; any lawful amount may still be typed.
    """
    top = max(TOP_CENTS, 2 * least) if most is None else most
    rounds = {cents for cents in NOTCHES_CENTS if least <= cents <= top and cents % step == 0}
    return tuple(sorted(rounds | {least} | ({most} if most is not None else set())))


@dataclass(frozen=True, slots=True)
class Band:
    """How many households give from `low_cents` to less than `below_cents` (None: or more)."""

    low_cents: int
    below_cents: int | None
    households: int


def bands(
    counts: Mapping[int, int], edges: Sequence[int], least: int = LEAST_GROUP
) -> tuple[Band, ...]:
    """How many households give about how much: neighbours merged until no group is too small.

    `counts` says how many give each amount, `edges` (rising) where a band may begin; the first one
    takes whoever gives less. No band holds fewer than `least` households: what is left over joins
    the band before it, and fewer than that in all make no band at all.
    """
    filled = [0] * len(edges)
    for cents, households in counts.items():
        filled[max(0, bisect_right(edges, cents) - 1)] += households
    found: list[tuple[int, int]] = []
    start, held = 0, 0
    for at, households in enumerate(filled):
        held += households
        if held >= least:
            found.append((start, held))
            start, held = at + 1, 0
    if not found:
        return ()
    found[-1] = (found[-1][0], found[-1][1] + held)
    ends = [edges[first] for first, _ in found[1:]]
    return tuple(
        Band(edges[first], below, households)
        for (first, households), below in zip(found, [*ends, None], strict=True)
    )


def bank_day(day: date) -> date:
    """The first day from `day` on which banks settle: no weekend, no closing day of TARGET."""
    while day.weekday() >= 5 or day in _closing_days(day.year):
        day += timedelta(days=1)
    return day


def _closing_days(year: int) -> set[date]:
    easter = _easter(year)
    fixed = {date(year, month, number) for month, number in ((1, 1), (5, 1), (12, 25), (12, 26))}
    return fixed | {easter - timedelta(days=2), easter + timedelta(days=1)}


def _easter(year: int) -> date:
    """Easter Sunday (Butcher's algorithm)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - moon + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    month, day = divmod(epact + week - 7 * ((golden + 11 * epact + 22 * week) // 451) + 114, 31)
    return date(year, month, day + 1)
