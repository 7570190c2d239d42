"""What becomes of what is not spent: the report to the next month, the cap, the expiry.

Amounts are cents, for one wallet or for a population (arrays).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from caisse.bylaws.rules import article, articles
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Number, at_least, at_most


@articles("balance")
@dataclass(frozen=True, slots=True)
class BalanceRules:
    """What happens to what is not spent."""

    rollover: Literal["full", "capped", "none"] = article(
        "report de ce qui n’est pas dépensé",
        neutral="full",
        choices={"full": "entier", "capped": "jusqu’au plafond", "none": "aucun"},
    )
    cap_multiple: int | None = article(
        "plafond du porte-monnaie (fois l’allocation)",
        neutral=None,
        bounds=(0, 24),
        unit="number",
    )
    expiry_months: int | None = article("péremption", neutral=None, bounds=(1, 60))
    expiry_destination: Literal["fund", "solidarity_pot", "investment_fund"] = article(
        "destination de ce qui périme",
        neutral="fund",
        choices={
            "fund": "le fonds de la caisse",
            "solidarity_pot": "le pot de solidarité",
            "investment_fund": "le fonds d’investissement",
        },
    )

    def contradiction(self) -> str | None:
        """What is wrong with these articles together, in French."""
        if self.rollover == "capped" and not self.cap_multiple:
            return "Un report plafonné demande un plafond d’au moins une allocation."
        return None


def ceiling(full_cents: Number, rules: BalanceRules) -> Number | None:
    """How much a wallet may hold after the credit, or None without a cap.

    `full_cents` is the allocation of a whole month, so that a first month in part or a scaled month
    does not lower the cap.
    """
    if rules.rollover != "capped" or rules.cap_multiple is None:
        return None
    return rules.cap_multiple * full_cents


def credited(allocated: Number, balance: Number, most: Number | None) -> Number:
    """What a wallet with `balance` really receives: the allocation, up to the ceiling `most`."""
    return allocated if most is None else at_most(allocated, at_least(0, most - balance))


def months_kept(rules: BalanceRules) -> int | None:
    """How many months an allocation is kept, that of its credit included; None: for ever."""
    return 1 if rules.rollover == "none" else rules.expiry_months


def expired(balance: Number, recent_cents: Number, rules: BalanceRules) -> Number:
    """What leaves a wallet on the credit day: first in, first out, without lots.

    `recent_cents` is what was credited in the last `months_kept` months, and `balance` holds them:
    after the credit of M both count M, before it neither does. Nothing without an expiry.
    """
    if months_kept(rules) is None:
        return 0 * balance
    return at_least(0, balance - recent_cents)


def leaving(
    balance: int, credited_in: Mapping[Month, int], month: Month, rules: BalanceRules
) -> int:
    """What leaves a wallet with `balance` now at the credit of `month`, if nothing is spent first.

    `credited_in` is what it was credited, month by month. First in, first out: what was credited
    in the months still kept stays, and so does all that is credited between now and `month`.
    """
    kept = months_kept(rules)
    if kept is None:
        return 0
    recent = sum(c for given, c in credited_in.items() if month + -kept < given < month)
    gone: int = expired(balance, recent, rules)
    return gone
