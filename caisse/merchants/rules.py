"""What a place is paid and when, and what the caisse covers of a purchase: integer cents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from caisse.bylaws.rules import article, articles
from caisse.kernel.cents import Rounding, share
from caisse.kernel.month import Month
from caisse.kernel.one_or_many import Number, at_least, choose, portion
from caisse.kernel.refusal import Refusal

BP = 10_000


class Hours(NamedTuple):
    """Open on a weekday (0 is Monday) from minute `opens` of the day to minute `closes`.

    `market` names the market where a producer sells then; it is empty for the place itself.
    """

    weekday: int
    opens: int
    closes: int
    market: str = ""


@articles("redemption")
@dataclass(frozen=True, slots=True)
class RedemptionRules:
    """How places get euros for what they took."""

    frequency: Literal["monthly", "on_demand"] = article(
        "rythme du remboursement",
        neutral="monthly",
        choices={"monthly": "chaque mois", "on_demand": "à la demande du lieu"},
    )
    pay_day: int = article("jour du remboursement", neutral=1, bounds=(1, 28))
    min_amount_cents: int = article(
        "seuil sous lequel on attend le mois suivant", neutral=0, bounds=(0, 1_000_00)
    )
    fee_bp: int = article("frais", neutral=0, bounds=(0, 1000))
    fee_rounding: Rounding = article("arrondi des frais", neutral="down")
    refund_floor_cents: int = article(
        "jusqu’où un remboursement d’achat peut mettre un lieu sous zéro",
        neutral=0,
        bounds=(-1_000_00, 0),
    )
    two_person_refund_cents: int = article(
        "jusqu’où une seule personne du bureau rembourse un achat",
        neutral=0,
        bounds=(0, 1_000_00),
    )


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a place with `paid_cents` + `fee_cents` of sales receives, and what the fund keeps."""

    paid_cents: Number
    fee_cents: Number


def redemption(sales_cents: Number, rules: RedemptionRules) -> Redeemed:
    """Split what the caisse owes a place; under the threshold, or below zero, nothing moves yet."""
    reached = at_least(0, sales_cents)
    reached = choose(reached < rules.min_amount_cents, 0, reached)
    fee = portion(reached, rules.fee_bp, BP, rules.fee_rounding)
    return Redeemed(reached - fee, fee)


def held_on(month: Month, rules: RedemptionRules) -> date | None:
    """The day whose evening sets the month's sales aside; None when places ask for themselves."""
    return month.last if rules.frequency == "monthly" else None


def paid_on(month: Month, rules: RedemptionRules) -> date:
    """The day on which the sales of `month` are paid: in the month after."""
    return month.next().day(rules.pay_day)


@dataclass(frozen=True, slots=True)
class Rate:
    """A named part of the price that the caisse covers; products and places name their rate."""

    code: str = article("code", neutral="full", pattern="[a-z][a-z0-9_]{0,29}")
    rate_bp: int = article("taux", neutral=10_000, bounds=(0, 10_000))


def _distinct(rates: tuple[Rate, ...]) -> str | None:
    codes = [rate.code for rate in rates]
    return None if len(set(codes)) == len(codes) else "deux taux ont le même code."


@articles("coverage")
@dataclass(frozen=True, slots=True)
class CoverageRules:
    """What the caisse covers of a purchase; the rest is the member's, in euros."""

    mode: Literal["full", "rate_by_place", "rate_by_product"] = article(
        "prise en charge",
        neutral="full",
        choices={
            "full": "entière",
            "rate_by_place": "au taux du lieu",
            "rate_by_product": "au taux de chaque produit",
        },
    )
    rates_bp: tuple[Rate, ...] = article(
        "taux de prise en charge", neutral=(), bounds=(0, 24), check=_distinct
    )
    rounding: Rounding = article("arrondi de la prise en charge", neutral="half_up")

    def contradiction(self) -> str | None:
        """What is wrong with these articles together, in French."""
        if self.mode != "full" and not self.rates_bp:
            return "Une prise en charge par taux demande ses taux."
        return None


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a purchase at one rate; `rate` is the code of the product’s rate, or empty."""

    cents: int
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """The caisse's part (paid from the wallet) and the member's (euros); their sum is the price."""

    caisse_cents: int
    member_cents: int


def coverage(lines: Sequence[Line], rules: CoverageRules, place_rate: str = "") -> Covered:
    """Split a purchase of `lines` at a place whose rate has the code `place_rate`.

    Each line is rounded once; the member pays what is left of it, so that parts and price agree.
    Raises Refusal `rate` when a line or the place names no rate of the article.
    """
    total = sum(line.cents for line in lines)
    if rules.mode == "full":
        return Covered(total, 0)
    by_place = rules.mode == "rate_by_place"
    parts = [
        share(line.cents, _rate(place_rate if by_place else line.rate, rules), BP, rules.rounding)
        for line in lines
    ]
    return Covered(sum(parts), total - sum(parts))


def _rate(code: str, rules: CoverageRules) -> int:
    for rate in rules.rates_bp:
        if rate.code == code:
            return rate.rate_bp
    known = ", ".join(rate.code for rate in rules.rates_bp)
    raise Refusal("rate", f"Le taux « {code[:30]} » n’existe pas ({known}).")
