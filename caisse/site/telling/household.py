"""A household as its members read it: how many are counted in which month, who pays."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import ngettext

from caisse.bylaws.rules import find
from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.kernel.wording import count, from_month
from caisse.people import queries as people
from caisse.site.telling.sentences import Terms, sentence

HOLDERS = "balance.household_sub_wallets"


@dataclass(frozen=True, slots=True)
class Counted:
    """How a household is counted from a month on (« de mars 2023 »); past, now or coming."""

    month: str
    words: str
    state: str


def counted(
    membership_id: int, household_id: int, child_age: Callable[[Month], int]
) -> tuple[Counted, ...]:
    """Each statement of a household with the month from which it counts, the newest first.

    A month takes the household of its 1st: a change within a month counts from the next; the first
    statement counts from the first month on.
    """
    now = Month.of(clock.today())
    first = people.timeline(membership_id)
    begins = Month.of(first[0].since) if first else now
    months: dict[Month, None] = {}
    for number, one in enumerate(people.compositions(household_id)):
        since = Month.of(one.since)
        counts = since if one.since.day == 1 or number == 0 else since.next()
        months[max(begins, counts)] = None
    order = sorted(months) or [now]
    current = max((month for month in order if month <= now), default=order[0])
    return tuple(
        Counted(
            from_month(month),
            people_words(*_people(membership_id, month, child_age)),
            "now" if month == current else "coming" if month > now else "past",
        )
        for month in reversed(order)
    )


def people_words(adults: int, children: int) -> str:
    """« 2 adultes, 1 enfant »."""
    said = [ngettext("%(n)s adulte", "%(n)s adultes", adults) % {"n": count(adults)}]
    if children:
        said.append(ngettext("%(n)s enfant", "%(n)s enfants", children) % {"n": count(children)})
    return ", ".join(said)


def sharing(most: int, terms: Terms) -> str:
    """The article on the number of holders, in its own sentence."""
    return sentence(find(HOLDERS), most, terms)


def full(most: int) -> str:
    """Why no one can be added now."""
    return ngettext(
        "Une seule personne tient ce porte-monnaie : c’est le nombre que prévoit le règlement.",
        "Ce porte-monnaie a déjà %(n)s titulaires : c’est le nombre que prévoit le règlement.",
        most,
    ) % {"n": count(most)}


def _people(membership_id: int, month: Month, child_age: Callable[[Month], int]) -> tuple[int, int]:
    # an age of 0 says that the bylaws count no children apart: a minor is one all the same here
    age = child_age(month) or None
    return people.composition(membership_id, month=month, child_max_age=age)
