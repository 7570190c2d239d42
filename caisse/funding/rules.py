"""What must lie at the bank for the units in circulation: integer cents."""

from dataclasses import dataclass

from caisse.bylaws.rules import article, articles

BP = 10_000


@articles("fund")
@dataclass(frozen=True, slots=True)
class FundRules:
    """The articles of the funds."""

    backing_ratio_min_bp: int = article(
        "couverture minimale de la monnaie en circulation", neutral=10_000, bounds=(10_000, 20_000)
    )


def backing_gap(cash_cents: int, circulation_cents: int, rules: FundRules) -> int:
    """Cash of the segregated account beyond what the article demands; below 0 cover is broken."""
    return cash_cents - -(-circulation_cents * rules.backing_ratio_min_bp // BP)


def issuable(cash_cents: int, circulation_cents: int, rules: FundRules) -> int:
    """How much more may be issued before `backing_gap` would be below 0; never negative."""
    most = cash_cents * BP // rules.backing_ratio_min_bp
    return max(0, most - circulation_cents)
