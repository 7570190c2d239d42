"""What is expected on the two accounts in the twelve months to come, and their low points."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from caisse.accounting.queries import ForecastMonth
from caisse.funding.queries import Cost, Planned
from caisse.kernel import cents
from caisse.kernel.wording import amount, capital, day, month_name
from caisse.site.glance.parts import Setting


@dataclass(frozen=True, slots=True)
class Expected:
    """Money that is to come or to go: whose, when, how much."""

    label: str
    when: str
    value: str


@dataclass(frozen=True, slots=True)
class Low:
    """The least that an account will hold: the sentence's begin, the amount, the month."""

    words: str
    amount: str
    when: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next twelve months: low points, promised and late instalments, planned costs."""

    title: str
    lows: tuple[Low, ...]
    instalments: tuple[Expected, ...]
    late: tuple[Expected, ...]
    costs: tuple[Expected, ...]
    costs_total: str


def ahead(
    months: Sequence[ForecastMonth],
    planned: Iterable[Planned],
    late: Iterable[Planned],
    costs: Iterable[Cost],
    lines: Mapping[str, str],
    setting: Setting,
) -> Ahead:
    """What `/argent` says of the months to come; `lines` names the lines of costs."""
    sums: dict[str, int] = {}
    for cost in costs:
        sums[cost.line] = sums.get(cost.line, 0) + cost.cents
    short = min((one.operating_cash_cents for one in months), default=0) < 0
    return Ahead(
        title=(
            _("Ce qui est prévu : l’argent du fonctionnement va manquer")
            if short
            else _("Ce qui est prévu pour les douze mois à venir")
        ),
        lows=tuple(_lows(months, setting)),
        instalments=tuple(_expected(one, setting) for one in planned),
        late=tuple(_expected(one, setting) for one in late),
        costs=tuple(
            Expected(capital(lines[line]), "", amount(value, setting.currency))
            for line, value in sums.items()
        ),
        costs_total=amount(sum(sums.values()), setting.currency),
    )


def _lows(months: Sequence[ForecastMonth], setting: Setting) -> Iterable[Low]:
    """The lowest month of each account, to the euro: nobody knows the cents of next year."""
    if not months:
        return
    for words, name in (
        (_("Compte du fonctionnement, au plus bas :"), "operating_cash_cents"),
        (_("Compte de la caisse, au plus bas :"), "caisse_cash_cents"),
    ):
        low = min(months, key=lambda one: getattr(one, name))
        value = cents.share(getattr(low, name), 1, 1, step=100)
        when = _("fin %(month)s") % {"month": month_name(low.month)}
        yield Low(words, amount(value, setting.currency), when)


def _expected(one: Planned, setting: Setting) -> Expected:
    when = _("prévu le %(day)s") % {"day": day(one.due_on)}
    return Expected(one.funder, when, amount(one.cents, setting.currency))
