"""Why a household received what it received: the lines that sum to the amount, each an article's.

Computed from the frozen line and the articles that the plan was computed with, by the functions of
`allocating`. The sentences are written by the pages; `why` is the word that chooses them.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from caisse.kernel.month import Month
from caisse.month.rules.allocating import AllocationRules, allocation, first_month
from caisse.month.rules.keeping import BalanceRules, months_kept

Kind = Literal[
    "base", "people", "adults", "children", "band", "mean", "nothing", "counted", "contribution",
    "first_month", "available", "cap", "closed", "expiry",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One line of an explanation: what it is, what it adds or takes (cents), why, which article.

    `why` is one word: "whole", "none", "part", "ahead"…; `article` a name of the register.
    """

    kind: Kind
    cents: int
    why: str
    article: str


@dataclass(frozen=True, slots=True)
class Received:
    """One household's line of a plan, and what is known of its wallet. Cents.

    `credited_cents` is None before the credit; `scaled`: the budget guard reduced the month;
    `joined` is needed only then; `closed`: the wallet took nothing in.
    """

    month: Month
    adults: int
    children: int
    full_cents: int
    allocated_cents: int
    credited_cents: int | None = None
    scaled: bool = False
    joined: date | None = None
    closed: bool = False

    @property
    def given_cents(self) -> int:
        """What was credited; before the credit, what is planned."""
        return self.allocated_cents if self.credited_cents is None else self.credited_cents


def explain(line: Received, rules: AllocationRules, keeping: BalanceRules) -> list[Part]:
    """The lines that make up what `line` gives, those at zero too; they sum to `given_cents`."""
    begun = _begun(line, rules)
    return [
        *_whole(line, rules),
        _of_contribution(rules),
        _part("first_month", begun - line.full_cents, "allocation.first_month"),
        _part("available", line.allocated_cents - begun, "allocation.budget_guard"),
        _kept_back(line, keeping),
        _expiry(keeping),
    ]


def _part(kind: Kind, cents: int, article: str) -> Part:
    return Part(kind, cents, "part" if cents else "whole", article)


def _begun(line: Received, rules: AllocationRules) -> int:
    """The month after the rule of the first month, before the budget guard."""
    if not line.scaled or line.joined is None:
        return line.allocated_cents
    begun = first_month(line.full_cents, line.joined.toordinal(), line.month, rules)
    return max(line.allocated_cents, int(begun))


def _whole(line: Received, rules: AllocationRules) -> list[Part]:
    """What makes a whole month, before anything lowers it."""
    free = replace(rules, max_people_counted=None)
    if rules.mode == "by_composition":
        parts = _by_composition(line, free)
    elif rules.mode == "by_size_band":
        cents = allocation(line.adults, line.children, free)
        parts = [Part("band", cents, "size", "allocation.size_bands")]
    elif rules.mode == "flat":
        parts = [
            Part("base", rules.base_cents, "same", "allocation.base_cents"),
            Part("people", 0, "same", "allocation.mode"),
        ]
    else:
        mean = rules.mode == "mean_of_contributions"
        levied = "levied" if rules.levy_bp else "mean"
        parts = [
            Part("mean", line.full_cents, levied, "allocation.mode")
            if mean
            else Part("nothing", 0, "none", "allocation.mode"),
            Part("people", 0, "same", "allocation.mode"),
        ]
    if rules.max_people_counted is not None and rules.mode in ("by_composition", "by_size_band"):
        most = allocation(line.adults, line.children, rules)
        beyond = most - allocation(line.adults, line.children, free)
        parts.append(_part("counted", beyond, "allocation.max_people_counted"))
    return parts


def _by_composition(line: Received, free: AllocationRules) -> list[Part]:
    one, adults = allocation(1, 0, free), allocation(line.adults, 0, free)
    everyone = allocation(line.adults, line.children, free)
    child = "allocation.child_cents"
    as_adult = "as_adult" if free.child_cents is None else "each"
    return [
        Part("base", one, "household", "allocation.base_cents"),
        Part("adults", adults - one, "each", "allocation.additional_adult_cents"),
        Part("children", everyone - adults, as_adult, child),
    ]


def _of_contribution(rules: AllocationRules) -> Part:
    why = "shared" if rules.mode == "mean_of_contributions" else "apart"
    return Part("contribution", 0, why, "allocation.mode")


def _kept_back(line: Received, keeping: BalanceRules) -> Part:
    """What the cap, or a closed wallet, kept out."""
    article = "balance.cap_multiple" if keeping.rollover == "capped" else "balance.rollover"
    if line.credited_cents is None:
        why = "ahead" if keeping.rollover == "capped" else "none"
        return Part("cap", 0, why, article)
    back = line.credited_cents - line.allocated_cents
    if back and (line.closed or keeping.rollover != "capped"):
        return Part("closed", back, "closed", article)
    if keeping.rollover != "capped":
        return Part("cap", 0, "none", article)
    return _part("cap", back, article)


def _expiry(keeping: BalanceRules) -> Part:
    """What was old and left that day is no part of the amount: a line at zero that says it."""
    why = "kept" if months_kept(keeping) is None else "old"
    none = keeping.rollover == "none"
    return Part("expiry", 0, why, "balance.rollover" if none else "balance.expiry_months")
