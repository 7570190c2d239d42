"""Who may be a member and how many, in which money, and who in a household counts as a child."""

from dataclasses import dataclass
from typing import Literal

from caisse.bylaws.rules import article, articles
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Number
from caisse.kernel.refusal import Refusal


@articles("currency")
@dataclass(frozen=True, slots=True)
class CurrencyRules:
    """The money: one food unit is one unit of the currency, with two decimals."""

    code: str = article("monnaie", neutral="EUR", pattern="[A-Z]{3}")
    food_unit_name: str = article("nom de l’unité", neutral="unité", pattern=r"[^\W\d_].{0,29}")


def sign(rules: CurrencyRules) -> str:
    """How an amount of that currency is written after its figures."""
    return "€" if rules.code == "EUR" else rules.code


@articles("")
@dataclass(frozen=True, slots=True)
class MemberRules:
    """What one membership stands for."""

    member_unit: Literal["person", "household", "group"] = article(
        "unité d’adhésion",
        neutral="household",
        choices={
            "person": "une personne",
            "household": "un foyer",
            "group": "une personne ou un groupe qui partage un budget alimentaire",
        },
    )


@articles("admission")
@dataclass(frozen=True, slots=True)
class AdmissionRules:
    """How many memberships there may be at once."""

    capacity: int | None = article(
        "nombre d’adhésions au plus", neutral=None, bounds=(0, 100_000_000), unit="number"
    )


@articles("balance")
@dataclass(frozen=True, slots=True)
class HolderRules:
    """How many people may spend from one wallet."""

    household_sub_wallets: int = article(
        "titulaires d’un porte-monnaie au plus", neutral=1, bounds=(1, 10), unit="people"
    )


@articles("retention")
@dataclass(frozen=True, slots=True)
class RetentionRules:
    """How long the caisse knows who somebody was (domain.md 5.2); the books are the law's."""

    member_file_months: int = article(
        "durée de garde d’un dossier après la clôture", neutral=24, bounds=(1, 120), unit="months"
    )
    application_months: int = article(
        "durée de garde d’une demande sans suite", neutral=12, bounds=(1, 60), unit="months"
    )


def demand_composition(adults: int, children: int, rules: MemberRules) -> None:
    """Raise Refusal `composition` when a membership may not stand for such a household."""
    if adults < 1 or children < 0:
        raise Refusal("composition", "Un foyer compte au moins une personne adulte.")
    if rules.member_unit == "person" and (adults, children) != (1, 0):
        raise Refusal("composition", "Dans cette caisse, chaque personne adhère pour elle-même.")


def demand_room(active: int, joining: int, rules: AdmissionRules) -> None:
    """Raise Refusal `capacity` when `joining` more than the `active` memberships are too many."""
    if rules.capacity is not None and active + joining > rules.capacity:
        raise Refusal(
            "capacity",
            f"La caisse compte {active} adhésions, pour {rules.capacity} places : "
            "le comité peut en ouvrir d’autres.",
        )


def demand_holder(holders: int, rules: HolderRules) -> None:
    """Raise Refusal `holders` when a wallet with `holders` holders may not have one more."""
    if holders >= rules.household_sub_wallets:
        raise Refusal(
            "holders",
            f"Ce porte-monnaie a déjà {holders} titulaire{'s' if holders > 1 else ''} : "
            "c’est le nombre que prévoit le règlement.",
        )


def is_child(birth: Number, month: Number, child_max_age: int) -> Number:
    """True for someone born in the month `birth` who is younger than `child_max_age` on the 1st.

    `birth` and `month` are months counted from year 0 (`month_index`), ints or arrays. Only the
    month of birth is known, so a birthday falls after the 1st: who turns 14 in June is still 13 on
    1 June.
    """
    return (month - birth - 1) // 12 < child_max_age


def month_index(month: Month) -> int:
    """The months that lie between January of year 0 and `month`."""
    return month.year * 12 + month.month - 1


def counted(
    adults: int, births: list[Month], month: Month, child_max_age: int | None
) -> tuple[int, int]:
    """The adults and children of a household as the articles count them on the 1st of `month`.

    `births` are those of the household's minors; one who is no longer a child by the article counts
    as an adult, one not yet born does not count. With None every minor is a child.
    """
    born = [birth for birth in births if birth < month]
    if child_max_age is None:
        return adults, len(born)
    index = month_index(month)
    children = sum(bool(is_child(month_index(birth), index, child_max_age)) for birth in born)
    return adults + len(born) - children, children
