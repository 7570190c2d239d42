"""The persons and the composition of a household as they are entered: checks, text, handles."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Self

from caisse.bylaws import queries as bylaws
from caisse.kernel import ids
from caisse.kernel.ids import Id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.people import rules as rules_of_people
from caisse.people.handles import fold, objection, propose
from caisse.people.models import Composition, Holder, Household, Person
from caisse.people.rules import AdmissionRules, HolderRules, MemberRules

MOST_ADULTS, MOST_CHILDREN = 30, 20
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class NewHolder:
    """A person who will spend from the wallet; without a handle one is proposed."""

    given_name: str
    family_name: str
    handle: str | None = None
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class NewHousehold:
    """People who share a food budget; `births` are months, "2015-03"."""

    adults: int = 1
    births: tuple[str, ...] = ()
    holders: tuple[NewHolder, ...] = ()
    street: str = ""
    postcode: str = ""
    town: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The articles of one month that say who may join."""

    member: MemberRules
    holder: HolderRules
    admission: AdmissionRules

    @classmethod
    def of(cls, month: Month) -> Self:
        """Those in force for `month`."""
        return cls(
            bylaws.in_force(MemberRules, month=month),
            bylaws.in_force(HolderRules, month=month),
            bylaws.in_force(AdmissionRules, month=month),
        )


def demand_household(household: NewHousehold, day: date, limits: Limits) -> None:
    """Raise Refusal when the household cannot be entered on `day`."""
    demand_composition(household.adults, household.births, day, limits.member)
    demand_holders(household.holders, limits.holder)


def demand_holders(holders: Sequence[NewHolder], rules: HolderRules, already: int = 0) -> None:
    """Raise Refusal when the `holders` cannot join the `already` present ones of a wallet."""
    for count, holder in enumerate(holders, start=already):
        rules_of_people.demand_holder(count, rules)
        demand_person(holder)


def demand_composition(adults: int, births: Sequence[str], day: date, rules: MemberRules) -> None:
    """Raise Refusal: `household` for what cannot be one on `day`, `composition` by the articles."""
    rules_of_people.demand_composition(adults, len(births), rules)
    if adults > MOST_ADULTS or len(births) > MOST_CHILDREN:
        raise Refusal(
            "household",
            f"Un foyer compte de 1 à {MOST_ADULTS} adultes et au plus {MOST_CHILDREN} enfants.",
        )
    for birth in births:
        try:
            month = Month.parse(birth)
        except ValueError as error:
            raise Refusal("household", f"Mois de naissance : {error}") from None
        if day < month.first or month.year < day.year - 100:
            raise Refusal(
                "household", f"Mois de naissance : {birth} ne convient pas au {day:%d/%m/%Y}."
            )


def demand_person(holder: NewHolder) -> None:
    """Raise Refusal for a holder without a name, or with a handle that says too much."""
    names = (holder.given_name, holder.family_name)
    if not all(tidy(name) for name in names) or max(map(len, names)) > 80:
        raise Refusal("holders", "Un·e titulaire a un prénom et un nom, de 80 lettres au plus.")
    said = None if holder.handle is None else objection(holder.handle, names)
    if said is not None:
        raise Refusal("handle", said)


def births_text(births: Sequence[str]) -> str:
    """The births as they are stored: sorted months, one space between."""
    return " ".join(sorted(birth.strip() for birth in births))


def tidy(text: str) -> str:
    """NFC, no control or direction character, single spaces: what a person meant to type."""
    normal = unicodedata.normalize("NFC", text)
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cf") else " " for c in normal)
    return " ".join(kept.split())


def new_person(holder: NewHolder) -> Person:
    """The row of a person, not yet saved."""
    given, family = tidy(holder.given_name), tidy(holder.family_name)
    return Person(
        given_name=given,
        family_name=family,
        email=holder.email.strip(),
        phone=tidy(holder.phone)[:30],
        folded=fold(f"{given} {family}")[:170],
    )


def new_composition(
    household: Household, asked: NewHousehold, since: date, at: int, cause: Id
) -> Composition:
    """The row of a composition, not yet saved."""
    return Composition(
        household=household,
        since=since,
        adults=asked.adults,
        births=births_text(asked.births),
        recorded_at=at,
        cause=cause,
    )


def new_household(asked: NewHousehold) -> Household:
    """The row of a household, not yet saved."""
    street, postcode, town = tidy(asked.street), tidy(asked.postcode), tidy(asked.town)
    return Household(
        street=street[:160],
        postcode=postcode[:12],
        town=town[:80],
        folded=fold(f"{street} {postcode} {town}")[:260],
    )


def same_holder(row: Holder, asked: NewHolder) -> bool:
    """Whether `row` is the holder that `asked` describes; a handle is compared when it is said."""
    person = new_person(asked)
    fields = ("given_name", "family_name", "email", "phone")
    return asked.handle in (None, row.handle) and all(
        getattr(row.person, field) == getattr(person, field) for field in fields
    )


def same_household(row: Household, asked: NewHousehold) -> bool:
    """Whether `row` began with the address and the composition that `asked` describes."""
    first = min(row.compositions.all(), key=attrgetter("pk"))
    said = (row.street, row.postcode, row.town, first.adults, first.births)
    new = new_household(asked)
    return said == (new.street, new.postcode, new.town, asked.adults, births_text(asked.births))


def handles(people: Sequence[Sequence[NewHolder]], cause: Id) -> list[list[str]]:
    """The handles given, and one proposed for each holder who gave none, list by list.

    Raises Refusal(taken) for one that somebody has, or has had, or that is given twice.
    """
    flat = [holder for holders in people for holder in holders]
    given = Counter(holder.handle for holder in flat if holder.handle is not None)
    taken = in_use(list(given)) | {handle for handle, times in given.items() if times > 1}
    if taken:
        raise Refusal(
            "taken", f"L’identifiant « {min(taken)} » est déjà pris : choisissez-en un autre."
        )
    chosen = iter(_proposed(flat, cause, set(given)))
    return [[next(chosen) for _ in holders] for holders in people]


def _proposed(flat: Sequence[NewHolder], cause: Id, reserved: set[str]) -> list[str]:
    """A handle for each holder: the one given, else a free one that the words give for `cause`.

    A few rounds of one look-up each; the same cause and order give the same handles.
    """
    chosen = [holder.handle or "" for holder in flat]
    used = set(reserved)
    for turn in range(ROUNDS):
        open_ = [position for position, handle in enumerate(chosen) if not handle]
        if not open_:
            return chosen
        asked = {i: propose(ids.derived_id(cause, f"handle:{i}"), turn) for i in open_}
        busy = in_use(list(asked.values()))
        for position, handle in asked.items():
            names = (flat[position].given_name, flat[position].family_name)
            if handle in used or handle in busy or objection(handle, names) is not None:
                continue
            chosen[position] = handle
            used.add(handle)
    raise Refusal("handle", "Aucun identifiant libre n’a été trouvé : donnez-en un vous-même.")


def in_use(handles: Sequence[str]) -> set[str]:
    """Those of `handles` that somebody has, or has had."""
    busy: set[str] = set()
    for start in range(0, len(handles), 900):  # below SQLite's least limit of parameters
        chunk = Holder.objects.filter(handle__in=handles[start : start + 900])
        busy.update(chunk.values_list("handle", flat=True))
    return busy
