"""The office finds a household: by number, by the beginning of words, or along a list.

Quick for half a million households: a word is found in an index of words (`SearchWord`), and of
several words the rarest one is followed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from caisse.kernel import clock
from caisse.kernel.month import Month
from caisse.people.handles import words
from caisse.people.models import (
    Composition,
    Holder,
    Membership,
    MembershipState,
    SearchWord,
    State,
)

LAST_SIGN = "\U0010ffff"
RARE = 20_000  # memberships under one word: below it, that word is followed
MOST_WORDS = 4
LARGEST_NUMBER = 10**18


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the office's search. It holds names: for the screen of whoever may see them."""

    membership_id: int
    wallet_id: int | None
    names: tuple[str, ...]
    handles: tuple[str, ...]
    street: str
    state: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of memberships: a number and no name. `people` counts those at table."""

    membership_id: int
    state: str
    since: date
    people: int
    reached_on: date | None = None


def state_labels() -> dict[str, str]:
    """Each state of a membership in words, by its code."""
    return {state.value: gettext(str(state.label)) for state in State}


def search(text: str, *, limit: int = 20) -> list[Found]:
    """Memberships whose number is `text`, or of which each word of `text` begins some word.

    Their words are those of names, handles and the street. At most `limit`, newest first; six
    queries, however many are found. For the office's screen; what is searched is never logged.
    """
    wanted = sorted(words(text), key=len, reverse=True)[:MOST_WORDS]
    if not wanted:
        return []
    if len(wanted) == 1 and wanted[0].isdecimal():
        number = int(wanted[0]) if len(wanted[0]) < 19 else 0
        numbers = list(Membership.objects.filter(pk=number).values_list("pk", flat=True))
    else:
        numbers = _numbers(wanted, limit)
    return _found(numbers)


def _beginning(word: str) -> Q:
    return Q(word__gte=word, word__lt=word + LAST_SIGN)


def _numbers(wanted: Sequence[str], limit: int) -> list[int]:
    """The newest memberships that have all the words."""
    sizes = {
        word: SearchWord.objects.filter(_beginning(word)).values("pk")[: RARE + 1].count()
        for word in wanted
    }
    rarest = min(wanted, key=lambda word: sizes[word])
    if not sizes[rarest]:
        return []
    if sizes[rarest] <= RARE:
        rows = SearchWord.objects.filter(_beginning(rarest))
        for word in wanted:
            if word != rarest:
                rows = rows.filter(_has(word, "membership"))
        numbers = rows.order_by("-membership_id").values_list("membership_id", flat=True)
        return list(numbers.distinct()[:limit])
    every = Membership.objects.filter(*[_has(word, "pk") for word in wanted])
    return list(every.order_by("-pk").values_list("pk", flat=True)[:limit])


def _has(word: str, field: str) -> Exists:
    return Exists(SearchWord.objects.filter(_beginning(word), membership=OuterRef(field)))


def _found(numbers: Sequence[int]) -> list[Found]:
    """The lines of these memberships, in that order."""
    rows = Membership.objects.filter(pk__in=numbers).values_list(
        "pk", "household_id", "household__wallet__id", "household__street"
    )
    known = {row[0]: row[1:] for row in rows}
    states = states_of(numbers, on=clock.today())
    today = clock.today()
    holders: dict[int, list[Holder]] = {}
    current = Holder.objects.filter(Q(until=None) | Q(until__gt=today))
    for one in (
        current.filter(wallet__household_id__in=[home for home, _, _ in known.values()])
        .select_related("person", "wallet")
        .order_by("pk")
    ):
        holders.setdefault(one.wallet.household_id, []).append(one)
    return [
        Found(
            number,
            wallet,
            tuple(f"{h.person.given_name} {h.person.family_name}" for h in holders.get(home, ())),
            tuple(h.handle for h in holders.get(home, ())),
            street,
            states[number][0] if number in states else None,
        )
        for number in numbers
        for home, wallet, street in [known[number]]
    ]


def states_of(numbers: Iterable[int], *, on: date) -> dict[int, tuple[str, date]]:
    """The state of each membership on a day, and since when: the statement recorded last wins."""
    rows = MembershipState.objects.filter(membership_id__in=list(numbers), since__lte=on)
    found = rows.order_by("pk").values_list("membership_id", "state", "since")
    return {number: (state, since) for number, state, since in found}


def listed(*, state: str = "", after: int | None = None, limit: int = 50) -> list[Listed]:
    """Memberships by number, after the number `after`; in one `state` today, or in any.

    Three queries. One that begins only later is not among those of a state.
    """
    if state:
        today = clock.today()
        later = MembershipState.objects.filter(
            membership=OuterRef("membership"), pk__gt=OuterRef("pk"), since__lte=today
        )
        current = MembershipState.objects.filter(~Exists(later), state=state, since__lte=today)
        current = current.filter(membership_id__gt=after or 0).order_by("membership_id")
        numbers = list(current.values_list("membership_id", flat=True)[:limit])
    else:
        every = Membership.objects.filter(pk__gt=after or 0).order_by("pk")
        numbers = list(every.values_list("pk", flat=True)[:limit])
    return _listed(numbers)


def unreached(
    *, before: date, after: tuple[date, int] | None = None, limit: int = 50
) -> list[Listed]:
    """Active or paused memberships whom nobody of the office has spoken with since `before`.

    The longest time first; `after` is the day and the number of the last line of the page above.
    """
    rows = Membership.objects.filter(reached_on__lt=before).order_by("reached_on", "pk")
    if after is not None:
        day, number = after
        rows = rows.filter(Q(reached_on__gt=day) | Q(reached_on=day, pk__gt=number))
    rows = rows.filter(Exists(_standing(clock.today(), [State.ACTIVE, State.PAUSED])))
    return _listed(list(rows.values_list("pk", flat=True)[:limit]))


def _standing(day: date, states: Sequence[State]) -> "QuerySet[MembershipState]":
    """The statement that is true of the outer membership on `day`, when it is of these states."""
    later = MembershipState.objects.filter(
        membership=OuterRef("membership"), pk__gt=OuterRef("pk"), since__lte=day
    )
    return MembershipState.objects.filter(
        ~Exists(later), membership=OuterRef("pk"), since__lte=day, state__in=states
    )


def _listed(numbers: Sequence[int]) -> list[Listed]:
    """The lines of these memberships, in that order; two more queries and one for the people."""
    states = states_of(numbers, on=clock.today())
    rows = Membership.objects.filter(pk__in=numbers).values_list("pk", "household_id", "reached_on")
    known = {number: (home, reached) for number, home, reached in rows}
    counts = _people([home for home, _ in known.values()])
    return [
        Listed(number, *states.get(number, ("", date.min)), counts.get(home, 0), reached)
        for number in numbers
        for home, reached in [known[number]]
    ]


def _people(homes: Sequence[int]) -> dict[int, int]:
    """How many people each household counts this month, born children included."""
    month = Month.of(clock.today())
    rows = Composition.objects.filter(household_id__in=homes, since__lte=month.last)
    counts = {}
    for home, adults, births in rows.order_by("since", "pk").values_list(
        "household_id", "adults", "births"
    ):
        born = [birth for birth in births.split() if Month.parse(birth) <= month]
        counts[home] = adults + len(born)
    return counts
