"""What a departure means, day by day: the last month, its allocation, its contribution."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from caisse.bylaws import queries as bylaws
from caisse.contributions.rules import ContributionRules
from caisse.kernel.month import Month
from caisse.kernel.wording import day as in_full
from caisse.kernel.wording import month_name
from caisse.month.rules import AllocationRules, credit_on


@dataclass(frozen=True, slots=True)
class Departure:
    """A day on which one may leave (the first without the caisse), and what is the last."""

    day: date
    words: str
    month: str
    last_credit: str
    last_debit: str


def departures(days: Iterable[date]) -> tuple[Departure, ...]:
    """What each day means, by the articles of its last month."""
    return tuple(_departure(one) for one in days)


def _departure(first_without: date) -> Departure:
    last = Month.of(first_without).previous()
    given = bylaws.in_force(AllocationRules, month=last)
    asked = bylaws.in_force(ContributionRules, month=last)
    none = _("aucun")
    return Departure(
        day=first_without,
        words=in_full(first_without),
        month=month_name(last),
        last_credit=none if given.mode == "none" else in_full(credit_on(last, given)),
        last_debit=none if asked.mode == "none" else in_full(last.day(asked.debit_day)),
    )
