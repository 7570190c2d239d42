"""What the member's pages say: what is given, what comes next and when, what the others give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caisse.bylaws import queries as bylaws
from caisse.contributions import queries
from caisse.contributions.pages.reading import Units, asks, rules_of, units
from caisse.contributions.queries import Arrear, MonthLine, Pause, PledgeLine
from caisse.contributions.rules import (
    LEAST_GROUP,
    Band,
    ContributionRules,
    Question,
    bank_day,
    due_on,
    first_due,
)
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.kernel.wording import amount, capital, month_name, period, spaced

SHOWN_MONTHS = 6
AHEAD = 14  # in how many months the next contribution is looked for


@dataclass(frozen=True, slots=True)
class Mine:
    """What a household gives, as its own page says it."""

    units: Units
    asks: bool
    now: PledgeLine | None
    next: PledgeLine | None
    given: str
    then: str
    call: "Coming | None"
    credited_on: date
    pause: Pause | None
    paused: bool
    lines: tuple[MonthLine, ...]
    arrear: Arrear | None
    change_from: Month

    @property
    def pause_words(self) -> str:
        """From when to when the pause lasts."""
        return pause_words(self.pause)

    @property
    def came_back(self) -> bool:
        """Whether the bank took something back in the months that are shown."""
        return any(line.returned_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class Coming:
    """A contribution to come: its month, the day of the articles, the day of the bank, cents."""

    month: Month
    due_on: date
    paid_on: date
    cents: int

    @property
    def shifted(self) -> bool:
        """Whether banks are closed on the day of the articles."""
        return self.due_on != self.paid_on


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question of the guide."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the drawing of what all give: `height` of 100, `mine` for the one chosen."""

    low_cents: int
    below_cents: int | None
    households: int
    words: str
    tick: str
    x: int
    y: int
    height: int
    mine: bool


def mine(number: int) -> Mine:
    """What the household gives, and what comes next."""
    today, told = clock.today(), units()
    month = Month.of(today)
    rules = rules_of(month)
    pledges = queries.pledges_of(number)
    now = next((line for line in reversed(pledges) if line.since <= month), None)
    later = next((line for line in pledges if line.since > month), None)
    pause = queries.pause_of(number)
    return Mine(
        units=told,
        asks=asks(rules),
        now=now,
        next=later,
        given="" if now is None else amount(now.cents, told.currency),
        then="" if later is None else amount(later.cents, told.currency),
        call=coming(number, today, pause),
        credited_on=next_credit(today),
        pause=pause,
        paused=pause is not None and pause.first <= month,
        lines=tuple(queries.statement(number)[-SHOWN_MONTHS:][::-1]),
        arrear=queries.arrear_of(number),
        change_from=first_due(today, rules_of(month.next())),
    )


def coming(number: int, today: date, pause: Pause | None) -> Coming | None:
    """The next contribution that is asked of a household, None when none is to come."""
    called = queries.last_called()
    first = Month.of(today) if called is None else max(called.next(), Month.of(today))
    for month in (first + n for n in range(AHEAD)):
        if in_pause(month, pause):
            continue
        cents = queries.owed(number, month=month)
        if cents:
            day = due_on(month, rules_of(month))
            return Coming(month, day, bank_day(day), cents)
    return None


def pause_words(pause: Pause | None) -> str:
    """From when to when a pause lasts, « De mars 2024 à mai 2024 »; "" without any."""
    if pause is None:
        return ""
    if pause.last is None:
        return _("Depuis %(month)s") % {"month": month_name(pause.first)}
    return capital(period(pause.first, pause.last))


def in_pause(month: Month, pause: Pause | None) -> bool:
    """Whether nothing is asked and nothing given for that month."""
    if pause is None or month < pause.first:
        return False
    return pause.last is None or month <= pause.last


def credit_on(month: Month) -> date:
    """The day on which the allocation of a month arrives, by the article of its package."""
    found = {one.article.name: one.value for one in bylaws.articles_in_force(month=month)}
    return month.day(int(found["allocation.credit_day"]))


def next_credit(today: date) -> date:
    """The next day on which an allocation arrives."""
    day = credit_on(Month.of(today))
    return day if day >= today else credit_on(Month.of(today).next())


def flat_allocation(month: Month) -> int | None:
    """What every household receives, when the articles give all of them the same; else None."""
    found = {one.article.name: one.value for one in bylaws.articles_in_force(month=month)}
    if found["allocation.mode"] != "flat":
        return None
    return int(found["allocation.base_cents"])


def answers(question: Question, currency: str) -> list[Answer]:
    """The answers to a question of the guide: the bands between its thresholds."""
    steps = question.thresholds_cents
    money = [amount(step, currency) for step in steps]
    if not steps:
        return [Answer("0", _("Quel que soit le montant"))]
    found = [Answer("0", _("Moins de %(high)s") % {"high": money[0]})]
    for n in range(1, len(steps)):
        words = {"low": money[n - 1], "high": money[n]}
        found.append(Answer(str(n), _("De %(low)s à moins de %(high)s") % words))
    return [*found, Answer(str(len(steps)), _("%(low)s ou plus") % {"low": money[-1]})]


def question_words(question: Question) -> str:
    """A question as a title."""
    label = spaced(capital(question.label))
    return label if label.endswith("?") else _("%(label)s ?") % {"label": label}


def bars(bands: Sequence[Band], chosen: int | None, currency: str) -> list[Bar]:
    """The drawing of what all give: one bar per band, the chosen amount's is filled."""
    most = max((band.households for band in bands), default=1)
    found = []
    for at, band in enumerate(bands):
        height = max(4, band.households * 100 // most)
        above = band.below_cents is None
        mine_ = chosen is not None and band.low_cents <= chosen
        mine_ = mine_ and (above or chosen < band.below_cents)  # type: ignore[operator]
        if at == 0 and chosen is not None and chosen < band.low_cents:
            mine_ = True
        found.append(
            Bar(
                band.low_cents, band.below_cents, band.households, band_words(band, currency),
                f"{amount(band.low_cents, '').strip()}{'+' if above else ''}",
                at * 100 + 8, 110 - height, height, mine_,
            )
        )  # fmt: skip
    return found


def band_words(band: Band, currency: str) -> str:
    """A band of amounts in words."""
    low = amount(band.low_cents, currency)
    if band.below_cents is None:
        return _("%(low)s ou plus") % {"low": low}
    high = amount(band.below_cents, currency)
    return _("De %(low)s à moins de %(high)s") % {"low": low, "high": high}


def spread_words(spread: queries.Spread | None, currency: str) -> str:
    """What all give, in one sentence; "" when they are too few to say it."""
    if spread is None or spread.households < LEAST_GROUP or not spread.bands:
        return ""
    return _("Les %(n)s foyers donnent %(mean)s en moyenne.") % {
        "n": spread.households,
        "mean": amount(spread.mean_cents, currency),
    }


def mode_words(rules: ContributionRules) -> str:
    """How an amount is found in this caisse, in one sentence."""
    return {
        "free": _("Vous choisissez le montant."),
        "guided": _("Vous choisissez le montant."),
        "graded_levels": _("Vous choisissez un niveau."),
        "rate_of_income": _("Le minimum suit le revenu. Vous pouvez donner plus."),
        "quotient_table": _("Votre part suit votre quotient familial."),
        "situation_question": _("Vous dites comment sont vos fins de mois, puis vous choisissez."),
    }.get(rules.mode, "")


def waiting_words(view: queries.DeskView) -> str:
    """What waits at a desk, in words and without amounts."""
    cash = ngettext("%(n)s versement en espèces", "%(n)s versements en espèces", view.cash) % {
        "n": view.cash or _("aucun")
    }
    cheques = ngettext("%(n)s chèque", "%(n)s chèques", view.cheques) % {
        "n": view.cheques or _("aucun")
    }
    return _("%(cash)s et %(cheques)s") % {"cash": cash, "cheques": cheques}
