"""The reference year as plain values: its tables, in euros as they were written down.

Fictional, shaped to agree with what is known of Montpellier's first year. Everything that the rest
of the world computes is computed from these numbers; money becomes cents where it leaves this file.
"""

from datetime import date
from typing import Literal

from caisse.kernel.month import Month, months

Fund = Literal["caisse", "operating"]
Line = Literal["hr", "running", "evaluation", "it"]

FOUNDED_ON = date(2023, 1, 10)
FIRST = Month(2023, 2)
YEAR = months(FIRST, Month(2024, 1))
"""The reference year."""
SPAN = months(FIRST, Month(2025, 1))
"""What can be played: the reference year and the year after, drawn by the same laws."""

ALLOCATION = 100

COHORTS = (50, 80, 110, 60, 30, 20)
"""Households by cohort, in the order of entry."""
FIRST_MONTHS = tuple(months(FIRST, Month(2023, 7)))
"""The first month of each cohort."""
JOINED_ON = (
    date(2023, 1, 11),
    date(2023, 2, 9),
    date(2023, 3, 9),
    date(2023, 4, 13),
    date(2023, 5, 11),
    date(2023, 6, 8),
)
"""The evening when each cohort signs: before the freeze of its first month, on the 15th."""

CONTRIBUTIONS: dict[int, tuple[int, ...]] = {
    1: (5, 5, 5, 5, 0, 0),
    5: (4, 8, 3, 2, 1, 2),
    10: (3, 6, 13, 4, 1, 1),
    15: (1, 2, 3, 1, 1, 0),
    20: (4, 3, 7, 7, 5, 2),
    25: (0, 3, 1, 2, 0, 0),
    30: (2, 3, 7, 2, 4, 2),
    40: (4, 4, 10, 1, 4, 1),
    50: (3, 11, 22, 8, 2, 3),
    60: (4, 7, 3, 5, 2, 2),
    70: (3, 3, 3, 4, 1, 2),
    80: (4, 7, 6, 7, 2, 0),
    90: (3, 0, 3, 1, 1, 2),
    100: (5, 10, 14, 5, 4, 2),
    120: (2, 2, 2, 3, 0, 0),
    150: (3, 6, 8, 3, 2, 1),
}
"""Euros a month -> households by cohort. Every cohort has a mean of exactly 55 €."""

SIZES = {1: 170, 2: 84, 3: 46, 4: 34, 5: 12, 6: 4}
"""People in the household -> households."""
PAID_BY = {"debit": 270, "transfer": 55, "cash": 15, "cheque": 10}
DEVICES = {"smartphone": 262, "pin": 58, "card": 30}
INCOME_BANDS = (168, 105, 77)
"""Per consumption unit and month: below 1,288 €, to 2,150 €, above. Seen by no operation."""
AGE_BANDS = (84, 98, 84, 63, 21)
"""18-29, 30-44, 45-59, 60-74, 75 and more. Seen by no operation."""

SPENT = (4000, 11400, 22030, 28600, 32450, 32380, 31900, 36830, 36890, 36230, 36500, 33530)
"""Purchases less refunds, by month."""
PURCHASES = (160, 456, 881, 1144, 1298, 1295, 1276, 1473, 1476, 1449, 1460, 1341)
"""Purchases by month, refunded ones included."""
REFUNDS_PER_MILLE = 15
ATTEMPTS_PER_MILLE = 3
"""Sales that are refused because the wallet does not hold enough."""

RETURNED = (60, 180, 340, 430, 450, 480, 520, 510, 510, 510, 510, 500)
RECOVERED = (0, 30, 90, 170, 215, 225, 240, 260, 255, 255, 255, 505)
"""Direct debits that came back, by month, and those made good later."""
RETURNED_AFTER, RECOVERED_AFTER = 510, 255
"""The same, each month after the reference year."""

KINDS: dict[str, tuple[int, int]] = {
    "coop_supermarket": (1, 82260),
    "organic_supermarket": (6, 92540),
    "solidarity_shop": (4, 30850),
    "grocery": (6, 34270),
    "baker": (4, 13710),
    "purchasing_group": (2, 10280),
    "canteen": (2, 6850),
    "market_producer": (18, 44560),
    "farm_producer": (12, 27420),
}
"""Kind of place -> (places at the end of the year, euros spent there in the year)."""
PRODUCERS = frozenset({"market_producer", "farm_producer"})
BASKETS: dict[str, int] = {
    "coop_supermarket": 31,
    "organic_supermarket": 30,
    "solidarity_shop": 20,
    "grocery": 21,
    "baker": 9,
    "purchasing_group": 38,
    "canteen": 13,
    "market_producer": 19,
    "farm_producer": 29,
}
"""Usual basket in euros: decides how many purchases make up what is spent in a kind of place."""

APPROVALS: dict[date, tuple[str, ...]] = {
    date(2023, 2, 4): (
        *("coop_supermarket", "organic_supermarket", "solidarity_shop", "grocery"),
        *("market_producer",) * 5,
        *("farm_producer",) * 3,
    ),
    date(2023, 3, 11): (
        *("organic_supermarket", "baker", "grocery"),
        *("market_producer",) * 3,
        *("farm_producer",) * 2,
    ),
    date(2023, 4, 8): (
        *("organic_supermarket", "purchasing_group", "solidarity_shop"),
        *("market_producer", "market_producer", "farm_producer", "farm_producer"),
    ),
    date(2023, 5, 13): (
        *("organic_supermarket", "grocery", "baker"),
        *("market_producer", "market_producer", "farm_producer"),
    ),
    date(2023, 6, 10): (
        *("organic_supermarket", "canteen", "grocery"),
        *("market_producer", "market_producer", "farm_producer"),
    ),
    date(2023, 7, 8): ("solidarity_shop", "market_producer"),
    date(2023, 9, 9): (
        *("baker", "organic_supermarket", "grocery"),
        *("market_producer", "farm_producer"),
    ),
    date(2023, 10, 14): ("canteen", "solidarity_shop", "market_producer", "farm_producer"),
    date(2023, 11, 11): ("purchasing_group", "baker", "market_producer", "market_producer"),
    date(2023, 12, 9): ("grocery", "farm_producer"),
}
"""Meeting -> kinds of the places approved there. In November one replaces another."""
WITHDRAWN_ON = date(2023, 11, 11)
"""The market producer approved first stops on that day."""

COSTS: dict[Line, tuple[int, ...]] = {
    "hr": (16500,) * 12,
    "running": (3000,) * 12,
    "evaluation": (0, 0, 0, 0, 3000, 0, 0, 0, 0, 0, 0, 9000),
    "it": (8000, 0, 0, 6000, 0, 0, 0, 0, 6000, 0, 0, 0),
}
"""Operating costs of the reference year by line and month, paid on the 25th."""
COSTS_AFTER: dict[Line, tuple[int, ...]] = {
    "hr": (16500,) * 12,
    "running": (3000,) * 12,
    "evaluation": (0, 0, 0, 0, 3000, 0, 0, 0, 0, 0, 0, 3000),
    "it": (0,) * 12,
}
"""The same for the year after."""
