"""The cash forecast as pure sums: what is there, what is planned, what habit says. Cents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caisse.kernel.month import Month

HORIZON = 12  # months after that of the date


@dataclass(frozen=True, slots=True)
class Rate:
    """A share observed over the last months: `part` cents of `whole` cents."""

    part: int
    whole: int

    def of(self, cents: int) -> int:
        """That share of `cents`, rounded down; nothing while nothing was observed."""
        return 0 if self.whole <= 0 else max(0, cents * self.part // self.whole)


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """What both accounts would hold at the end of `month`, in cents."""

    month: Month
    operating_cash_cents: int
    caisse_cash_cents: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything the forecast is made of, as known at a date in the month `month`.

    The mappings go from a month to cents: planned instalments of each fund, planned costs, pledges
    still to be collected. What lies in `month` itself is still to come after the date.
    `owed_cents` is owed to places now; `issued_cents` is what the latest month put into wallets.
    """

    month: Month
    operating_cash_cents: int
    caisse_cash_cents: int
    operating_instalments: Mapping[Month, int]
    caisse_instalments: Mapping[Month, int]
    costs: Mapping[Month, int]
    pledges: Mapping[Month, int]
    cashed: Rate
    owed_cents: int
    issued_cents: int
    used: Rate


def forecast(outlook: Outlook) -> list[ForecastMonth]:
    """The 12 months after the date's.

    Operating: cash + planned instalments − planned costs. Caisse: cash + planned instalments +
    pledges × share cashed − redemptions, which are what is owed now, then each month the expected
    sales of the month before (issued × use rate).
    """
    operating, caisse = outlook.operating_cash_cents, outlook.caisse_cash_cents
    months = []
    for n in range(HORIZON + 1):
        month = outlook.month + n
        operating += outlook.operating_instalments.get(month, 0) - outlook.costs.get(month, 0)
        caisse += outlook.caisse_instalments.get(month, 0)
        caisse += outlook.cashed.of(outlook.pledges.get(month, 0))
        if n == 1:
            caisse -= outlook.owed_cents
        elif n > 1:
            caisse -= outlook.used.of(outlook.issued_cents)
        if n:
            months.append(ForecastMonth(month, operating, caisse))
    return months


def overdrawn(months: Sequence[ForecastMonth]) -> ForecastMonth | None:
    """The lowest month at whose end the operating account would be below zero, or None."""
    low = min(months, key=lambda each: each.operating_cash_cents, default=None)
    return low if low is not None and low.operating_cash_cents < 0 else None
