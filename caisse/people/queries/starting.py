"""What a household that joins on a day may expect first: its first month, its first credit."""

from dataclasses import dataclass
from datetime import date

from caisse.bylaws import queries as bylaws
from caisse.kernel.month import Month

FIRST_MONTH, CREDIT_DAY = "allocation.first_month", "allocation.credit_day"
"""Articles of a package above this one: read from the register by their name."""


@dataclass(frozen=True, slots=True)
class Start:
    """The first month of a household, and the day on which its wallet is credited for it.

    `sealed` is a month that it would have had, but whose plan is frozen already.
    """

    month: Month
    credited_on: date
    sealed: Month | None = None


def start(joined_on: date) -> Start:
    """The first month and the first credit of a household that joins on that day."""
    month = Month.of(joined_on)
    articles = _articles(month)
    if articles.get(FIRST_MONTH) == "next_month" and joined_on > month.first:
        month = month.next()
    founding, sealed = bylaws.founding(), bylaws.sealed_until()
    if founding is not None and month < founding.first_month:
        month = founding.first_month
    first = month
    if sealed is not None and month <= sealed:
        month = sealed.next()
    day = _articles(month).get(CREDIT_DAY, 1)
    credited = month.day(day if isinstance(day, int) else 1)
    return Start(month, max(credited, joined_on), None if month == first else first)


def _articles(month: Month) -> dict[str, object]:
    known = bylaws.articles_in_force(month=month)
    return {
        one.article.name: one.value
        for one in known
        if one.article.name in (FIRST_MONTH, CREDIT_DAY)
    }
