"""What each household receives for a month: integer cents, for one household or a population.

Amounts in and out are cents (int, or int64 arrays of one element per household); the real month and
the simulation run these same lines. Formulae: domain.md 2.4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from caisse.bylaws.rules import article, articles
from caisse.kernel.cents import Rounding
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Array, Number, at_least, at_most, choose, portion

Mode = Literal["flat", "by_composition", "by_size_band", "mean_of_contributions", "none"]
WIDEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class SizeBand:
    """One line of the scale by size: households of up to `max_people` receive `cents`."""

    max_people: int | None = article("taille au plus", neutral=None, bounds=(1, 30), unit="people")
    cents: int = article("montant", neutral=0, bounds=(0, 1_000_00), unit="cents")


def _fault_in_bands(bands: tuple[SizeBand, ...]) -> str | None:
    if not bands:
        return None
    sizes = [band.max_people for band in bands[:-1]]
    bounded = [size for size in sizes if size is not None]
    if len(bounded) < len(sizes) or bounded != sorted(set(bounded)):
        return "les tranches vont de la plus petite à la plus grande."
    return "la dernière tranche n’a pas de limite." if bands[-1].max_people is not None else None


@articles("allocation")
@dataclass(frozen=True, slots=True)
class AllocationRules:
    """The articles of the allocation; the committee may amend each of them."""

    mode: Mode = article(
        "mode d’allocation",
        neutral="none",
        choices={
            "flat": "le même montant pour tous",
            "by_composition": "selon la composition du foyer",
            "by_size_band": "selon la taille du foyer, par tranches",
            "mean_of_contributions": "la moyenne des cotisations",
            "none": "pas d’allocation",
        },
    )
    base_cents: int = article("montant de base", neutral=0, bounds=(0, 1_000_00))
    additional_adult_cents: int = article("par adulte en plus", neutral=0, bounds=(0, 1_000_00))
    child_cents: int | None = article(
        "par enfant", neutral=None, bounds=(0, 1_000_00), absent="comme un adulte en plus"
    )
    child_max_age: int = article(
        "un enfant a moins de (ans)", neutral=0, bounds=(0, 25), unit="number"
    )
    size_bands: tuple[SizeBand, ...] = article(
        "barème par taille", neutral=(), bounds=(0, 12), check=_fault_in_bands
    )
    max_people_counted: int | None = article(
        "personnes comptées au plus", neutral=None, bounds=(1, 30), unit="people"
    )
    levy_bp: int = article("prélèvement sur les cotisations", neutral=0, bounds=(0, 5000))
    levy_to: str = article(
        "fonds qui reçoit le prélèvement", neutral="solidarity", pattern="[a-z][a-z0-9_]{0,29}"
    )
    credit_day: int = article("jour de versement", neutral=1, bounds=(1, 28))
    first_month: Literal["full", "prorata", "next_month"] = article(
        "premier mois",
        neutral="full",
        choices={
            "full": "entier",
            "prorata": "au prorata des jours",
            "next_month": "rien avant le mois suivant",
        },
    )
    prorata_rounding: Rounding = article("arrondi du prorata", neutral="down")
    budget_guard: Literal["warn", "block", "scale"] = article(
        "garde budgétaire",
        neutral="warn",
        choices={
            "warn": "prévenir",
            "block": "arrêter la campagne",
            "scale": "réduire tous les montants également",
        },
    )

    def contradiction(self) -> str | None:
        """What is wrong with these articles together, in French."""
        if self.mode == "by_size_band" and not self.size_bands:
            return "Une allocation par tranches demande un barème par taille."
        return None


@dataclass(frozen=True, slots=True)
class Pot:
    """The contributions called for the month and how many members are active, for the mean."""

    called_cents: int = 0
    members: int = 0


NO_POT = Pot()


def allocation(
    adults: Number, children: Number, rules: AllocationRules, pot: Pot = NO_POT
) -> Number:
    """What each household receives for a whole month, before the first month's rule and the guard.

    `adults` counts everyone who is not a child of the article `child_max_age` on the 1st of the
    month. An array in gives an array out.
    """
    return FORMULAE[rules.mode](adults, children, rules, pot)


def _flat(adults: Number, children: Number, rules: AllocationRules, pot: Pot) -> Number:
    return rules.base_cents + 0 * adults


def _by_composition(adults: Number, children: Number, rules: AllocationRules, pot: Pot) -> Number:
    if rules.max_people_counted is not None:  # adults are counted first
        adults = at_most(rules.max_people_counted, adults)
        children = at_most(rules.max_people_counted - adults, children)
    per_adult = rules.additional_adult_cents
    per_child = per_adult if rules.child_cents is None else rules.child_cents
    return rules.base_cents + per_adult * at_least(0, adults - 1) + per_child * children


def _by_size_band(adults: Number, children: Number, rules: AllocationRules, pot: Pot) -> Number:
    people = adults + children
    if rules.max_people_counted is not None:
        people = at_most(rules.max_people_counted, people)
    cents = rules.size_bands[-1].cents + 0 * people
    for band in reversed(rules.size_bands[:-1]):
        cents = choose(people <= band.max_people, band.cents, cents)
    return cents


def _mean(adults: Number, children: Number, rules: AllocationRules, pot: Pot) -> Number:
    """Multiplied before it is divided; what cannot be shared to the cent stays in the fund."""
    if pot.members == 0:
        return 0 * adults
    mean = pot.called_cents * (10_000 - rules.levy_bp) // (10_000 * pot.members)
    return mean + 0 * adults


def _nothing(adults: Number, children: Number, rules: AllocationRules, pot: Pot) -> Number:
    return 0 * adults


FORMULAE: dict[Mode, Callable[[Number, Number, AllocationRules, Pot], Number]] = {
    "flat": _flat,
    "by_composition": _by_composition,
    "by_size_band": _by_size_band,
    "mean_of_contributions": _mean,
    "none": _nothing,
}


def levy(called_cents: int, rules: AllocationRules) -> int:
    """The part of the called contributions that goes to the fund `levy_to`, rounded down."""
    return called_cents * rules.levy_bp // 10_000


def credit_on(month: Month, rules: AllocationRules) -> date:
    """The day on which the wallets are credited for `month`."""
    return month.day(rules.credit_day)


def first_month(cents: Number, joined: Number, month: Month, rules: AllocationRules) -> Number:
    """The allocation of `month` for a membership that began on `joined` (proleptic ordinal).

    Whoever joined on the 1st or before receives all of it; later in the month: all, a part for the
    days left with the day of joining, or nothing. Whoever joins after the month receives nothing.
    """
    first, last = month.first.toordinal(), month.last.toordinal()
    present = at_most(month.days, at_least(0, last + 1 - joined))
    begun = choose(joined > last, 0, cents)
    if rules.first_month == "full":
        return begun
    if rules.first_month == "next_month":
        return choose(joined > first, 0, begun)
    part = portion(cents, present, month.days, rules.prorata_rounding)
    return choose(joined > first, part, begun)


@dataclass(frozen=True, slots=True)
class Budgeted:
    """The amounts after the budget guard; `verdict` says what it did.

    `enough`: as asked. `warned`: as asked although `missing_cents` are missing (the fund's guard
    still holds at the credit). `blocked`: the campaign stops, as the article says. `scaled`: every
    amount reduced by one ratio and rounded down, so that equal households stay equal.
    """

    cents: Array
    asked_cents: int
    available_cents: int
    verdict: Literal["enough", "warned", "blocked", "scaled"]

    @property
    def total_cents(self) -> int:
        """The sum of the amounts."""
        return int(self.cents.sum())

    @property
    def missing_cents(self) -> int:
        """How much more was asked than there is."""
        return max(0, self.asked_cents - self.available_cents)


def budget(cents: Array, available_cents: int, rules: AllocationRules) -> Budgeted:
    """Hold the month's amounts against what the fund can give; cents of all households, int64.

    Scaled amounts never exceed what is available; the few cents of rounding stay in the fund.
    Raises ValueError when the product of an amount and the fund does not fit 64 bits.
    """
    available, asked = max(0, available_cents), int(cents.sum())
    if asked <= available:
        return Budgeted(cents, asked, available, "enough")
    if rules.budget_guard == "warn":
        return Budgeted(cents, asked, available, "warned")
    if rules.budget_guard == "block":
        return Budgeted(cents, asked, available, "blocked")
    if int(cents.max()) * available > WIDEST:
        raise ValueError("amounts too large to be scaled in 64 bits")
    return Budgeted(cents * np.int64(available) // np.int64(asked), asked, available, "scaled")
